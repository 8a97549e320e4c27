//! What a conversation knows that fills tokens: its variant, its language, and what its variables
//! and entities hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Kind, ProjectError, item};
use crate::store::{Store, StoreError, StoredState, Tx};
use crate::time::Timestamp;

/// The longest variables and the longest entities, in bytes of JSON.
const MAX_STATE: usize = 16 * 1024;

/// A conversation's state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct State {
    /// The variant's name; without it, the default.
    pub variant: Option<String>,
    /// The person's language, e.g. `es` or `pt-BR`.
    pub language: Option<String>,
    /// What `{{vrbl:NAME}}` stands for.
    pub variables: Map<String, Value>,
    /// What `{{entity:name}}` stands for.
    pub entities: Map<String, Value>,
}

/// What changes of it: what is not given stays, and what is `null` goes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StateChange {
    /// The variant's name.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    variant: Option<Option<String>>,
    /// The person's language.
    #[serde(deserialize_with = "given")]
    #[schemars(with = "Option<String>")]
    language: Option<Option<String>>,
    /// Variables by name: texts, numbers and booleans fill tokens.
    variables: Map<String, Value>,
    /// Entities by name: texts, numbers and booleans fill tokens.
    entities: Map<String, Value>,
}

/// What is there, be it `null`.
fn given<'de, D: serde::Deserializer<'de>>(it: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(it).map(Some)
}

impl State {
    /// A conversation's state; an empty one if it has none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(store: &Store, conversation: &str) -> Result<Self, StoreError> {
        store.conversation_state(conversation).await?.map_or(Ok(Self::default()), Self::try_from)
    }
}

impl StateChange {
    /// Changes a conversation's state, and gives what it is then.
    ///
    /// # Errors
    /// There is no such variant, it would be too much, or the database failed.
    pub async fn apply(
        self,
        tx: &mut Tx,
        conversation: &str,
        now: Timestamp,
    ) -> Result<State, ProjectError> {
        if let Some(Some(variant)) = &self.variant
            && tx.item(Kind::Variant, variant).await?.is_none()
        {
            return Err(unknown_variant(variant));
        }
        let mut state = State::try_from(tx.hold_state(conversation, now).await?)?;
        if let Some(variant) = self.variant {
            state.variant = variant;
        }
        if let Some(language) = self.language {
            state.language = language;
        }
        merge("variables", &mut state.variables, self.variables)?;
        merge("entities", &mut state.entities, self.entities)?;
        let text = |map: &Map<String, Value>| Value::Object(map.clone()).to_string();
        let stored = StoredState {
            variant: state.variant.clone(),
            language: state.language.clone(),
            variables: text(&state.variables),
            entities: text(&state.entities),
        };
        tx.set_state(conversation, &stored).await?;
        Ok(state)
    }
}

impl TryFrom<StoredState> for State {
    type Error = StoreError;

    fn try_from(stored: StoredState) -> Result<Self, StoreError> {
        let object = |text: &str| {
            serde_json::from_str(text)
                .map_err(|error| StoreError::Corrupt(format!("a conversation's state: {error}")))
        };
        Ok(Self {
            variant: stored.variant,
            language: stored.language,
            variables: object(&stored.variables)?,
            entities: object(&stored.entities)?,
        })
    }
}

/// Why a variant cannot be taken.
pub(super) fn unknown_variant(name: &str) -> ProjectError {
    ProjectError::invalid("unknown_variant", item::unknown(Kind::Variant, name).to_string())
}

fn merge(
    what: &str,
    all: &mut Map<String, Value>,
    changes: Map<String, Value>,
) -> Result<(), ProjectError> {
    for (name, value) in changes {
        match value.is_null() {
            true => drop(all.remove(&name)),
            false => drop(all.insert(name, value)),
        }
    }
    let length = Value::Object(all.clone()).to_string().len();
    if length <= MAX_STATE {
        return Ok(());
    }
    let message = format!("expected `{what}` of at most {MAX_STATE} bytes as JSON, found {length}");
    Err(ProjectError::field(message))
}
