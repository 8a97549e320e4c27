//! Actions: a prompt that names the templates to send and the handoff to make.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use verbatim_core::{is_language_of, quote};

use super::item::{Change, Item, Kind};
use super::{ProjectError, bounds, uses};
use crate::engine::{Ask, CheckedPrompt, Engine};
use crate::finding::Severity;
use crate::sandbox::Grant;
use crate::store::{Store, Tx};
use crate::time::Timestamp;

/// The longest prompt, in characters.
const MAX_PROMPT: usize = 10_000;

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The name by which it is run; another than the route's renames it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the agent is told: `{{twilio_sms:title}}` names a template, `{{ho:name}}` a handoff.
    pub prompt: String,
    /// The topic that it belongs to.
    #[serde(default)]
    pub topic: Option<String>,
    /// Whether it runs only for who has consented.
    #[serde(default)]
    pub needs_consent: bool,
    /// What other programs keep of it.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// What the prompt names, once it is checked.
    #[serde(skip)]
    references: Vec<(Target, String)>,
}

/// What a prompt refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A template, by its title.
    Template,
    /// A handoff, by its name.
    Handoff,
}

impl Target {
    /// `template` or `handoff`, as the module has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Handoff => "handoff",
        }
    }

    /// A reference as it stands in a prompt.
    pub(super) fn write(self, name: &str) -> String {
        match self {
            Self::Template => format!("{{{{twilio_sms:{name}}}}}"),
            Self::Handoff => format!("{{{{ho:{name}}}}}"),
        }
    }
}

impl FromStr for Target {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Template, Self::Handoff].into_iter().find(|one| one.as_str() == text).ok_or(())
    }
}

impl Item for Action {
    const KIND: Kind = Kind::Action;

    fn name(&mut self) -> &mut Option<String> {
        &mut self.name
    }

    async fn check(&mut self, engine: &Engine, store: &Store) -> Result<(), ProjectError> {
        let length = self.prompt.chars().count();
        if length > MAX_PROMPT {
            let message =
                format!("expected a prompt of at most {MAX_PROMPT} characters, found {length}");
            return Err(ProjectError::field(message));
        }
        let names = bounds::prompt_names(store).await?;
        let ask = Ask::CheckPrompt { prompt: self.prompt.clone(), names };
        let found: CheckedPrompt = engine.ask(ask, Grant::default()).await?.read()?;
        let mut errors = found.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        if let Some(first) = errors.next() {
            let (code, mut message) = (first.code.clone(), first.message.clone());
            let more = errors.count();
            if more > 0 {
                message.push_str(&format!(", and {more} more"));
            }
            return Err(ProjectError::Invalid { code, message, diagnostics: found.diagnostics });
        }
        if found.tokens.len() < found.tokens_total {
            let (most, total) = (found.tokens.len(), found.tokens_total);
            let message = format!("expected at most {most} references and tokens, found {total}");
            return Err(ProjectError::field(message));
        }
        self.references.clear();
        for token in found.tokens {
            let Ok(target) = token.kind.parse() else { continue };
            let reference = (target, token.name);
            if !self.references.contains(&reference) {
                self.references.push(reference);
            }
        }
        Ok(())
    }

    async fn settle(
        &mut self,
        tx: &mut Tx,
        change: &mut Change<'_, Self>,
    ) -> Result<(), ProjectError> {
        // Looked for again, now that nothing can be deleted or renamed any more.
        for (target, name) in &self.references {
            if !exists(tx, *target, name).await? {
                let (what, name) = (target.as_str(), quote(name));
                let message = format!("no such {what}: expected one that exists, found {name}");
                return Err(ProjectError::invalid("V017", message));
            }
        }
        if let Some(before) = change.renamed_from() {
            tx.set_references(before, &[]).await?;
        }
        Ok(tx.set_references(change.name, &self.references).await?)
    }

    async fn leave(self, tx: &mut Tx, name: &str, _: Timestamp) -> Result<(), ProjectError> {
        Ok(tx.set_references(name, &[]).await?)
    }
}

impl Action {
    /// Names something otherwise, in each reference to it. A prompt that was stored has no error in
    /// it, so that a reference is nothing but what it reads like.
    pub(super) fn rename(&mut self, target: Target, name: &str, new_name: &str) {
        self.prompt = self.prompt.replace(&target.write(name), &target.write(new_name));
    }
}

/// Whether a reference means something: a template may have its name but for its language.
async fn exists(tx: &mut Tx, target: Target, name: &str) -> Result<bool, ProjectError> {
    Ok(match target {
        Target::Handoff => tx.item(Kind::Handoff, name).await?.is_some(),
        Target::Template => uses::templates_of(tx, name).await?.next().is_some(),
    })
}

/// Whether a template answers to a reference.
pub(super) fn answers(title: &str, name: &str) -> bool {
    title == name || is_language_of(title, name)
}
