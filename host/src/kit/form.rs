//! What stands in which file of a project, under which key, and what is meant by it. Each row of
//! [`fields`] is read and written by the same rule; a key that no row has belongs to the file.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};
use verbatim_core::quote;

use super::tree::Tree;

/// What a project's files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A variant.
    Variant,
    /// An attribute, with a value for each variant.
    Attribute,
    /// An entity.
    Entity,
    /// A translation.
    Translation,
    /// A handoff.
    Handoff,
    /// A template.
    Template,
    /// The action of a topic.
    Action,
}

impl Kind {
    /// All, each after what it refers to.
    pub const ALL: [Self; 7] = [
        Self::Variant,
        Self::Attribute,
        Self::Entity,
        Self::Translation,
        Self::Handoff,
        Self::Template,
        Self::Action,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Variant => "variant",
            Self::Attribute => "attribute",
            Self::Entity => "entity",
            Self::Translation => "translation",
            Self::Handoff => "handoff",
            Self::Template => "template",
            Self::Action => "action",
        }
    }

    /// The file that lists it, and the key of the list; an action has a file of its own.
    pub(super) const fn list(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Variant => Some(("config/variant_attributes.yaml", "variants")),
            Self::Attribute => Some(("config/variant_attributes.yaml", "attributes")),
            Self::Entity => Some(("config/entities.yaml", "entities")),
            Self::Translation => Some(("config/translations.yaml", "translations")),
            Self::Handoff => Some(("config/handoffs.yaml", "handoffs")),
            Self::Template => Some(("config/sms_templates.yaml", "sms_templates")),
            Self::Action => None,
        }
    }

    /// Whether one of them is the default.
    pub(super) const fn has_default(self) -> bool {
        match self {
            Self::Variant | Self::Handoff => true,
            Self::Attribute | Self::Entity | Self::Translation | Self::Template | Self::Action => {
                false
            }
        }
    }

    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Variant => &[IS_DEFAULT],
            Self::Attribute => &[
                Field { path: &["kind"], content: "/kind", form: Form::Label },
                Field { path: &["config"], content: "/config", form: Form::Config },
                Field { path: &["values"], content: "/values", form: Form::Texts },
            ],
            Self::Entity => &[
                DESCRIPTION,
                Field { path: &["entity_type"], content: "/entity_type", form: Form::Text },
                Field { path: &["config"], content: "/config", form: Form::Config },
            ],
            Self::Translation => {
                &[Field { path: &["translations"], content: "/translations", form: Form::Texts }]
            }
            Self::Handoff => &[
                DESCRIPTION,
                IS_DEFAULT,
                Field { path: &["sip_config", "method"], content: "/method", form: Form::Method },
                Field {
                    path: &["sip_config", "phone_number"],
                    content: "/destination",
                    form: Form::Number,
                },
                Field { path: &["sip_config"], content: "/config", form: Form::Rest },
                Field { path: &["sip_headers"], content: "/headers", form: Form::Headers },
            ],
            Self::Template => &[
                Field { path: &["text"], content: "/body", form: Form::Text },
                Field {
                    path: &["env_phone_numbers", "sandbox"],
                    content: "/senders/sandbox",
                    form: Form::Number,
                },
                Field {
                    path: &["env_phone_numbers", "pre_release"],
                    content: "/senders/pre_release",
                    form: Form::Number,
                },
                Field {
                    path: &["env_phone_numbers", "live"],
                    content: "/senders/live",
                    form: Form::Number,
                },
            ],
            Self::Action => &[Field { path: &["actions"], content: "/prompt", form: Form::Words }],
        }
    }
}

const IS_DEFAULT: Field = Field { path: &["is_default"], content: "/is_default", form: Form::Flag };
const DESCRIPTION: Field =
    Field { path: &["description"], content: "/description", form: Form::Words };

/// A key of a file, and the member of a content that it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) path: &'static [&'static str],
    /// As a JSON pointer.
    pub(super) content: &'static str,
    pub(super) form: Form,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A text.
    Text,
    /// A text, empty where there is none.
    Words,
    /// A text, if there is one.
    Label,
    /// `true`, or not.
    Flag,
    /// A number or a name of one to send from or to call; an empty one is none.
    Number,
    /// `invite`, `refer` or `bye`.
    Method,
    /// A text for each name.
    Texts,
    /// A mapping of anything.
    Config,
    /// What a mapping has that no other field is.
    Rest,
    /// Pairs of `key` and `value`.
    Headers,
}

/// What `sip_config` has for the fields of their own.
const SIP_FIELDS: [&str; 2] = ["method", "phone_number"];

impl Form {
    /// What is meant by what is written; or what is expected in its place.
    pub(super) fn read(self, found: Option<&Tree>) -> Result<Value, &'static str> {
        let found = found.filter(|found| !found.is_nothing());
        let text = || match found {
            Some(Tree::Text(text)) => Ok(Some(text.as_str())),
            Some(Tree::Plain(text)) if found.is_some_and(|it| it.json().is_string()) => {
                Ok(Some(text.as_str()))
            }
            Some(Tree::Plain(_)) => Err("text"),
            Some(Tree::List(_) | Tree::Map(_)) => Err("text"),
            None => Ok(None),
        };
        match self {
            Self::Text => Ok(json!(text()?.ok_or("text")?)),
            Self::Words => Ok(json!(text()?.unwrap_or_default())),
            Self::Label => Ok(json!(text()?)),
            Self::Flag => match found.map(Tree::json) {
                None => Ok(json!(false)),
                Some(Value::Bool(is_set)) => Ok(json!(is_set)),
                Some(_) => Err("`true` or `false`"),
            },
            // A number without quotes is one to readers of YAML; its digits stand here as written.
            Self::Number => match found.map(Tree::scalar) {
                None => Ok(Value::Null),
                Some(Some(text)) => Ok(json!(Some(text).filter(|text| !text.is_empty()))),
                Some(None) => Err("a number in quotes"),
            },
            Self::Method => match text()?.unwrap_or("bye") {
                method @ ("invite" | "refer" | "bye") => Ok(json!(method)),
                _ => Err("`invite`, `refer` or `bye`"),
            },
            Self::Texts => {
                let Some(Tree::Map(entries)) = found else { return Err("a text for each name") };
                let text = |(name, value): &(String, Tree)| {
                    value.scalar().map(|text| (name.clone(), json!(text)))
                };
                let texts: Option<_> = entries.iter().map(text).collect();
                texts.map(Value::Object).ok_or("a text for each name")
            }
            Self::Config | Self::Rest => match found.map(Tree::json) {
                None => Ok(json!({})),
                Some(Value::Object(mut config)) => {
                    if self == Self::Rest {
                        config.retain(|key, _| {
                            !SIP_FIELDS.iter().any(|it| super::yaml::is_key(key, it))
                        });
                    }
                    Ok(Value::Object(config))
                }
                Some(_) => Err("a mapping"),
            },
            Self::Headers => match found {
                None => Ok(json!([])),
                Some(Tree::List(items)) => {
                    let header = |item: &Tree| {
                        let part = |name| item.get(name).and_then(Tree::scalar);
                        let (key, value) =
                            part("key").zip(part("value")).ok_or("pairs of `key` and `value`")?;
                        Ok(json!({ "key": key, "value": value }))
                    };
                    items.iter().map(header).collect()
                }
                Some(_) => Err("a list of `key` and `value`"),
            },
        }
    }

    /// How a value is written; nothing where it needs none.
    fn write(self, value: &Value) -> Option<Tree> {
        match self {
            Self::Label if value.is_null() => None,
            Self::Number if value.is_null() => Some(Tree::Text(String::new())),
            Self::Headers => {
                let header = |header: &Value| {
                    let part = |name: &str| (name.to_owned(), Tree::from(&header[name]));
                    Tree::Map(vec![part("key"), part("value")])
                };
                Some(Tree::List(value.as_array()?.iter().map(header).collect()))
            }
            Self::Text
            | Self::Words
            | Self::Label
            | Self::Flag
            | Self::Number
            | Self::Method
            | Self::Texts
            | Self::Config
            | Self::Rest => Some(value.into()),
        }
    }
}

/// What a content has for a field; what it leaves out is as if no file had it.
pub(super) fn member(content: &Map<String, Value>, field: Field) -> Value {
    let mut names = field.content.split('/').skip(1);
    let first = names.next().and_then(|name| content.get(name));
    let found = names.fold(first, |value, name| value?.get(name)).filter(|it| !it.is_null());
    found.cloned().unwrap_or_else(|| field.form.read(None).unwrap_or_default())
}

/// Gives a content its field.
pub(super) fn put(content: &mut Map<String, Value>, field: Field, value: Value) {
    match field.content[1..].split_once('/') {
        None => drop(content.insert(field.content[1..].to_owned(), value)),
        Some((outer, inner)) => {
            let outer = content.entry(outer).or_insert_with(|| json!({}));
            outer[inner] = value;
        }
    }
}

/// Makes a tree say what a content does, as far as it says something else. `is_known`: whether a
/// new key is one that the file has elsewhere.
pub(super) fn apply(
    kind: Kind,
    tree: &mut Tree,
    content: &Map<String, Value>,
    is_known: impl Fn(&str) -> bool,
) {
    for field in kind.fields() {
        let (wanted, found) = (member(content, *field), tree.at(field.path));
        let is_new = found.is_none() && field.path.last().is_some_and(|key| is_known(key));
        if field.form.read(found).is_ok_and(|found| found == wanted) && !is_new {
            continue;
        }
        match (field.form, &wanted) {
            (Form::Rest, Value::Object(rest)) => {
                let has = tree.at(field.path);
                let mut keys: Vec<String> = match has {
                    Some(Tree::Map(has)) => has.iter().map(|(key, _)| key.clone()).collect(),
                    _ => Vec::new(),
                };
                keys.retain(|key| !SIP_FIELDS.iter().any(|it| super::yaml::is_key(key, it)));
                keys.extend(
                    rest.keys().filter(|key| !keys.contains(key)).cloned().collect::<Vec<_>>(),
                );
                for key in keys {
                    let path = [field.path, &[key.as_str()]].concat();
                    tree.set(&path, rest.get(&key).map(Tree::from));
                }
            }
            (form, wanted) => tree.set(field.path, form.write(wanted)),
        }
    }
}

/// What is wrong with a number to call, if it is one at all.
pub(super) fn refuse_destination(content: &Map<String, Value>) -> Option<String> {
    let method = content.get("method").and_then(Value::as_str).unwrap_or_default();
    match (method, content.get("destination").and_then(Value::as_str)) {
        ("bye", None) => None,
        ("bye", Some(found)) => Some(format!(
            "expected no number for `bye`, which ends the call, found {}; take it out",
            quote(found)
        )),
        (_, None) => Some(format!(
            "expected a number in E.164 or a `sip:` address for `{method}`, found none; add one as \
             `phone_number`"
        )),
        (_, Some(found)) => {
            let is_sip = found.starts_with("sip:") || found.starts_with("sips:");
            let is_number = verbatim_core::PhoneNumber::new(found).is_ok();
            (!is_sip && !is_number).then(|| {
                let found = quote(found);
                format!(
                    "expected a number in E.164 or a `sip:` address, found {found}; write it like \
                     `+15551234567`"
                )
            })
        }
    }
}
