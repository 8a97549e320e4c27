//! One corpus, every engine, the same bytes. What is expected is kept by hand, from the documents:
//! an engine that answers otherwise is wrong, or the documents change first.

mod engine;
mod report;

use std::collections::BTreeSet;
use std::thread;
use std::time::Instant;

use engine::{ENGINES, Engine};
use verbatim_tests::corpus::{self, Answer, Case};
use verbatim_tests::granted::{Granted, Simulated};
use verbatim_wasm::ops;

use crate::report::Report;

#[test]
fn every_case_holds_on_every_engine() {
    let cases = corpus::all();
    let answers = thread::scope(|scope| {
        let cases = &cases;
        let asked = ENGINES.map(|engine| {
            scope.spawn(move || {
                let begun = Instant::now();
                ((engine.answer)(cases), begun.elapsed())
            })
        });
        asked.map(|answers| answers.join().expect("an engine answers or says why not"))
    });
    let report = Report::new(&cases, &answers);
    report.show();
    assert!(report.holds(), "{}", report.wrong());
}

/// No case of the corpus, because by the plain interface it never reaches the guest: `vb_alloc`
/// has no room for it.
#[test]
fn a_request_of_more_than_1_mib_is_refused_by_the_guest_and_before_it_by_the_host() {
    let [guest, sandbox, ..] = ENGINES;
    let answer = |engine: Engine| {
        let case = Case {
            name: String::from("a request of 1 MiB and a byte"),
            request: " ".repeat((1 << 20) + 1).into_bytes(),
            granted: Granted::default(),
            expected: Answer { response: Vec::new(), intents: Vec::new() },
        };
        let answers = (engine.answer)(&[case]).expect("it answers");
        let response = answers[0].as_ref().expect("bytes can be asked").response.clone();
        String::from_utf8(response).expect("a response is UTF-8")
    };
    let expected = r#"{"error":{"code":"V093","message":"the request has 1048577 bytes: expected at most 1048576","detail":null}}"#;
    assert_eq!(answer(guest), expected);
    assert!(answer(sandbox).starts_with("expected a request of at most"));
}

#[test]
fn the_worked_example_of_the_document_is_answered_so() {
    let document = include_str!("../../../wasm/ABI.md");
    let mut blocks = document.split("```json\n").skip(1).map(|rest| {
        let (block, _) = rest.split_once("\n```").expect("a block ends");
        block
    });
    let (request, response) =
        (blocks.next().expect("a request"), blocks.next().expect("its response"));
    let natively = ops::call(request.as_bytes(), &mut Simulated::default());
    assert_eq!(natively, response);
    for (text, said) in [(request, "takes these {} bytes"), (response, "These are the {} bytes")] {
        let said = said.replace("{}", &text.len().to_string());
        assert!(document.contains(&said), "{said}");
    }
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
            case.request.starts_with(asks.as_bytes())
                && case.expected.response.starts_with(b"{\"ok\":")
        });
        assert!(answered, "no case is answered by `{op}`");
    }
}
