//! How a file is written: its indentation, its quotes, its line ends; and new text in the same way.

use std::collections::BTreeMap;

use saphyr_parser::ScalarStyle;

use super::tree::{Tree, is_plain_text};
use super::yaml::{Data, Node, dash};

/// How a file is written.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) end: &'static str,
    /// How much deeper a mapping in a mapping stands.
    step: usize,
    /// How much deeper a list in a mapping stands.
    list_step: usize,
    /// The quotes of what needs some.
    quotes: ScalarStyle,
    /// How the value of each key is written, as it was last.
    keys: BTreeMap<String, ScalarStyle>,
}

impl Style {
    pub(super) fn of(text: &str, root: &Node) -> Self {
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let quotes = ScalarStyle::SingleQuoted;
        let keys = BTreeMap::new();
        let mut style = Self { end, step: 2, list_step: 0, quotes, keys };
        let mut quoted = [0_usize; 2];
        style.learn(text, root, &mut quoted);
        if quoted[1] > quoted[0] {
            style.quotes = ScalarStyle::DoubleQuoted;
        }
        style
    }

    fn learn(&mut self, text: &str, node: &Node, quoted: &mut [usize; 2]) {
        match &node.data {
            Data::Scalar { style, .. } => match style {
                ScalarStyle::SingleQuoted => quoted[0] += 1,
                ScalarStyle::DoubleQuoted => quoted[1] += 1,
                ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => {}
            },
            Data::List { items, .. } => items.iter().for_each(|it| self.learn(text, it, quoted)),
            Data::Map { entries, .. } => {
                for (key, value) in entries {
                    self.learn(text, value, quoted);
                    let column = key.place.column;
                    let style = match &value.data {
                        Data::Scalar { style, .. } => *style,
                        Data::List { flow, .. } | Data::Map { flow, .. } if *flow => {
                            ScalarStyle::Plain
                        }
                        Data::List { items, .. } => {
                            let first = items.first().map_or(0, |it| dash(text, it.span.start));
                            let line = text[..first].rfind('\n').map_or(0, |at| at + 1);
                            self.list_step = (first - line + 1).saturating_sub(column);
                            ScalarStyle::Plain
                        }
                        Data::Map { .. } => {
                            self.step = value.place.column.saturating_sub(column).max(1);
                            ScalarStyle::Plain
                        }
                    };
                    self.keys.insert(key.text().unwrap_or_default().to_owned(), style);
                }
            }
        }
    }

    /// Whether the file has a key anywhere.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// How the value of a key is written; as one beside it, if the file has no other.
    pub(super) fn of_key(&self, key: &str, beside: ScalarStyle) -> ScalarStyle {
        self.keys.get(key).copied().unwrap_or(beside)
    }

    /// Where the lines of a block stand under a key.
    pub(super) fn under(&self, column: usize) -> usize {
        column + self.step
    }

    /// What stands behind a key or a dash, its space included. `column`: the blanks before the key;
    /// `in_list`: it stands behind a dash.
    pub(super) fn value(
        &self,
        tree: &Tree,
        style: ScalarStyle,
        column: usize,
        in_list: bool,
    ) -> String {
        let end = self.end;
        match tree {
            Tree::List(items) if !items.is_empty() && !in_list => {
                let column = column + self.list_step;
                let items = items.iter().map(|it| self.item(it, style, column));
                items.map(|it| format!("{end}{it}")).collect()
            }
            Tree::Map(entries) if !entries.is_empty() => {
                let column = column + if in_list { 2 } else { self.step };
                let entry = |(number, (key, value)): (usize, &(String, Tree))| match number {
                    0 if in_list => {
                        format!(" {}", self.entry(key, value, style, column).trim_start())
                    }
                    _ => format!("{end}{}", self.entry(key, value, style, column)),
                };
                entries.iter().enumerate().map(entry).collect()
            }
            Tree::List(_) | Tree::Map(_) => format!(" {}", self.flow(tree)),
            Tree::Text(_) | Tree::Plain(_) => {
                format!(" {}", self.scalar(tree, style, self.under(column), false))
            }
        }
    }

    /// A line, or several, of a mapping.
    pub(super) fn entry(
        &self,
        key: &str,
        value: &Tree,
        beside: ScalarStyle,
        column: usize,
    ) -> String {
        let style = self.of_key(key, beside);
        let key = self.scalar(&Tree::Text(key.to_owned()), ScalarStyle::Plain, 0, true);
        format!("{:column$}{key}:{}", "", self.value(value, style, column, false))
    }

    /// A line, or several, of a list.
    pub(super) fn item(&self, item: &Tree, beside: ScalarStyle, column: usize) -> String {
        format!("{:column$}-{}", "", self.value(item, beside, column, true))
    }

    /// All in one line.
    pub(super) fn flow(&self, tree: &Tree) -> String {
        let quoted = |tree: &Tree| self.scalar(tree, ScalarStyle::Plain, 0, true);
        match tree {
            Tree::List(items) => {
                let items: Vec<_> = items.iter().map(|it| self.flow(it)).collect();
                format!("[{}]", items.join(", "))
            }
            Tree::Map(entries) => {
                let entry = |(key, value): &(String, Tree)| {
                    format!("{}: {}", quoted(&Tree::Text(key.clone())), self.flow(value))
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
            Tree::Text(_) | Tree::Plain(_) => quoted(tree),
        }
    }

    /// A text in a style, or in the next that can hold it. `column`: that of a block's lines;
    /// `one_line`: there is no room for a block.
    pub(super) fn scalar(
        &self,
        tree: &Tree,
        style: ScalarStyle,
        column: usize,
        one_line: bool,
    ) -> String {
        let text = match tree {
            Tree::Text(text) => text,
            Tree::Plain(text) => return text.clone(),
            Tree::List(_) | Tree::Map(_) => return self.flow(tree),
        };
        let is_block = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => true,
            ScalarStyle::Plain | ScalarStyle::SingleQuoted => text.contains('\n'),
            ScalarStyle::DoubleQuoted => false,
        };
        if is_block && !one_line && is_block_text(text) {
            let (lines, chomp) =
                text.strip_suffix('\n').map_or((text.as_str(), "-"), |lines| (lines, ""));
            let line = |line: &str| match line {
                "" => self.end.to_owned(),
                line => format!("{}{:column$}{line}", self.end, ""),
            };
            return format!("|{chomp}{}", lines.split('\n').map(line).collect::<String>());
        }
        let style = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.quotes,
            ScalarStyle::Plain if !is_plain(text, one_line) => self.quotes,
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => style,
        };
        match style {
            ScalarStyle::Plain => text.clone(),
            ScalarStyle::SingleQuoted if !text.contains(is_odd) && !text.contains('\n') => {
                format!("'{}'", text.replace('\'', "''"))
            }
            ScalarStyle::SingleQuoted
            | ScalarStyle::DoubleQuoted
            | ScalarStyle::Literal
            | ScalarStyle::Folded => double(text),
        }
    }
}

/// Whether a block can hold a text: nothing stands before its first line or behind its last, and no
/// character needs an escape.
fn is_block_text(text: &str) -> bool {
    let is_empty = text.is_empty() || text.starts_with([' ', '\n', '\t']);
    !is_empty && !text.ends_with("\n\n") && !text.contains(is_odd)
}

/// What readers of YAML change or refuse where it stands as it is.
fn is_odd(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn is_plain(text: &str, in_flow: bool) -> bool {
    let begins = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '$' || c == '_');
    let is_fine = |c: char| !is_odd(c) && c != '\n' && !(in_flow && "[]{},:#".contains(c));
    begins
        && is_plain_text(text)
        && text.chars().all(is_fine)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([' ', ':'])
}

fn double(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_odd(c) => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
