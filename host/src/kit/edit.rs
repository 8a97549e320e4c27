//! Changes a document's text so that it says something else: what says so already keeps its bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use saphyr_parser::ScalarStyle;

use super::style::Style;
use super::tree::Tree;
use super::yaml::{Data, Node, dash};

/// The text of a document, changed so that it says what is wanted.
pub(super) fn edited(text: &str, root: &Node, style: &Style, wanted: &Tree) -> String {
    let mut editor = Editor { text, style, changes: Vec::new() };
    if let Tree::Map(entries) = wanted
        && Tree::of(root).is_nothing()
        && root.span.is_empty()
    {
        let before = if text.is_empty() || text.ends_with('\n') { "" } else { style.end };
        let entry = |(key, value): &(String, Tree)| {
            style.entry(key, value, ScalarStyle::Plain, 0) + style.end
        };
        return format!("{text}{before}{}", entries.iter().map(entry).collect::<String>());
    }
    if !editor.inside(root, wanted, false) {
        editor.changes.push((root.span.clone(), style.flow(wanted)));
    }
    editor.changes.sort_by_key(|(span, _)| (span.start, span.end));
    let mut done = String::new();
    let mut at = 0;
    for (span, new) in editor.changes {
        done.push_str(&text[at..span.start.max(at)]);
        done.push_str(&new);
        at = span.end.max(at);
    }
    done + &text[at..]
}

struct Editor<'a> {
    text: &'a str,
    style: &'a Style,
    changes: Vec<(Range<usize>, String)>,
}

impl Editor<'_> {
    /// Changes what is inside a node; `false`: it must be written anew.
    fn inside(&mut self, node: &Node, wanted: &Tree, in_flow: bool) -> bool {
        if Tree::of(node).says(wanted) {
            return true;
        }
        match (&node.data, wanted) {
            (Data::Scalar { text, style }, Tree::Text(_) | Tree::Plain(_)) => {
                self.scalar(node, text, *style, wanted, in_flow);
                true
            }
            (Data::Map { entries, flow }, Tree::Map(wanted)) => {
                let is_kept =
                    |(key, _): &(Node, Node)| wanted.iter().any(|it| key.text() == Some(&it.0));
                let is_same = entries.len() == wanted.len() && entries.iter().all(is_kept);
                let is_fine = if *flow { is_same } else { entries.iter().any(is_kept) };
                if is_fine {
                    self.map(entries, wanted, in_flow || *flow);
                }
                is_fine
            }
            (Data::List { items, flow: false }, Tree::List(wanted)) => self.list(items, wanted),
            (Data::Scalar { .. } | Data::List { .. } | Data::Map { .. }, _) => false,
        }
    }

    fn scalar(&mut self, node: &Node, old: &str, style: ScalarStyle, wanted: &Tree, in_flow: bool) {
        let (start, rest) = (node.span.start, &self.text[node.span.end..]);
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        // A comment behind it would become a part of a block.
        let is_last = rest.lines().next().is_none_or(|rest| rest.trim().is_empty());
        let written = &self.text[node.span.clone()];
        let (column, header) = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let mut lines = written.lines();
                let comment =
                    lines.next().and_then(|header| header.find('#').map(|at| &header[at..]));
                let first = lines.find(|line| !line.trim().is_empty());
                (first.map_or_else(|| self.style.under(indent(self.line(line))), indent), comment)
            }
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                // Behind a dash or several, the key of this value is what its lines stand under.
                let before = &self.text[line..start];
                let blank = before.len() - before.trim_start_matches([' ', '-']).len();
                (self.style.under(blank), None)
            }
        };
        let style = match old {
            // An unset number says nothing of how a set one is written.
            "" if style == ScalarStyle::Plain => ScalarStyle::SingleQuoted,
            _ => style,
        };
        let new = self.style.scalar(wanted, style, column, in_flow || !is_last);
        let new = match header {
            Some(comment) if new.starts_with('|') => {
                let (head, lines) = new.split_once(self.style.end).unwrap_or((&new, ""));
                format!("{head} {}{}{lines}", comment.trim_end(), self.style.end)
            }
            Some(_) | None => new,
        };
        let is_glued = self.text[..start].ends_with([':', '-']);
        let space = if is_glued && !in_flow { " " } else { "" };
        self.changes.push((node.span.clone(), format!("{space}{new}")));
    }

    fn map(&mut self, entries: &[(Node, Node)], wanted: &[(String, Tree)], in_flow: bool) {
        let of = |key: &Node| wanted.iter().find(|it| key.text() == Some(&it.0));
        for (at, (key, value)) in entries.iter().enumerate() {
            let Some((_, wanted)) = of(key) else {
                let next = entries.get(at + 1).map(|(key, _)| key.span.start);
                self.remove(key.span.start, value.span.end.max(key.span.end), next);
                continue;
            };
            if !self.inside(value, wanted, in_flow) {
                self.rewrite(key, value, wanted, in_flow);
            }
        }
        let Some((key, value)) = entries.last().filter(|_| !in_flow) else { return };
        let beside = match value.data {
            Data::Scalar { style, .. } => style,
            Data::List { .. } | Data::Map { .. } => ScalarStyle::Plain,
        };
        let is_new =
            |it: &&(String, Tree)| entries.iter().all(|(key, _)| key.text() != Some(&it.0));
        let column = key.place.column - 1;
        let lines = wanted.iter().filter(is_new);
        let lines: Vec<_> =
            lines.map(|(key, value)| self.style.entry(key, value, beside, column)).collect();
        self.insert(value.span.end.max(key.span.end), &lines, false);
    }

    /// Puts a value in the place of one of another kind.
    fn rewrite(&mut self, key: &Node, value: &Node, wanted: &Tree, in_flow: bool) {
        if in_flow {
            self.changes.push((value.span.clone(), self.style.flow(wanted)));
            return;
        }
        let colon = self.text[key.span.end..].find(':').map_or(0, |at| at + 1);
        let start = key.span.end + colon;
        let column = key.place.column - 1;
        let style = self.style.of_key(key.text().unwrap_or_default(), ScalarStyle::Plain);
        let new = self.style.value(wanted, style, column, false);
        self.changes.push((start..value.span.end.max(start), new));
    }

    /// Things with names are told by them, others by their number.
    fn list(&mut self, items: &[Node], wanted: &[Tree]) -> bool {
        let names = |trees: &[Tree]| -> Option<Vec<String>> {
            trees.iter().map(|it| Some(it.get("name")?.scalar()?.to_owned())).collect()
        };
        let written: Vec<_> = items.iter().map(Tree::of).collect();
        let named = names(&written).zip(names(wanted)).map(|(written, wanted)| {
            let places: BTreeMap<_, _> = wanted.into_iter().zip(0_usize..).collect();
            written.iter().map(|name| places.get(name).copied()).collect::<Vec<_>>()
        });
        let pairs = named.unwrap_or_else(|| {
            (0..items.len()).map(|at| Some(at).filter(|at| *at < wanted.len())).collect()
        });
        if pairs.iter().all(Option::is_none) {
            return false;
        }
        for (item, pair) in items.iter().zip(&pairs) {
            match pair {
                Some(at) => {
                    if !self.inside(item, &wanted[*at], false) {
                        let column = self.column(item);
                        let new = self.style.value(&wanted[*at], ScalarStyle::Plain, column, true);
                        self.changes.push((item.span.clone(), new.trim_start().to_owned()));
                    }
                }
                None => self.remove(dash(self.text, item.span.start), item.span.end, None),
            }
        }
        let (Some(first), Some(last)) = (items.first(), items.last()) else { return false };
        let beside = match last.data {
            Data::Scalar { style, .. } => style,
            Data::List { .. } | Data::Map { .. } => ScalarStyle::Plain,
        };
        let column = self.column(first);
        let kept: BTreeSet<_> = pairs.iter().flatten().collect();
        let is_new = |(at, _): &(usize, &Tree)| !kept.contains(at);
        let lines = wanted.iter().enumerate().filter(is_new);
        let lines: Vec<_> = lines.map(|(_, item)| self.style.item(item, beside, column)).collect();
        let before = self.text[..dash(self.text, last.span.start)].trim_end_matches([' ', '\t']);
        let is_apart =
            items.len() > 1 && before.lines().last().is_some_and(|it| it.trim().is_empty());
        self.insert(last.span.end, &lines, is_apart);
        true
    }

    fn line(&self, start: usize) -> &str {
        self.text[start..].lines().next().unwrap_or_default()
    }

    /// How many blanks stand before the dash of an item.
    fn column(&self, item: &Node) -> usize {
        let dash = dash(self.text, item.span.start);
        dash - self.text[..dash].rfind('\n').map_or(0, |at| at + 1)
    }

    /// Puts lines below the line in which something ends.
    fn insert(&mut self, end: usize, lines: &[String], is_apart: bool) {
        if lines.is_empty() {
            return;
        }
        let below = self.text[end..].find('\n').map(|at| end + at + 1);
        let line_end = self.style.end;
        let apart = if is_apart { line_end } else { "" };
        let lines: String = lines.iter().map(|it| format!("{apart}{it}{line_end}")).collect();
        match below {
            Some(at) => self.changes.push((at..at, lines)),
            None => {
                let at = self.text.len();
                let lines = lines.strip_suffix(line_end).unwrap_or(&lines);
                self.changes.push((at..at, format!("{line_end}{lines}")));
            }
        }
    }

    /// Takes out the lines of something, and the comment that stands on it.
    fn remove(&mut self, start: usize, end: usize, next: Option<usize>) {
        let line = |at: usize| self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        let mut first = line(start);
        if !self.text[first..start].trim().is_empty() {
            // Behind the dash of its item: what comes next takes its place.
            self.changes.push((start..next.unwrap_or(end), String::new()));
            return;
        }
        let indent = start - first;
        while first > 0 {
            let above = line(first - 1);
            let comment = &self.text[above..first];
            let is_its = comment.trim_start().starts_with('#')
                && comment.len() - comment.trim_start_matches(' ').len() == indent;
            if !is_its {
                break;
            }
            first = above;
        }
        let last = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1);
        self.changes.push((first..last, String::new()));
    }
}
