//! One corpus, every engine, the same bytes. What is expected is kept by hand, from the documents:
//! an engine that answers otherwise is wrong, or the documents change first. The guest run natively
//! is asked in `wasm/tests/corpus.rs`, where nothing else needs to be built.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use verbatim_host::sandbox::{Grant, Limits, Sandbox};
use verbatim_tests::corpus;
use verbatim_wasm::ops;
use verbatim_wasm::outside::Outside;

/// The guest crate's JSON layer, compiled for this machine.
fn natively(request: &[u8]) -> Vec<u8> {
    ops::call(request, &mut Outside).into_bytes()
}

/// The module's bytes in wasmtime, by the plain interface, with nothing granted.
fn in_the_sandbox(request: &[u8]) -> Vec<u8> {
    static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
        Sandbox::embedded(Limits::default()).expect("the embedded module is what it should be")
    });
    match SANDBOX.call(request, &Grant::default()) {
        Ok(outcome) => outcome.response,
        Err(error) => format!("no response: {error}").into_bytes(),
    }
}

#[test]
fn every_case_holds_on_the_module_in_the_sandbox() {
    corpus::holds_on(in_the_sandbox);
}

/// No case of the corpus, because by the plain interface it never reaches the guest: `vb_alloc`
/// has no room for it.
#[test]
fn a_request_of_more_than_1_mib_is_refused_by_the_guest_and_before_it_by_the_host() {
    let request = " ".repeat((1 << 20) + 1).into_bytes();
    let expected = r#"{"error":{"code":"V093","message":"the request has 1048577 bytes: expected at most 1048576","detail":null}}"#;
    assert_eq!(String::from_utf8_lossy(&natively(&request)), expected);
    assert!(in_the_sandbox(&request).starts_with(b"no response: expected a request of at most"));
}

#[test]
fn cases_have_names_of_their_own_and_cover_every_op() {
    let cases = corpus::all();
    let mut names = BTreeSet::new();
    for case in &cases {
        assert!(names.insert(&case.name), "{} stands twice", case.name);
    }
    for op in ops::OPS {
        let asks = format!(r#"{{"op":"{op}""#);
        let answered = cases.iter().any(|case| {
            case.request.starts_with(asks.as_bytes()) && case.response.starts_with(b"{\"ok\":")
        });
        // Nothing is granted here, so a send always ends in a refusal.
        assert!(answered || *op == "send", "no case is answered by `{op}`");
    }
}
