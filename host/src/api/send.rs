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
use verbatim_core::PhoneNumber;

use super::App;
use super::accept::{Order, by_template, free_form, keep_manners};
use super::input::{self, Input};
use super::problem::{Problem, Refused};
use super::request_id::RequestId;
use super::view::{self, MessageView};
use crate::engine::Values;
use crate::id::{new_id, sha256_hex};
use crate::project::Context;
use crate::redact::Redact;
use crate::store::{IdempotencyKey, NewMessage, OnUnknown, Remembered, StoreError};
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
    /// The variant whose attributes fill `${name}`; without it, that of the conversation, or the
    /// default. Given values come first.
    variant: Option<String>,
    /// The person's language, e.g. `es` or `pt-BR`; without it, that of the conversation.
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

pub(super) async fn send(
    AppState(app): AppState<Arc<App>>,
    Extension(RequestId(id)): Extension<RequestId>,
    headers: HeaderMap,
    input: Input<SendRequest>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &input.json)?;
    message(&app, id, input.value, key.as_ref()).await.map(accepted_202)
}

/// `send_sms` and `send_sms_template` for a program that holds a host: `asked` is what
/// `POST /v1/messages` takes and the result what it answers, with the same promises.
pub(crate) async fn send_in_process(
    app: &App,
    asked: &Value,
    idempotency_key: Option<&str>,
) -> Result<Value, Refused> {
    let sent = async {
        let input: Input<SendRequest> = input::read(asked.to_string().as_bytes())?;
        let key = idempotency_key.map(|key| key_of(key, &input.json)).transpose()?;
        message(app, new_id(), input.value, key.as_ref()).await
    };
    let body = sent.await.map_err(Problem::refused)?;
    serde_json::from_str(&body).map_err(|error| {
        let error = StoreError::Corrupt(format!("the answer of an idempotency key: {error}"));
        Problem::from(error).refused()
    })
}

/// Accepts a message, or finds that it was accepted before: the body of its answer.
async fn message(
    app: &App,
    id: String,
    request: SendRequest,
    key: Option<&IdempotencyKey>,
) -> Result<String, Problem> {
    let (new, warning) = match accept(app, request).await {
        Ok(accepted) => accepted,
        // What was accepted once is answered as it was then, though its template may be gone. Of
        // any other, its transaction finds out.
        Err(problem) => return remembered(app, key).await?.ok_or(problem),
    };
    match commit(app, id, new, warning, key).await? {
        Committed::Stored(body) => {
            app.wake.now();
            Ok(body)
        }
        Committed::Before(first) => again(first, key),
    }
}

/// What is to be stored, and what its answer warns of. Nothing has been written yet.
async fn accept(app: &App, request: SendRequest) -> Result<(NewMessage, Option<String>), Problem> {
    let module = app.engine.sha256().to_string();
    refuse_other_module(request.module.as_deref(), &module)?;
    let environment = view::environment(request.environment.as_deref())?;
    let what = what(&request)?;
    let recipient = PhoneNumber::new(&request.to).map_err(view::refused)?;
    if let Some(conversation) = &request.conversation_id {
        refuse_long("conversation_id", conversation)?;
    }
    let valid_for = request.valid_for.map(validity).transpose()?;

    let SendRequest { conversation_id, variant, language, .. } = request;
    let context = Context::of(&app.store, conversation_id.as_deref(), variant, language).await?;
    let (values, missing) = (request.values, request.missing);
    let order = Order { recipient, environment, values, missing, context, conversation_id };
    let accepted = match what {
        What::Text { from, content } => free_form(app, &order, &from, content).await?,
        What::Template { name } => by_template(app, &order, &name).await?,
    };
    let warning = accepted.warning.clone();
    let new = NewMessage {
        on_unknown: request.on_unknown,
        valid_for,
        redact: request.redact,
        ..accepted.message(&order, module)?
    };
    Ok((new, warning))
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
    mut new: NewMessage,
    warning: Option<String>,
    key: Option<&IdempotencyKey>,
) -> Result<Committed, Problem> {
    let now = app.store.now();
    let mut tx = app.store.write().await?;
    keep_manners(&mut tx, &mut new, now).await?;
    let view = MessageView::new(new.stored_as(&id, now), Some(Vec::new())).warning(warning);
    let body =
        serde_json::to_string(&view).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    if let Some(key) = key
        && let Some(first) = tx.remember(key, &id, &body, now).await?
    {
        // The first one is given back once it is durable, and not before.
        tx.commit().await?;
        return Ok(Committed::Before(first));
    }
    tx.create_message(&id, &new, now).await?;
    tx.commit().await?;
    Ok(Committed::Stored(body))
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

pub(super) fn idempotency_key(
    headers: &HeaderMap,
    json: &Value,
) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    key_of(value.to_str().unwrap_or_default(), json).map(Some)
}

fn key_of(key: &str, json: &Value) -> Result<IdempotencyKey, Problem> {
    refuse_long("Idempotency-Key", key)?;
    // The members of an object are sorted by name here, so their order makes no difference.
    Ok(IdempotencyKey {
        key: key.to_owned(),
        request_hash: sha256_hex(json.to_string().as_bytes()),
    })
}

/// The body of the answer that a key's first request got, if there was one.
pub(super) async fn remembered(
    app: &App,
    key: Option<&IdempotencyKey>,
) -> Result<Option<String>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let Some(found) = app.store.remembered(&key.key).await? else { return Ok(None) };
    again(found, Some(key)).map(Some)
}

/// The answer that the first request with a key got, if this one is the same.
pub(super) fn again(first: Remembered, key: Option<&IdempotencyKey>) -> Result<String, Problem> {
    if key.is_some_and(|key| first.request_hash != key.request_hash) {
        let detail = "this Idempotency-Key came with another request before; use a new key for a \
                      new message";
        return Err(Problem::unprocessable("idempotency_key_reused", detail));
    }
    Ok(first.response)
}

pub(super) fn accepted_202(body: String) -> Response {
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
