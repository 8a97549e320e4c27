//! The fields of each op's request, as ABI.md names them. A field that is not there and one that
//! is `null` are the same; one that the op does not have is refused, so that a slip such as
//! `"mising"` is never a silent default.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, IgnoredAny};
use verbatim_core as core;

/// A string of a request: borrowed from its JSON unless it held an escape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: de::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        from.deserialize_str(Visitor)
    }
}

impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// What every request has.
#[derive(Deserialize)]
pub struct Head<'a> {
    /// The op.
    #[serde(borrow)]
    pub op: Text<'a>,
}

macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name<'a> {
            #[serde(default, rename = "op")]
            _op: IgnoredAny,
            #[serde(skip)]
            _text: std::marker::PhantomData<&'a str>,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    )*};
}

asks! {
    /// `describe`
    Describe {}

    /// `segments`
    Segments {
        /// The text.
        #[serde(borrow)]
        text: Text<'a>,
        /// What is kept whole.
        policy: Option<Policy>,
    }

    /// `check`
    Check {
        /// The title, if it is to be checked too.
        #[serde(borrow)]
        title: Option<Text<'a>>,
        /// The body.
        body: Text<'a>,
        /// What exists.
        names: Option<Names>,
        /// What the tokens may hold.
        #[serde(borrow)]
        domains: Option<Domains<'a>>,
        /// What is kept whole.
        policy: Option<Policy>,
        /// Codes that are not to be reported.
        silence: Option<Vec<Text<'a>>>,
        /// What the sender's campaign says of its messages.
        campaign: Option<Campaign>,
        /// The sender of each environment.
        senders: Option<BTreeMap<Environment, Option<Text<'a>>>>,
    }

    /// `check_prompt`
    CheckPrompt {
        /// The prompt.
        #[serde(borrow)]
        prompt: Text<'a>,
        /// What exists.
        names: Names,
    }

    /// `preview`
    Preview {
        /// The body.
        #[serde(borrow)]
        body: Text<'a>,
        /// The values at hand.
        #[serde(borrow)]
        values: Values<'a>,
        /// What is kept whole.
        policy: Option<Policy>,
    }

    /// `render`
    Render {
        /// The body.
        #[serde(borrow)]
        body: Text<'a>,
        /// The values.
        #[serde(borrow)]
        values: Values<'a>,
        /// What to do without one.
        missing: Option<Missing>,
    }

    /// `complete`
    Complete {
        /// The body.
        #[serde(borrow)]
        body: Text<'a>,
        /// Where the writer is, in UTF-16 code units.
        at: usize,
        /// What exists.
        names: Names,
    }

    /// `classify`
    Classify {
        /// The text.
        #[serde(borrow)]
        text: Text<'a>,
        /// What is added to the table.
        #[serde(borrow)]
        rules: Option<Rules<'a>>,
    }

    /// `send`
    Send {
        /// The recipient.
        #[serde(borrow)]
        to: Text<'a>,
        /// The sender of the environment.
        sender: Option<Text<'a>>,
        /// The environment.
        environment: Environment,
        /// Literal text.
        content: Option<Text<'a>>,
        /// The templates that the host loaded.
        templates: Option<Vec<Candidate<'a>>>,
        /// The title wanted.
        template: Option<Text<'a>>,
        /// The person's language.
        language: Option<Text<'a>>,
        /// The project's language.
        default_language: Option<Text<'a>>,
        /// The values.
        #[serde(borrow)]
        values: Option<Values<'a>>,
        /// What to do without one.
        missing: Option<Missing>,
    }

    /// `receive`
    Receive {
        /// The person.
        #[serde(borrow)]
        from: Text<'a>,
        /// The Twilio number.
        to: Text<'a>,
        /// What they wrote.
        text: Text<'a>,
        /// The service of the number.
        messaging_service_sid: Option<Text<'a>>,
        /// Advanced Opt-Out's verdict.
        opt_out_type: Option<OptOutType>,
        /// What is added to the table.
        #[serde(borrow)]
        rules: Option<Rules<'a>>,
        /// Who answers.
        replies: Answerer,
    }
}

/// A template that may be meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate<'a> {
    /// Its title.
    #[serde(borrow)]
    pub title: Text<'a>,
    /// Its body.
    #[serde(borrow)]
    pub body: Text<'a>,
}

type Map<'a> = BTreeMap<Text<'a>, Text<'a>>;

/// Values by kind and name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Values<'a> {
    #[serde(borrow)]
    variant: Option<Map<'a>>,
    #[serde(borrow)]
    entity: Option<Map<'a>>,
    #[serde(borrow)]
    variable: Option<Map<'a>>,
    #[serde(borrow)]
    translation: Option<Map<'a>>,
}

impl core::Values for Values<'_> {
    fn get(&self, kind: core::Kind, name: &str) -> Option<&str> {
        let map = match kind {
            core::Kind::Variant => &self.variant,
            core::Kind::Entity => &self.entity,
            core::Kind::Variable => &self.variable,
            core::Kind::Translation => &self.translation,
        };
        map.as_ref()?.get(name).map(AsRef::as_ref)
    }
}

/// Names by kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Names {
    variant: Option<Vec<String>>,
    entity: Option<Vec<String>>,
    variable: Option<Vec<String>>,
    translation: Option<Vec<String>>,
    template: Option<Vec<String>>,
    handoff: Option<Vec<String>>,
}

impl From<Names> for core::Names {
    fn from(names: Names) -> Self {
        let Names { variant, entity, variable, translation, template, handoff } = names;
        Self { variant, entity, variable, translation, template, handoff }
    }
}

/// What a campaign says of its messages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    links: Option<bool>,
    phone_numbers: Option<bool>,
    disclosure: Option<bool>,
}

impl From<Campaign> for core::Campaign {
    fn from(campaign: Campaign) -> Self {
        let Campaign { links, phone_numbers, disclosure } = campaign;
        Self { links, phone_numbers, disclosure: disclosure.unwrap_or_default() }
    }
}

/// What tokens may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Domains<'a> {
    #[serde(borrow)]
    entity: Option<BTreeMap<Text<'a>, Domain>>,
    #[serde(borrow)]
    variable: Option<BTreeMap<Text<'a>, Domain>>,
    #[serde(borrow)]
    translation: Option<BTreeMap<Text<'a>, Domain>>,
    #[serde(borrow)]
    rows: Option<Vec<Row<'a>>>,
}

/// What a token may hold: one of the three forms.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Domain {
    values: Option<Vec<String>>,
    max_chars: Option<usize>,
    alphabet: Option<Alphabet>,
    min: Option<i64>,
    max: Option<i64>,
}

/// A variant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    #[serde(borrow)]
    variant: Text<'a>,
    #[serde(borrow)]
    values: Map<'a>,
}

impl TryFrom<Domains<'_>> for core::Domains {
    type Error = String;

    fn try_from(ask: Domains<'_>) -> Result<Self, String> {
        let Domains { entity, variable, translation, rows } = ask;
        let kinds = [
            (core::Kind::Entity, entity),
            (core::Kind::Variable, variable),
            (core::Kind::Translation, translation),
        ];
        let mut tokens = Vec::new();
        for (kind, domains) in kinds {
            for (name, domain) in domains.into_iter().flatten() {
                let domain = domain.parse().map_err(|found| {
                    format!(
                        "the domain of {kind} `{}` has {found}: expected `values`, or `max_chars` \
                         and `alphabet`, or `min` and `max` with `min` not above `max`",
                        name.as_ref()
                    )
                })?;
                tokens.push((kind, name.0.into_owned(), domain));
            }
        }
        let row = |row: Row<'_>| core::Row {
            variant: row.variant.0.into_owned(),
            values: row
                .values
                .into_iter()
                .map(|(n, v)| (n.0.into_owned(), v.0.into_owned()))
                .collect(),
        };
        Ok(Self { tokens, rows: rows.into_iter().flatten().map(row).collect() })
    }
}

impl Domain {
    fn parse(self) -> Result<core::Domain, &'static str> {
        match self {
            Self {
                values: Some(values),
                max_chars: None,
                alphabet: None,
                min: None,
                max: None,
            } => Ok(core::Domain::Values(values)),
            Self {
                values: None,
                max_chars: Some(max_chars),
                alphabet: Some(alphabet),
                min: None,
                max: None,
            } => Ok(core::Domain::Text { max_chars, alphabet: alphabet.into() }),
            Self {
                values: None,
                max_chars: None,
                alphabet: None,
                min: Some(min),
                max: Some(max),
            } => match min <= max {
                true => Ok(core::Domain::Range { min, max }),
                false => Err("`min` above `max`"),
            },
            Self { .. } => Err("another set of fields"),
        }
    }
}

/// What a project adds to the keyword table.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules<'a> {
    /// Optional sets, by name.
    pub sets: Option<Vec<KeywordSet>>,
    /// More words.
    #[serde(borrow)]
    pub words: Option<ByKeyword<Vec<Text<'a>>>>,
    /// Patterns.
    #[serde(borrow)]
    pub patterns: Option<ByKeyword<Vec<Text<'a>>>>,
    /// `YES` counts only from someone who is opted out.
    pub yes_only_when_opted_out: Option<bool>,
    /// Replies of one's own.
    #[serde(borrow)]
    pub replies: Option<ByKeyword<Text<'a>>>,
}

/// Something for each keyword.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByKeyword<T> {
    /// For STOP.
    #[serde(rename = "STOP", default = "Option::default")]
    pub stop: Option<T>,
    /// For START.
    #[serde(rename = "START", default = "Option::default")]
    pub start: Option<T>,
    /// For HELP.
    #[serde(rename = "HELP", default = "Option::default")]
    pub help: Option<T>,
}

impl<T> ByKeyword<T> {
    /// Each with its keyword.
    pub fn into_pairs(self) -> impl Iterator<Item = (core::Keyword, T)> {
        let all = [
            (core::Keyword::Stop, self.stop),
            (core::Keyword::Start, self.start),
            (core::Keyword::Help, self.help),
        ];
        all.into_iter().filter_map(|(keyword, one)| Some((keyword, one?)))
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident => $core:ty { $($word:literal $variant:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        pub enum $name {
            $(#[doc = $word] #[serde(rename = $word)] $variant,)*
        }

        impl From<$name> for $core {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant,)* }
            }
        }
    )*};
}

words! {
    /// What is kept whole at the border of two segments.
    Policy => core::Policy { "standard" Standard, "graphemes" Graphemes, }
    /// What to do with a token without a value.
    Missing => core::Missing { "refuse" Refuse, "blank" Blank, "keep" Keep, }
    /// Where a template is used.
    Environment => core::Environment {
        "live" Live, "pre_release" PreRelease, "sandbox" Sandbox,
    }
    /// An optional set of words.
    KeywordSet => core::KeywordSet {
        "twilio" Twilio, "fcc" Fcc, "french" French, "spanish" Spanish,
    }
    /// The characters of a text.
    Alphabet => core::Alphabet { "gsm" Gsm, "digits" Digits, "any" Any, }
    /// Advanced Opt-Out's verdict.
    OptOutType => core::OptOutType { "STOP" Stop, "START" Start, "HELP" Help, }
    /// Who answers keywords.
    Answerer => core::Answerer { "verbatim" Verbatim, "twilio" Twilio, }
}
