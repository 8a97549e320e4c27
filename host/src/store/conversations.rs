//! Conversations: what their owner notes of them, beside what was sent in them.

use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::id::new_id;
use crate::message::State;
use crate::time::Timestamp;

/// The most that a page of a list holds.
const MAX_PAGE: i64 = 200;
/// The event of a handoff.
const HANDED_OVER: &str = "handed_over";

/// A conversation, without its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// As its owner calls it.
    pub id: String,
    /// What its owner notes of it: a JSON object.
    pub metadata: String,
    /// When it was first named.
    pub created_at: Timestamp,
    /// When its metadata was changed last.
    pub updated_at: Timestamp,
}

/// A line of a conversation's log: of a message, or of a handoff.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ConversationEvent {
    /// The message; nothing of a handoff.
    pub message_id: Option<String>,
    /// What happened: `queued` or `suppressed` of a message, or `handed_over`.
    pub event: String,
    /// The action that gave the handoff.
    pub action: Option<String>,
    /// The handoff, by the name that it had.
    pub handoff: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl ConversationEvent {
    /// A message was accepted.
    pub(super) fn of_message(id: &str, state: State, at: Timestamp) -> Self {
        let (message_id, event) = (Some(id.to_owned()), state.as_str().to_owned());
        Self { message_id, event, action: None, handoff: None, at }
    }

    /// An action has given a handoff.
    #[must_use]
    pub fn handed_over(action: &str, handoff: &str, at: Timestamp) -> Self {
        let (action, handoff) = (Some(action.to_owned()), Some(handoff.to_owned()));
        Self { message_id: None, event: HANDED_OVER.to_owned(), action, handoff, at }
    }
}

pub(super) type EventRow = (Option<String>, String, Option<String>, Option<String>, i64);

impl From<EventRow> for ConversationEvent {
    fn from((message_id, event, action, handoff, at): EventRow) -> Self {
        Self { message_id, event, action, handoff, at: row::instant(at) }
    }
}

type ConversationRow = (String, String, i64, i64);

impl From<ConversationRow> for Conversation {
    fn from((id, metadata, created_at, updated_at): ConversationRow) -> Self {
        let (created_at, updated_at) = (row::instant(created_at), row::instant(updated_at));
        Self { id, metadata, created_at, updated_at }
    }
}

impl Store {
    /// One conversation, without its messages.
    ///
    /// # Errors
    /// The database failed.
    pub async fn conversation_named(&self, id: &str) -> Result<Option<Conversation>, StoreError> {
        let row: Option<ConversationRow> = self.first(&sql::CONVERSATION, values![id]).await?;
        Ok(row.map(Conversation::from))
    }

    /// A page of conversations by their ids, only those after one; and whether there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn conversations(
        &self,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<(Vec<Conversation>, bool), StoreError> {
        let limit = limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let which = values![after.unwrap_or_default(), limit];
        let rows: Vec<ConversationRow> = self.walk(&sql::LIST_CONVERSATIONS, which).await?;
        let full = i64::try_from(rows.len()) == Ok(limit);
        Ok((rows.into_iter().map(Conversation::from).collect(), full))
    }
}

impl Tx {
    /// Writes a line into a conversation's log, and the conversation itself if it is named for the
    /// first time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn log_conversation(
        &mut self,
        id: &str,
        line: ConversationEvent,
    ) -> Result<(), StoreError> {
        let ConversationEvent { message_id, event, action, handoff, at } = line;
        let line = values![id, new_id(), &message_id, event, &action, &handoff, at];
        self.run(&sql::LOG_CONVERSATION, line).await?;
        Ok(())
    }

    /// Notes something of a conversation, which need not have any message yet, in the place of what
    /// was noted before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_conversation(
        &mut self,
        id: &str,
        metadata: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::SET_CONVERSATION, values![id, metadata, now]).await?;
        Ok(())
    }
}
