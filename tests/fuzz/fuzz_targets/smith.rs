//! `cargo +nightly fuzz run smith`, from `tests/fuzz`: modules made of what libFuzzer gives.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(module) = verbatim_fuzz::module(data) {
        verbatim_tests::fuzz::module_any(&module);
    }
});
