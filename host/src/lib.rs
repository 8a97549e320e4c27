//! The binary `verbatim`, and the library it is made of.
#![forbid(unsafe_code)]

pub mod dispatch;
pub mod id;
pub mod message;
pub mod sandbox;
pub mod store;
pub mod time;
pub mod twilio;
