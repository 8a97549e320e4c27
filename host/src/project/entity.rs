//! Entities: what an agent collects, and what `{{entity:name}}` may therefore hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ProjectError;
use super::item::{Item, Kind};
use crate::engine::Engine;
use crate::store::Store;

/// The most values that a domain lists.
const MAX_VALUES: usize = 1_000;
/// The longest name of a type, in characters.
const MAX_TYPE: usize = 50;

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// The name by which tokens refer to it; another than the route's renames it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Of which type it is, e.g. `enum`, `numeric`, `date` or `free_text`.
    pub entity_type: String,
    /// What goes with its type, e.g. `options` of an `enum`, `min` and `max` of a `numeric`.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// What it may hold, for exact bounds; without it, what its type and config say of that.
    #[serde(default)]
    pub domain: Option<Domain>,
    /// What other programs keep of it.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

/// What a token may hold, as the module has it (wasm/ABI.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Domain {
    /// One of these.
    Values {
        /// The texts.
        values: Vec<String>,
    },
    /// At most so many characters.
    Length {
        /// How many.
        max_chars: u32,
        /// Of which kind.
        alphabet: Alphabet,
    },
    /// A whole number.
    Range {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
    },
}

/// Of which characters a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// Those of GSM 03.38.
    Gsm,
    /// Digits.
    Digits,
    /// Any.
    Any,
}

impl Item for Entity {
    const KIND: Kind = Kind::Entity;

    fn name(&mut self) -> &mut Option<String> {
        &mut self.name
    }

    async fn check(&mut self, _: &Engine, _: &Store) -> Result<(), ProjectError> {
        let length = self.entity_type.chars().count();
        if !(1..=MAX_TYPE).contains(&length) {
            let message =
                format!("expected an `entity_type` of 1 to {MAX_TYPE} characters, found {length}");
            return Err(ProjectError::field(message));
        }
        match &self.domain {
            Some(Domain::Values { values }) if !(1..=MAX_VALUES).contains(&values.len()) => {
                let count = values.len();
                let message =
                    format!("expected 1 to {MAX_VALUES} values of a domain, found {count}");
                Err(ProjectError::invalid("V097", message))
            }
            Some(Domain::Range { min, max }) if min > max => {
                let message = format!("expected `min` not above `max`, found {min} and {max}");
                Err(ProjectError::invalid("V097", message))
            }
            Some(Domain::Values { .. } | Domain::Length { .. } | Domain::Range { .. }) | None => {
                Ok(())
            }
        }
    }
}

impl Entity {
    /// What it may hold: as it says itself, or as its type and its config do.
    #[must_use]
    pub fn domain(&self) -> Option<Domain> {
        self.domain.clone().or_else(|| match self.entity_type.as_str() {
            "enum" => {
                let options = self.config.get("options")?.as_array()?;
                let texts = options.iter().map(|it| it.as_str().map(str::to_owned));
                let values: Vec<_> = texts.collect::<Option<_>>()?;
                (1..=MAX_VALUES).contains(&values.len()).then_some(Domain::Values { values })
            }
            "numeric" if self.config.get("has_decimal").and_then(Value::as_bool) != Some(true) => {
                let bound = |name| self.config.get(name).and_then(Value::as_i64);
                let (min, max) = (bound("min")?, bound("max")?);
                (min <= max).then_some(Domain::Range { min, max })
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_type_and_its_config_say_what_an_entity_may_hold() {
        let domain = |entity: Value| {
            let entity: Entity = serde_json::from_value(entity).expect("an entity");
            json!(entity.domain())
        };
        for (entity, expected) in [
            (
                json!({"entity_type": "enum", "config": {"options": ["a", "b"]}}),
                json!({"values": ["a", "b"]}),
            ),
            (
                json!({"entity_type": "numeric", "config": {"min": 1, "max": 20}}),
                json!({"min": 1, "max": 20}),
            ),
            (
                json!({"entity_type": "numeric", "config": {"min": 1, "max": 2, "has_decimal": true}}),
                Value::Null,
            ),
            (json!({"entity_type": "numeric", "config": {"min": 3, "max": 2}}), Value::Null),
            (json!({"entity_type": "date", "config": {"relative_date": false}}), Value::Null),
            (json!({"entity_type": "enum", "config": {"options": []}}), Value::Null),
            (
                json!({"entity_type": "date", "domain": {"max_chars": 10, "alphabet": "gsm"}}),
                json!({"max_chars": 10, "alphabet": "gsm"}),
            ),
        ] {
            assert_eq!(domain(entity.clone()), expected, "{entity}");
        }
    }
}
