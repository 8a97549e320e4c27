//! A finding in a title or a body: its code, its place, and how to mend it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::limits::QUOTED_CHARS;
use crate::{Code, Environment, Severity, TextRange};

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The text that `range` is a range of.
    pub part: Part,
    /// What was expected and what was found: lower case, no full stop.
    pub message: String,
    /// Where it stands.
    pub range: TextRange,
    /// Ways to mend it, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding in a body, as bad as its code says.
    pub(crate) fn of_body(
        code: Code,
        message: String,
        range: TextRange,
        fix: impl IntoIterator<Item = Fix>,
    ) -> Self {
        let fixes = fix.into_iter().collect();
        Self { code, severity: code.severity(), part: Part::Body, message, range, fixes }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Which of a template's texts a finding is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The title.
    Title,
    /// The body.
    Body,
    /// The sender of an environment.
    Sender(Environment),
}

impl Part {
    /// `title`, `body`, or `senders.live` and its like.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "body",
            Self::Sender(Environment::Live) => "senders.live",
            Self::Sender(Environment::PreRelease) => "senders.pre_release",
            Self::Sender(Environment::Sandbox) => "senders.sandbox",
        }
    }
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, e.g. ``write `{{entity:x}}` ``.
    pub label: String,
    /// The edits, all into the text as it was given; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub range: TextRange,
    /// With what.
    pub text: String,
}

/// `text` in backticks, on one line, its middle left out where it is long.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("`");
    let mut chars = text.chars();
    for c in chars.by_ref().take(QUOTED_CHARS - 1) {
        quoted.push(if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
    }
    // The last that may stand is left out only where more follow.
    match (chars.next(), chars.next()) {
        (None, _) => {}
        (Some(c), None) if c.is_control() => quoted.push(char::REPLACEMENT_CHARACTER),
        (Some(c), None) => quoted.push(c),
        (Some(_), Some(_)) => quoted.push('…'),
    }
    quoted.push('`');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_quote_shows_forty_characters_and_no_control() {
        let of = |text: &str| quote(text).trim_matches('`').replace("aaaaaaaaaa", "_");
        let tens = "a".repeat(30);
        let cases = [
            ("", "é", "é"),
            (&tens, "aaaaaaaaaé", "___aaaaaaaaaé"),
            (&tens, "aaaaaaaaa\n", "___aaaaaaaaa\u{FFFD}"),
            (&tens, "aaaaaaaaaéé", "___aaaaaaaaa…"),
            ("", "a\u{7}b", "a\u{FFFD}b"),
        ];
        for (before, after, expected) in cases {
            assert_eq!(of(&format!("{before}{after}")), expected, "{after:?}");
        }
    }
}
