//! Reads YAML with the place of everything in it, so that a problem has its line and an edit its
//! bytes. No alias is followed: a file of some lines could stand for more than any memory holds.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::Fault;
use crate::check::Place;

/// Lists and mappings that stand inside each other, at most.
const MAX_DEPTH: usize = 32;

/// A part of a document.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) data: Data,
    /// Its bytes: of a block its first to its last character, of a text its quotes as well.
    pub(super) span: Range<usize>,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) enum Data {
    Scalar { text: String, style: ScalarStyle },
    List { items: Vec<Node>, flow: bool },
    Map { entries: Vec<(Node, Node)>, flow: bool },
}

impl Node {
    /// A scalar's text, as it is meant.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar { text, .. } => Some(text),
            Data::List { .. } | Data::Map { .. } => None,
        }
    }

    /// What a mapping has under a name, in snake or in camel case.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Data::Map { entries, .. } = &self.data else { return None };
        let is_it = |(key, _): &&(Self, Self)| key.text().is_some_and(|key| is_key(key, name));
        entries.iter().find(is_it).map(|(_, value)| value)
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }
}

/// Whether a key is a name in snake case, or the same in camel case.
pub(super) fn is_key(key: &str, name: &str) -> bool {
    let mut parts = name.split('_');
    let mut rest = parts.next().and_then(|first| key.strip_prefix(first));
    for part in parts {
        let (head, tail) = part.split_at(part.len().min(1));
        rest = rest
            .and_then(|rest| rest.strip_prefix(head.to_ascii_uppercase().as_str()))
            .and_then(|rest| rest.strip_prefix(tail));
    }
    key == name || rest == Some("")
}

/// Reads the one document of a file.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let chars: Vec<u32> =
        text.char_indices().map(|(at, _)| at).chain([text.len()]).map(|at| at as u32).collect();
    let mut builder = Builder { text, chars, open: Vec::new(), root: None, end: 0 };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => {
                let tab = text.split('\n').zip(1..).find_map(|(line, number)| {
                    let blank = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
                    blank.find('\t').map(|at| tab(Place { line: number, column: at + 1 }))
                });
                let found = error.info();
                let message = format!("expected YAML, found a mistake: {found}; mend it here");
                let place = place(*error.marker());
                return Err(tab.unwrap_or_else(|| Fault::new(place, message)));
            }
        }
    }
    let end = text.len();
    let nothing = || Node {
        data: Data::Scalar { text: String::new(), style: ScalarStyle::Plain },
        span: end..end,
        place: Place { line: 1, column: 1 },
    };
    Ok(builder.root.unwrap_or_else(nothing))
}

fn tab(place: Place) -> Fault {
    Fault::new(place, "expected spaces before what is indented, found a tab; put spaces instead")
}

fn place(mark: Marker) -> Place {
    Place { line: mark.line().max(1), column: mark.col() + 1 }
}

/// A list or a mapping whose end has not come.
struct Open {
    node: Node,
    /// The key of a mapping whose value has not come.
    key: Option<Node>,
    /// In which line each key stands.
    lines: BTreeMap<String, usize>,
}

struct Builder<'a> {
    text: &'a str,
    /// Where each character begins.
    chars: Vec<u32>,
    open: Vec<Open>,
    root: Option<Node>,
    /// Where what was read last ends.
    end: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let (start, end) = (self.byte(span.start), self.byte(span.end));
        let place = place(span.start);
        let node = |data| Node { data, span: start..end, place };
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_none() => Ok(()),
            Event::DocumentStart(_) => {
                let message = "expected one document, found a second; put it in a file of its own";
                Err(Fault::new(place, message))
            }
            Event::Alias(_) => {
                let message = "expected no alias, found one; write out what it stands for";
                Err(Fault::new(place, message))
            }
            Event::SequenceStart(..) => {
                let data = Data::List { items: Vec::new(), flow: start < end };
                self.begin(node(data))
            }
            Event::MappingStart(..) => {
                let data = Data::Map { entries: Vec::new(), flow: start < end };
                self.begin(node(data))
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { mut node, .. }) => {
                    node.span.end = if start < end { end } else { self.end.max(node.span.start) };
                    if let Data::List { items, flow: false } = &node.data {
                        let first = items.first().map(|item| dash(self.text, item.span.start));
                        node.span.start = first.unwrap_or(node.span.start);
                    }
                    self.put(node)
                }
                None => Ok(()),
            },
            Event::Scalar(text, style, ..) => {
                let span = self.scalar(style, start..end);
                let text = text.into_owned();
                self.put(Node { data: Data::Scalar { text, style }, span, place })
            }
        }
    }

    fn byte(&self, mark: Marker) -> usize {
        self.chars.get(mark.index()).map_or(self.text.len(), |at| *at as usize)
    }

    /// The bytes that a scalar itself takes, without what the scanner looked at behind it.
    fn scalar(&self, style: ScalarStyle, span: Range<usize>) -> Range<usize> {
        let text = &self.text[span.start..];
        match style {
            ScalarStyle::Plain if !span.is_empty() => span,
            ScalarStyle::Plain => {
                // Nothing at all stands behind its colon or its dash.
                let sign = match self.open.last() {
                    Some(Open { key: Some(_), .. }) => ':',
                    Some(Open {
                        node: Node { data: Data::List { flow: false, .. }, .. }, ..
                    }) => '-',
                    Some(_) | None => return span,
                };
                let at = self.text[self.end..].find(sign).map(|at| self.end + at + 1);
                at.map_or(span, |at| at..at)
            }
            ScalarStyle::SingleQuoted => {
                let mut at = 1;
                while let Some(found) = text[at..].find('\'') {
                    at += found + 1;
                    match text[at..].starts_with('\'') {
                        true => at += 1,
                        false => break,
                    }
                }
                span.start..span.start + at
            }
            ScalarStyle::DoubleQuoted => {
                let mut at = 1;
                while let Some(found) = text[at..].find(['"', '\\']) {
                    at += found + 1;
                    match text[..at].ends_with('"') {
                        true => break,
                        false => at += text[at..].chars().next().map_or(0, char::len_utf8),
                    }
                }
                span.start..span.start + at
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let before = self.text[..span.start].trim_end();
                let line = before.rfind('\n').map_or(0, |at| at + 1);
                let is_header = |at: &usize| {
                    let rest =
                        before[at + 1..].trim_start_matches(|c: char| "+-0123456789".contains(c));
                    let blank = |c: char| c == ' ' || c == '\t';
                    rest.is_empty() || rest.starts_with(blank) && rest.trim().starts_with('#')
                };
                let mut headers = before[line..].match_indices(['|', '>']).map(|(at, _)| line + at);
                let start = headers.find(is_header).unwrap_or(span.start);
                let end = start + self.text[start..span.end].trim_end().len();
                start..end
            }
        }
    }

    fn begin(&mut self, node: Node) -> Result<(), Fault> {
        if self.open.len() == MAX_DEPTH {
            let message = format!(
                "expected at most {MAX_DEPTH} lists and mappings inside each other, found more; \
                 take one out"
            );
            return Err(Fault::new(node.place, message));
        }
        self.open.push(Open { node, key: None, lines: BTreeMap::new() });
        Ok(())
    }

    /// Puts what is complete where it belongs.
    fn put(&mut self, node: Node) -> Result<(), Fault> {
        self.end = node.span.end.max(self.end);
        let Some(Open { node: parent, key, lines }) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut parent.data {
            Data::Scalar { .. } => {}
            Data::List { items, .. } => items.push(node),
            Data::Map { entries, flow } => match key.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let Some(text) = node.text() else {
                        let message =
                            "expected a text as a key, found a list or a mapping; name it";
                        return Err(Fault::new(node.place, message));
                    };
                    if !*flow {
                        let line = self.text[..node.span.start].rfind('\n').map_or(0, |at| at + 1);
                        if let Some(at) = self.text[line..node.span.start].find('\t') {
                            return Err(tab(Place { line: node.place.line, column: at + 1 }));
                        }
                    }
                    if let Some(line) = lines.insert(text.to_owned(), node.place.line) {
                        let key = verbatim_core::quote(text);
                        let message = format!(
                            "expected each key once, found {key} again, first in line {line}; take \
                             one out"
                        );
                        return Err(Fault::new(node.place, message));
                    }
                    *key = Some(node);
                }
            },
        }
        Ok(())
    }
}

/// Where the dash of an item stands.
pub(super) fn dash(text: &str, item: usize) -> usize {
    let mut end = item;
    loop {
        let line = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let before = text[line..end].trim_end();
        if before.ends_with('-') || line == 0 {
            return line + before.len().saturating_sub(1);
        }
        end = line - 1;
    }
}
