//! Reading messages and conversations.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::input::Params;
use super::problem::Problem;
use super::view::MessageView;
use crate::id::is_id;
use crate::store::MessagePage;

/// `GET /v1/messages/{id}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let unknown = || Problem::not_found(format!("there is no message `{id}`"));
    if !is_id(&id) {
        return Err(unknown());
    }
    let message = app.store.message(&id).await?.ok_or_else(unknown)?;
    let attempts = app.store.attempts(&id).await?;
    Ok(Json(MessageView::new(message, Some(attempts))))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    limit: Option<i64>,
    before: Option<String>,
}

/// `GET /v1/messages?limit&before`: newest first; `next` is the `before` of the next page.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Params(query): Params<ListQuery>,
) -> Result<Json<Value>, Problem> {
    if let Some(before) = query.before.as_deref().filter(|before| !is_id(before)) {
        let detail = format!("expected a message's id as `before`, found `{before}`");
        return Err(Problem::unprocessable("bad_field", detail));
    }
    let page = MessagePage { limit: query.limit, before: query.before };
    let messages = app.store.messages(&page).await?;
    let next = messages.last().map(|last| last.id.clone());
    let views: Vec<_> = messages.into_iter().map(|one| MessageView::new(one, None)).collect();
    Ok(Json(json!({ "messages": views, "next": next })))
}

/// `GET /v1/conversations/{id}`: what was sent in a conversation, and its log.
pub(super) async fn conversation(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (messages, log) = app.store.conversation(&id).await?;
    if messages.is_empty() && log.is_empty() {
        return Err(Problem::not_found(format!("there is no conversation `{id}`")));
    }
    let views: Vec<_> = messages.into_iter().map(|one| MessageView::new(one, None)).collect();
    Ok(Json(json!({ "conversation_id": id, "messages": views, "log": log })))
}
