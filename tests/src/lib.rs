//! What the tests share.

pub mod fuzz;
pub mod generated;
pub mod hostile;
