//! Why something of a project was not stored or not used.

use super::Use;
use crate::engine::EngineError;
use crate::finding::Finding;
use crate::store::StoreError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// What it says cannot be.
    #[error("{message}")]
    Invalid {
        /// Stable: a diagnostic's, or a word.
        code: String,
        /// What was expected, what was found, and the fix.
        message: String,
        /// All findings, where the module judged it.
        diagnostics: Vec<Finding>,
    },
    /// Another stands in the way.
    #[error("{message}")]
    Conflict {
        /// Stable.
        code: &'static str,
        /// What stands in the way, and what to do.
        message: String,
    },
    /// It is named by actions.
    #[error("{message}")]
    InUse {
        /// How many there are, and what to do.
        message: String,
        /// By which.
        uses: Vec<Use>,
    },
    /// Another has saved it since it was read, or it is there already.
    #[error("{message}")]
    Changed {
        /// What to do.
        message: String,
        /// The version that it has now.
        version: i64,
    },
    /// There is none.
    #[error("{0}")]
    NotFound(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The module failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl ProjectError {
    /// A member that is not as it should be.
    pub(super) fn field(message: impl Into<String>) -> Self {
        Self::invalid("bad_field", message)
    }

    pub(super) fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::Invalid { code: code.to_owned(), message: message.into(), diagnostics: Vec::new() }
    }
}

impl From<verbatim_core::Refusal> for ProjectError {
    fn from(refusal: verbatim_core::Refusal) -> Self {
        Self::invalid(&refusal.code.to_string(), refusal.message)
    }
}
