//! The whole corpus on the guest crate's JSON layer, compiled for this machine: the cheapest way to
//! ask every case, and the one that mutants of the core are tried on.

use verbatim_tests::corpus::{self, Answer};
use verbatim_tests::granted::Simulated;
use verbatim_wasm::ops;

#[test]
fn every_case_holds_on_the_guest_run_natively() {
    for case in corpus::all() {
        let mut host = Simulated::new(&case.granted);
        let response = ops::call(&case.request, &mut host).into_bytes();
        let found = Answer { response, intents: host.intents };
        let shown = |answer: &Answer| String::from_utf8_lossy(&answer.response).into_owned();
        let (name, expected) = (&case.name, &case.expected);
        assert!(found == *expected, "{name}: {}, not {}", shown(&found), shown(expected));
    }
}
