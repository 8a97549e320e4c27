//! Of variants and of handoffs one is the default, as long as there are any.

use super::item::{Change, content, written};
use super::{Item, ProjectError};
use crate::store::Tx;

/// What has one default among its kind.
pub(super) trait Defaulted: Item {
    /// Stored as `true` or `false`; nothing is as it was.
    fn is_default(&mut self) -> &mut Option<bool>;
}

/// The first is the default, and another that is saved as the default takes its place; it cannot
/// be left without one.
pub(super) async fn settle<T: Defaulted>(
    item: &mut T,
    tx: &mut Tx,
    change: &mut Change<'_, T>,
) -> Result<(), ProjectError> {
    let before = change.before.as_mut();
    let was_default = before.is_some_and(|(_, before)| *before.is_default() == Some(true));
    let before = change.before.as_ref().map(|(name, _)| *name);
    let others = tx.items(T::KIND).await?.into_iter();
    let others: Vec<_> = others.filter(|other| Some(other.name.as_str()) != before).collect();
    let will_be = others.is_empty() || item.is_default().unwrap_or(was_default);
    *item.is_default() = Some(will_be);
    match (was_default, will_be) {
        (true, false) => return Err(needed(T::KIND.as_str(), change.name)),
        (true, true) | (false, false) => return Ok(()),
        (false, true) => {}
    }
    for row in others {
        let mut other: T = content(&row)?;
        if other.is_default().replace(false) == Some(true) {
            tx.save_item(T::KIND, &row.name, &row.name, &written(&other)?, change.now).await?;
        }
    }
    Ok(())
}

/// The default stays as long as there are others.
pub(super) async fn leave<T: Defaulted>(
    mut item: T,
    tx: &mut Tx,
    name: &str,
) -> Result<(), ProjectError> {
    match *item.is_default() == Some(true) && tx.items(T::KIND).await?.len() > 1 {
        true => Err(needed(T::KIND.as_str(), name)),
        false => Ok(()),
    }
}

fn needed(kind: &str, name: &str) -> ProjectError {
    let message = format!("`{name}` is the default {kind}; make another the default first");
    ProjectError::Conflict { code: "default_needed", message }
}
