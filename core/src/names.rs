//! The names that exist in a project, for each kind of token and reference.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Kind;

/// What exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Attributes of variants.
    pub variant: Vec<String>,
    /// Entities.
    pub entity: Vec<String>,
    /// Variables.
    pub variable: Vec<String>,
    /// Translations.
    pub translation: Vec<String>,
    /// Titles of templates.
    pub template: Vec<String>,
    /// Handoffs.
    pub handoff: Vec<String>,
}

impl Names {
    /// The names of one kind of token.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::Variant => &self.variant,
            Kind::Entity => &self.entity,
            Kind::Variable => &self.variable,
            Kind::Translation => &self.translation,
        }
    }
}
