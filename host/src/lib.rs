//! The binary `verbatim`, and the library it is made of.
#![forbid(unsafe_code)]

pub mod check;
pub mod sandbox;
