//! The values that a send's request does not give: from its conversation, its variant and its
//! language.
//!
//! The module says what is missing, by the template that it chose, and only that is looked for. So
//! a request that gives all its values costs no look, and no value that is not used is stored.

use serde_json::Value;

use super::item::{all, one};
use super::state::unknown_variant;
use super::{Attribute, Kind, ProjectError, State, Translation, Variant};
use crate::engine::{TokenName, Values};
use crate::store::Store;

/// Where values come from that the request does not give.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The variant, if one is named; else the default.
    pub variant: Option<String>,
    /// The person's language.
    pub language: Option<String>,
    state: State,
}

impl Context {
    /// What a request says, then its conversation.
    ///
    /// # Errors
    /// There is no such variant, or the database failed.
    pub async fn of(
        store: &Store,
        conversation: Option<&str>,
        variant: Option<String>,
        language: Option<String>,
    ) -> Result<Self, ProjectError> {
        let state = match conversation {
            Some(conversation) => State::of(store, conversation).await?,
            None => State::default(),
        };
        let variant = variant.or_else(|| state.variant.clone());
        if let Some(variant) = &variant
            && store.item(Kind::Variant, variant).await?.is_none()
        {
            return Err(unknown_variant(variant));
        }
        let language = language.or_else(|| state.language.clone());
        Ok(Self { variant, language, state })
    }
}

/// Fills in what is missing, as far as the project and the conversation know it.
///
/// # Errors
/// The database failed.
pub async fn resolve(
    store: &Store,
    context: &Context,
    missing: &[TokenName],
    values: &mut Values,
) -> Result<(), ProjectError> {
    let mut variant = context.variant.clone();
    for TokenName { kind, name } in missing {
        let (found, of_kind) = match kind.as_str() {
            "variant" => {
                if variant.is_none() {
                    variant = default_variant(store).await?;
                }
                let found = match &variant {
                    Some(variant) => attribute(store, variant, name).await?,
                    None => None,
                };
                (found, &mut values.variant)
            }
            "entity" => (context.state.entities.get(name).and_then(text), &mut values.entity),
            "variable" => (context.state.variables.get(name).and_then(text), &mut values.variable),
            "translation" => (translation(store, context, name).await?, &mut values.translation),
            _ => continue,
        };
        if let Some(found) = found {
            of_kind.insert(name.clone(), found);
        }
    }
    Ok(())
}

/// What of a conversation's state can stand in a message.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

async fn default_variant(store: &Store) -> Result<Option<String>, ProjectError> {
    let variants = all::<Variant>(store).await?.into_iter();
    Ok(variants.map(|it| it.item).find(|it| it.is_default == Some(true)).and_then(|it| it.name))
}

/// By its name as written, then without `variant_`, as the module looks values up.
async fn attribute(
    store: &Store,
    variant: &str,
    name: &str,
) -> Result<Option<String>, ProjectError> {
    for name in [Some(name), name.strip_prefix("variant_")].into_iter().flatten() {
        match one::<Attribute>(store, name).await {
            Ok(mut found) => return Ok(found.item.values.remove(variant)),
            Err(ProjectError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

async fn translation(
    store: &Store,
    context: &Context,
    name: &str,
) -> Result<Option<String>, ProjectError> {
    let translation = match one::<Translation>(store, name).await {
        Ok(found) => found.item,
        Err(ProjectError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    if let Some(text) = context.language.as_deref().and_then(|it| translation.text(it)) {
        return Ok(Some(text.to_owned()));
    }
    let default = store.default_language().await?;
    Ok(default.and_then(|it| translation.text(&it).map(str::to_owned)))
}
