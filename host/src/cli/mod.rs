//! The commands of `verbatim`.

pub mod call;
pub mod module;
