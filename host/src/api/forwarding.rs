//! Webhooks of the user's: where what people write is forwarded to, and how that went.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use super::view;
use crate::address;
use crate::forward::scope::Scope;
use crate::forward::{EventBody, SetError, Setting, SigningSecret, WasSet, set};
use crate::id::is_id;
use crate::seal::VaultError;
use crate::store::{Forward, ForwardState, Resent, Webhook};
use crate::time::Timestamp;

/// A webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WebhookView {
    /// Whose messages it hears: a number, a Messaging Service, or `default`.
    sender: String,
    /// Where they are posted to.
    url: String,
    /// Whether it hears of keywords, too.
    keywords: bool,
    /// What signs them, if it was made now: it is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Until when the secret before signs beside it.
    previous_secret_until: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl WebhookView {
    fn new(webhook: Webhook, made: Option<&SigningSecret>) -> Self {
        Self {
            sender: webhook.scope,
            url: webhook.url,
            keywords: webhook.keywords,
            secret: made.map(|secret| secret.text().expose_secret().to_owned()),
            previous_secret_until: webhook.previous.map(|(_, until)| until),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

/// Every webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WebhookList {
    webhooks: Vec<WebhookView>,
}

/// `GET /v1/webhooks`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<WebhookList>, Problem> {
    let webhooks = app.store.webhooks().await?.into_iter();
    Ok(Json(WebhookList { webhooks: webhooks.map(|it| WebhookView::new(it, None)).collect() }))
}

/// What a webhook is to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookSetting {
    /// An https address, or http to the host's own machine.
    url: String,
    /// Whether it hears of STOP, START and HELP, too, which are answered in any case. Without it,
    /// as it was: not, to begin with.
    keywords: Option<bool>,
    /// `whsec_` and base64 of 24 to 64 bytes. Without it, as it was; a new one, to begin with. The
    /// one before signs beside it for a day.
    #[schemars(with = "Option<String>")]
    secret: Option<SecretString>,
}

/// `PUT /v1/webhooks/{sender}`.
pub(super) async fn put(
    State(app): State<Arc<App>>,
    Path(sender): Path<String>,
    input: Input<WebhookSetting>,
) -> Result<Json<WebhookView>, Problem> {
    let WebhookSetting { url, keywords, secret } = input.value;
    let bad =
        |what: &str, why: String| Problem::unprocessable("bad_field", format!("`{what}`: {why}"));
    let scope: Scope = sender.parse().map_err(view::refused)?;
    let url = address::secure(&url).map_err(|why| bad("url", why))?;
    let secret = secret.as_ref().map(SigningSecret::parse).transpose();
    let secret = secret.map_err(|why| bad("secret", why))?;
    let WasSet { webhook, made } =
        set(&app.store, &app.vault, Setting { scope, url, keywords, secret }).await?;
    Ok(Json(WebhookView::new(webhook, made.as_ref())))
}

/// `DELETE /v1/webhooks/{sender}`.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path(sender): Path<String>,
) -> Result<StatusCode, Problem> {
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    if !tx.remove_webhook(&sender, now).await? {
        return Err(Problem::not_found(format!("there is no webhook of `{sender}`")));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An event on its way to a webhook.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ForwardView {
    /// The header `webhook-id` of each POST.
    id: String,
    state: ForwardState,
    /// The `sender` of its webhook.
    webhook: String,
    /// How often it was posted, or is being posted.
    tries: i64,
    /// Why the last attempt failed.
    error: Option<String>,
    /// When it is posted next.
    due_at: Option<Timestamp>,
    created_at: Timestamp,
    /// When it was delivered or given up.
    ended_at: Option<Timestamp>,
    /// The body of each POST.
    event: EventBody,
}

impl From<Forward> for ForwardView {
    fn from(forward: Forward) -> Self {
        let queued = forward.state == ForwardState::Queued;
        Self {
            event: forward.event.body(),
            created_at: forward.event.received_at,
            id: forward.event.id,
            state: forward.state,
            webhook: forward.webhook,
            tries: forward.tries,
            error: forward.error,
            due_at: queued.then_some(forward.due_at),
            ended_at: forward.ended_at,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForwardQuery {
    /// At most so many: 1 to 200.
    limit: Option<i64>,
    /// The `next` of the page before.
    before: Option<String>,
    /// Only those that are `queued`, `sending`, `delivered` or `dead`.
    state: Option<String>,
}

/// A page of events.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ForwardList {
    forwards: Vec<ForwardView>,
    /// The `before` of the next page, if there is one.
    next: Option<String>,
}

/// `GET /v1/forwards`: the newest first.
pub(super) async fn forwards(
    State(app): State<Arc<App>>,
    Params(query): Params<ForwardQuery>,
) -> Result<Json<ForwardList>, Problem> {
    let ForwardQuery { limit, before, state } = query;
    if before.as_deref().is_some_and(|before| !is_id(before)) {
        return Err(Problem::unprocessable("bad_field", "`before` is no `next` of this list"));
    }
    let state = state.map(|state| state.parse::<ForwardState>()).transpose();
    let state = state.map_err(|error| Problem::unprocessable("bad_field", error.to_string()))?;
    let (forwards, full) = app.store.forwards(state, before.as_deref(), limit).await?;
    let next = forwards.last().filter(|_| full).map(|last| last.event.id.clone());
    Ok(Json(ForwardList { forwards: forwards.into_iter().map(ForwardView::from).collect(), next }))
}

/// `GET /v1/forwards/{id}`.
pub(super) async fn forward(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ForwardView>, Problem> {
    Ok(Json(find(&app, &id).await?.into()))
}

/// `POST /v1/forwards/{id}/resend`: posts an event again that was delivered or given up, with the
/// same id, to the webhook that hears its sender now.
pub(super) async fn resend(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ForwardView>, Problem> {
    let found = find(&app, &id).await?;
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    let resent = tx.forward_again(&found, now).await?;
    tx.commit().await?;
    let conflict =
        |code: &str, detail: String| Err(Problem::new(StatusCode::CONFLICT, code, detail));
    match resent {
        Resent::Queued => Ok(Json(find(&app, &id).await?.into())),
        Resent::NotEnded => {
            let state = found.state;
            let detail =
                format!("expected an event that is `delivered` or `dead`, found `{state}`");
            conflict("not_ended", detail)
        }
        Resent::Redacted => {
            conflict("redacted", "what the event says was taken out of the database".to_owned())
        }
        Resent::NoWebhook => {
            let to = found.event.to;
            let detail = format!("no webhook hears what is written to `{to}`; set one first");
            conflict("no_webhook", detail)
        }
    }
}

async fn find(app: &App, id: &str) -> Result<Forward, Problem> {
    let found = if is_id(id) { app.store.forward(id).await? } else { None };
    found.ok_or_else(|| Problem::not_found(format!("there is no event `{id}`")))
}

/// An event of the stream: an event of a webhook that has reached a state.
pub(super) async fn shown(app: &App, id: &str) -> Result<Option<ForwardView>, Problem> {
    Ok(app.store.forward(id).await?.map(ForwardView::from))
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        tracing::error!(%error, "a secret was not sealed or opened");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "no_sealing_key", error.to_string())
    }
}

impl From<SetError> for Problem {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Long(_) => Self::unprocessable("bad_field", error.to_string()),
            SetError::TooMany => {
                Self::new(StatusCode::CONFLICT, "too_many_webhooks", error.to_string())
            }
            SetError::Vault(error) => error.into(),
            SetError::Store(error) => error.into(),
            SetError::Random(error) => {
                tracing::error!(%error, "no randomness for a secret");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "no_randomness", "try again")
            }
        }
    }
}
