//! `cargo +nightly fuzz run bounds seeds/bounds`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::bounds_any(data));
