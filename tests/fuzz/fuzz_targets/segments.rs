//! `cargo +nightly fuzz run segments seeds/segments`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::segments_any(data));
