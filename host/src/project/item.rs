//! What all things of a project have in common: a kind, a name, a version, and how they are saved.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use verbatim_core::{Title, quote};

use super::ProjectError;
use crate::engine::Engine;
use crate::store::{MAX_ITEMS, Store, StoreError, StoredItem, Tx};
use crate::time::Timestamp;

/// The longest of them, in bytes of JSON.
const MAX_CONTENT: usize = 64 * 1024;
/// The longest name of one, in characters.
const MAX_NAME: usize = 100;

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A prompt that names what to send.
    Action,
    /// What `${name}` stands for, by variant.
    Attribute,
    /// What `{{entity:name}}` may hold.
    Entity,
    /// Where a call goes to.
    Handoff,
    /// What `{{tn:name}}` stands for, by language.
    Translation,
    /// What decides the attributes' values.
    Variant,
}

impl Kind {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Attribute => "attribute",
            Self::Entity => "entity",
            Self::Handoff => "handoff",
            Self::Translation => "translation",
            Self::Variant => "variant",
        }
    }

    /// The name of many.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Action => "actions",
            Self::Attribute => "attributes",
            Self::Entity => "entities",
            Self::Handoff => "handoffs",
            Self::Translation => "translations",
            Self::Variant => "variants",
        }
    }

    /// With its article.
    const fn one(self) -> &'static str {
        match self {
            Self::Action => "an action",
            Self::Attribute => "an attribute",
            Self::Entity => "an entity",
            Self::Handoff => "a handoff",
            Self::Translation => "a translation",
            Self::Variant => "a variant",
        }
    }

    /// Refuses what is no name of this kind: what tokens name has the names of tokens, the others
    /// those of templates.
    fn check_name(self, name: &str) -> Result<(), ProjectError> {
        let (token, expected) = match self {
            Self::Action | Self::Variant => return Ok(Title::new(name).map(drop)?),
            Self::Attribute => {
                (verbatim_core::Kind::Variant, "letters, digits and `_`, not a digit first")
            }
            Self::Entity | Self::Handoff | Self::Translation => {
                (verbatim_core::Kind::Entity, "letters, digits, `_` and `-`")
            }
        };
        if token.is_name(name) && name.len() <= MAX_NAME {
            return Ok(());
        }
        let (one, name) = (self.one(), quote(name));
        let message =
            format!("expected the name of {one} to be 1 to {MAX_NAME} {expected}, found {name}");
        Err(ProjectError::field(message))
    }
}

/// One thing of a project, without its name: what a writer saves, and what is stored as JSON.
pub trait Item: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What it is.
    const KIND: Kind;

    /// Its name as its writer gives it: another than the one it is saved by is its new one. It is
    /// never stored in the content.
    fn name(&mut self) -> &mut Option<String>;

    /// Refuses what cannot be, before anything is locked.
    fn check(
        &mut self,
        engine: &Engine,
        store: &Store,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;

    /// What else changes when it is saved.
    fn settle(
        &mut self,
        _: &mut Tx,
        _: &mut Change<'_, Self>,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send {
        std::future::ready(Ok(()))
    }

    /// What else changes when it is deleted, or why it cannot be.
    fn leave(
        self,
        _: &mut Tx,
        _: &str,
        _: Timestamp,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send {
        std::future::ready(Ok(()))
    }
}

/// How something changes as it is saved.
#[derive(Debug)]
pub struct Change<'a, T> {
    /// What it was called, and was, if it is not new.
    pub(super) before: Option<(&'a str, T)>,
    /// What it is called from now on.
    pub(super) name: &'a str,
    pub(super) now: Timestamp,
}

impl<T> Change<'_, T> {
    /// What it was called, if that was something else.
    pub(super) fn renamed_from(&self) -> Option<&str> {
        self.before.as_ref().map(|(name, _)| *name).filter(|name| *name != self.name)
    }
}

/// Something with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stored<T> {
    /// What it is, with its name.
    #[serde(flatten)]
    pub item: T,
    /// How often it was saved.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was saved last.
    pub updated_at: Timestamp,
}

/// What must be true for something to be saved or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    Any,
    /// There is none yet.
    New,
    /// It has the version that was read.
    Version(i64),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It is new, by this name.
    Created(String),
    /// It is saved, by this name.
    Saved(String),
}

/// All of a kind, by name.
///
/// # Errors
/// The database failed.
pub async fn all<T: Item>(store: &Store) -> Result<Vec<Stored<T>>, StoreError> {
    store.items(T::KIND).await?.into_iter().map(read).collect()
}

/// One of a kind.
///
/// # Errors
/// There is none, or the database failed.
pub async fn one<T: Item>(store: &Store, name: &str) -> Result<Stored<T>, ProjectError> {
    let found = store.item(T::KIND, name).await?.ok_or_else(|| unknown(T::KIND, name))?;
    Ok(read(found)?)
}

/// Saves something by its name, anew or over what there is, with all that follows from it.
///
/// # Errors
/// It cannot be, its condition does not hold, or another stands in the way; nothing is stored.
pub async fn save<T: Item>(
    store: &Store,
    engine: &Engine,
    name: &str,
    mut item: T,
    condition: Condition,
) -> Result<Put, ProjectError> {
    let new_name = item.name().take().unwrap_or_else(|| name.to_owned());
    T::KIND.check_name(&new_name)?;
    item.check(engine, store).await?;
    let mut tx = store.write().await?;
    tx.hold_project().await?;
    let now = tx.now().await?;
    let before = tx.item(T::KIND, name).await?;
    check_condition(T::KIND, name, before.as_ref(), condition)?;
    if new_name != name && (before.is_none() || tx.item(T::KIND, &new_name).await?.is_some()) {
        return Err(match before {
            None => unknown(T::KIND, name),
            Some(_) => taken(T::KIND, &new_name),
        });
    }
    let is_full =
        |items: Vec<StoredItem>| i64::try_from(items.len()).is_ok_and(|it| it >= MAX_ITEMS);
    if before.is_none() && is_full(tx.items(T::KIND).await?) {
        let message = format!("expected at most {MAX_ITEMS} of a kind, found as many; delete some");
        return Err(ProjectError::field(message));
    }
    let is_new = before.is_none();
    let before = before.as_ref().map(content).transpose()?.map(|before| (name, before));
    let mut change = Change { before, name: &new_name, now };
    item.settle(&mut tx, &mut change).await?;
    let content = written(&item)?;
    match is_new {
        true => tx.add_item(T::KIND, &new_name, &content, now).await?,
        false => tx.save_item(T::KIND, name, &new_name, &content, now).await?,
    }
    tx.commit().await?;
    Ok(if is_new { Put::Created(new_name) } else { Put::Saved(new_name) })
}

/// Deletes something, with all that follows from it.
///
/// # Errors
/// There is none, its condition does not hold, or it is in use; nothing is deleted.
pub async fn delete<T: Item>(
    store: &Store,
    name: &str,
    condition: Condition,
) -> Result<(), ProjectError> {
    let mut tx = store.write().await?;
    tx.hold_project().await?;
    let now = tx.now().await?;
    let found = tx.item(T::KIND, name).await?;
    check_condition(T::KIND, name, found.as_ref(), condition)?;
    let found: T = content(&found.ok_or_else(|| unknown(T::KIND, name))?)?;
    found.leave(&mut tx, name, now).await?;
    tx.delete_item(T::KIND, name).await?;
    Ok(tx.commit().await?)
}

/// Something as it is stored.
pub(super) fn written<T: Item>(item: &T) -> Result<String, ProjectError> {
    let content = serde_json::to_string(item)
        .map_err(|error| ProjectError::field(format!("it cannot be written as JSON: {error}")))?;
    if content.len() <= MAX_CONTENT {
        return Ok(content);
    }
    let (one, length) = (T::KIND.one(), content.len());
    let message = format!("expected {one} of at most {MAX_CONTENT} bytes as JSON, found {length}");
    Err(ProjectError::field(message))
}

/// What a row holds.
pub(super) fn content<T: Item>(row: &StoredItem) -> Result<T, StoreError> {
    serde_json::from_str(&row.content).map_err(|error| {
        StoreError::Corrupt(format!("the {} `{}`: {error}", T::KIND.as_str(), row.name))
    })
}

/// What a row holds, with its name and what is known of it.
fn read<T: Item>(row: StoredItem) -> Result<Stored<T>, StoreError> {
    let mut item: T = content(&row)?;
    let StoredItem { name, version, created_at, updated_at, .. } = row;
    *item.name() = Some(name);
    Ok(Stored { item, version, created_at, updated_at })
}

fn check_condition(
    kind: Kind,
    name: &str,
    found: Option<&StoredItem>,
    condition: Condition,
) -> Result<(), ProjectError> {
    let kind = kind.as_str();
    match (condition, found) {
        (Condition::Any, _) | (Condition::New, None) => Ok(()),
        (Condition::Version(read), Some(found)) if found.version == read => Ok(()),
        (Condition::Version(_), Some(found)) => {
            let version = found.version;
            let message = format!(
                "another has saved the {kind} `{name}` since: it has version {version} now; read \
                 it again"
            );
            Err(ProjectError::Changed { message, version })
        }
        (Condition::Version(_), None) => {
            Err(ProjectError::NotFound(format!("there is no {kind} `{name}` any more")))
        }
        (Condition::New, Some(found)) => {
            let message = format!("there is a {kind} `{name}` already; choose another name");
            Err(ProjectError::Changed { message, version: found.version })
        }
    }
}

pub(super) fn unknown(kind: Kind, name: &str) -> ProjectError {
    ProjectError::NotFound(format!("there is no {} {}", kind.as_str(), quote(name)))
}

fn taken(kind: Kind, name: &str) -> ProjectError {
    let message = format!("the {} `{name}` is there already; choose another name", kind.as_str());
    ProjectError::Conflict { code: "name_taken", message }
}
