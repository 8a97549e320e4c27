//! Projects of the Agent Development Kit: what their files hold, and their files with something
//! else in them. [`Kit::read`] gives all that a folder holds or all that is wrong with it;
//! [`Kit::edits`] changes only the lines that say something else than is wanted. [`import`] puts it
//! into a database.

mod edit;
mod form;
mod import;
mod read;
mod stored;
mod style;
mod tree;
mod whole;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::check::{Place, Placed};
use form::{apply, member};
use style::Style;
use tree::Tree;
use yaml::Node;

pub use form::Kind;
pub use import::{Change, ImportError, Imported, Named, Plan, import};
pub use stored::stored;

/// The most of a kind.
pub const MAX_ENTRIES: usize = 10_000;
/// The folder of topics.
const TOPICS: &str = "topics";

/// One thing of a project.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Unique among its kind.
    pub name: String,
    /// What it is, as the API has it, without `extra`.
    pub content: Map<String, Value>,
    /// What other programs keep of it.
    pub extra: Map<String, Value>,
    /// Where it stands, if in a file.
    pub source: Option<Source>,
}

/// Where something stands.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Where it begins there.
    pub place: Place,
    /// The body or the prompt.
    pub text: Option<Placed>,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Where, if it is one line's fault.
    pub place: Option<Place>,
    /// What was expected, what was found, and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, message) = (self.path.display(), &self.message);
        match self.place {
            Some(Place { line, column }) => write!(f, "{path}:{line}:{column}: {message}"),
            None => write!(f, "{path}: {message}"),
        }
    }
}

/// What is wrong in a file that is known.
#[derive(Debug)]
struct Fault {
    place: Place,
    message: String,
}

impl Fault {
    fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }
}

#[derive(Debug)]
struct Document {
    /// Below the project's folder.
    path: PathBuf,
    text: String,
    root: Node,
}

/// A project's files, and what they hold.
#[derive(Debug)]
pub struct Kit {
    folder: PathBuf,
    documents: Vec<Document>,
    entries: Vec<Entry>,
}

/// A file with something else in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Below the project's folder.
    pub path: PathBuf,
    /// What it holds, if it is there.
    pub before: Option<String>,
    /// What it is to hold.
    pub after: String,
}

impl Edit {
    /// The lines that differ, as `diff -u` shows them.
    #[must_use]
    pub fn diff(&self) -> String {
        let path = self.path.display();
        let before = self.before.as_deref().unwrap_or_default();
        let from = self.before.as_ref().map_or("/dev/null".to_owned(), |_| format!("a/{path}"));
        let lines = similar::TextDiff::from_lines(before, &self.after);
        lines.unified_diff().header(&from, &format!("b/{path}")).to_string()
    }
}

impl Kit {
    /// Reads what a folder holds.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(folder: &Path) -> Result<Self, Vec<Problem>> {
        read::read(folder)
    }

    /// What texts hold that stand at these paths below a project's folder; whatever the kit has no
    /// place for is not read.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn of(files: BTreeMap<PathBuf, String>) -> Result<Self, Vec<Problem>> {
        read::of(files)
    }

    /// Whether there is no file of the kit at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// What the files hold.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether there is a file that would hold things of a kind, so that one that is not in it is
    /// not in the project.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.documents.iter().any(|document| match kind.list() {
            Some((path, _)) => document.path == Path::new(path),
            None => document.path.starts_with(TOPICS),
        })
    }

    /// The files that say something else than is wanted, with what they are to say.
    ///
    /// # Errors
    /// A file is written in a way that cannot be kept.
    pub fn edits(&self, wanted: &[Entry]) -> Result<Vec<Edit>, Problem> {
        let mut paths: BTreeMap<PathBuf, Vec<Kind>> = BTreeMap::new();
        for kind in Kind::ALL {
            if let Some((path, _)) = kind.list() {
                paths.entry(path.into()).or_default().push(kind);
            }
        }
        let mut edits = Vec::new();
        for (path, kinds) in paths {
            let rewrite = |tree: &mut Tree, style: &Style| {
                for kind in kinds {
                    let wanted: Vec<_> = wanted.iter().filter(|it| it.kind == kind).collect();
                    rewrite_list(kind, tree, &wanted, style);
                }
            };
            let document = self.documents.iter().find(|document| document.path == path);
            edits.extend(self.edit(path, document, rewrite)?);
        }
        edits.extend(self.topics(wanted)?);
        Ok(edits)
    }

    /// Each action stands in the file of the topic that has its name.
    fn topics<'e>(&'e self, wanted: &'e [Entry]) -> Result<Vec<Edit>, Problem> {
        let of = |entries: &'e [Entry]| -> BTreeMap<&'e str, &'e Entry> {
            let actions = entries.iter().filter(|it| it.kind == Kind::Action);
            actions.map(|it| (it.name.as_str(), it)).collect()
        };
        let (before, mut actions) = (of(&self.entries), of(wanted));
        let mut taken: BTreeSet<PathBuf> = BTreeSet::new();
        let mut edits = Vec::new();
        for document in self.documents.iter().filter(|it| it.path.starts_with(TOPICS)) {
            taken.insert(document.path.clone());
            let name = document.root.get("name").and_then(Node::text).unwrap_or_default();
            let action = actions.remove(name);
            let rewrite = |tree: &mut Tree, _: &Style| match action {
                Some(action) => apply(Kind::Action, tree, &action.content, |_| false),
                None if before.contains_key(name) => tree.set(&["actions"], None),
                None => {}
            };
            edits.extend(self.edit(document.path.clone(), Some(document), rewrite)?);
        }
        for action in actions.into_values() {
            let mut paths = (1..).map(|number| topic_path(&action.name, number));
            let Some(path) = paths.find(|path| taken.insert(path.clone())) else { continue };
            let rewrite = |tree: &mut Tree, _: &Style| *tree = new(action, |_| false);
            edits.extend(self.edit(path, None, rewrite)?);
        }
        Ok(edits)
    }

    fn edit(
        &self,
        path: PathBuf,
        found: Option<&Document>,
        rewrite: impl FnOnce(&mut Tree, &Style),
    ) -> Result<Option<Edit>, Problem> {
        let refused = |fault: Fault| Problem {
            path: self.folder.join(&path),
            place: Some(fault.place),
            message: fault.message,
        };
        let empty = yaml::parse("").map_err(refused)?;
        let (text, root) = found.map_or(("", &empty), |it| (&it.text, &it.root));
        let style = Style::of(text, root);
        let mut wanted = Tree::of(root);
        rewrite(&mut wanted, &style);
        if Tree::of(root).says(&wanted) {
            return Ok(None);
        }
        let after = edit::edited(text, root, &style, &wanted);
        // No file is written that does not read back as what it was to say.
        let reads_back = yaml::parse(&after).is_ok_and(|root| Tree::of(&root).says(&wanted));
        if !reads_back {
            let message = "expected a file whose lines can be changed one by one, found one that is \
                           written otherwise; write each key on a line of its own";
            return Err(Problem {
                path: self.folder.join(&path),
                place: None,
                message: message.into(),
            });
        }
        Ok(Some(Edit { path, before: found.map(|it| it.text.clone()), after }))
    }
}

/// Writes files, each whole, and none before there is room for all.
///
/// # Errors
/// One cannot be written; those before it are.
pub fn write(folder: &Path, edits: &[Edit]) -> io::Result<()> {
    let beside = |edit: &Edit| folder.join(&edit.path).with_extension("yaml.new");
    for edit in edits {
        let new = beside(edit);
        fs::create_dir_all(new.parent().unwrap_or(folder))?;
        fs::write(new, &edit.after)?;
    }
    edits.iter().try_for_each(|edit| fs::rename(beside(edit), folder.join(&edit.path)))
}

fn rewrite_list(kind: Kind, tree: &mut Tree, wanted: &[&Entry], style: &Style) {
    let Some((_, key)) = kind.list() else { return };
    let is_root = matches!(tree, Tree::List(_));
    let found = if is_root { Some(&*tree) } else { tree.get(key) };
    let items = match found {
        Some(Tree::List(items)) => items.as_slice(),
        Some(_) | None => &[],
    };
    let name = |item: &Tree| item.get("name").and_then(Tree::scalar).map(str::to_owned);
    let mut by_name: BTreeMap<&str, &Entry> = wanted.iter().map(|it| (&*it.name, *it)).collect();
    let mut list = Vec::new();
    for item in items {
        if let Some(entry) = name(item).and_then(|name| by_name.remove(name.as_str())) {
            let mut item = item.clone();
            apply(kind, &mut item, &entry.content, |_| false);
            list.push(item);
        }
    }
    list.extend(by_name.into_values().map(|entry| new(entry, |key| style.knows(key))));
    if found.is_none() && list.is_empty() {
        return;
    }
    match is_root {
        true => *tree = Tree::List(list),
        false => tree.set(&[key], Some(Tree::List(list))),
    }
}

/// Something that is in no file yet.
fn new(entry: &Entry, is_known: impl Fn(&str) -> bool) -> Tree {
    let mut tree = Tree::Map(vec![("name".to_owned(), Tree::Text(entry.name.clone()))]);
    for (key, value) in entry.extra.iter().filter(|(key, _)| *key != "name") {
        tree.set(&[key], Some(value.into()));
    }
    apply(entry.kind, &mut tree, &entry.content, is_known);
    tree
}

fn topic_path(name: &str, number: usize) -> PathBuf {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut file = words.collect::<Vec<_>>().join("_").to_lowercase();
    if number > 1 || file.is_empty() {
        file.push_str(&format!("_{number}"));
    }
    Path::new(TOPICS).join(file + ".yaml")
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It is there no more.
    Removed,
}

/// What makes one project another.
#[must_use]
pub fn changes<'a>(before: &'a [Entry], after: &'a [Entry]) -> Vec<(What, &'a Entry)> {
    let index = |entries: &'a [Entry]| -> BTreeMap<(Kind, &'a str), &'a Entry> {
        entries.iter().map(|it| ((it.kind, &*it.name), it)).collect()
    };
    let (old, new) = (index(before), index(after));
    let changed = new.iter().filter_map(|(key, entry)| match old.get(key) {
        None => Some((What::Added, *entry)),
        Some(other) => (!is_same(other, entry)).then_some((What::Changed, *entry)),
    });
    let removed = old.iter().filter(|(key, _)| !new.contains_key(key));
    changed.chain(removed.map(|(_, entry)| (What::Removed, *entry))).collect()
}

/// Whether two say the same, as far as files hold it. Of a template nothing else is kept.
fn is_same(one: &Entry, other: &Entry) -> bool {
    let has_extra = one.kind != Kind::Template;
    let is_equal =
        |field: &form::Field| member(&one.content, *field) == member(&other.content, *field);
    one.kind.fields().iter().all(is_equal) && (!has_extra || one.extra == other.extra)
}

/// What the kit will refuse of what is exported: a sentence for each template.
#[must_use]
pub fn warnings(entries: &[Entry]) -> Vec<String> {
    let warning = |entry: &Entry| {
        let body = entry.content.get("body")?.as_str()?;
        let at = body.find("{{entity:")?;
        let token = body[at..].split_inclusive("}}").next().unwrap_or_default();
        Some(format!(
            "the template {}: expected no entity in a body of the kit, found {}; use a variable",
            verbatim_core::quote(&entry.name),
            verbatim_core::quote(token)
        ))
    };
    entries.iter().filter_map(warning).collect()
}
