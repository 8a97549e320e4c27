//! The engines, each of which answers every case.

mod chromium;
mod guest;
mod node;
mod sandbox;
mod script;
mod wasmi;

use serde_json::Value;
use verbatim_wasm::ops;

use verbatim_tests::corpus::{Answer, Case};

/// An answer for each case, or why the engine cannot be had.
pub(crate) type Answers = Result<Vec<Option<Answer>>, String>;

/// Something that answers requests.
pub(crate) struct Engine {
    /// How the report calls it.
    pub(crate) name: &'static str,
    /// Answers all cases in their order, or says why it cannot be had. `None` stands for a request
    /// that could not be put to it.
    pub(crate) answer: fn(&[Case]) -> Answers,
    /// In what form a request is put to it.
    pub(crate) puts: Form,
}

/// In what form a request is put to an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As bytes: any case can be asked.
    Bytes,
    /// As a JavaScript object to the function of its op.
    Object,
}

/// All of them. Whoever adds one adds it here, and nowhere else.
pub(crate) const ENGINES: [Engine; 5] = [
    Engine { name: "the guest, natively", answer: guest::answer, puts: Form::Bytes },
    Engine { name: "wasmtime, in the host's sandbox", answer: sandbox::answer, puts: Form::Bytes },
    Engine { name: "Node, by the plain interface", answer: node::answer, puts: Form::Bytes },
    Engine { name: "Chromium, by the glue", answer: chromium::answer, puts: Form::Object },
    Engine { name: "wasmi, by the plain interface", answer: wasmi::answer, puts: Form::Bytes },
];

impl Form {
    /// Whether a case is about bytes that no object stands for.
    pub(crate) fn cannot_put(self, case: &Case) -> bool {
        match self {
            Self::Bytes => false,
            Self::Object => !names_an_op(&case.request) || has_a_field_twice(case),
        }
    }
}

fn names_an_op(request: &[u8]) -> bool {
    serde_json::from_slice(request)
        .is_ok_and(|request: Value| request["op"].as_str().is_some_and(|op| ops::OPS.contains(&op)))
}

fn has_a_field_twice(case: &Case) -> bool {
    String::from_utf8_lossy(&case.expected.response).contains("` stands twice")
}
