//! The name by which functions and actions refer to a template.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::limits::TITLE_CHARS;
use crate::{Code, Diagnostic, Offsets, Part, Refusal, TextRange};

/// A title: 1 to 100 characters, without braces (they would end the token that names it),
/// control characters, and white space at its ends (nobody could see it).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Title(String);

impl Title {
    /// Parses `text`.
    ///
    /// # Errors
    /// `V001` or `V002`.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        match check(text) {
            None => Ok(Self(String::from(text))),
            Some(finding) => Err(Refusal::new(finding.code, finding.message)),
        }
    }

    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a title, if anything is.
pub(crate) fn check(text: &str) -> Option<Diagnostic> {
    let finding = |code: Code, message, range: TextRange| {
        let fixes = alloc::vec::Vec::new();
        Diagnostic { code, severity: code.severity(), part: Part::Title, message, range, fixes }
    };
    let chars = text.chars().count();
    if chars == 0 || chars > TITLE_CHARS {
        let message = format!("the title has {chars} characters: expected 1 to {TITLE_CHARS}");
        let from = text.char_indices().nth(TITLE_CHARS).map_or(0, |(at, _)| at);
        let range = Offsets::new(text).range(from, text.len());
        return Some(finding(Code::TitleLength, message, range));
    }
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let (at, bad) = text.char_indices().find(|&(at, c)| {
        c.is_control() || matches!(c, '{' | '}') || ((at == 0 || at == last) && c.is_whitespace())
    })?;
    let what = match bad {
        '{' | '}' => format!("the brace `{bad}`"),
        _ if bad.is_control() => format!("the control character U+{:04X}", u32::from(bad)),
        _ => String::from("white space at one of its ends"),
    };
    let message = format!(
        "the title holds {what}: expected no braces, no control characters and no white space \
         at its ends"
    );
    let range = Offsets::new(text).range(at, at + bad.len_utf8());
    Some(finding(Code::TitleCharacter, message, range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_1_to_100_characters_of_the_right_kind() {
        assert!(Title::new(&"é".repeat(100)).is_ok());
        let title = Title::new("reservation confirmation_es").unwrap();
        assert_eq!(
            (title.as_str(), &*format!("{title}")),
            ("reservation confirmation_es", title.as_str())
        );
        for bad in ["", &"é".repeat(101), "a{b", "a}b", "a\nb", " a", "a ", "\u{7F}"] {
            assert!(Title::new(bad).is_err(), "{bad:?}");
        }
    }
}
