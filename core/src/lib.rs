//! SMS templates, segments and compliance keywords, as pure functions.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
