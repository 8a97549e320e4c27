//! What the tests share.

pub mod bench;
pub mod corpus;
pub mod fuzz;
pub mod granted;
