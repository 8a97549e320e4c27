//! The host from outside, as one program: each program of tests brings the engine, two databases
//! and a client along, and is as long to link as it is large.

mod account;
mod api;
mod attacks;
mod cli;
mod conversations;
mod directory;
#[cfg(target_os = "linux")]
mod disk;
mod dispatch;
mod doors;
mod events;
mod fake;
mod forward;
mod kit;
mod list;
mod openapi;
mod pages;
mod plugin;
mod project;
mod promises;
mod redact;
mod registration;
mod render;
mod replay;
#[cfg(target_os = "linux")]
mod secrets;
mod serve;
mod store;
mod support;
mod watching;
mod way;
