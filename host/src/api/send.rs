//! `POST /v1/messages`: accepts a message. 202 is answered only after the message, its outbox row
//! and its idempotency key have committed together.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State as AppState;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use verbatim_core::{PhoneNumber, Sender};

use super::App;
use super::input::Input;
use super::problem::Problem;
use super::request_id::RequestId;
use super::view::{self, MessageView};
use crate::engine::{Ask, Candidate, Content, EngineError, SendAsk, SendState, Sent, Values};
use crate::id::sha256_hex;
use crate::message::{Environment, State};
use crate::redact::Redact;
use crate::sandbox::{Grant, Intent, Pair};
use crate::store::{IdempotencyKey, NewMessage, OnUnknown, Remembered, StoreError, Template};
use crate::twilio::client::MAX_VALIDITY;

/// The longest idempotency key and the longest conversation id, in characters.
const MAX_KEY: usize = 255;

/// A message: `template` alone, or `content` with `from`.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SendRequest {
    /// The person's number, E.164; `to_number` is the same.
    #[serde(alias = "to_number")]
    to: String,
    /// A registered sender: E.164, or a Messaging Service SID; `from_number` is the same.
    #[serde(alias = "from_number")]
    from: Option<String>,
    /// The template's title; its sender is the environment's.
    template: Option<String>,
    /// Literal text; `body` is the same.
    #[serde(alias = "body")]
    content: Option<String>,
    #[serde(default)]
    values: Values,
    /// The person's language, e.g. `es` or `pt-BR`.
    language: Option<String>,
    /// `live`, `pre_release` or `sandbox`, which is the default.
    environment: Option<String>,
    /// What happens to a missing value: `refuse`, which is the default, `blank` or `keep`.
    missing: Option<String>,
    /// The conversation that it belongs to.
    conversation_id: Option<String>,
    /// What becomes of it if nobody can tell whether Twilio took it: `hold` or `resend`; without
    /// it, as its sender is set.
    on_unknown: Option<OnUnknown>,
    /// How long it may wait at Twilio, in seconds.
    valid_for: Option<u64>,
    /// `at_once`: what it says and its values are taken out of the database as soon as it has ended,
    /// as befits one-time codes; without it, as the host is set.
    redact: Option<Redact>,
    /// The SHA-256 of the module that previewed it; another one than the host's is refused.
    module: Option<String>,
}

/// What is to be sent, as the two calls of the product have it.
enum What {
    /// `send_sms`: free-form text from a registered sender.
    Text { from: String, content: String },
    /// `send_sms_template`: a template by name; its sender is the environment's.
    Template { name: String },
}

/// What the module made of it.
struct Accepted {
    sent: Sent,
    sender: String,
    template: Option<(String, String, i64)>,
}

pub(super) async fn send(
    AppState(app): AppState<Arc<App>>,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    input: Input<SendRequest>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &input.json)?;
    if let Some(answer) = remembered(&app, key.as_ref()).await? {
        return Ok(answer);
    }
    let request = input.value;
    let module = app.engine.sha256().to_string();
    refuse_other_module(request.module.as_deref(), &module)?;
    let environment = view::environment(request.environment.as_deref())?;
    let what = what(&request)?;
    let recipient = PhoneNumber::new(&request.to).map_err(view::refused)?;
    if let Some(conversation) = &request.conversation_id {
        refuse_long("conversation_id", conversation)?;
    }
    let valid_for = request.valid_for.map(validity).transpose()?;

    let accepted = match what {
        What::Text { from, content } => {
            free_form(&app, &recipient, environment, &from, content).await?
        }
        What::Template { name } => {
            by_template(&app, &recipient, environment, name, &request).await?
        }
    };
    let (state, reason) = match accepted.sent.state {
        SendState::Proposed => (State::Queued, None),
        SendState::Suppressed => (State::Suppressed, Some("opted_out".to_owned())),
    };
    let new = NewMessage {
        state,
        reason,
        recipient: recipient.as_str().to_owned(),
        sender: accepted.sender,
        environment,
        template: accepted.template,
        language: request.language,
        text: accepted.sent.text,
        predicted_segments: predicted(&accepted.sent.segments)?,
        segments: accepted.sent.segments.get().to_owned(),
        values: serde_json::json!(request.values).to_string(),
        missing: request.missing,
        module,
        conversation_id: request.conversation_id,
        on_unknown: request.on_unknown,
        valid_for,
        redact: request.redact,
    };
    match commit(&app, id, &new, key.as_ref()).await? {
        Committed::Stored(body) => {
            app.wake.now();
            Ok(accepted_202(body))
        }
        Committed::Before(first) => again(first, key.as_ref()),
    }
}

/// What became of a request when it was to be stored.
enum Committed {
    /// It was; the body of its answer.
    Stored(String),
    /// Another request with its idempotency key was first: that one's answer is the answer.
    Before(Remembered),
}

/// One transaction for all of it.
async fn commit(
    app: &App,
    id: String,
    new: &NewMessage,
    key: Option<&IdempotencyKey>,
) -> Result<Committed, Problem> {
    let now = app.store.now();
    let view = MessageView::new(new.stored_as(&id, now), Some(Vec::new()));
    let body =
        serde_json::to_string(&view).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let mut tx = app.store.write().await?;
    if let Some(key) = key
        && let Some(first) = tx.remember(key, &id, &body, now).await?
    {
        // The first one is given back once it is durable, and not before.
        tx.commit().await?;
        return Ok(Committed::Before(first));
    }
    tx.create_message(&id, new, now).await?;
    tx.commit().await?;
    Ok(Committed::Stored(body))
}

/// The number that the module counted, out of its own JSON.
fn predicted(segments: &RawValue) -> Result<i64, Problem> {
    #[derive(Deserialize)]
    struct Counted {
        segments: i64,
    }
    let counted: Counted = serde_json::from_str(segments.get())
        .map_err(|_| EngineError::Nonsense("segments without their number".to_owned()))?;
    Ok(counted.segments)
}

async fn free_form(
    app: &App,
    recipient: &PhoneNumber,
    environment: Environment,
    from: &str,
    content: String,
) -> Result<Accepted, Problem> {
    let sender = Sender::new(from).map_err(view::refused)?;
    if !app.store.is_registered(environment, sender.as_str()).await? {
        let detail = format!(
            "`{sender}` is not registered as a sender of `{environment}`; register it, or use one \
             of `GET /v1/senders`"
        );
        return Err(Problem::unprocessable("sender_not_registered", detail));
    }
    let content = Content::Literal { content };
    let sent = propose(app, recipient, environment, Some(&sender), content).await?;
    Ok(Accepted { sent, sender: sender.as_str().to_owned(), template: None })
}

async fn by_template(
    app: &App,
    recipient: &PhoneNumber,
    environment: Environment,
    name: String,
    request: &SendRequest,
) -> Result<Accepted, Problem> {
    let candidates = candidates(app, &name, environment).await?;
    let content = Content::Template {
        templates: candidates
            .iter()
            .map(|(template, _, body)| Candidate {
                title: template.title.clone(),
                body: body.clone(),
            })
            .collect(),
        template: name,
        language: request.language.clone(),
        values: request.values.clone(),
        missing: request.missing.clone(),
    };
    // The sender is the chosen template's, and the module chooses. So it is asked with the first
    // sender there is; if it chooses a template with another, it is asked again with that one.
    // Nothing of the first answer has been done: an intent counts when the host commits it.
    let mut sender = candidates
        .iter()
        .find_map(|(template, _, _)| template.senders.of(environment))
        .map(str::to_owned);
    for _ in 0..2 {
        let parsed = sender.as_deref().map(Sender::new).transpose().map_err(view::refused)?;
        let sent = propose(app, recipient, environment, parsed.as_ref(), content.clone()).await?;
        let chosen = candidates
            .iter()
            .find(|(template, _, _)| Some(&template.title) == sent.template.as_ref());
        let Some((template, version, _)) = chosen else {
            return Err(EngineError::Nonsense("a template that was not offered".into()).into());
        };
        let own = template.senders.of(environment).map(str::to_owned);
        if own == sender {
            let chosen = (template.id.clone(), template.title.clone(), *version);
            let sender = own.unwrap_or_default();
            return Ok(Accepted { sent, sender, template: Some(chosen) });
        }
        sender = own;
    }
    Err(EngineError::Nonsense("another template for the same request".into()).into())
}

/// The templates that may be meant, each with the version and the body of the environment.
async fn candidates(
    app: &App,
    name: &str,
    environment: Environment,
) -> Result<Vec<(Template, i64, String)>, Problem> {
    let templates = app.store.templates_of_name(name).await?;
    let exist = !templates.is_empty();
    let mut candidates = Vec::with_capacity(templates.len());
    for template in templates {
        if let Some((version, body)) = app.store.body_for(&template, environment).await? {
            candidates.push((template, version, body));
        }
    }
    if exist && candidates.is_empty() {
        let detail =
            format!("no version of `{name}` is published to `{environment}`; publish one first");
        return Err(Problem::new(StatusCode::CONFLICT, "template_not_published", detail));
    }
    Ok(candidates)
}

/// Asks the module, with consent at hand and a grant for this one message to this one pair.
async fn propose(
    app: &App,
    recipient: &PhoneNumber,
    environment: Environment,
    sender: Option<&Sender>,
    content: Content,
) -> Result<Sent, Problem> {
    let mut grant = Grant::default();
    if let Some(sender) = sender {
        let pair = pair(recipient, sender.as_str());
        let opted_out = is_opted_out(app, recipient, sender).await?;
        grant.consent.push((pair.clone(), opted_out));
        grant.send = Some((pair, 1));
    }
    let granted = grant.send.clone().map(|(pair, _)| pair);
    let ask = Ask::Send(SendAsk {
        to: recipient.as_str().to_owned(),
        sender: sender.map(|sender| sender.as_str().to_owned()),
        environment: environment.as_str(),
        content,
    });
    let answered = app.engine.ask(ask, grant).await?;
    let sent: Sent = answered.read()?;
    // What the module says and what it asked for must be one thing, or nothing leaves.
    let proposed = |intent: &Intent| match intent {
        Intent::CreateMessage { pair, body } => {
            Some(pair) == granted.as_ref() && *body == sent.text
        }
        Intent::RecordConsent { .. } => false,
    };
    let agrees = match sent.state {
        SendState::Proposed => answered.intents.len() == 1 && answered.intents.iter().all(proposed),
        SendState::Suppressed => answered.intents.is_empty(),
    };
    if agrees {
        Ok(sent)
    } else {
        Err(EngineError::Nonsense("an answer that its intents contradict".into()).into())
    }
}

/// A number's consent is its own; a service's is that of the service and of every number of its
/// pool, so an unknown pool refuses.
async fn is_opted_out(
    app: &App,
    recipient: &PhoneNumber,
    sender: &Sender,
) -> Result<bool, Problem> {
    match sender {
        Sender::Number(number) => {
            let pairs = vec![pair(recipient, number.as_str())];
            Ok(app.store.consent_of(pairs).await?.iter().any(|(_, opted_out)| *opted_out))
        }
        Sender::Service(service) => {
            let known = app.store.consent_of_service(recipient.as_str(), service.as_str()).await?;
            known.ok_or_else(|| {
                let detail = format!(
                    "the numbers of the Messaging Service `{service}` are not known, so consent \
                     cannot be checked; connect the service first"
                );
                Problem::unprocessable("unknown_pool", detail)
            })
        }
    }
}

fn pair(recipient: &PhoneNumber, sender: &str) -> Pair {
    Pair { recipient: recipient.as_str().to_owned(), sender: sender.to_owned() }
}

fn what(request: &SendRequest) -> Result<What, Problem> {
    match (&request.template, &request.content, &request.from) {
        (Some(name), None, None) => Ok(What::Template { name: name.clone() }),
        (None, Some(content), Some(from)) => {
            Ok(What::Text { from: from.clone(), content: content.clone() })
        }
        (Some(_), _, _) => Err(Problem::unprocessable(
            "bad_field",
            "expected `template` alone, found `content` or `from` beside it; the sender of a \
             template is the environment's",
        )),
        (None, _, _) => Err(Problem::unprocessable(
            "bad_field",
            "expected either `template`, or both `content` and `from`",
        )),
    }
}

fn refuse_other_module(previewed: Option<&str>, ours: &str) -> Result<(), Problem> {
    match previewed {
        Some(previewed) if previewed != ours => {
            let detail = format!(
                "the message was previewed by the module {previewed}, and this host runs {ours}; \
                 reload the page and look at the preview again"
            );
            Err(Problem::new(StatusCode::CONFLICT, "module_mismatch", detail))
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) fn refuse_long(what: &str, text: &str) -> Result<(), Problem> {
    let length = text.chars().count();
    if (1..=MAX_KEY).contains(&length) {
        return Ok(());
    }
    let detail = format!("expected `{what}` to have 1 to {MAX_KEY} characters, found {length}");
    Err(Problem::unprocessable("bad_field", detail))
}

/// How long a message may wait at Twilio, of so many seconds.
fn validity(seconds: u64) -> Result<Duration, Problem> {
    let longest = MAX_VALIDITY.as_secs();
    if (1..=longest).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    let detail = format!("expected `valid_for` to be 1 to {longest} seconds, found {seconds}");
    Err(Problem::unprocessable("bad_field", detail))
}

fn idempotency_key(headers: &HeaderMap, json: &Value) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    refuse_long("Idempotency-Key", key)?;
    // The members of an object are sorted by name here, so their order makes no difference.
    Ok(Some(IdempotencyKey {
        key: key.to_owned(),
        request_hash: sha256_hex(json.to_string().as_bytes()),
    }))
}

async fn remembered(app: &App, key: Option<&IdempotencyKey>) -> Result<Option<Response>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let Some(found) = app.store.remembered(&key.key).await? else { return Ok(None) };
    again(found, Some(key)).map(Some)
}

/// The answer that the first request with a key got, if this one is the same.
fn again(first: Remembered, key: Option<&IdempotencyKey>) -> Result<Response, Problem> {
    if key.is_some_and(|key| first.request_hash != key.request_hash) {
        let detail = "this Idempotency-Key came with another request before; use a new key for a \
                      new message";
        return Err(Problem::unprocessable("idempotency_key_reused", detail));
    }
    Ok(accepted_202(first.response))
}

fn accepted_202(body: String) -> Response {
    (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_members_makes_no_difference_to_a_key() {
        let hash = |text: &str| {
            let json: Value = serde_json::from_str(text).expect("JSON");
            let headers = [("idempotency-key", "k")];
            let headers = headers.map(|(name, value)| {
                (name.parse().expect("a name"), value.parse().expect("a value"))
            });
            idempotency_key(&HeaderMap::from_iter(headers), &json).ok().flatten()
        };
        let (one, two) = (r#"{"to":"+1","content":"x"}"#, r#"{"content":"x", "to":"+1"}"#);
        assert!(hash(one).is_some());
        assert_eq!(hash(one), hash(two));
        assert_ne!(hash(one), hash(r#"{"to":"+1","content":"y"}"#));
    }
}
