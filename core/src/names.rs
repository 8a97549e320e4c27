//! The names that exist in a project, for each kind of token and reference.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Kind;

/// What exists. `None`: nobody knows, and nothing is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Attributes of variants.
    pub variant: Option<Vec<String>>,
    /// Entities.
    pub entity: Option<Vec<String>>,
    /// Variables.
    pub variable: Option<Vec<String>>,
    /// Translations.
    pub translation: Option<Vec<String>>,
    /// Titles of templates.
    pub template: Option<Vec<String>>,
    /// Handoffs.
    pub handoff: Option<Vec<String>>,
}

impl Names {
    /// The names of one kind of token.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Option<&[String]> {
        let names = match kind {
            Kind::Variant => &self.variant,
            Kind::Entity => &self.entity,
            Kind::Variable => &self.variable,
            Kind::Translation => &self.translation,
        };
        names.as_deref()
    }
}
