//! `cargo +nightly fuzz run parse seeds/parse`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::parse_any(data));
