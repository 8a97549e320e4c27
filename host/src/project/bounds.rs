//! What exists in a project and what it may hold, as the module has it (wasm/ABI.md): for
//! completion, for findings about names, and for exact bounds.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entity::Domain;
use super::item::all;
use super::{Attribute, Entity, Handoff, ProjectError, Translation, Variant};
use crate::engine::{Ask, Engine, EngineError, Previewed, Values};
use crate::sandbox::Grant;
use crate::store::{Store, StoreError};

/// What the names of a kind may have in all, in bytes, to go to the module with a prompt: a quarter
/// of what a request may have.
const MAX_NAMES: usize = 256 * 1024;

/// What exists. A list that is not there is not judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Names {
    /// Attributes of variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<Vec<String>>,
    /// Entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<Vec<String>>,
    /// Variables, which are found in the templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<Vec<String>>,
    /// Translations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation: Option<Vec<String>>,
    /// Titles of templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Vec<String>>,
    /// Handoffs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Vec<String>>,
}

/// What tokens may hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Domains {
    /// By `{{entity:name}}`.
    pub entity: BTreeMap<String, Domain>,
    /// By `{{vrbl:NAME}}`.
    pub variable: BTreeMap<String, Domain>,
    /// By `{{tn:name}}`.
    pub translation: BTreeMap<String, Domain>,
    /// What the attributes of each variant hold.
    pub rows: Vec<Row>,
}

impl Domains {
    /// Takes what another says before what this one does.
    pub fn prefer(&mut self, other: Self) {
        self.entity.extend(other.entity);
        self.variable.extend(other.variable);
        self.translation.extend(other.translation);
        if !other.rows.is_empty() {
            self.rows = other.rows;
        }
    }
}

/// What a variant's attributes hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The variant.
    pub variant: String,
    /// By `${name}`.
    pub values: BTreeMap<String, String>,
}

/// All that exists.
///
/// # Errors
/// The database or the module failed.
pub async fn names(store: &Store, engine: &Engine) -> Result<Names, ProjectError> {
    let templates = store.templates().await?;
    let (titles, bodies): (Vec<_>, Vec<_>) =
        templates.into_iter().map(|template| (template.title, template.body)).unzip();
    let attributes = all::<Attribute>(store).await?;
    let entities = all::<Entity>(store).await?;
    let translations = all::<Translation>(store).await?;
    Ok(Names {
        variant: Some(attributes.into_iter().filter_map(|it| it.item.name).collect()),
        entity: Some(entities.into_iter().filter_map(|it| it.item.name).collect()),
        variable: Some(variables(engine, bodies).await?),
        translation: Some(translations.into_iter().filter_map(|it| it.item.name).collect()),
        template: Some(titles),
        handoff: Some(handoffs(store).await?),
    })
}

/// What a prompt may refer to; nothing, where it is more than the module takes.
///
/// # Errors
/// The database failed.
pub async fn prompt_names(store: &Store) -> Result<Names, StoreError> {
    let titles: Vec<_> = store.templates().await?.into_iter().map(|it| it.title).collect();
    let fitting = |names: Vec<String>| {
        let length: usize = names.iter().map(String::len).sum();
        (length <= MAX_NAMES).then_some(names)
    };
    let template = fitting(titles);
    let handoff = fitting(handoffs(store).await?);
    Ok(Names { template, handoff, ..Names::default() })
}

/// What tokens may hold: in one language, or in any.
///
/// # Errors
/// The database failed.
pub async fn domains(store: &Store, language: Option<&str>) -> Result<Domains, ProjectError> {
    let entities = all::<Entity>(store).await?.into_iter();
    let entity = entities.filter_map(|it| it.item.name.clone().zip(it.item.domain())).collect();
    let translations = all::<Translation>(store).await?.into_iter();
    let translation = translations
        .filter_map(|it| {
            let values = match language {
                Some(language) => vec![it.item.text(language)?.to_owned()],
                None => it.item.translations.into_values().collect(),
            };
            it.item.name.map(|name| (name, Domain::Values { values }))
        })
        .collect();
    let attributes = all::<Attribute>(store).await?;
    let variants = all::<Variant>(store).await?.into_iter().filter_map(|it| it.item.name);
    let rows = variants
        .map(|variant| {
            let value_of = |it: &super::Stored<Attribute>| {
                it.item.name.clone().zip(it.item.values.get(&variant).cloned())
            };
            let values = attributes.iter().filter_map(value_of).collect();
            Row { variant, values }
        })
        .collect();
    Ok(Domains { entity, variable: BTreeMap::new(), translation, rows })
}

async fn handoffs(store: &Store) -> Result<Vec<String>, StoreError> {
    Ok(all::<Handoff>(store).await?.into_iter().filter_map(|it| it.item.name).collect())
}

/// The variables that bodies name.
async fn variables(engine: &Engine, bodies: Vec<String>) -> Result<Vec<String>, EngineError> {
    let engine = engine.clone();
    let found = tokio::task::spawn_blocking(move || {
        let mut found = BTreeSet::new();
        for body in bodies {
            let ask = Ask::Preview { body, values: Values::default() };
            let previewed: Previewed = engine.ask_here(&ask, &Grant::default())?.read()?;
            let variables = previewed.missing.into_iter().filter(|it| it.kind == "variable");
            found.extend(variables.map(|it| it.name));
        }
        Ok(found.into_iter().collect())
    });
    found.await.map_err(|error| EngineError::Nonsense(error.to_string()))?
}
