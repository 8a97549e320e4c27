//! A pattern that a project adds to a keyword: it must match the whole word, ASCII case aside.
//! Size and text are limited, and `regex-lite` takes time linear in both, so that no pattern can
//! stall a host.

use alloc::format;
use alloc::string::{String, ToString};

use crate::diagnostic::quote;
use crate::{Code, Refusal};

/// Patterns of one set of rules, at most.
pub const PATTERNS: usize = 16;
/// Bytes of a pattern, at most.
pub const PATTERN_BYTES: usize = 200;
/// Bytes of a compiled pattern, at most: `(a{100}){100}` is short, too.
pub const COMPILED_BYTES: usize = 32 << 10;
/// Bytes of a text that patterns are tried on, at most; a longer one is no keyword.
pub const MATCHED_BYTES: usize = 320;

/// A pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: regex_lite::Regex,
}

impl Pattern {
    /// Compiles `text`, in the syntax of the crate `regex-lite`.
    ///
    /// # Errors
    /// `V040` if it is too long, too large, or no pattern.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let refused = |why: &str| {
            let message = format!("the pattern {} {why}", quote(text));
            Refusal::new(Code::InvalidPattern, message)
        };
        if text.is_empty() || text.len() > PATTERN_BYTES {
            return Err(refused(&format!(
                "has {} bytes: expected 1 to {PATTERN_BYTES}",
                text.len()
            )));
        }
        let compile = |text: &str| {
            let mut builder = regex_lite::RegexBuilder::new(text);
            builder.case_insensitive(true).size_limit(COMPILED_BYTES).build()
        };
        // On its own first: `a)|(b` only compiles inside the group below.
        let regex = compile(text).and_then(|_| compile(&format!("^(?:{text})$")));
        let regex = regex.map_err(|error| {
            refused(&format!("is not one that can be used: {error}; expected a regular expression"))
        })?;
        if regex.is_match("") {
            return Err(refused("matches nothing at all: expected one that needs a character"));
        }
        Ok(Self { text: text.to_string(), regex })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, word: &str) -> bool {
        word.len() <= MATCHED_BYTES && self.regex.is_match(word)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_words_in_any_case() {
        let pattern = Pattern::new("(no )?m[aá]s").unwrap();
        for yes in ["no mas", "MAS", "No más"] {
            assert!(pattern.matches(yes), "{yes}");
        }
        for no in ["mass", "not mas", "", &"mas".repeat(200)] {
            assert!(!pattern.matches(no), "{no}");
        }
    }

    #[test]
    fn a_pattern_is_what_is_written() {
        let [one, other] = ["a", "b"].map(|text| Pattern::new(text).unwrap());
        assert_eq!((one.as_str(), other.as_str()), ("a", "b"));
        assert_eq!(one, Pattern::new("a").unwrap());
        assert_ne!(one, other);
    }

    #[test]
    fn what_could_stall_a_host_is_refused() {
        for bad in ["", "(", "a)|(b", "a*", "(a{100}){100}{100}", &"a".repeat(201)] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
        assert!(Pattern::new(&"a".repeat(200)).is_ok());
    }
}
