//! The guest crate's JSON layer, compiled for this machine.

use verbatim_wasm::ops;

use verbatim_tests::corpus::{Answer, Case};
use verbatim_tests::granted::Simulated;

pub(super) fn answer(cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let one = |case: &Case| {
        let mut host = Simulated::new(&case.granted);
        let response = ops::call(&case.request, &mut host).into_bytes();
        Some(Answer { response, intents: host.intents })
    };
    Ok(cases.iter().map(one).collect())
}
