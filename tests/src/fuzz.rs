//! What must hold of any input at all. `tests/fuzz` feeds these functions to libFuzzer; the test
//! `fuzz_seeds` runs the saved seeds through them, on the stable toolchain.

use std::sync::LazyLock;

use verbatim_core::{
    Domain, Domains, Draft, Encoding, Kind, Missing, Names, Place, Policy, Rules, Slots, Template,
    Weighed, bounds, check, check_prompt, classify, complete, count, forcing, limits, parse,
    preview, segments,
};
use verbatim_host::sandbox::{Batch, BatchError, Grant, Limits, Row, Sandbox};
use verbatim_wasm::ops;
use verbatim_wasm::outside::Outside;

/// A target by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 8] = [
    ("parse", parse_any),
    ("render", render_any),
    ("segments", segments_any),
    ("classify", classify_any),
    ("bounds", bounds_any),
    ("call", call_any),
    ("batch", batch_any),
    ("module", module_any),
];

fn text(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// Parsing, checking and completing any text: tokens and findings stand where they say, and every
/// fix can be applied.
pub fn parse_any(data: &[u8]) {
    let body = &*text(data);
    let parsed = parse(body);
    let mut end = 0;
    for token in parsed.template.tokens() {
        assert!(end <= token.start && token.start < token.end, "tokens in order");
        end = token.end;
        let (before, after) = token.kind.delimiters();
        assert_eq!(body[token.start..token.end], format!("{before}{}{after}", token.name));
        assert!(token.kind.is_name(token.name));
    }
    let names = Names { variant: Some(vec!["name".into()]), ..Names::default() };
    let found = check(&Draft { title: Some(body), body, names: Some(&names), ..Draft::default() });
    assert!(found.diagnostics.len() <= limits::LISTED);
    assert!(found.diagnostics.len() <= found.diagnostics_total);
    for finding in &found.diagnostics {
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.range);
        for range in edits.chain([finding.range]) {
            let [from, to] = range.bytes;
            assert!(body.get(from..to).is_some(), "{finding:?}");
            let units: usize = body[..from].chars().map(char::len_utf16).sum();
            assert_eq!(range.utf16[0], units);
        }
        assert!(!finding.message.ends_with('.') && !finding.message.is_empty());
    }
    let list = |name: &str| Some(vec![String::from(name)]);
    let names = Names { template: list("two words"), handoff: list("desk"), ..names };
    let found = check_prompt(body, &names);
    for one in &found.references {
        assert!(one.range.slice(body).contains(one.name));
    }
    for edit in found.diagnostics.iter().flat_map(|one| &one.fixes).flat_map(|fix| &fix.edits) {
        assert!(body.get(edit.range.bytes[0]..edit.range.bytes[1]).is_some());
    }
    let utf16 = body.chars().map(char::len_utf16).sum::<usize>();
    for at in [0, utf16 / 2, utf16, utf16 + 1] {
        for place in [Place::Body, Place::Prompt] {
            for one in complete(body, at, &names, place).items {
                assert!(body.get(one.range.bytes[0]..one.range.bytes[1]).is_some());
            }
        }
    }
}

/// Rendering: literal text and values come out whole and in order, and the spans say where.
pub fn render_any(data: &[u8]) {
    let input = text(data);
    let (body, value) = input.split_once('\n').unwrap_or((&input, "v"));
    let values =
        [(Kind::Variant, "a", value), (Kind::Entity, "a", ""), (Kind::Variable, "a", "{{vrbl:a}}")];
    let template = parse(body).template;
    let Ok(text) = template.render(&values[..], Missing::Keep) else { panic!("keep refused") };
    let Ok(shown) = preview(body, &values[..], Policy::Standard) else {
        assert!(text.len() > limits::PREVIEW_BYTES);
        return;
    };
    assert_eq!(shown.text, text);
    let (mut body_at, mut text_at) = (0, 0);
    for span in &shown.spans {
        let ([from, to], [start, end]) = (span.body.bytes, span.text.bytes);
        assert_eq!(body[body_at..from], text[text_at..start], "literal text as it was");
        // A value may read like the token that it fills.
        assert!(!span.missing || body[from..to] == text[start..end]);
        (body_at, text_at) = (to, end);
    }
    if shown.spans.len() == shown.spans_total {
        assert_eq!(body[body_at..], text[text_at..]);
    }
    let refused = template.render(&values[..], Missing::Refuse).is_err();
    assert_eq!(refused, shown.missing_total > 0);
}

/// Counting: segments hold what they may, and together the whole text.
pub fn segments_any(data: &[u8]) {
    let text = &*text(data);
    let [standard, graphemes] = [Policy::Standard, Policy::Graphemes].map(|policy| {
        let all = segments(text, policy);
        assert_eq!(all.count, count(text, policy));
        assert_eq!(all.segment_units.len(), all.count.segments);
        assert_eq!(all.segment_units.iter().sum::<usize>(), all.count.units);
        let encoding = all.count.encoding;
        let limit = match all.count.segments {
            1 => encoding.single(),
            _ => encoding.concatenated(),
        };
        assert!(all.segment_units.iter().all(|&units| units <= limit));
        assert_eq!(all.segment_units.last().map(|last| limit - last), Some(all.count.remaining));
        assert_eq!(encoding == Encoding::Gsm7, forcing(text).next().is_none());
        all.count.segments
    });
    assert!(standard <= graphemes && graphemes <= 2 * standard + 1);
    let mut end = 0;
    for one in forcing(text) {
        assert_eq!(one.range.slice(text), one.char);
        assert!(end <= one.range.bytes[0] || one.char.chars().count() > 1);
        end = one.range.bytes[1];
    }
}

/// Classifying: stable under case and padding, explained by its trace.
pub fn classify_any(data: &[u8]) {
    let text = &*text(data);
    let rules = Rules::default();
    let found = classify(text, &rules);
    for padded in [format!(" \u{A0}{text}\n"), text.to_ascii_lowercase(), text.to_ascii_uppercase()]
    {
        assert_eq!(classify(&padded, &rules).keyword, found.keyword, "{text:?}");
    }
    let mut before = text;
    for step in found.trace() {
        assert_eq!(step.before, before);
        assert!(step.name == "matched" || step.after.len() < step.before.len());
        before = step.after;
    }
    assert_eq!(found.keyword.is_some(), found.matched.is_some());
}

/// Bounds: no message that is picked at random takes fewer or more.
pub fn bounds_any(data: &[u8]) {
    let input = text(data);
    let mut lines = input.split('\n');
    let body = lines.next().unwrap_or_default();
    let values: Vec<String> = lines.map(String::from).take(12).collect();
    if body.len() > 4000 {
        return;
    }
    let template: Template<'_> = parse(body).template;
    let mut tokens: Vec<(Kind, String, Domain)> = Vec::new();
    for token in template.tokens().iter().filter(|token| token.kind != Kind::Variant) {
        let at = tokens.len() % values.len().max(1);
        let list = values.iter().cycle().skip(at).take(values.len()).cloned().collect();
        if !tokens.iter().any(|(kind, name, _)| *kind == token.kind && name == token.name) {
            tokens.push((token.kind, token.name.into(), Domain::Values(list)));
        }
    }
    let domains = Domains { tokens, rows: Vec::new() };
    let Ok(found) = bounds(&template, &domains, Policy::Standard) else { return };
    for pick in 0..values.len() {
        let chosen: Vec<_> = domains
            .tokens
            .iter()
            .enumerate()
            .filter_map(|(at, (kind, name, domain))| match domain {
                Domain::Values(list) => {
                    Some((*kind, name.as_str(), list[(pick * (at + 1)) % list.len()].as_str()))
                }
                Domain::Text { .. } | Domain::Range { .. } => None,
            })
            .collect();
        let Ok(text) = template.render(&chosen[..], Missing::Refuse) else { continue };
        if text.chars().count() > limits::MESSAGE_CHARS {
            continue;
        }
        let taken = count(&text, Policy::Standard).segments;
        let min = found.min.as_ref().map(|one| one.segments);
        let max = found.max.as_ref().map(|one| one.segments);
        assert!(min.is_some_and(|min| min <= taken), "{min:?} {taken} {text:?}");
        assert!(max.is_some_and(|max| taken <= max), "{max:?} {taken} {text:?}");
    }
}

static SANDBOX: LazyLock<Sandbox> =
    LazyLock::new(|| Sandbox::embedded(Limits::default()).expect("the embedded module loads"));

/// Calling: any bytes have an answer of one line of JSON, `ok` or `error`, the same natively and
/// from the module in its sandbox.
pub fn call_any(data: &[u8]) {
    let native = ops::call(data, &mut Outside);
    let answer: serde_json::Value = serde_json::from_str(&native).expect("JSON");
    let keys: Vec<_> = answer.as_object().expect("an object").keys().collect();
    assert!(keys == ["ok"] || keys == ["error"], "{keys:?}");
    assert!(!native.contains('\n'), "one line");
    let outcome = SANDBOX.call(data, &Grant::default()).expect("the module answers anything");
    assert!(outcome.response == native.as_bytes(), "{}", data.escape_ascii());
    assert!(outcome.intents.is_empty(), "nothing was granted");
}

/// A batch: any bytes have an answer, and so has each row of a batch that is one: what the core
/// says of the same values, or the refusal of the whole for a body that no message can have.
pub fn batch_any(data: &[u8]) {
    let answer = verbatim_wasm::batch::render(data);
    assert!(answer.len() >= 4, "a number of rows, or none and the error");

    let input = text(data);
    let (body, values) = input.split_once('\n').unwrap_or((&input, ""));
    let slots = Slots::of_body(body);
    let tokens = slots.as_ref().map_or(1, |slots| slots.names().len());
    // A line that says nothing but `-` stands for a value that is missing.
    let values: Vec<_> = values.split('\n').map(|one| (one != "-").then_some(one)).collect();
    let rows: Vec<_> = values.chunks(tokens.max(1)).take(64).collect();
    let mut batch = Batch::new(body, tokens);
    for row in &rows {
        if !batch.push(row.iter().copied()) {
            return;
        }
    }
    match (SANDBOX.render_batch(&batch), slots) {
        (Ok(rendered), Ok(slots)) => {
            for (found, values) in rendered.rows().zip(&rows) {
                let mut room = [0; limits::MESSAGE_BYTES];
                let weighed: Vec<_> = values.iter().map(|value| value.map(Weighed::new)).collect();
                let said = slots.message_into(&mut room, &weighed);
                let expected = match &said {
                    Ok((bytes, count)) => Row::Message {
                        text: str::from_utf8(&room[..*bytes]).expect("UTF-8"),
                        encoding: count.encoding.as_str(),
                        segments: u16::try_from(count.segments).expect("a message is short"),
                    },
                    Err(code) => Row::Refused { code: code.number() },
                };
                assert_eq!(found, expected, "{body:?} {values:?}");
            }
        }
        (Err(BatchError::Refused { .. }), Err(_)) => {}
        (found, expected) => panic!("{body:?}: {found:?}, and the core says {expected:?}"),
    }
}

/// A module of another make, or bytes that are none.
pub fn module_any(data: &[u8]) {
    let _ = crate::generated::run(data);
}
