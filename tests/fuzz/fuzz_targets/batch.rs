//! `cargo +nightly fuzz run batch seeds/batch`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::batch_any(data));
