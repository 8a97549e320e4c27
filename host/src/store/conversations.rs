//! Conversations: what their owner notes of them, beside what was sent in them.

use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::time::Timestamp;

/// The most that a page of a list holds.
const MAX_PAGE: i64 = 200;

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
