//! `cargo +nightly fuzz run render seeds/render`, from `tests/fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| verbatim_tests::fuzz::render_any(data));
