//! What a project's files hold, in a folder or at hand, or all that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use saphyr_parser::ScalarStyle;
use serde_json::{Map, Value};
use verbatim_core::quote;

use super::form::{Form, put, refuse_destination};
use super::tree::Tree;
use super::yaml::{self, Data, Node, is_key};
use super::{Document, Entry, Fault, Kind, Kit, MAX_ENTRIES, Problem, Source, TOPICS, whole};
use crate::check::{From, MAX_BYTES, Place, Placed};

pub(super) fn read(folder: &Path) -> Result<Kit, Vec<Problem>> {
    let mut reader = Reader { folder, problems: Vec::new() };
    let documents = reader.documents();
    reader.kit(documents)
}

pub(super) fn of(files: BTreeMap<PathBuf, String>) -> Result<Kit, Vec<Problem>> {
    let mut reader = Reader { folder: Path::new(""), problems: Vec::new() };
    let lists = lists();
    let is_ours = |path: &PathBuf| lists.contains(path) || is_topic(path);
    let ours: Vec<_> = files.into_iter().filter(|(path, _)| is_ours(path)).collect();
    let topics = ours.iter().filter(|(path, _)| is_topic(path)).count();
    if reader.are_too_many(topics) {
        return Err(reader.problems);
    }
    let parsed = ours.into_iter().filter_map(|(path, text)| reader.parsed(path, text));
    let documents = parsed.collect();
    reader.kit(documents)
}

/// The files that hold a list.
fn lists() -> BTreeSet<PathBuf> {
    Kind::ALL.iter().filter_map(|kind| kind.list()).map(|(path, _)| path.into()).collect()
}

fn is_topic(path: &Path) -> bool {
    let is_yaml = path.extension().is_some_and(|it| it == "yaml" || it == "yml");
    is_yaml && path.parent() == Some(Path::new(TOPICS))
}

pub(super) struct Reader<'a> {
    pub(super) folder: &'a Path,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn refuse(&mut self, path: &Path, place: Option<Place>, message: impl Into<String>) {
        let path = self.folder.join(path);
        self.problems.push(Problem { path, place, message: message.into() });
    }

    /// What is known when all documents are.
    fn kit(mut self, documents: Vec<Document>) -> Result<Kit, Vec<Problem>> {
        let mut found = Vec::new();
        for kind in Kind::ALL {
            self.kind(kind, &documents, &mut found);
        }
        whole::check_values(&mut self, &found);
        whole::check_translations(&mut self, &found);
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let entries = found.into_iter().map(|(entry, _)| entry).collect();
        Ok(Kit { folder: self.folder.into(), documents, entries })
    }

    fn are_too_many(&mut self, topics: usize) -> bool {
        let are = topics > MAX_ENTRIES;
        if are {
            let message =
                format!("expected at most {MAX_ENTRIES} topics, found {topics}; split them");
            self.refuse(Path::new(TOPICS), None, message);
        }
        are
    }

    fn documents(&mut self) -> Vec<Document> {
        let mut paths: Vec<PathBuf> = lists().into_iter().collect();
        match fs::read_dir(self.folder.join(TOPICS)) {
            Ok(found) => {
                let names =
                    found.filter_map(|it| Some(Path::new(TOPICS).join(it.ok()?.file_name())));
                let mut topics: Vec<_> = names.filter(|path| is_topic(path)).collect();
                topics.sort();
                if !self.are_too_many(topics.len()) {
                    paths.extend(topics);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.refuse(Path::new(TOPICS), None, cannot(&error)),
        }
        paths.into_iter().filter_map(|path| self.document(path)).collect()
    }

    fn document(&mut self, path: PathBuf) -> Option<Document> {
        let whole = self.folder.join(&path);
        let read = || -> io::Result<Result<Vec<u8>, u64>> {
            let bytes = fs::metadata(&whole)?.len();
            if bytes > MAX_BYTES { Ok(Err(bytes)) } else { fs::read(&whole).map(Ok) }
        };
        let bytes = match read() {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(bytes)) => {
                let message =
                    format!("expected at most {MAX_BYTES} bytes, found {bytes}; split the project");
                self.refuse(&path, None, message);
                return None;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.refuse(&path, None, cannot(&error));
                return None;
            }
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let before = String::from_utf8_lossy(before);
                let line = before.rsplit('\n').next().unwrap_or_default();
                let place = Place {
                    line: before.matches('\n').count() + 1,
                    column: line.chars().count() + 1,
                };
                let message = "expected UTF-8, found another encoding; save the file as UTF-8";
                self.refuse(&path, Some(place), message);
                return None;
            }
        };
        self.parsed(path, text)
    }

    fn parsed(&mut self, path: PathBuf, text: String) -> Option<Document> {
        match yaml::parse(&text) {
            Ok(root) => Some(Document { path, text, root }),
            Err(Fault { place, message }) => {
                self.refuse(&path, Some(place), message);
                None
            }
        }
    }

    fn kind<'d>(
        &mut self,
        kind: Kind,
        documents: &'d [Document],
        found: &mut Vec<(Entry, &'d Node)>,
    ) {
        let mut first: BTreeMap<String, Source> = BTreeMap::new();
        let mut defaults = Vec::new();
        let mut any = None;
        for document in documents {
            let items = match kind.list() {
                Some((path, key)) if document.path == Path::new(path) => {
                    self.list(document, kind, key)
                }
                None if document.path.starts_with(TOPICS) => std::slice::from_ref(&document.root),
                Some(_) | None => &[],
            };
            for item in items {
                let Some(entry) = self.entry(kind, document, item) else { continue };
                let Some(source) = entry.source.clone() else { continue };
                if let Some(before) = first.get(&entry.name) {
                    let (what, name, line) = (kind.as_str(), quote(&entry.name), before.place.line);
                    let of = match before.path == source.path {
                        true => String::new(),
                        false => format!(" of {}", before.path.display()),
                    };
                    let message = format!(
                        "expected each {what} once, found {name} again, first in line {line}{of}; \
                         rename one"
                    );
                    self.refuse(&document.path, Some(source.place), message);
                    continue;
                }
                any.get_or_insert((document, item.place));
                if entry.content.get("is_default") == Some(&Value::Bool(true)) {
                    defaults.push((document, item.place));
                }
                first.insert(entry.name.clone(), source);
                if kind == Kind::Action && entry.content.get("prompt") == Some(&"".into()) {
                    continue;
                }
                found.push((entry, item));
            }
        }
        if !kind.has_default() {
            return;
        }
        let what = kind.as_str();
        match (defaults.as_slice(), any) {
            ([], Some((document, place))) => {
                let message = format!(
                    "expected one {what} to be the default, found none; give one `is_default: true`"
                );
                self.refuse(&document.path, Some(place), message);
            }
            ([_, (document, place), ..], _) => {
                let message = format!(
                    "expected one {what} to be the default, found another; take its `is_default` out"
                );
                self.refuse(&document.path, Some(*place), message);
            }
            ([] | [_], _) => {}
        }
    }

    fn list<'d>(&mut self, document: &'d Document, kind: Kind, key: &str) -> &'d [Node] {
        let root = &document.root;
        let node = match &root.data {
            Data::List { .. } => root,
            Data::Map { .. } => match root.get(key) {
                Some(node) => node,
                None => return &[],
            },
            Data::Scalar { .. } => root,
        };
        match &node.data {
            Data::List { items, .. } => {
                if let Some(item) = items.get(MAX_ENTRIES) {
                    let (most, count) = (MAX_ENTRIES, items.len());
                    let message =
                        format!("expected at most {most} in `{key}`, found {count}; take some out");
                    self.refuse(&document.path, Some(item.place), message);
                    return &[];
                }
                items
            }
            _ if Tree::of(node).is_nothing() => &[],
            Data::Scalar { .. } | Data::Map { .. } => {
                let what = kind.as_str();
                let message = format!(
                    "expected a list `{key}`, found something else; begin each {what} with `- name:`"
                );
                self.refuse(&document.path, Some(node.place), message);
                &[]
            }
        }
    }

    fn entry(&mut self, kind: Kind, document: &Document, item: &Node) -> Option<Entry> {
        let what = kind.as_str();
        let Data::Map { entries, .. } = &item.data else {
            let message =
                format!("expected a {what} with a `name`, found none; begin it with `name:`");
            self.refuse(&document.path, Some(item.place), message);
            return None;
        };
        let node = item.get("name");
        let name = Form::Text.read(node.map(Tree::of).as_ref());
        let name = name.ok().and_then(|name| name.as_str().map(str::to_owned));
        let Some((name, node)) = name.filter(|name| !name.is_empty()).zip(node) else {
            let place = node.map_or(item.place, |node| node.place);
            let message = format!(
                "expected the `name` of this {what} to be text, found none; give it one, in quotes"
            );
            self.refuse(&document.path, Some(place), message);
            return None;
        };
        let before = self.problems.len();
        let mut content = Map::new();
        let mut text = None;
        for field in kind.fields() {
            let at = item.at(field.path);
            match field.form.read(at.map(Tree::of).as_ref()) {
                Ok(value) => put(&mut content, *field, value),
                Err(expected) => {
                    let key = field.path.join(".");
                    let (found, fix) = match at.map(Node::text) {
                        None => ("nothing".to_owned(), "add it"),
                        Some(Some(text)) if expected == "text" => (quote(text), "put it in quotes"),
                        Some(Some(text)) => (quote(text), "mend it"),
                        Some(None) => ("a list or a mapping".to_owned(), "mend it"),
                    };
                    let message =
                        format!("expected `{key}` to be {expected}, found {found}; {fix}");
                    let place = at.unwrap_or(item).place;
                    self.refuse(&document.path, Some(place), message);
                }
            }
            if matches!(field.content, "/body" | "/prompt") {
                text = at.map(|node| placed(&document.text, node));
            }
        }
        if kind == Kind::Handoff
            && before == self.problems.len()
            && let Some(message) = refuse_destination(&content)
        {
            let place = item.at(&["sip_config", "phone_number"]).unwrap_or(item).place;
            self.refuse(&document.path, Some(place), message);
        }
        let is_own = |key: &str| {
            is_key(key, "name") || kind.fields().iter().any(|field| is_key(key, field.path[0]))
        };
        let extra = entries.iter().filter_map(|(key, value)| {
            let key = key.text().filter(|key| !is_own(key))?;
            Some((key.to_owned(), Tree::of(value).json()))
        });
        let extra = extra.collect();
        let path = self.folder.join(&document.path);
        let source = Some(Source { path, place: node.place, text });
        (before == self.problems.len()).then_some(Entry { kind, name, content, extra, source })
    }
}

fn cannot(error: &io::Error) -> String {
    format!("expected to read it, found that this cannot be: {error}; mend that first")
}

/// A text with the way back to its line.
fn placed(text: &str, node: &Node) -> Placed {
    let value = node.text().unwrap_or_default().to_owned();
    let (start, written) = (node.place, &text[node.span.clone()]);
    let is_one_line = !written.contains('\n');
    let Data::Scalar { style, .. } = node.data else {
        return Placed { text: value, from: From::Somewhere(start) };
    };
    let from = match style {
        ScalarStyle::Plain if is_one_line => From::Start(start),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted
            if is_one_line && written.get(1..written.len() - 1) == Some(&*value) =>
        {
            From::Start(Place { column: start.column + 1, ..start })
        }
        ScalarStyle::Literal => From::Block(start),
        ScalarStyle::Plain
        | ScalarStyle::SingleQuoted
        | ScalarStyle::DoubleQuoted
        | ScalarStyle::Folded => From::Somewhere(start),
    };
    Placed { text: value, from }
}
