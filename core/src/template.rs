//! Finds the tokens of a body. The parser never fails: it yields a template and the places
//! that look like a token and are none. What is no token is literal text.
//!
//! It is written by hand because it is the product: one pass, `memchr` from opener to opener,
//! one allocation for all tokens, none for a body without any.

use alloc::vec::Vec;

use memchr::memchr2;

use crate::token::{is_word, is_word_or_dash};
use crate::{Diagnostic, Kind, Missing, Offsets, Refusal, Token, Values, near_miss::NearMiss};

/// Parses `body`, whatever it holds, in time linear in its length.
#[must_use]
pub fn parse(body: &str) -> Parsed<'_> {
    let bytes = body.as_bytes();
    let mut tokens = Vec::new();
    let mut near_misses = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr2(b'$', b'{', &bytes[at..]) {
        let start = at + offset;
        let found = match bytes[start..] {
            [b'$', b'{', ..] => variant(body, start),
            // Of `{{{` the first is literal, so that the innermost pair opens the token.
            [b'{', b'{', b'{', ..] => Found::Nothing,
            [b'{', b'{', ..] => braced(body, start),
            _ => Found::Nothing,
        };
        at = match found {
            Found::Nothing => start + 1,
            Found::Token(token) => {
                if tokens.is_empty() {
                    tokens.reserve(TOKENS_AT_FIRST);
                }
                tokens.push(token);
                token.end
            }
            Found::NearMiss(near_miss) => {
                near_misses.push(near_miss);
                near_miss.end
            }
        };
    }
    Parsed { template: Template { body, tokens }, near_misses }
}

/// Most bodies hold no more tokens than this: their list is allocated once.
const TOKENS_AT_FIRST: usize = 4;

/// A body and its tokens, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<'a> {
    body: &'a str,
    tokens: Vec<Token<'a>>,
}

impl<'a> Template<'a> {
    /// Parses `body` strictly, for senders.
    ///
    /// # Errors
    /// The first thing that looks like a token and is none (`V010` to `V016`).
    pub fn new(body: &'a str) -> Result<Self, Refusal> {
        let parsed = parse(body);
        match parsed.near_misses.is_empty() {
            true => Ok(parsed.template),
            false => Err(Refusal::of_body(parsed.diagnostics(), parsed.diagnostics_total())),
        }
    }

    /// The body as it was given.
    #[must_use]
    pub const fn body(&self) -> &'a str {
        self.body
    }

    /// Its tokens, in order.
    #[must_use]
    pub fn tokens(&self) -> &[Token<'a>] {
        &self.tokens
    }

    /// The text between the tokens, in order; what may be empty is left out.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &'a str> {
        let body = self.body;
        let ends = self.tokens.iter().map(|token| (token.start, token.end));
        let ends = ends.chain([(body.len(), body.len())]);
        let mut from = 0;
        ends.map(move |(start, end)| &body[core::mem::replace(&mut from, end)..start])
            .filter(|text| !text.is_empty())
    }

    /// Fills the tokens: [`render()`](crate::render()).
    ///
    /// # Errors
    /// `V020` if a value is missing and `missing` says to refuse.
    pub fn render<V: Values + ?Sized>(
        &self,
        values: &V,
        missing: Missing,
    ) -> Result<alloc::string::String, Refusal> {
        crate::render(self, values, missing)
    }
}

/// A template, and what in its body looks like a token and is none.
#[derive(Debug, Clone)]
pub struct Parsed<'a> {
    /// The template; near misses are part of its literal text.
    pub template: Template<'a>,
    near_misses: Vec<NearMiss>,
}

impl Parsed<'_> {
    pub(crate) fn near_misses(&self) -> &[NearMiss] {
        &self.near_misses
    }

    /// How many diagnostics there are, without making them.
    #[must_use]
    pub fn diagnostics_total(&self) -> usize {
        self.near_misses.len()
    }

    /// Each near miss as an error with its place and its fixes, made as it is asked for.
    pub fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> {
        let mut offsets = Offsets::new(self.template.body);
        self.near_misses.iter().map(move |miss| miss.explain(self.template.body, &mut offsets))
    }
}

enum Found<'a> {
    Nothing,
    Token(Token<'a>),
    NearMiss(NearMiss),
}

/// `${` stands at `start`.
fn variant(body: &str, start: usize) -> Found<'_> {
    let bytes = body.as_bytes();
    let from = start + 2;
    let to = match bytes.get(from) {
        Some(&first) if is_word(first) && !first.is_ascii_digit() => skip(bytes, from + 1, is_word),
        _ => from,
    };
    if to > from && bytes.get(to) == Some(&b'}') {
        let name = &body[from..to];
        return Found::Token(Token { kind: Kind::Variant, name, start, end: to + 1 });
    }
    Found::NearMiss(near_miss(bytes, start, b"}"))
}

/// `{{` stands at `start`, and no third brace after it.
fn braced(body: &str, start: usize) -> Found<'_> {
    let bytes = body.as_bytes();
    let opened = [Kind::Entity, Kind::Variable, Kind::Translation].into_iter().find_map(|kind| {
        let opener = kind.delimiters().0;
        bytes[start..].starts_with(opener.as_bytes()).then_some((kind, start + opener.len()))
    });
    if let Some((kind, from)) = opened {
        let to = skip(bytes, from, is_word_or_dash);
        if to > from && bytes[to..].starts_with(b"}}") {
            let name = &body[from..to];
            return Found::Token(Token { kind, name, start, end: to + 2 });
        }
    }
    Found::NearMiss(near_miss(bytes, start, b"}}"))
}

/// How far a near miss goes: to its closing braces on the same line and before the next opener,
/// or, left open, to the end of what could still be its kind and name.
fn near_miss(bytes: &[u8], start: usize, closer: &[u8]) -> NearMiss {
    let from = start + 2;
    let mut at = from;
    while at < bytes.len() {
        match bytes[at..] {
            [b'}', ..] if bytes[at..].starts_with(closer) => {
                return NearMiss { start, end: at + closer.len(), closed: true };
            }
            [b'\n' | b'\r', ..] | [b'$', b'{', ..] | [b'{', b'{', ..] => break,
            _ => at += 1,
        }
    }
    let end = skip(bytes, from, |byte| is_word_or_dash(byte) || byte == b':');
    let end = if closer.len() == 2 && bytes.get(end) == Some(&b'}') { end + 1 } else { end };
    NearMiss { start, end, closed: false }
}

fn skip(bytes: &[u8], from: usize, take: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|&byte| !take(byte)).map_or(bytes.len(), |length| from + length)
}
