//! Reading messages and conversations.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::App;
use super::input::Params;
use super::problem::Problem;
use super::view::{self, MessageView};
use crate::id::is_id;
use crate::message as state;
use crate::store::{MessagePage, Report};

/// A message with all that is known of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Story {
    #[serde(flatten)]
    message: MessageView,
    /// The values that it was rendered with; null once they were taken out.
    #[schemars(with = "Option<Map<String, Value>>")]
    values: Option<Box<RawValue>>,
    /// What Twilio has reported of it, in the order in which it came.
    reports: Vec<Report>,
}

/// `GET /v1/messages/{id}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Story>, Problem> {
    let unknown = || Problem::not_found(format!("there is no message `{id}`"));
    if !is_id(&id) {
        return Err(unknown());
    }
    let message = app.store.message(&id).await?.ok_or_else(unknown)?;
    let attempts = app.store.attempts(&id).await?;
    let original = app.store.original(&id).await?.filter(|original| !original.is_redacted);
    // The store was given a JSON object, so it is JSON.
    let values = original.and_then(|original| RawValue::from_string(original.values).ok());
    let reports = match &message.sid {
        Some(sid) => app.store.reports(sid).await?,
        None => Vec::new(),
    };
    Ok(Json(Story { message: MessageView::new(message, Some(attempts)), values, reports }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// At most so many: 1 to 200.
    limit: Option<i64>,
    /// The `next` of the page before.
    before: Option<String>,
    /// Only those to this number, E.164.
    to: Option<String>,
    /// Only those in this state.
    state: Option<String>,
    /// Only those from this sender.
    sender: Option<String>,
    /// Only those of `live`, `pre_release` or `sandbox`.
    environment: Option<String>,
    /// Only those of the template of this title.
    template: Option<String>,
    /// Only those of this conversation.
    conversation_id: Option<String>,
    /// `true`: only those of which Twilio has counted other segments than were predicted.
    #[serde(default)]
    miscounted: bool,
}

/// A page of messages. With a filter it may hold fewer than asked for, or none, though there is a
/// next one.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MessageList {
    messages: Vec<MessageView>,
    /// The `before` of the next page, if there is one.
    next: Option<String>,
}

/// `GET /v1/messages`: the newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Params(query): Params<ListQuery>,
) -> Result<Json<MessageList>, Problem> {
    if let Some(before) = query.before.as_deref().filter(|before| !is_id(before)) {
        let detail = format!("expected a message's id as `before`, found `{before}`");
        return Err(Problem::unprocessable("bad_field", detail));
    }
    let state = query.state.map(|state| state.parse::<state::State>()).transpose();
    let page = MessagePage {
        limit: query.limit,
        before: query.before,
        recipient: query.to,
        state: state.map_err(|error| Problem::unprocessable("bad_field", error.to_string()))?,
        sender: query.sender,
        environment: query.environment.map(|it| view::environment(Some(&it))).transpose()?,
        template: query.template,
        conversation_id: query.conversation_id,
        miscounted: query.miscounted,
    };
    let (messages, next) = app.store.messages(&page).await?;
    let messages = messages.into_iter().map(|one| MessageView::new(one, None)).collect();
    Ok(Json(MessageList { messages, next }))
}
