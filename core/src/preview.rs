//! What the editor shows while a body is being written: the text with the values that there are,
//! where each token went, and what is missing. It is never sent.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::limits::{LISTED, PREVIEW_BYTES};
use crate::render::{missing_tokens, rendered_len};
use crate::{
    Code, Kind, Missing, MissingValue, Offsets, Policy, Refusal, Segments, TextRange, Values,
    parse, segments,
};

/// The text of `body` with `values` filled in; a token without one stays as it is written, and so
/// does what only looks like a token.
///
/// # Errors
/// `V024` if the text would exceed [`PREVIEW_BYTES`].
pub fn preview<V: Values + ?Sized>(
    body: &str,
    values: &V,
    policy: Policy,
) -> Result<Preview, Refusal> {
    let template = parse(body).template;
    let length = rendered_len(&template, values, Missing::Keep);
    if length > PREVIEW_BYTES {
        return Err(Refusal::new(
            Code::PreviewLength,
            format!(
                "the text has {length} bytes: expected at most {PREVIEW_BYTES}; shorten a value"
            ),
        ));
    }
    let text = crate::render(&template, values, Missing::Keep)?;

    let (mut in_body, mut in_text) = (Offsets::new(body), Offsets::new(&text));
    let mut spans = Vec::with_capacity(template.tokens().len().min(LISTED));
    // The text is ahead of the body by `to - token.end` after each token.
    let (mut from, mut last_end) = (0, 0);
    for token in template.tokens().iter().take(LISTED) {
        from += token.start - last_end;
        let value = values.value(token.kind, token.name);
        let to = from + value.map_or(token.end - token.start, str::len);
        spans.push(TokenSpan {
            kind: token.kind,
            name: token.name.to_string(),
            body: in_body.range(token.start, token.end),
            text: in_text.range(from, to),
            missing: value.is_none(),
        });
        (from, last_end) = (to, token.end);
    }

    let missing = missing_tokens(&template, values);
    Ok(Preview {
        spans,
        spans_total: template.tokens().len(),
        missing_total: missing.len(),
        missing: missing
            .into_iter()
            .take(LISTED)
            .map(|token| MissingValue { kind: token.kind, name: token.name.to_string() })
            .collect(),
        segments: segments(&text, policy),
        text,
    })
}

/// A body as it would read with the values at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The text.
    pub text: String,
    /// Where each token stands in the body and in the text; at most [`LISTED`].
    pub spans: Vec<TokenSpan>,
    /// How many tokens there are.
    pub spans_total: usize,
    /// Tokens without a value, each once; at most [`LISTED`].
    pub missing: Vec<MissingValue>,
    /// How many there are.
    pub missing_total: usize,
    /// What the text costs.
    pub segments: Segments,
}

/// Where a token went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpan {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its place in the body.
    pub body: TextRange,
    /// The place in the text of its value, or of the token itself if it has none.
    pub text: TextRange,
    /// Whether it has no value.
    pub missing: bool,
}
