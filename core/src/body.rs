//! The rules of a whole body, and the way from a body to the text of a message.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::limits::{BODY_CHARS, is_longer};
use crate::{
    Code, Diagnostic, Edit, Fix, Missing, Offsets, Refusal, Template, TextRange, Values,
    deliverable, fill, parse,
};

/// The text of a message from a body and its values, or why it may not leave.
///
/// # Errors
/// Every error of the body (`V003` to `V016`), of its values (`V020`) and of the text (`V021` to
/// `V023`). What is less than an error does not stop a message.
pub fn compose<V: Values + ?Sized>(
    body: &str,
    values: &V,
    missing: Missing,
) -> Result<String, Refusal> {
    let filled = if whole(body).next().is_none() { fill(body, values, missing) } else { None };
    // The longer way says what is wrong.
    let text = filled.map_or_else(|| sound(body)?.render(values, missing), Ok)?;
    deliverable(&text)?;
    Ok(text)
}

/// The template of a body without errors.
pub(crate) fn sound(body: &str) -> Result<Template<'_>, Refusal> {
    let parsed = parse(body);
    let whole: Vec<_> = whole(body).collect();
    match whole.len() + parsed.diagnostics_total() {
        0 => Ok(parsed.template),
        total => Err(Refusal::of_body(whole.into_iter().chain(parsed.diagnostics()), total)),
    }
}

/// Findings about the body as a whole.
pub(crate) fn whole(body: &str) -> impl Iterator<Item = Diagnostic> {
    [length(body), blank(body), nul(body)].into_iter().flatten()
}

/// Whether a body has more characters than a body may have.
pub(crate) fn is_too_long(body: &str) -> bool {
    is_longer(body, BODY_CHARS)
}

fn length(body: &str) -> Option<Diagnostic> {
    if !body.is_empty() && !is_too_long(body) {
        return None;
    }
    let chars = body.chars().count();
    let message = format!("the body has {chars} characters: expected 1 to {BODY_CHARS}");
    let from = body.char_indices().nth(BODY_CHARS).map_or(0, |(at, _)| at);
    Some(Diagnostic::of_body(
        Code::BodyLength,
        message,
        Offsets::new(body).range(from, body.len()),
        None,
    ))
}

fn blank(body: &str) -> Option<Diagnostic> {
    (!body.is_empty() && body.trim().is_empty()).then(|| {
        let message =
            String::from("the body is white space alone: expected a character that can be seen");
        Diagnostic::of_body(Code::BodyBlank, message, TextRange::whole(body), None)
    })
}

fn nul(body: &str) -> Option<Diagnostic> {
    let at = body.find('\0')?;
    let range = Offsets::new(body).range(at, at + 1);
    let message = String::from("the body holds U+0000: expected text; remove it");
    let fix = Fix {
        label: String::from("remove U+0000"),
        edits: vec![Edit { range, text: String::new() }],
    };
    Some(Diagnostic::of_body(Code::BodyNul, message, range, Some(fix)))
}
