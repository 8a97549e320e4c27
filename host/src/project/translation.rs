//! Translations: what `{{tn:name}}` stands for, in each language.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use verbatim_core::quote;

use super::ProjectError;
use super::attribute::check_text;
use super::item::{Item, Kind};
use crate::engine::{Ask, Engine, Previewed, Values};
use crate::sandbox::Grant;
use crate::store::Store;

/// A translation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The name by which tokens refer to it; another than the route's renames it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its text for each language, e.g. `en` or `pt-BR`.
    pub translations: BTreeMap<String, String>,
    /// What other programs keep of it.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

impl Item for Translation {
    const KIND: Kind = Kind::Translation;

    fn name(&mut self) -> &mut Option<String> {
        &mut self.name
    }

    async fn check(&mut self, engine: &Engine, _: &Store) -> Result<(), ProjectError> {
        if self.translations.is_empty() {
            return Err(ProjectError::field("expected a text for a language at least, found none"));
        }
        for (language, text) in &self.translations {
            check_language(language)?;
            check_text(language, text)?;
            let ask = Ask::Preview { body: text.clone(), values: Values::default() };
            let found: Previewed = engine.ask(ask, Grant::default()).await?.read()?;
            // It would be sent as it stands: what is inserted is never read for tokens again.
            if let Some(token) = found.spans.first() {
                let [from, to] = token.body.bytes;
                let token = quote(text.get(from..to).unwrap_or_default());
                let message = format!(
                    "the text for `{language}` holds {token}, and what is inserted is never \
                     filled again; write it in the template"
                );
                return Err(ProjectError::invalid("token_in_translation", message));
            }
        }
        Ok(())
    }
}

impl Translation {
    /// Its text for a language: its own, then that of the language without what narrows it, then
    /// of the first that is the same language otherwise.
    #[must_use]
    pub fn text(&self, language: &str) -> Option<&str> {
        let of = |wanted: &str| {
            let is_it = |(tag, _): &(&String, _)| tag.eq_ignore_ascii_case(wanted);
            self.translations.iter().find(is_it).map(|(_, text)| text.as_str())
        };
        let prefixes = std::iter::successors(Some(language), |tag| {
            tag.rsplit_once(['-', '_']).map(|(head, _)| head)
        });
        let same = |tag: &str| primary(tag).eq_ignore_ascii_case(primary(language));
        let alike = || self.translations.iter().find(|(tag, _)| same(tag)).map(|(_, text)| &**text);
        prefixes.into_iter().find_map(of).or_else(alike)
    }
}

/// Refuses what is no language.
///
/// # Errors
/// It is none.
pub fn check_language(tag: &str) -> Result<(), ProjectError> {
    match is_language(tag) {
        true => Ok(()),
        false => {
            let found = quote(tag);
            let message = format!("expected a language such as `en` or `pt-BR`, found {found}");
            Err(ProjectError::field(message))
        }
    }
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

/// As BCP 47 has it, near enough: two or three letters, then what narrows it.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split(['-', '_']);
    let is_primary = |part: &str| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let is_narrower = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(is_primary) && parts.all(is_narrower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_language_is_taken() {
        let translations = [("en-GB", "Hello"), ("es", "Hola"), ("pt", "Olá"), ("pt-BR", "Oi")]
            .map(|(tag, text)| (tag.to_owned(), text.to_owned()));
        let greeting =
            Translation { name: None, translations: translations.into(), extra: Map::new() };
        for (language, expected) in [
            ("es", Some("Hola")),
            ("es-MX", Some("Hola")),
            ("pt-BR", Some("Oi")),
            ("pt_br", None.or(Some("Olá"))),
            ("pt-PT", Some("Olá")),
            ("en", Some("Hello")),
            ("EN-us", Some("Hello")),
            ("fr", None),
            ("e", None),
        ] {
            assert_eq!(greeting.text(language), expected, "{language}");
        }
    }

    #[test]
    fn a_language_is_a_tag() {
        for (tag, fine) in [
            ("en", true),
            ("pt-BR", true),
            ("zh-Hant-TW", true),
            ("", false),
            ("english", false),
            ("e", false),
            ("en-", false),
            ("en GB", false),
        ] {
            assert_eq!(is_language(tag), fine, "{tag}");
        }
    }
}
