//! Messages and templates as the API shows them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::message::{Environment, State};
use crate::store::{Attempt, Message, OnUnknown, SenderSettings, Senders, Template};
use crate::time::Timestamp;
use crate::twilio::error;

/// A message.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MessageView {
    id: String,
    state: State,
    reason: Option<String>,
    to: String,
    sender: String,
    environment: &'static str,
    template: Option<String>,
    template_version: Option<i64>,
    language: Option<String>,
    text: String,
    #[schemars(schema_with = "super::openapi::of_the_module")]
    segments: Box<RawValue>,
    /// The module's count, as it was accepted.
    predicted_segments: i64,
    /// Twilio's count, once it has counted.
    billed_segments: Option<i64>,
    /// Whether Twilio counted otherwise.
    miscounted: bool,
    /// What Twilio bills, as it writes it: a decimal number, negative for what it costs. It is set
    /// minutes after the message has arrived.
    price: Option<String>,
    /// The currency by ISO 4217.
    price_unit: Option<String>,
    module: String,
    conversation_id: Option<String>,
    sid: Option<String>,
    error: Option<ErrorView>,
    /// The message that this one was made of, because that one was not delivered and their sender
    /// is set so.
    resend_of: Option<String>,
    /// When what it said, its values and the detail of its segments were taken out.
    redacted_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<Vec<Attempt>>,
    /// In the answer to a send: why carriers may block it, though it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// What went wrong, and what to do about it.
#[derive(Debug, Serialize, JsonSchema)]
struct ErrorView {
    code: Option<i64>,
    message: String,
    help: Option<&'static str>,
}

impl MessageView {
    /// A message with all its attempts; in a list, without.
    pub(super) fn new(message: Message, attempts: Option<Vec<Attempt>>) -> Self {
        let error = error_of(&message, attempts.as_deref().unwrap_or_default());
        // The store wrote it from the module's own JSON, so it is JSON.
        let segments = RawValue::from_string(message.segments).unwrap_or_default();
        let (price, price_unit) = message.price.map(|price| (price.amount, price.unit)).unzip();
        Self {
            id: message.id,
            state: message.state,
            reason: message.reason,
            to: message.recipient,
            sender: message.sender,
            environment: message.environment.as_str(),
            template: message.template,
            template_version: message.template_version,
            language: message.language,
            text: message.text,
            segments,
            predicted_segments: message.predicted_segments,
            billed_segments: message.billed_segments,
            miscounted: message
                .billed_segments
                .is_some_and(|billed| billed != message.predicted_segments),
            price,
            price_unit,
            module: message.module,
            conversation_id: message.conversation_id,
            sid: message.sid,
            error,
            resend_of: message.resend_of,
            redacted_at: message.redacted_at,
            created_at: message.created_at,
            updated_at: message.updated_at,
            attempts,
            warning: None,
        }
    }

    /// The same with what is to be said of it.
    pub(super) fn warning(self, warning: Option<String>) -> Self {
        Self { warning, ..self }
    }
}

fn error_of(message: &Message, attempts: &[Attempt]) -> Option<ErrorView> {
    let code = message.error_code;
    let known = code.and_then(error::lookup);
    let said = attempts.iter().rev().find_map(|attempt| attempt.error_message.clone());
    let failed = match message.state {
        State::Failed | State::Undelivered | State::Unknown => true,
        State::Queued
        | State::Dispatching
        | State::Accepted
        | State::Sent
        | State::Delivered
        | State::Canceled
        | State::Suppressed => code.is_some(),
    };
    failed.then(|| ErrorView {
        code,
        message: match known {
            Some(known) => known.meaning.to_owned(),
            None => said.or_else(|| message.reason.clone()).unwrap_or_default(),
        },
        help: known.map(|known| known.help),
    })
}

/// A template.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TemplateView {
    id: String,
    title: String,
    body: String,
    senders: Senders,
    version: i64,
    published: Published,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The version that each environment sends; `sandbox` always sends the newest.
#[derive(Debug, Serialize, JsonSchema)]
struct Published {
    live: Option<i64>,
    pre_release: Option<i64>,
}

impl From<Template> for TemplateView {
    fn from(template: Template) -> Self {
        Self {
            id: template.id,
            title: template.title,
            body: template.body,
            senders: template.senders,
            version: template.version,
            published: Published {
                live: template.live_version,
                pre_release: template.pre_release_version,
            },
            created_at: template.created_at,
            updated_at: template.updated_at,
        }
    }
}

/// A registered sender.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SenderView {
    environment: &'static str,
    sender: String,
    /// Who answers STOP, START and HELP.
    replies: &'static str,
    /// What becomes of its messages of which nobody can tell whether Twilio took them.
    on_unknown: OnUnknown,
    /// Whether a new message is made of one that was not delivered.
    resend_undelivered: bool,
    /// Nothing: as fast as it goes.
    segments_per_minute: Option<i64>,
}

impl From<SenderSettings> for SenderView {
    fn from(settings: SenderSettings) -> Self {
        Self {
            environment: settings.registered.environment.as_str(),
            sender: settings.registered.sender,
            replies: settings.registered.replies.as_str(),
            on_unknown: settings.on_unknown,
            resend_undelivered: settings.resend_undelivered,
            segments_per_minute: settings.segments_per_minute,
        }
    }
}

/// A number, a sender or a title that the core refused.
pub(super) fn refused(refusal: verbatim_core::Refusal) -> super::problem::Problem {
    super::problem::Problem::unprocessable(&refusal.code.to_string(), refusal.message)
}

/// Reads an environment's name, which is the default when there is none.
pub(super) fn environment(name: Option<&str>) -> Result<Environment, super::problem::Problem> {
    name.map_or(Ok(Environment::default()), |name| {
        name.parse().map_err(|_| {
            let detail = format!(
                "expected `live`, `pre_release` or `sandbox`, found the environment `{name}`"
            );
            super::problem::Problem::unprocessable("unknown_environment", detail)
        })
    })
}
