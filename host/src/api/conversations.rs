//! Conversations: what was sent in them, and what their owner notes of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as AppState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use super::send::refuse_long;
use super::view::MessageView;
use crate::project::{State, StateChange};
use crate::store::{self, ConversationEvent};
use crate::time::Timestamp;

/// The longest metadata, in bytes of JSON.
const MAX_METADATA: usize = 16 * 1024;

/// A conversation, without its messages.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConversationView {
    conversation_id: String,
    /// What its owner notes of it: an object.
    #[schemars(with = "Map<String, Value>")]
    metadata: Box<RawValue>,
    /// When it was first named.
    created_at: Timestamp,
    /// When its metadata was changed last.
    updated_at: Timestamp,
}

impl From<store::Conversation> for ConversationView {
    fn from(conversation: store::Conversation) -> Self {
        Self {
            conversation_id: conversation.id,
            // The store was given a JSON object, so it is JSON.
            metadata: RawValue::from_string(conversation.metadata).unwrap_or_default(),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

/// A conversation, what it knows, what was sent in it, the oldest first, and its log.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WholeConversation {
    #[serde(flatten)]
    conversation: ConversationView,
    state: State,
    messages: Vec<MessageView>,
    log: Vec<ConversationEvent>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// At most so many: 1 to 200.
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of conversations.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConversationList {
    conversations: Vec<ConversationView>,
    /// The `after` of the next page, if there is one.
    next: Option<String>,
}

/// `GET /v1/conversations`: by their ids.
pub(super) async fn list(
    AppState(app): AppState<Arc<App>>,
    Params(query): Params<ListQuery>,
) -> Result<Json<ConversationList>, Problem> {
    let (found, full) = app.store.conversations(query.after.as_deref(), query.limit).await?;
    let next = found.last().filter(|_| full).map(|last| last.id.clone());
    let conversations = found.into_iter().map(ConversationView::from).collect();
    Ok(Json(ConversationList { conversations, next }))
}

/// `GET /v1/conversations/{id}`.
pub(super) async fn one(
    AppState(app): AppState<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<WholeConversation>, Problem> {
    let unknown = || Problem::not_found(format!("there is no conversation `{id}`"));
    let conversation = app.store.conversation_named(&id).await?.ok_or_else(unknown)?;
    let state = State::of(&app.store, &id).await?;
    let (messages, log) = app.store.conversation(&id).await?;
    let messages = messages.into_iter().map(|one| MessageView::new(one, None)).collect();
    Ok(Json(WholeConversation { conversation: conversation.into(), state, messages, log }))
}

/// What is noted of a conversation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Notes {
    /// An object of at most 16 KiB, in the place of the one before.
    metadata: Map<String, Value>,
}

/// `PUT /v1/conversations/{id}`.
pub(super) async fn note(
    AppState(app): AppState<Arc<App>>,
    Path(id): Path<String>,
    input: Input<Notes>,
) -> Result<Json<ConversationView>, Problem> {
    refuse_long("conversation_id", &id)?;
    let metadata = Value::Object(input.value.metadata).to_string();
    let length = metadata.len();
    if length > MAX_METADATA {
        let detail =
            format!("expected `metadata` of at most {MAX_METADATA} bytes as JSON, found {length}");
        return Err(Problem::unprocessable("bad_field", detail));
    }
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    tx.set_conversation(&id, &metadata, now).await?;
    tx.commit().await?;
    let gone = || Problem::not_found(format!("there is no conversation `{id}`"));
    Ok(Json(app.store.conversation_named(&id).await?.ok_or_else(gone)?.into()))
}

/// `PATCH /v1/conversations/{id}/state`: what is given changes, what is `null` goes.
pub(super) async fn change_state(
    AppState(app): AppState<Arc<App>>,
    Path(id): Path<String>,
    input: Input<StateChange>,
) -> Result<Json<State>, Problem> {
    refuse_long("conversation_id", &id)?;
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    let state = input.value.apply(&mut tx, &id, now).await?;
    tx.commit().await?;
    Ok(Json(state))
}
