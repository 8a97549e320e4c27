//! The senders of each environment: list, register, remove.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use verbatim_core::{PhoneNumber, Sender};

use super::App;
use super::input::Input;
use super::problem::Problem;
use super::view::{self, SenderView};
use crate::dispatch::pools;
use crate::store::{OnUnknown, RegisteredSender, Replies};

/// The most numbers of a Messaging Service's pool: Twilio's own limit.
const MAX_POOL: usize = 400;

/// Every registered sender.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SenderList {
    senders: Vec<SenderView>,
}

/// `GET /v1/senders`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<SenderList>, Problem> {
    let senders = app.store.senders().await?.into_iter().map(SenderView::from).collect();
    Ok(Json(SenderList { senders }))
}

/// A sender for an environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// `live`, `pre_release` or `sandbox`.
    environment: String,
    /// E.164, or a Messaging Service SID.
    sender: String,
    /// Who answers STOP, START and HELP: `twilio` or `verbatim`. Without it, as it was, or as the
    /// host is set.
    replies: Option<String>,
    /// What becomes of a message of which nobody can tell whether Twilio took it: `hold`, or
    /// `resend`. Without it, as it was: `hold` to begin with.
    on_unknown: Option<OnUnknown>,
    /// Whether a new message is made of one that Twilio accepted and did not deliver, where that may
    /// help: the person may get it twice. Without it, as it was: not, to begin with.
    resend_undelivered: Option<bool>,
    /// How fast it may send; 0: as fast as it goes. Without it, as it was: what Twilio gives the
    /// kind of number to begin with.
    segments_per_minute: Option<u32>,
    /// The numbers of a Messaging Service: consent is checked for each of them. Without them, what
    /// Twilio says, and if it says nothing, as they were.
    numbers: Option<Vec<String>>,
}

/// `POST /v1/senders`: registers a sender, or changes what is set for it.
pub(super) async fn register(
    State(app): State<Arc<App>>,
    input: Input<Registration>,
) -> Result<(StatusCode, Json<SenderView>), Problem> {
    let Registration {
        environment,
        sender,
        replies,
        on_unknown,
        resend_undelivered,
        segments_per_minute,
        numbers,
    } = input.value;
    let environment = view::environment(Some(&environment))?;
    let parsed = Sender::new(&sender).map_err(view::refused)?;
    let pool = pool(&parsed, numbers)?;
    let replies = match replies {
        Some(name) => name
            .parse::<Replies>()
            .map_err(|error| Problem::unprocessable("bad_field", format!("`replies`: {error}")))?,
        None => app.store.replies_of(&sender).await?.unwrap_or(app.receiver.default_replies),
    };
    if let (Sender::Service(_), None) = (&parsed, &pool)
        && let Some(client) = app.connection.client()
        && let Err(error) = pools::refresh(&client, &app.store, &sender).await
        && app.store.numbers_of_service(&sender).await?.is_empty()
    {
        // Nothing could be sent from it: whose consent would be asked for?
        return Err(error.into());
    }
    let registered = RegisteredSender { environment, sender, replies };
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    if let Some(numbers) = pool {
        tx.set_pool(&registered.sender, &numbers, now).await?;
    }
    tx.register_sender(&registered, now).await?;
    if let Some(rate) = segments_per_minute {
        tx.set_rate(&registered.sender, Some(rate).filter(|rate| *rate > 0)).await?;
    }
    if let Some(choice) = on_unknown {
        tx.set_on_unknown(&registered.sender, choice).await?;
    }
    if let Some(resend) = resend_undelivered {
        tx.set_resend_undelivered(&registered.sender, resend).await?;
    }
    tx.commit().await?;
    // A new rate may let what waited go.
    app.wake.now();
    app.registrations.may_have_changed();
    let all = app.store.senders().await?;
    let stored = all.into_iter().find(|it| it.registered == registered);
    let gone = || Problem::not_found("another has changed this sender at the same time");
    Ok((StatusCode::CREATED, Json(stored.ok_or_else(gone)?.into())))
}

/// The numbers of a service's pool; a number has none.
fn pool(sender: &Sender, numbers: Option<Vec<String>>) -> Result<Option<Vec<String>>, Problem> {
    let Some(numbers) = numbers else { return Ok(None) };
    let bad = |detail: String| Problem::unprocessable("bad_field", detail);
    match sender {
        Sender::Service(_) if (1..=MAX_POOL).contains(&numbers.len()) => {}
        Sender::Service(_) => {
            let found = numbers.len();
            return Err(bad(format!("expected 1 to {MAX_POOL} `numbers`, found {found}")));
        }
        Sender::Number(number) => {
            return Err(bad(format!("expected no `numbers` for the number `{number}`")));
        }
    }
    for number in &numbers {
        PhoneNumber::new(number).map_err(view::refused)?;
    }
    Ok(Some(numbers))
}

/// `DELETE /v1/senders/{environment}/{sender}`.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path((environment, sender)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let environment = view::environment(Some(&environment))?;
    let mut tx = app.store.write().await?;
    if !tx.unregister_sender(environment, &sender).await? {
        let detail = format!("`{sender}` is not registered as a sender of `{environment}`");
        return Err(Problem::not_found(detail));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
