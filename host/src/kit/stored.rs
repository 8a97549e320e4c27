//! A project in the database, as its files would hold it.

use serde_json::{Map, Value, json};

use super::{Entry, Kind};
use crate::project::{self, Action, Attribute, Entity, Handoff, Item, Translation, Variant};
use crate::store::{Store, StoreError, Template};

/// All that a project holds of what files would.
///
/// # Errors
/// The database failed.
pub async fn stored(store: &Store) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    listed::<Variant>(store, Kind::Variant, &mut entries).await?;
    listed::<Attribute>(store, Kind::Attribute, &mut entries).await?;
    listed::<Entity>(store, Kind::Entity, &mut entries).await?;
    listed::<Translation>(store, Kind::Translation, &mut entries).await?;
    listed::<Handoff>(store, Kind::Handoff, &mut entries).await?;
    listed::<Action>(store, Kind::Action, &mut entries).await?;
    for Template { title, body, senders, .. } in store.templates().await? {
        let content =
            Map::from_iter([("body".into(), body.into()), ("senders".into(), json!(senders))]);
        entries.push(entry(Kind::Template, title, content));
    }
    Ok(entries)
}

async fn listed<T: Item>(
    store: &Store,
    kind: Kind,
    entries: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    for one in project::all::<T>(store).await? {
        let mut item = one.item;
        let name = item.name().take().unwrap_or_default();
        let Value::Object(content) = json!(item) else { continue };
        entries.push(entry(kind, name, content));
    }
    Ok(())
}

fn entry(kind: Kind, name: String, mut content: Map<String, Value>) -> Entry {
    let extra = match content.remove("extra") {
        Some(Value::Object(extra)) => extra,
        Some(_) | None => Map::new(),
    };
    Entry { kind, name, content, extra, source: None }
}
