//! Which actions name a template or a handoff, and what becomes of them when it is renamed or
//! deleted.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::answers;
use super::item::{content, written};
use super::{Action, Kind, ProjectError, Target};
use crate::store::{Store, StoreError, Tx};
use crate::time::Timestamp;

/// A use of something by an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Use {
    /// The action's name.
    pub action: String,
    /// What its prompt names: the title, or the title without its language's suffix, where no other
    /// template has that name.
    pub reference: String,
}

/// The actions that name a template, or nothing else if not this one.
///
/// # Errors
/// The database failed.
pub async fn uses_of_template(store: &Store, title: &str) -> Result<Vec<Use>, StoreError> {
    let mut uses = Vec::new();
    for name in names_of(title) {
        let others = store.titles_of(&name).await?;
        if is_named_by(title, &name, &others) {
            uses.extend(listed(store.uses(Target::Template, &name).await?, &name));
        }
    }
    Ok(uses)
}

/// The actions that name a handoff.
///
/// # Errors
/// The database failed.
pub async fn uses_of_handoff(store: &Store, name: &str) -> Result<Vec<Use>, StoreError> {
    Ok(listed(store.uses(Target::Handoff, name).await?, name).collect())
}

/// Refuses to delete a template that actions name. The project is held.
///
/// # Errors
/// It is in use, or the database failed.
pub async fn refuse_used_template(tx: &mut Tx, title: &str) -> Result<(), ProjectError> {
    refuse(title, template_uses(tx, title).await?)
}

/// Names a template otherwise in every prompt, if its title has changed from what it was. The
/// project is held.
///
/// # Errors
/// Actions name it without its language's suffix, which its new title does not have; or the database
/// failed.
pub async fn rename_template(
    tx: &mut Tx,
    title: &str,
    new_title: &str,
    now: Timestamp,
) -> Result<(), ProjectError> {
    if title == new_title {
        return Ok(());
    }
    rename(tx, Target::Template, title, new_title, now).await?;
    refuse(title, template_uses(tx, title).await?)
}

pub(super) async fn refuse_used_handoff(tx: &mut Tx, name: &str) -> Result<(), ProjectError> {
    refuse(name, listed(tx.uses(Target::Handoff, name).await?, name).collect())
}

/// Names something otherwise in every prompt that names it.
pub(super) async fn rename(
    tx: &mut Tx,
    target: Target,
    name: &str,
    new_name: &str,
    now: Timestamp,
) -> Result<(), ProjectError> {
    for used in tx.uses(target, name).await? {
        let lost = || StoreError::Corrupt(format!("references of no action `{used}`"));
        let row = tx.item(Kind::Action, &used).await?.ok_or_else(lost)?;
        let mut action: Action = content(&row)?;
        action.rename(target, name, new_name);
        tx.save_item(Kind::Action, &used, &used, &written(&action)?, now).await?;
    }
    Ok(tx.rename_references(target, name, new_name).await?)
}

/// The titles that answer to a reference.
pub(super) async fn templates_of(
    tx: &mut Tx,
    name: &str,
) -> Result<impl Iterator<Item = String>, StoreError> {
    let titles = tx.titles_of(name).await?;
    Ok(titles.into_iter().filter(|title| answers(title, name)))
}

async fn template_uses(tx: &mut Tx, title: &str) -> Result<Vec<Use>, StoreError> {
    let mut uses = Vec::new();
    for name in names_of(title) {
        let others = tx.titles_of(&name).await?;
        if is_named_by(title, &name, &others) {
            uses.extend(listed(tx.uses(Target::Template, &name).await?, &name));
        }
    }
    Ok(uses)
}

/// The references that a template may answer to: its title, and what stands before each `_` of it.
fn names_of(title: &str) -> impl Iterator<Item = String> {
    let before = title.match_indices('_').map(|(at, _)| title[..at].to_owned());
    before.chain([title.to_owned()])
}

/// Whether a reference means this template and, unless that is its title, no other one.
fn is_named_by(title: &str, name: &str, all: &[String]) -> bool {
    let is_another = |other: &&String| *other != title && answers(other, name);
    title == name || (answers(title, name) && !all.iter().any(|it| is_another(&it)))
}

fn listed(actions: Vec<String>, reference: &str) -> impl Iterator<Item = Use> {
    actions.into_iter().map(|action| Use { action, reference: reference.to_owned() })
}

fn refuse(name: &str, uses: Vec<Use>) -> Result<(), ProjectError> {
    let Some(first) = uses.first() else { return Ok(()) };
    let action = &first.action;
    let message = match uses.len() {
        1 => format!("the action `{action}` names `{name}`; change its prompt first"),
        count => {
            let more = count - 1;
            format!(
                "the action `{action}` and {more} more name `{name}`; change their prompts first"
            )
        }
    };
    Err(ProjectError::InUse { message, uses })
}
