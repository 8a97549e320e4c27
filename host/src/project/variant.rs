//! Variants: a place, a brand, a tenant. Each attribute has one value for each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use verbatim_core::quote;

use super::attribute::check_text;
use super::default::{self, Defaulted};
use super::item::{Change, Item, Kind, content, written};
use super::{Attribute, ProjectError};
use crate::engine::Engine;
use crate::store::{Store, Tx};
use crate::time::Timestamp;

/// A variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name; another than the route's renames it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is taken where none is named: of all, one is. Without it, as it was.
    #[serde(default)]
    pub is_default: Option<bool>,
    /// What attributes hold for it: a new one needs a value for each that there is, of another only
    /// those change that are given. They are shown with the attributes.
    #[serde(default, skip_serializing)]
    pub values: BTreeMap<String, String>,
    /// What other programs keep of it.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

impl Item for Variant {
    const KIND: Kind = Kind::Variant;

    fn name(&mut self) -> &mut Option<String> {
        &mut self.name
    }

    async fn check(&mut self, _: &Engine, _: &Store) -> Result<(), ProjectError> {
        self.values.iter().try_for_each(|(attribute, text)| check_text(attribute, text))
    }

    async fn settle(
        &mut self,
        tx: &mut Tx,
        change: &mut Change<'_, Self>,
    ) -> Result<(), ProjectError> {
        default::settle(self, tx, change).await?;
        let before = change.before.as_ref().map_or(change.name, |(name, _)| *name);
        for row in tx.items(Kind::Attribute).await? {
            let mut attribute: Attribute = content(&row)?;
            let was = attribute.values.remove(before);
            let given = self.values.remove(&row.name);
            let changes = given.is_some() || before != change.name;
            let Some(value) = given.or(was) else {
                return Err(ProjectError::invalid(
                    "value_missing",
                    format!(
                        "no value of the attribute `{}` for `{}`: expected one in `values`",
                        row.name, change.name
                    ),
                ));
            };
            attribute.values.insert(change.name.to_owned(), value);
            if changes {
                store(tx, &row.name, &attribute, change.now).await?;
            }
        }
        match self.values.keys().next() {
            None => Ok(()),
            Some(other) => {
                let message = format!("there is no attribute {}; create it first", quote(other));
                Err(ProjectError::invalid("unknown_attribute", message))
            }
        }
    }

    async fn leave(self, tx: &mut Tx, name: &str, now: Timestamp) -> Result<(), ProjectError> {
        default::leave(self, tx, name).await?;
        for row in tx.items(Kind::Attribute).await? {
            let mut attribute: Attribute = content(&row)?;
            if attribute.values.remove(name).is_some() {
                store(tx, &row.name, &attribute, now).await?;
            }
        }
        Ok(())
    }
}

impl Defaulted for Variant {
    fn is_default(&mut self) -> &mut Option<bool> {
        &mut self.is_default
    }
}

async fn store(
    tx: &mut Tx,
    name: &str,
    attribute: &Attribute,
    now: Timestamp,
) -> Result<(), ProjectError> {
    Ok(tx.save_item(Kind::Attribute, name, name, &written(attribute)?, now).await?)
}
