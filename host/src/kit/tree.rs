//! What a document says, without how it is written.

use saphyr_parser::ScalarStyle;
use serde_json::{Map, Number, Value};

use super::yaml::{Data, Node, is_key};

/// A part of what a document says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Text(String),
    /// What is no text, as it is written: a number, `true`, `false`, nothing.
    Plain(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Tree {
    pub(super) fn of(node: &Node) -> Self {
        match &node.data {
            Data::Scalar { text, style } => match style {
                ScalarStyle::Plain if !is_plain_text(text) => Self::Plain(text.clone()),
                ScalarStyle::Plain
                | ScalarStyle::SingleQuoted
                | ScalarStyle::DoubleQuoted
                | ScalarStyle::Literal
                | ScalarStyle::Folded => Self::Text(text.clone()),
            },
            Data::List { items, .. } => Self::List(items.iter().map(Self::of).collect()),
            Data::Map { entries, .. } => {
                let entry = |(key, value): &(Node, Node)| {
                    (key.text().unwrap_or_default().to_owned(), Self::of(value))
                };
                Self::Map(entries.iter().map(entry).collect())
            }
        }
    }

    /// The same as JSON.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Plain(text) => match text.as_str() {
                _ if self.is_nothing() => Value::Null,
                "true" | "True" | "TRUE" => Value::Bool(true),
                "false" | "False" | "FALSE" => Value::Bool(false),
                number => serde_json::from_str::<Number>(number)
                    .map_or_else(|_| Value::String(text.clone()), Value::Number),
            },
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (key.clone(), value.json()));
                Value::Object(entries.collect())
            }
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Plain(text) if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar, whether it is written as one or not.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(_) | Self::Plain(_) if self.is_nothing() => Some(""),
            Self::Text(text) | Self::Plain(text) => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(key, _)| is_key(key, name)).map(|(_, value)| value)
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// Puts something at a path, or takes away what is there.
    pub(super) fn set(&mut self, path: &[&str], value: Option<Self>) {
        let Some((name, rest)) = path.split_first() else {
            *self = value.unwrap_or(Self::Map(Vec::new()));
            return;
        };
        if !matches!(self, Self::Map(_)) {
            *self = Self::Map(Vec::new());
        }
        let Self::Map(entries) = self else { return };
        let found = entries.iter().position(|(key, _)| is_key(key, name));
        match (found, rest.is_empty(), value) {
            (Some(at), true, None) => drop(entries.remove(at)),
            (None, _, None) => {}
            (Some(at), _, value) => entries[at].1.set(rest, value),
            (None, _, value) => {
                let mut new = Self::Map(Vec::new());
                new.set(rest, value);
                entries.push(((*name).to_owned(), new));
            }
        }
    }

    /// Whether what is written already says this: a number says the same as its digits.
    pub(super) fn says(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Plain(_), Self::Text(wanted)) => self.scalar() == Some(wanted),
            (Self::Plain(_), Self::Plain(_)) => self.json() == wanted.json(),
            (Self::List(all), Self::List(wanted)) => {
                all.len() == wanted.len() && all.iter().zip(wanted).all(|(one, it)| one.says(it))
            }
            (Self::Map(all), Self::Map(wanted)) => {
                all.len() == wanted.len()
                    && wanted.iter().all(|(key, it)| {
                        all.iter().any(|(other, one)| other == key && one.says(it))
                    })
            }
            _ => self == wanted,
        }
    }
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Plain("null".into()),
            Value::Bool(_) | Value::Number(_) => Self::Plain(value.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => entries.into(),
        }
    }
}

impl From<&Map<String, Value>> for Tree {
    fn from(entries: &Map<String, Value>) -> Self {
        Self::Map(entries.iter().map(|(key, value)| (key.clone(), value.into())).collect())
    }
}

/// Whether every reader of YAML takes it for a text without quotes, where it stands alone: what
/// begins with a letter, and is no word of YAML 1.1 or 1.2.
pub(super) fn is_plain_text(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let begins = text.chars().next().is_some_and(|c| !"+-.~0123456789".contains(c));
    begins && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}
