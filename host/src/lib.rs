//! The binary `verbatim`, and the library it is made of.
#![forbid(unsafe_code)]

pub mod address;
pub mod api;
pub mod batch;
pub mod check;
pub mod cli;
pub mod connection;
pub mod console;
pub mod dev;
pub mod dispatch;
pub mod engine;
pub mod finding;
pub mod forward;
pub mod host;
pub mod id;
pub mod keywords;
pub mod kit;
pub mod limit;
pub mod log;
pub mod manners;
pub mod message;
pub mod metrics;
pub mod number;
pub mod opt_outs;
pub mod project;
pub mod receive;
pub mod redact;
pub mod registration;
pub mod sandbox;
pub mod seal;
pub mod server;
pub mod store;
pub mod time;
pub mod twilio;
