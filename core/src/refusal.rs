//! A refusal: why nothing was rendered or sent, with a code that programs can rely on.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::limits::LISTED;
use crate::{Code, Diagnostic, MissingValue};

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What was expected, what was found, what to do.
    pub message: String,
    /// More, for programs.
    pub detail: Detail,
}

/// What a program may want to know beside the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more.
    None,
    /// The values that are missing, each once.
    Missing(Vec<MissingValue>),
    /// What is wrong with the body: the first findings, and how many there are in all.
    Diagnostics {
        /// At most [`LISTED`](crate::limits::LISTED).
        listed: Vec<Diagnostic>,
        /// All of them.
        total: usize,
    },
}

impl Refusal {
    /// A refusal without a detail.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: Detail::None }
    }

    /// A body with errors: the first speaks, as many as may be are listed.
    pub(crate) fn of_body(findings: impl Iterator<Item = Diagnostic>, total: usize) -> Self {
        let listed: Vec<_> = findings.take(LISTED).collect();
        match listed.first() {
            Some(first) => Self {
                code: first.code,
                message: first.to_string(),
                detail: Detail::Diagnostics { total, listed },
            },
            // Only called with findings; without any it says so rather than panic.
            None => Self::new(Code::BodyLength, "expected a body without errors"),
        }
    }
}
