//! The whole corpus on the guest crate's JSON layer, compiled for this machine: the cheapest way to
//! ask every case, and the one that mutants of the core are tried on.

use verbatim_tests::corpus;
use verbatim_wasm::ops;
use verbatim_wasm::outside::Outside;

#[test]
fn every_case_holds_on_the_guest_run_natively() {
    corpus::holds_on(|request| ops::call(request, &mut Outside).into_bytes());
}
