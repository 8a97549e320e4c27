//! Attributes: what `${name}` stands for, with a value for each variant.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use verbatim_core::limits::MESSAGE_CHARS;
use verbatim_core::quote;

use super::ProjectError;
use super::item::{Change, Item, Kind};
use crate::engine::Engine;
use crate::store::{Store, Tx};

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// The name by which tokens refer to it; another than the route's renames it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its values are, in its owner's words, e.g. `text` or `phone_number`.
    #[serde(default)]
    pub kind: Option<String>,
    /// What goes with its kind.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// Its value for each variant; an empty text is one, too.
    pub values: BTreeMap<String, String>,
    /// What other programs keep of it.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

impl Item for Attribute {
    const KIND: Kind = Kind::Attribute;

    fn name(&mut self) -> &mut Option<String> {
        &mut self.name
    }

    async fn check(&mut self, _: &Engine, _: &Store) -> Result<(), ProjectError> {
        self.values.iter().try_for_each(|(variant, text)| check_text(variant, text))
    }

    async fn settle(
        &mut self,
        tx: &mut Tx,
        change: &mut Change<'_, Self>,
    ) -> Result<(), ProjectError> {
        let variants: Vec<_> =
            tx.items(Kind::Variant).await?.into_iter().map(|row| row.name).collect();
        let name = change.name;
        if let Some(missing) = variants.iter().find(|one| !self.values.contains_key(*one)) {
            let message = format!(
                "no value of the attribute `{name}` for the variant `{missing}`: expected one for \
                 each variant, if only an empty text"
            );
            return Err(ProjectError::invalid("value_missing", message));
        }
        match self.values.keys().find(|one| !variants.contains(one)) {
            None => Ok(()),
            Some(other) => {
                let message = format!("there is no variant {}; create it first", quote(other));
                Err(ProjectError::invalid("unknown_variant", message))
            }
        }
    }
}

/// A value that no message could hold is a slip.
pub(super) fn check_text(of: &str, text: &str) -> Result<(), ProjectError> {
    let length = text.chars().count();
    if length <= MESSAGE_CHARS {
        return Ok(());
    }
    let of = quote(of);
    let message = format!(
        "expected the value of {of} to have at most {MESSAGE_CHARS} characters, found {length}"
    );
    Err(ProjectError::field(message))
}
