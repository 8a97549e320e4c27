//! What is refused before anything of it runs, and what does not reach a module.

use std::thread;

use verbatim_host::sandbox::{Fault, Grant, Limits, LoadError, Sandbox, Sha256};
use verbatim_tests::hostile::{REQUEST, limits, load};

#[test]
fn a_module_with_one_byte_changed_is_refused_wherever_it_is_changed() {
    let expected = Sha256(verbatim_module::SHA256);
    let len = verbatim_module::BYTES.len();
    for at in [0, 8, len / 3, len / 2, len - 1] {
        let mut bytes = verbatim_module::BYTES.to_vec();
        bytes[at] ^= 1;
        let error = Sandbox::load(&bytes, expected, limits()).expect_err("it was changed");
        let found = Sha256::of(&bytes);
        assert_eq!(
            error.to_string(),
            format!("expected a module with the SHA-256 {expected}, found {found}; it is refused"),
            "byte {at}"
        );
    }
}

#[test]
fn what_is_no_module_is_refused_by_one_line() {
    for bytes in [&b""[..], b"\0asm", b"#!/bin/sh\n", &[0xff; 1000]] {
        let error = load(bytes, limits()).expect_err("it is no module").to_string();
        assert!(error.starts_with("expected a WebAssembly module that this host can run: "));
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_file_longer_than_the_limit_is_not_compiled() {
    let limits = Limits { module_bytes: 1000, ..limits() };
    let at = |len: usize| {
        let bytes = vec![0; len];
        Sandbox::load(&bytes, Sha256::of(&bytes), limits).expect_err("it is no module")
    };
    assert!(matches!(at(1000), LoadError::Invalid { .. }));
    assert!(matches!(at(1001), LoadError::TooLong { limit: 1000, found: 1001 }));
    assert_eq!(
        at(1001).to_string(),
        "expected a module of at most 1,000 bytes (module_bytes), found 1,001"
    );
}

#[test]
fn a_request_longer_than_the_limit_does_not_reach_the_module() {
    let sandbox = Sandbox::embedded(Limits::default()).expect("the embedded module loads");
    let limit = 1 << 20;
    let at = |len: usize| sandbox.call(&vec![b' '; len], &Grant::default());
    assert!(at(limit).is_ok());
    let error = at(limit + 1).expect_err("it is one byte too long");
    assert_eq!(error.fault, Fault::RequestTooLong { limit, found: limit + 1 });
    assert_eq!(error.to_string(), "expected a request of at most 1,048,576 bytes, found 1,048,577");
}

#[test]
fn a_call_over_the_concurrent_ones_waits_for_its_turn() {
    let limits = Limits { concurrent_calls: 2, ..Limits::default() };
    let sandbox = Sandbox::embedded(limits).expect("the embedded module loads");
    thread::scope(|scope| {
        let callers: [_; 8] = std::array::from_fn(|_| {
            scope.spawn(|| (0..50).all(|_| sandbox.call(REQUEST, &Grant::default()).is_ok()))
        });
        for caller in callers {
            assert!(caller.join().expect("a caller"));
        }
    });
}

/// A module with this beside what the interface asks for.
fn with(more: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 0) "{{\"ok\":{{}}}}")
            (func (export "verbatim_abi_1"))
            (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "vb_free") (param i32 i32))
            (func (export "vb_call") (param i32 i32) (result i64) (i64.const 9))
            {more})"#
    );
    wat::parse_str(text).expect("well-formed text")
}

#[test]
fn what_is_made_to_break_a_compiler_is_compiled_or_refused() {
    let nested = format!("(func {} nop {})", "block ".repeat(2_000), "end ".repeat(2_000));
    let globals = "(global i64 (i64.const 1))".repeat(100_000);
    let functions = "(func)".repeat(2_000);
    let locals = format!("(func (local {}))", "i64 ".repeat(50_001));
    let branches = format!("(func (br_table {} (i32.const 0)))", "0 ".repeat(10_000));
    for (name, more, is_refused) in [
        ("nested blocks", nested, false),
        ("globals", globals, true),
        ("functions", functions, false),
        ("locals", locals, true),
        ("branches", branches, false),
    ] {
        let loaded = load(&with(&more), limits());
        assert_eq!(loaded.is_err(), is_refused, "{name}: {:?}", loaded.err());
        if let Ok(sandbox) = loaded {
            let outcome = sandbox.call(REQUEST, &Grant::default()).expect("it is honest");
            assert_eq!(outcome.response, br#"{"ok":{}}"#, "{name}");
        }
    }
}
