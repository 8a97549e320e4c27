//! `cargo +nightly fuzz run classify seeds/classify`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::classify_any(data));
