use proptest::prelude::*;
use verbatim_core::{Diagnostic, parse};

use crate::cases;
use crate::texts::{body, utf16_slice, written};

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn tokens_near_misses_and_literals_tile_the_body(body in body()) {
        let parsed = parse(&body);
        let tokens = parsed.template.tokens().iter().map(|token| [token.start, token.end]);
        let misses = parsed.diagnostics().map(|miss| miss.range.bytes);
        let mut all: Vec<_> = tokens.chain(misses).collect();
        all.sort_unstable();
        let mut at = 0;
        for [from, to] in all {
            prop_assert!(at <= from && from < to, "{from}..{to} after {at}");
            let literal = body.get(at..from);
            prop_assert!(literal.is_some(), "{at}..{from} cuts a character");
            prop_assert!(is_literal(literal.unwrap_or_default()), "{literal:?}");
            at = to;
        }
        prop_assert!(is_literal(&body[at..]));
    }

    #[test]
    fn a_token_is_what_its_kind_writes(body in body()) {
        for token in parse(&body).template.tokens() {
            prop_assert_eq!(&body[token.start..token.end], written(token.kind, token.name));
            prop_assert!(token.kind.is_name(token.name));
        }
    }

    #[test]
    fn ranges_slice_the_body_in_both_units(body in body()) {
        for miss in parse(&body).diagnostics() {
            let [from, to] = miss.range.bytes;
            let sliced = body.get(from..to);
            prop_assert!(sliced.is_some());
            prop_assert_eq!(utf16_slice(&body, miss.range.utf16), sliced.map(String::from));
            for edit in miss.fixes.iter().flat_map(|fix| &fix.edits) {
                prop_assert_eq!(edit.range, miss.range);
            }
        }
    }

    #[test]
    fn a_fix_that_writes_a_token_mends_this_finding_and_no_other(body in body()) {
        let before: Vec<_> = parse(&body).diagnostics().collect();
        for (number, miss) in before.iter().enumerate() {
            prop_assert!(!miss.fixes.is_empty(), "{}", miss.message);
            for fix in &miss.fixes {
                let text = &fix.edits[0].text;
                // Of four braces two are text; without the other two beside them they open a token.
                let opens = text.starts_with('$') && body[..miss.range.bytes[0]].ends_with("{{");
                if text.is_empty() || opens {
                    continue;
                }
                let mended = mend(&body, miss, text);
                let parsed = parse(&mended);
                let from = miss.range.bytes[0];
                let token = parsed.template.tokens().iter().find(|token| token.start == from);
                prop_assert_eq!(token.map(|token| token.end), Some(from + text.len()));
                let after: Vec<_> = parsed.diagnostics().map(|miss| miss.message).collect();
                let mut expected: Vec<_> = before.iter().map(|miss| &miss.message).collect();
                expected.remove(number);
                prop_assert!(after.iter().eq(expected), "{fix:?}\n{mended:?}\n{after:?}");
            }
        }
    }

    #[test]
    fn mending_one_finding_after_the_other_comes_to_an_end(body in body()) {
        let mut body = body;
        // Each mending makes the body shorter or turns a finding into a token.
        for _ in 0..=body.len() {
            let Some(miss) = parse(&body).diagnostics().next() else { return Ok(()) };
            body = mend(&body, &miss, &miss.fixes[0].edits[0].text);
        }
        prop_assert!(false, "there is still something to mend in {body:?}");
    }
}

/// Whether a stretch between tokens holds neither token nor near miss. Of several braces in a row
/// the last two open a token, so those before it are text.
fn is_literal(text: &str) -> bool {
    let parsed = parse(text.trim_end_matches('{'));
    parsed.template.tokens().is_empty() && parsed.diagnostics_total() == 0
}

fn mend(body: &str, miss: &Diagnostic, text: &str) -> String {
    let [from, to] = miss.range.bytes;
    [&body[..from], text, &body[to..]].concat()
}
