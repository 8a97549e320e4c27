//! What counts as a keyword beside the table, and what is answered, as the project sets it. The
//! module judges by it; nothing is set to begin with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::{Ask, Engine, EngineError, Refusal};
use crate::sandbox::Grant;
use crate::store::{Store, StoreError, Tx};
use crate::time::Timestamp;

/// The setting that holds it, as JSON.
const SETTING: &str = "keywords";
/// The most words, and the most patterns, of one keyword.
pub const MAX_WORDS: usize = 100;
/// The longest word or pattern, in characters.
pub const MAX_WORD: usize = 100;

/// What is set, as the module takes its `rules` (wasm/ABI.md).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Keywords {
    /// Lists of others.
    pub sets: Vec<Set>,
    /// Words of one's own.
    pub words: ByKeyword<Vec<String>>,
    /// Patterns, which a whole reply must match, in any case.
    pub patterns: ByKeyword<Vec<String>>,
    /// Whether YES counts only from who is opted out; else the agent gets it.
    pub yes_only_when_opted_out: bool,
    /// Replies in the place of the table's.
    pub replies: ByKeyword<Option<String>>,
}

/// A list of words that others count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Set {
    /// Twilio's.
    Twilio,
    /// What US law names, e.g. `revoke` and `opt out`.
    Fcc,
    /// Of French.
    French,
    /// Of Spanish.
    Spanish,
}

/// Something for each keyword.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "UPPERCASE")]
pub struct ByKeyword<T: Default> {
    /// Of STOP.
    pub stop: T,
    /// Of START.
    pub start: T,
    /// Of HELP.
    pub help: T,
}

/// What cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum BadKeywords {
    /// It is too much, or nothing at all.
    #[error("{0}")]
    Field(String),
    /// The module refused a pattern, or broke.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Keywords {
    /// What a project has set.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(store: &Store) -> Result<Self, StoreError> {
        let Some(text) = store.setting(SETTING).await? else { return Ok(Self::default()) };
        serde_json::from_str(&text)
            .map_err(|error| StoreError::Corrupt(format!("the setting `{SETTING}`: {error}")))
    }

    /// Refuses what the module would not judge by, and replies that Twilio would not send.
    ///
    /// # Errors
    /// What cannot be set.
    pub async fn check(&self, engine: &Engine) -> Result<(), BadKeywords> {
        for (member, lists) in [("words", &self.words), ("patterns", &self.patterns)] {
            for list in [&lists.stop, &lists.start, &lists.help] {
                check_list(member, list)?;
            }
        }
        let ByKeyword { stop, start, help } = &self.replies;
        for reply in [stop, start, help].into_iter().flatten() {
            verbatim_core::deliverable(reply).map_err(|refusal| {
                let (code, message) = (refusal.code.to_string(), refusal.message);
                EngineError::Refused(Refusal { code, message, detail: None })
            })?;
        }
        let rules = Box::new(self.clone());
        engine.ask(Ask::Classify { text: String::new(), rules }, Grant::default()).await?;
        Ok(())
    }

    /// Sets it, from the commit on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        tx.set_setting(SETTING, &serde_json::json!(self).to_string(), now).await
    }
}

fn check_list(member: &str, list: &[String]) -> Result<(), BadKeywords> {
    if list.len() > MAX_WORDS {
        let found = list.len();
        let message =
            format!("expected at most {MAX_WORDS} of `{member}` for a keyword, found {found}");
        return Err(BadKeywords::Field(message));
    }
    let length = |word: &String| word.chars().count();
    match list.iter().map(length).find(|length| !(1..=MAX_WORD).contains(length)) {
        None => Ok(()),
        Some(found) => Err(BadKeywords::Field(format!(
            "expected each of `{member}` to have 1 to {MAX_WORD} characters, found {found}"
        ))),
    }
}
