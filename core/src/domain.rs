//! What the tokens of a template may hold: the question that exact bounds answer.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Kind;

/// What each token may hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Domains {
    /// By kind and name; variants have [`rows`](Self::rows) instead.
    pub tokens: Vec<(Kind, String, Domain)>,
    /// The variants. Each fixes all its attributes at once.
    pub rows: Vec<Row>,
}

/// What one token may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// One of these.
    Values(Vec<String>),
    /// Any text of at most `max_chars` characters of an alphabet; it may be empty.
    Text {
        /// Characters, at most.
        max_chars: usize,
        /// Out of these.
        alphabet: Alphabet,
    },
    /// A whole number, in decimal digits with `-` before a negative one.
    Range {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
}

/// The characters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alphabet {
    /// The GSM alphabet, with its extension table.
    Gsm,
    /// `0` to `9`.
    Digits,
    /// All of Unicode.
    Any,
}

/// A variant and its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The variant's name.
    pub variant: String,
    /// Attribute and value.
    pub values: Vec<(String, String)>,
}

impl Row {
    /// The attribute that a token means, by the rule of [`Values`](crate::Values).
    pub(crate) fn attribute(&self, name: &str) -> Option<&(String, String)> {
        let get = |name: &str| self.values.iter().find(|(attribute, _)| attribute == name);
        get(name).or_else(|| get(name.strip_prefix("variant_")?))
    }
}
