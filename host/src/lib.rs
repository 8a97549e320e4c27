//! The binary `verbatim`, and the library it is made of.
#![forbid(unsafe_code)]

pub mod api;
pub mod batch;
pub mod check;
pub mod cli;
pub mod console;
pub mod dev;
pub mod dispatch;
pub mod engine;
pub mod finding;
pub mod host;
pub mod id;
pub mod message;
pub mod receive;
pub mod sandbox;
pub mod store;
pub mod time;
pub mod twilio;
