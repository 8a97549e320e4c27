//! Fills a template's tokens with values. Each value is inserted once and never scanned again.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::firsts::firsts;
use crate::limits::{LISTED, MESSAGE_CHARS, is_longer};
use crate::template::{Found, Scan};
use crate::token::Written;
use crate::{Code, Detail, Kind, Refusal, Template, Token, Values};

/// The text of `template` with `values` in the place of its tokens. Near misses stay as they are:
/// [`Template::new`] is what refuses them.
///
/// Allocates the text and nothing else, as long as nothing is missing.
///
/// # Errors
/// `V020` if a value is missing and `missing` says to refuse; the detail lists them all.
pub fn render<V: Values + ?Sized>(
    template: &Template<'_>,
    values: &V,
    missing: Missing,
) -> Result<String, Refusal> {
    let body = template.body();
    let mut text = String::with_capacity(rendered_len(template, values, missing));
    let mut literal = 0;
    for token in template.tokens() {
        text.push_str(&body[literal..token.start]);
        match (values.value(token.kind, token.name), missing) {
            (Some(value), _) => text.push_str(value),
            (None, Missing::Keep) => text.push_str(&body[token.start..token.end]),
            (None, Missing::Blank) => {}
            (None, Missing::Refuse) => return Err(refuse_missing(template, values)),
        }
        literal = token.end;
    }
    text.push_str(&body[literal..]);
    Ok(text)
}

/// The text of `body` with `values` in the place of its tokens, in one pass that keeps no template:
/// for a body that is sent once. The values are asked for in the order of the body.
///
/// `None` if something only looks like a token, or if a value is missing and `missing` says to
/// refuse: [`Template::new`] and [`render()`] say what. The text is allocated once, unless the
/// values are much longer than their tokens.
#[must_use]
pub fn fill<V: Values + ?Sized>(body: &str, values: &V, missing: Missing) -> Option<String> {
    let mut text = String::with_capacity(body.len() + ROOM);
    let mut literal = 0;
    for found in Scan::new(body) {
        let Found::Token(token) = found else { return None };
        text.push_str(&body[literal..token.start]);
        match (values.value(token.kind, token.name), missing) {
            (Some(value), _) => text.push_str(value),
            (None, Missing::Keep) => text.push_str(&body[token.start..token.end]),
            (None, Missing::Blank) => {}
            (None, Missing::Refuse) => return None,
        }
        literal = token.end;
    }
    text.push_str(&body[literal..]);
    Some(text)
}

/// Bytes by which values are longer than their tokens, in most messages at most.
const ROOM: usize = 64;

/// Bytes of the rendered text, so that it is allocated once.
pub(crate) fn rendered_len<V: Values + ?Sized>(
    template: &Template<'_>,
    values: &V,
    missing: Missing,
) -> usize {
    template.tokens().iter().fold(template.body().len(), |length, token| {
        let written = token.end - token.start;
        let value = match (values.value(token.kind, token.name), missing) {
            (Some(value), _) => value.len(),
            (None, Missing::Keep) => written,
            (None, Missing::Blank | Missing::Refuse) => 0,
        };
        (length - written).saturating_add(value)
    })
}

/// What to do with a token that has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missing {
    /// Refuse to render: what a sender wants.
    #[default]
    Refuse,
    /// Insert nothing.
    Blank,
    /// Insert the token as it is written.
    Keep,
}

/// A token without a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MissingValue {
    /// Its kind.
    pub kind: Kind,
    /// Its name, as written.
    pub name: String,
}

/// Whether Twilio would take `text` as a message: not blank, not too long, no U+0000.
///
/// # Errors
/// `V021`, `V022` or `V023`.
pub fn deliverable(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new(
            Code::TextBlank,
            "the message is blank: expected at least one character that is not white space",
        ));
    }
    if is_longer(text, MESSAGE_CHARS) {
        let chars = text.chars().count();
        return Err(Refusal::new(
            Code::TextLength,
            format!(
                "the message has {chars} characters: expected at most {MESSAGE_CHARS}; shorten \
                 the body or its values"
            ),
        ));
    }
    if text.as_bytes().contains(&0) {
        return Err(Refusal::new(
            Code::TextNul,
            "the message holds U+0000: expected text; remove it from the body or its values",
        ));
    }
    Ok(())
}

/// Each token without a value, once, in the order of first appearance.
pub(crate) fn missing_tokens<'t, 'a, V: Values + ?Sized>(
    template: &'t Template<'a>,
    values: &V,
) -> Vec<&'t Token<'a>> {
    let tokens = template.tokens();
    let lacks = |token: &Token<'_>| values.value(token.kind, token.name).is_none();
    if !tokens.iter().any(lacks) {
        return Vec::new();
    }
    let first =
        tokens.iter().zip(firsts(tokens)).enumerate().filter(|&(at, (_, first))| at == first);
    first.map(|(_, (token, _))| token).filter(|token| lacks(token)).collect()
}

fn refuse_missing<V: Values + ?Sized>(template: &Template<'_>, values: &V) -> Refusal {
    let missing = missing_tokens(template, values);
    let shown: Vec<_> = missing
        .iter()
        .take(SHOWN)
        .map(|token| format!("`{}`", Written(token.kind, token.name)))
        .collect();
    let more = match missing.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "no value for {}{more}: expected one for each token; give it, or ask for \
         `\"missing\": \"blank\"` or `\"keep\"`",
        shown.join(", ")
    );
    let listed = missing
        .iter()
        .take(LISTED)
        .map(|token| MissingValue { kind: token.kind, name: token.name.to_string() });
    Refusal {
        detail: Detail::Missing(listed.collect()),
        ..Refusal::new(Code::MissingValue, message)
    }
}

/// Missing values that the sentence names; the detail lists more.
const SHOWN: usize = 5;
