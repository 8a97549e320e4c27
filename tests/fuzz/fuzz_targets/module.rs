//! `cargo +nightly fuzz run module seeds/module`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::module_any(data));
