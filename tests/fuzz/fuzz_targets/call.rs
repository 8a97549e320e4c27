//! `cargo +nightly fuzz run call seeds/call`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::call_any(data));
