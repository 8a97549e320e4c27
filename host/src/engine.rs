//! The module's ops, typed: what the host asks, and what it reads of the answers.
//!
//! The host never renders, counts or classifies by itself. Whatever it does not need to
//! understand, such as the count of segments, stays the module's own JSON, byte for byte.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::finding::{Finding, Range};
use crate::keywords::Keywords;
use crate::metrics::Times;
use crate::project::{Domains, Names};
use crate::sandbox::{CallError, Grant, Intent, Sandbox, Sha256};
use crate::store::Disposition;

/// The module behind its sandbox. Clones share it.
#[derive(Debug, Clone)]
pub struct Engine {
    sandbox: Sandbox,
    times: Times,
}

/// A request, as ABI.md has it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Ask {
    /// What the module is.
    Describe {},
    /// What a text costs.
    Segments {
        /// The text.
        text: String,
    },
    /// What is wrong with a template.
    Check {
        /// Its title.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// Its body.
        body: String,
    },
    /// What is wrong with a body in a project, and what any message of it may cost.
    #[serde(rename = "check")]
    CheckIn {
        /// Its title.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The body.
        body: String,
        /// What exists.
        names: Box<Names>,
        /// What tokens may hold.
        domains: Box<Domains>,
        /// What the sender's campaign says of its messages.
        #[serde(skip_serializing_if = "Option::is_none")]
        campaign: Option<Announced>,
    },
    /// What is wrong with an action's prompt, and what it names.
    CheckPrompt {
        /// The prompt.
        prompt: String,
        /// What exists.
        names: Names,
    },
    /// What a body says with the values there are.
    Preview {
        /// The body.
        body: String,
        /// The values.
        values: Values,
    },
    /// What a reply means.
    Classify {
        /// The reply.
        text: String,
        /// What counts beside the table.
        rules: Box<Keywords>,
    },
    /// Whether and what to send.
    Send(SendAsk),
    /// What to do with a received message.
    Receive(ReceiveAsk),
}

impl Ask {
    /// Its name in ABI.md.
    const fn op(&self) -> &'static str {
        match self {
            Self::Describe {} => "describe",
            Self::Segments { .. } => "segments",
            Self::Check { .. } | Self::CheckIn { .. } => "check",
            Self::CheckPrompt { .. } => "check_prompt",
            Self::Preview { .. } => "preview",
            Self::Classify { .. } => "classify",
            Self::Send(_) => "send",
            Self::Receive(_) => "receive",
        }
    }
}

/// What a campaign says of its messages, as far as it says; carriers block what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Announced {
    /// Whether they hold links.
    pub links: Option<bool>,
    /// Whether they hold phone numbers.
    pub phone_numbers: Option<bool>,
}

/// The values of a template's tokens, by kind and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Values {
    /// `${name}`
    pub variant: BTreeMap<String, String>,
    /// `{{entity:name}}`
    pub entity: BTreeMap<String, String>,
    /// `{{vrbl:NAME}}`
    pub variable: BTreeMap<String, String>,
    /// `{{tn:name}}`
    pub translation: BTreeMap<String, String>,
}

/// The request of `send`.
#[derive(Debug, Clone, Serialize)]
pub struct SendAsk {
    /// The recipient.
    pub to: String,
    /// The sender of the environment, if it has one.
    pub sender: Option<String>,
    /// The environment.
    pub environment: &'static str,
    /// What is to be sent.
    #[serde(flatten)]
    pub content: Content,
}

/// Literal text, or a template with its values.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// Literal text: no token in it is one.
    Literal {
        /// The text.
        content: String,
    },
    /// The template that the module chooses by name and language.
    Template {
        /// The candidates.
        templates: Vec<Candidate>,
        /// The name wanted.
        template: String,
        /// The person's language.
        language: Option<String>,
        /// The language of a template that there is in no other.
        default_language: Option<String>,
        /// The values.
        values: Values,
        /// What to do about a missing one: `refuse`, `blank` or `keep`.
        missing: Option<String>,
    },
}

/// A template that may be meant.
#[derive(Debug, Clone, Serialize)]
pub struct Candidate {
    /// Its title.
    pub title: String,
    /// Its body in the environment of the send.
    pub body: String,
}

/// The answer of `send`.
#[derive(Debug, Deserialize)]
pub struct Sent {
    /// Whether it goes out.
    pub state: SendState,
    /// The title chosen.
    pub template: Option<String>,
    /// The text.
    pub text: String,
    /// Its count, in the module's own JSON.
    pub segments: Box<RawValue>,
}

/// Whether a message goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendState {
    /// The module asked the host to send it.
    Proposed,
    /// The recipient has opted out.
    Suppressed,
}

/// The request of `receive`.
#[derive(Debug, Clone, Serialize)]
pub struct ReceiveAsk {
    /// The person.
    pub from: String,
    /// The Twilio number.
    pub to: String,
    /// What they wrote.
    pub text: String,
    /// The service of the number.
    pub messaging_service_sid: Option<String>,
    /// Advanced Opt-Out's verdict.
    pub opt_out_type: Option<String>,
    /// What counts as a keyword beside the table.
    pub rules: Keywords,
    /// Who answers: `verbatim` or `twilio`.
    pub replies: &'static str,
}

/// The answer of `receive`.
#[derive(Debug, Deserialize)]
pub struct Received {
    /// What becomes of it.
    pub disposition: Disposition,
    /// The keyword, if it is one.
    pub keyword: Option<String>,
    /// What is answered.
    pub reply: Option<String>,
    /// How it was decided, in the module's own JSON.
    pub trace: Box<RawValue>,
}

/// The answer of `check`, as far as the host reads it.
#[derive(Debug, Deserialize)]
pub struct Checked {
    /// The findings.
    pub diagnostics: Vec<Finding>,
}

/// The answer of `check_prompt`.
#[derive(Debug, Deserialize)]
pub struct CheckedPrompt {
    /// The findings.
    pub diagnostics: Vec<Finding>,
    /// What it names, in its order, as far as it is listed.
    pub tokens: Vec<TokenName>,
    /// How much it names.
    pub tokens_total: usize,
}

/// The answer of `preview`, as far as the host reads it.
#[derive(Debug, Deserialize)]
pub struct Previewed {
    /// The tokens, in order.
    pub spans: Vec<TokenSpan>,
    /// What has no value, each once.
    pub missing: Vec<TokenName>,
}

/// A token, or a reference in a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TokenName {
    /// `variant` and its like, `template` or `handoff`.
    pub kind: String,
    /// Its name, as written.
    pub name: String,
}

/// Where a token stands.
#[derive(Debug, Deserialize)]
pub struct TokenSpan {
    /// In the body.
    pub body: Range,
}

/// An answer that is no refusal.
#[derive(Debug)]
pub struct Answered {
    /// The module's own JSON.
    pub ok: Box<RawValue>,
    /// What the guest asked for; nothing of it has been done.
    pub intents: Vec<Intent>,
}

impl Answered {
    /// Reads the answer as a type.
    ///
    /// # Errors
    /// The module's answer has another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, EngineError> {
        serde_json::from_str(self.ok.get())
            .map_err(|error| EngineError::Nonsense(error.to_string()))
    }
}

/// The module's refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The stable code, e.g. `V021`.
    pub code: String,
    /// What was expected, what was found, and the fix.
    pub message: String,
    /// What else there is to say, e.g. all diagnostics.
    #[serde(default)]
    pub detail: Option<Value>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The module refused, with its reason.
    #[error("{} ({})", .0.message, .0.code)]
    Refused(Refusal),
    /// The module broke, or went over a limit. Its intents are gone.
    #[error("{0}")]
    Call(CallError),
    /// The module answered what ABI.md does not have.
    #[error("the module's answer is not what ABI.md says: {0}")]
    Nonsense(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Response {
    Ok(Box<RawValue>),
    Error(Refusal),
}

impl Engine {
    /// An engine over a loaded module.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Self {
        Self { sandbox, times: Times::of_the_sandbox() }
    }

    /// How long the module took for each op.
    #[must_use]
    pub fn times(&self) -> &Times {
        &self.times
    }

    /// The SHA-256 of the module.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sandbox.sha256()
    }

    /// The module's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.sandbox.bytes()
    }

    /// Asks the module, and waits for it on this thread.
    ///
    /// # Errors
    /// The module refused or broke.
    pub fn ask_here(&self, ask: &Ask, grant: &Grant) -> Result<Answered, EngineError> {
        let request = serde_json::to_vec(ask).map_err(|e| EngineError::Nonsense(e.to_string()))?;
        let start = Instant::now();
        let outcome = self.sandbox.call(&request, grant);
        self.times.took(ask.op(), start.elapsed());
        let outcome = outcome.map_err(EngineError::Call)?;
        match serde_json::from_slice(&outcome.response) {
            Ok(Response::Ok(ok)) => Ok(Answered { ok, intents: outcome.intents }),
            Ok(Response::Error(refusal)) => Err(EngineError::Refused(refusal)),
            Err(error) => Err(EngineError::Nonsense(error.to_string())),
        }
    }

    /// Asks the module on a thread where waiting is allowed.
    ///
    /// # Errors
    /// The module refused or broke.
    pub async fn ask(&self, ask: Ask, grant: Grant) -> Result<Answered, EngineError> {
        let engine = self.clone();
        tokio::task::spawn_blocking(move || engine.ask_here(&ask, &grant))
            .await
            .map_err(|error| EngineError::Nonsense(error.to_string()))?
    }
}
