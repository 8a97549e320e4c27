//! Finds the tokens of a body. The parser never fails: it yields a template and the places
//! that look like a token and are none. What is no token is literal text.
//!
//! It is written by hand because it is the product: one pass, `memchr` from brace to brace, one
//! allocation for all tokens, none for a body without any.

use alloc::vec::Vec;

use memchr::memchr;

use crate::token::{is_word, is_word_or_dash};
use crate::{Diagnostic, Kind, Missing, Offsets, Refusal, Token, Values, near_miss::NearMiss};

/// Parses `body`, whatever it holds, in time linear in its length.
#[must_use]
pub fn parse(body: &str) -> Parsed<'_> {
    let mut tokens = Vec::new();
    let mut near_misses = Vec::new();
    for found in Scan::new(body) {
        match found {
            Found::Token(token) => {
                if tokens.is_empty() {
                    tokens.reserve(TOKENS_AT_FIRST);
                }
                tokens.push(token);
            }
            Found::NearMiss(near_miss) => near_misses.push(near_miss),
        }
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

/// What in a body is no literal text.
pub(crate) enum Found<'a> {
    Token(Token<'a>),
    NearMiss(NearMiss),
}

/// Goes through a body, from one to the next.
pub(crate) struct Scan<'a> {
    body: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(crate) const fn new(body: &'a str) -> Self {
        Self { body, at: 0 }
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Found<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Found<'a>> {
        let bytes = self.body.as_bytes();
        loop {
            // Both openers end with a brace, so that one byte is looked for and not two.
            let brace = self.at + memchr(b'{', &bytes[self.at..])?;
            let (found, end) = match &bytes[brace + 1..] {
                _ if bytes[self.at..brace].ends_with(b"$") => variant(self.body, brace - 1),
                // Of `{{{` the first is literal, so that the innermost pair opens the token.
                [b'{', rest @ ..] if !rest.starts_with(b"{") => braced(self.body, brace),
                _ => {
                    self.at = brace + 1;
                    continue;
                }
            };
            self.at = end;
            return Some(found);
        }
    }
}

/// `${` stands at `start`.
#[inline(always)]
fn variant(body: &str, start: usize) -> (Found<'_>, usize) {
    let bytes = body.as_bytes();
    let from = start + 2;
    let to = match bytes.get(from) {
        Some(&first) if is_word(first) && !first.is_ascii_digit() => skip(bytes, from + 1, is_word),
        _ => from,
    };
    if to > from && bytes.get(to) == Some(&b'}') {
        let (name, end) = (&body[from..to], to + 1);
        return (Found::Token(Token { kind: Kind::Variant, name, start, end }), end);
    }
    near_miss(bytes, start, b"}")
}

/// `{{` stands at `start`, and no third brace after it.
#[inline(always)]
fn braced(body: &str, start: usize) -> (Found<'_>, usize) {
    let bytes = body.as_bytes();
    // Spelled out, because comparing with `Kind::delimiters` takes three times as long.
    let kind = match &bytes[start + 2..] {
        [b'e', b'n', b't', b'i', b't', b'y', b':', ..] => Some(Kind::Entity),
        [b'v', b'r', b'b', b'l', b':', ..] => Some(Kind::Variable),
        [b't', b'n', b':', ..] => Some(Kind::Translation),
        _ => None,
    };
    if let Some(kind) = kind {
        let from = start + kind.delimiters().0.len();
        let to = skip(bytes, from, is_word_or_dash);
        if to > from && bytes[to..].starts_with(b"}}") {
            let (name, end) = (&body[from..to], to + 2);
            return (Found::Token(Token { kind, name, start, end }), end);
        }
    }
    near_miss(bytes, start, b"}}")
}

/// How far a near miss goes: to its closing braces on the same line and before the next opener,
/// or, left open, to the end of what could still be its kind and name.
#[cold]
fn near_miss<'a>(bytes: &[u8], start: usize, closer: &[u8]) -> (Found<'a>, usize) {
    let from = start + 2;
    let found = |end, closed| (Found::NearMiss(NearMiss { start, end, closed }), end);
    let mut at = from;
    while at < bytes.len() {
        match bytes[at..] {
            [b'}', ..] if bytes[at..].starts_with(closer) => return found(at + closer.len(), true),
            [b'\n' | b'\r', ..] | [b'$', b'{', ..] | [b'{', b'{', ..] => break,
            _ => at += 1,
        }
    }
    let end = skip(bytes, from, |byte| is_word_or_dash(byte) || byte == b':');
    let end = if closer.len() == 2 && bytes.get(end) == Some(&b'}') { end + 1 } else { end };
    found(end, false)
}

fn skip(bytes: &[u8], from: usize, take: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().take_while(|&&byte| take(byte)).fold(from, |at, _| at + 1)
}
