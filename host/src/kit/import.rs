//! What files hold, put into the database: all of it or nothing, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use verbatim_core::{Sender, Title};

use super::stored::stored;
use super::{Entry, Kind, Kit, Problem, Source, What, changes};
use crate::engine::{Ask, Checked, Engine, EngineError};
use crate::finding::{Finding, Severity};
use crate::project::{
    Action, Attribute, Condition, Entity, Handoff, Item, Names, ProjectError, Translation, Variant,
    delete_in, refuse_used_template, save_in,
};
use crate::sandbox::Grant;
use crate::store::{Saved, Senders, Store, StoreError, TemplateDraft, Tx};
use crate::time::Timestamp;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// What is wrong, all of it as far as it was seen.
    #[error("{} mistakes; nothing was imported", .0.len())]
    Problems(Vec<Problem>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The module failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// How an import is done.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Takes out what the files do not hold.
    pub prune: bool,
    /// Does all and keeps nothing.
    pub dry_run: bool,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Imported {
    /// Whether nothing was kept of it.
    pub dry_run: bool,
    /// What is new, other or gone.
    pub changes: Vec<Change>,
    /// What the files do not hold, and is there all the same.
    pub kept: Vec<Named>,
}

/// Something that is new, other or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// How.
    pub change: What,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// Something of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Named {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

/// Makes the database hold what the files do.
///
/// # Errors
/// Something of it cannot be, or the database failed; nothing is imported.
pub async fn import(
    store: &Store,
    engine: &Engine,
    kit: &Kit,
    plan: Plan,
) -> Result<Imported, ImportError> {
    let before = stored(store).await?;
    let (gone, changed): (Vec<_>, Vec<_>) =
        changes(&before, kit.entries()).into_iter().partition(|(what, _)| *what == What::Removed);
    let (pruned, kept): (Vec<_>, Vec<_>) =
        gone.into_iter().partition(|(_, entry)| plan.prune && kit.has(entry.kind));
    let mut import = Import { engine, kit, before: &before, problems: Vec::new() };
    let new = changed.iter().map(|(_, entry)| *entry);
    let ready = import.ready(store, new, pruned.iter().map(|(_, entry)| *entry)).await?;
    if !import.problems.is_empty() {
        return Err(ImportError::Problems(import.problems));
    }
    let mut tx = store.write().await?;
    tx.hold_project().await?;
    let now = tx.now().await?;
    if !is_as_before(&before, &stored(store).await?) {
        let message =
            "expected nobody to change the project meanwhile, found a change; import again";
        let problem = Problem { path: "the database".into(), place: None, message: message.into() };
        return Err(ImportError::Problems(vec![problem]));
    }
    let of = |kind| pruned.iter().map(|(_, entry)| *entry).filter(move |it| it.kind == kind);
    // A new variant needs no value of an attribute that goes.
    for entry in of(Kind::Attribute) {
        delete(&mut tx, store, entry, now).await?;
    }
    ready.save(&mut tx, store, now).await?;
    // What refers to something goes before it.
    for kind in Kind::ALL.into_iter().rev().filter(|kind| *kind != Kind::Attribute) {
        for entry in of(kind) {
            delete(&mut tx, store, entry, now).await?;
        }
    }
    if !plan.dry_run {
        tx.commit().await?;
    }
    let change = |(what, entry): &(What, &Entry)| Change {
        change: *what,
        kind: entry.kind,
        name: entry.name.clone(),
    };
    let named = |(_, entry): &(What, &Entry)| Named { kind: entry.kind, name: entry.name.clone() };
    Ok(Imported {
        dry_run: plan.dry_run,
        changes: changed.iter().chain(&pruned).map(change).collect(),
        kept: kept.iter().map(named).collect(),
    })
}

async fn delete(
    tx: &mut Tx,
    store: &Store,
    entry: &Entry,
    now: Timestamp,
) -> Result<(), ImportError> {
    let (name, any) = (entry.name.as_str(), Condition::Any);
    let done = match entry.kind {
        Kind::Variant => delete_in::<Variant>(tx, name, any, now).await,
        Kind::Attribute => delete_in::<Attribute>(tx, name, any, now).await,
        Kind::Entity => delete_in::<Entity>(tx, name, any, now).await,
        Kind::Translation => delete_in::<Translation>(tx, name, any, now).await,
        Kind::Handoff => delete_in::<Handoff>(tx, name, any, now).await,
        Kind::Action => delete_in::<Action>(tx, name, any, now).await,
        Kind::Template => {
            let done = refuse_used_template(tx, name).await;
            if let (Ok(()), Some(template)) = (&done, store.template(name).await?) {
                tx.delete_template(&template.id, now).await?;
            }
            done
        }
    };
    told(done, entry)
}

/// Both are in the order of their lists.
fn is_as_before(before: &[Entry], now: &[Entry]) -> bool {
    let parts = |it: &Entry| (it.kind, it.name.clone(), it.content.clone(), it.extra.clone());
    before.iter().map(parts).eq(now.iter().map(parts))
}

/// What is checked, each kind after what it refers to.
#[derive(Default)]
struct Ready<'a> {
    variants: Vec<(&'a Entry, Variant)>,
    attributes: Vec<(&'a Entry, Attribute)>,
    entities: Vec<(&'a Entry, Entity)>,
    translations: Vec<(&'a Entry, Translation)>,
    handoffs: Vec<(&'a Entry, Handoff)>,
    templates: Vec<(&'a Entry, TemplateDraft)>,
    actions: Vec<(&'a Entry, Action)>,
}

impl Ready<'_> {
    async fn save(mut self, tx: &mut Tx, store: &Store, now: Timestamp) -> Result<(), ImportError> {
        // The new default takes the place of the old, which is none then.
        self.variants.sort_by_key(|(_, item)| item.is_default != Some(true));
        self.handoffs.sort_by_key(|(_, item)| item.is_default != Some(true));
        save_all(tx, self.variants, now).await?;
        save_all(tx, self.attributes, now).await?;
        save_all(tx, self.entities, now).await?;
        save_all(tx, self.translations, now).await?;
        save_all(tx, self.handoffs, now).await?;
        for (entry, draft) in self.templates {
            let Some(template) = store.template(&entry.name).await? else {
                tx.create_template(&draft, now).await?;
                continue;
            };
            let saved = tx.save_template(&template.id, &draft, Some(template.version), now).await?;
            if saved != Saved::Now {
                let message = "expected nobody to save it meanwhile, found another version; import \
                               again";
                return Err(ImportError::Problems(vec![problem(entry, message)]));
            }
        }
        save_all(tx, self.actions, now).await
    }
}

async fn save_all<T: Item>(
    tx: &mut Tx,
    items: Vec<(&Entry, T)>,
    now: Timestamp,
) -> Result<(), ImportError> {
    for (entry, item) in items {
        told(save_in(tx, &entry.name, item, Condition::Any, now).await, entry)?;
    }
    Ok(())
}

struct Import<'a> {
    engine: &'a Engine,
    kit: &'a Kit,
    before: &'a [Entry],
    problems: Vec<Problem>,
}

impl Import<'_> {
    async fn ready<'e>(
        &mut self,
        store: &Store,
        changed: impl Iterator<Item = &'e Entry>,
        pruned: impl Iterator<Item = &'e Entry>,
    ) -> Result<Ready<'e>, ImportError> {
        let pruned: Vec<_> = pruned.map(|it| (it.kind, it.name.as_str())).collect();
        let is_there = |it: &&Entry| !pruned.contains(&(it.kind, &*it.name));
        let all = |kind| {
            let stored = self.before.iter().filter(is_there);
            let names = stored.chain(self.kit.entries()).filter(move |it| it.kind == kind);
            names.map(|it| it.name.clone()).collect::<BTreeSet<_>>()
        };
        let (templates, handoffs) = (all(Kind::Template), all(Kind::Handoff));
        let names =
            Names::of_prompts(templates.into_iter().collect(), handoffs.into_iter().collect());
        let attributes: Vec<_> = self.before.iter().filter(is_there).collect();
        let mut ready = Ready::default();
        for entry in changed {
            match entry.kind {
                Kind::Variant => {
                    if let Some(mut variant) = self.item::<Variant>(entry)? {
                        variant.values = self.values(&entry.name, &attributes);
                        let done = variant.check(self.engine, store).await;
                        self.keep(entry, done, variant, &mut ready.variants)?;
                    }
                }
                Kind::Attribute => self.check(entry, store, &mut ready.attributes).await?,
                Kind::Entity => self.check(entry, store, &mut ready.entities).await?,
                Kind::Translation => self.check(entry, store, &mut ready.translations).await?,
                Kind::Handoff => self.check(entry, store, &mut ready.handoffs).await?,
                Kind::Template => {
                    ready.templates.extend(self.draft(entry).await?.map(|draft| (entry, draft)));
                }
                Kind::Action => {
                    if let Some(mut action) = self.item::<Action>(entry)? {
                        let done = action.check_among(self.engine, names.clone()).await;
                        self.keep(entry, done, action, &mut ready.actions)?;
                    }
                }
            }
        }
        Ok(ready)
    }

    async fn check<'e, T: Item>(
        &mut self,
        entry: &'e Entry,
        store: &Store,
        ready: &mut Vec<(&'e Entry, T)>,
    ) -> Result<(), ImportError> {
        let Some(mut item) = self.item::<T>(entry)? else { return Ok(()) };
        let done = item.check(self.engine, store).await;
        self.keep(entry, done, item, ready)
    }

    fn keep<'e, T>(
        &mut self,
        entry: &'e Entry,
        checked: Result<(), ProjectError>,
        item: T,
        ready: &mut Vec<(&'e Entry, T)>,
    ) -> Result<(), ImportError> {
        match told(checked, entry) {
            Ok(()) => ready.push((entry, item)),
            Err(ImportError::Problems(problems)) => self.problems.extend(problems),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// What a file says of something, over what is stored of it and no file holds.
    fn item<T: Item>(&mut self, entry: &Entry) -> Result<Option<T>, ImportError> {
        let stored = self.before.iter().find(|it| it.kind == entry.kind && it.name == entry.name);
        let mut content = stored.map(|it| it.content.clone()).unwrap_or_default();
        if stored.is_none() && entry.kind == Kind::Action {
            content.insert("topic".into(), entry.name.clone().into());
        }
        for (key, value) in &entry.content {
            match (entry.kind, content.get_mut(key), value) {
                // A variant that no file has keeps its value.
                (Kind::Attribute, Some(Value::Object(old)), Value::Object(new))
                    if key == "values" =>
                {
                    old.extend(new.clone());
                }
                _ => drop(content.insert(key.clone(), value.clone())),
            }
        }
        content.insert("extra".into(), Value::Object(entry.extra.clone()));
        match serde_json::from_value(Value::Object(content)) {
            Ok(item) => Ok(Some(item)),
            Err(error) => {
                let message = format!("expected what the API takes, found: {error}; mend it");
                self.problems.push(problem(entry, message));
                Ok(None)
            }
        }
    }

    /// What the attributes that are stored already have for a variant, by their file.
    fn values(&self, variant: &str, stored: &[&Entry]) -> BTreeMap<String, String> {
        let files = self.kit.entries().iter().filter(|it| it.kind == Kind::Attribute);
        let is_stored = |it: &&Entry| {
            stored.iter().any(|other| other.kind == Kind::Attribute && other.name == it.name)
        };
        let value = |it: &Entry| {
            let value = it.content.get("values")?.get(variant)?.as_str()?;
            Some((it.name.clone(), value.to_owned()))
        };
        files.filter(is_stored).filter_map(value).collect()
    }

    async fn draft(&mut self, entry: &Entry) -> Result<Option<TemplateDraft>, ImportError> {
        let before = self.problems.len();
        let body = entry.content.get("body").and_then(Value::as_str).unwrap_or_default().to_owned();
        let ask = Ask::Check { title: Some(entry.name.clone()), body: body.clone() };
        let found: Checked = self.engine.ask(ask, Grant::default()).await?.read()?;
        self.problems.extend(errors(entry, &found.diagnostics));
        if let Err(refusal) = Title::new(&entry.name) {
            self.problems.push(problem(entry, refusal.message));
        }
        let mut sender = |environment: &str| -> Option<String> {
            let text = entry.content.get("senders")?.get(environment)?.as_str()?;
            if let Err(refusal) = Sender::new(text) {
                let message = format!("the sender of `{environment}`: {}", refusal.message);
                self.problems.push(problem(entry, message));
            }
            Some(text.to_owned())
        };
        let senders = Senders {
            live: sender("live"),
            pre_release: sender("pre_release"),
            sandbox: sender("sandbox"),
        };
        let draft = TemplateDraft { title: entry.name.clone(), body, senders };
        Ok((before == self.problems.len()).then_some(draft))
    }
}

/// The errors that the module found, each with its line.
fn errors(entry: &Entry, findings: &[Finding]) -> Vec<Problem> {
    let errors = findings.iter().filter(|it| it.severity == Severity::Error);
    let told = |finding: &Finding| {
        let mut told = problem(entry, format!("{} ({})", finding.message, finding.code));
        let text = entry.source.as_ref().and_then(|source| source.text.as_ref());
        if let Some(text) = text.filter(|_| finding.part != "title") {
            told.place = Some(text.place(finding.range.bytes[0]));
        }
        told
    };
    errors.map(told).collect()
}

fn problem(entry: &Entry, message: impl Into<String>) -> Problem {
    let (path, place) = match &entry.source {
        Some(Source { path, place, .. }) => (path.clone(), Some(*place)),
        None => {
            (format!("the {} `{}` of the database", entry.kind.as_str(), entry.name).into(), None)
        }
    };
    Problem { path, place, message: message.into() }
}

/// What went wrong with something, told by its place.
fn told<T>(done: Result<T, ProjectError>, entry: &Entry) -> Result<T, ImportError> {
    done.map_err(|error| match error {
        ProjectError::Store(error) => error.into(),
        ProjectError::Engine(EngineError::Refused(refusal)) => {
            ImportError::Problems(vec![problem(entry, refusal.message)])
        }
        ProjectError::Engine(error) => error.into(),
        ProjectError::Invalid { diagnostics, message, .. } => {
            let errors = errors(entry, &diagnostics);
            ImportError::Problems(match errors.is_empty() {
                true => vec![problem(entry, message)],
                false => errors,
            })
        }
        ProjectError::Conflict { .. }
        | ProjectError::InUse { .. }
        | ProjectError::Changed { .. }
        | ProjectError::NotFound(_) => {
            ImportError::Problems(vec![problem(entry, error.to_string())])
        }
    })
}
