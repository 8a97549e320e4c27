//! A finding of the module about a template, as `wasm/ABI.md` gives it: what `check` answers, what
//! a refused save lists, and what is put back into files.

use serde::{Deserialize, Serialize};

/// A finding of the module, as ABI.md gives it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Finding {
    /// The stable code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// The text that the range is a range of.
    pub part: String,
    /// The sentence.
    pub message: String,
    /// The place.
    pub range: Range,
    /// How to mend it.
    pub fixes: Vec<Fix>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It costs money or trust.
    Warning,
    /// Nothing is saved and nothing leaves.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A half-open range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Range {
    /// In bytes.
    pub bytes: [usize; 2],
    /// In UTF-16 code units.
    pub utf16: [usize; 2],
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Fix {
    /// What it does.
    pub label: String,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// A replacement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Edit {
    /// What is replaced.
    pub range: Range,
    /// With what.
    pub text: String,
}
