//! Messages: written once when accepted, then moved forward only.

use super::{Store, StoreError, Tx, row, sql};
use crate::id::new_id;
use crate::message::{Environment, State};
use crate::time::Timestamp;

/// The most messages that a page of a list holds.
const MAX_PAGE: i64 = 200;
/// The most messages that a conversation shows.
const MAX_CONVERSATION: i64 = 1_000;
/// Sorts after every UUIDv7.
const AFTER_ALL_IDS: &str = "~";

/// A message as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// `Queued`, or `Suppressed` for one whose recipient has opted out.
    pub state: State,
    /// Why it is suppressed.
    pub reason: Option<String>,
    /// E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// The environment of the send.
    pub environment: Environment,
    /// The template's id, its title and the version sent; nothing for free-form text.
    pub template: Option<(String, String, i64)>,
    /// The language asked for.
    pub language: Option<String>,
    /// The text that goes out, byte for byte.
    pub text: String,
    /// The module's count of it, in the module's own JSON.
    pub segments: String,
    /// The values that it was rendered with as JSON, for `replay`.
    pub values: String,
    /// What was to happen to a missing value.
    pub missing: Option<String>,
    /// The SHA-256 of the module that rendered it, in hexadecimal.
    pub module: String,
    /// The conversation that it belongs to.
    pub conversation_id: Option<String>,
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// UUIDv7.
    pub id: String,
    /// Where it is in its life.
    pub state: State,
    /// Why it is there, where a state needs a reason.
    pub reason: Option<String>,
    /// E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// The environment of the send.
    pub environment: Environment,
    /// The template's title as it was.
    pub template: Option<String>,
    /// The version that was sent.
    pub template_version: Option<i64>,
    /// The language asked for.
    pub language: Option<String>,
    /// The text.
    pub text: String,
    /// The module's count of it, in the module's own JSON.
    pub segments: String,
    /// The SHA-256 of the module that rendered it, in hexadecimal.
    pub module: String,
    /// The conversation that it belongs to.
    pub conversation_id: Option<String>,
    /// Twilio's name for it.
    pub sid: Option<String>,
    /// Twilio's error code.
    pub error_code: Option<i64>,
    /// The segments that Twilio counted, once it has.
    pub billed_segments: Option<i64>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

/// Which messages a list gives, newest first.
#[derive(Debug, Clone, Default)]
pub struct MessagePage {
    /// At most so many; capped.
    pub limit: Option<i64>,
    /// Only those before this id.
    pub before: Option<String>,
}

/// A line of a conversation's log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ConversationEvent {
    /// The message.
    pub message_id: String,
    /// What happened: `queued` or `suppressed`.
    pub event: String,
    /// When.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: String,
    state: String,
    reason: Option<String>,
    recipient: String,
    sender: String,
    environment: String,
    template: Option<String>,
    template_version: Option<i64>,
    language: Option<String>,
    body: String,
    segments: String,
    module: String,
    conversation_id: Option<String>,
    sid: Option<String>,
    error_code: Option<i64>,
    billed_segments: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<MessageRow> for Message {
    type Error = StoreError;

    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            state: row::name("state", &row.state)?,
            reason: row.reason,
            recipient: row.recipient,
            sender: row.sender,
            environment: row::name("environment", &row.environment)?,
            template: row.template,
            template_version: row.template_version,
            language: row.language,
            text: row.body,
            segments: row.segments,
            module: row.module,
            conversation_id: row.conversation_id,
            sid: row.sid,
            error_code: row.error_code,
            billed_segments: row.billed_segments,
            created_at: row::instant(row.created_at),
            updated_at: row::instant(row.updated_at),
        })
    }
}

impl Store {
    /// One message.
    ///
    /// # Errors
    /// The database failed.
    pub async fn message(&self, id: &str) -> Result<Option<Message>, StoreError> {
        let row: Option<MessageRow> =
            sqlx::query_as(sql::MESSAGE_BY_ID).bind(id).fetch_optional(&self.readers).await?;
        row.map(Message::try_from).transpose()
    }

    /// A page of messages, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn messages(&self, page: &MessagePage) -> Result<Vec<Message>, StoreError> {
        let rows: Vec<MessageRow> = sqlx::query_as(sql::LIST_MESSAGES)
            .bind(page.before.as_deref().unwrap_or(AFTER_ALL_IDS))
            .bind(page.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(Message::try_from).collect()
    }

    /// A conversation's messages, oldest first, and its log.
    ///
    /// # Errors
    /// The database failed.
    pub async fn conversation(
        &self,
        id: &str,
    ) -> Result<(Vec<Message>, Vec<ConversationEvent>), StoreError> {
        let rows: Vec<MessageRow> = sqlx::query_as(sql::MESSAGES_OF_CONVERSATION)
            .bind(id)
            .bind(MAX_CONVERSATION)
            .fetch_all(&self.readers)
            .await?;
        let log: Vec<(String, String, i64)> = sqlx::query_as(sql::CONVERSATION_LOG)
            .bind(id)
            .bind(MAX_CONVERSATION)
            .fetch_all(&self.readers)
            .await?;
        let messages = rows.into_iter().map(Message::try_from).collect::<Result<_, _>>()?;
        let event =
            |(message_id, event, at)| ConversationEvent { message_id, event, at: row::instant(at) };
        Ok((messages, log.into_iter().map(event).collect()))
    }
}

impl Tx {
    /// Stores a message, with its outbox row if it is to go out and its line in the
    /// conversation's log if it has one; gives the id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn create_message(
        &mut self,
        new: &NewMessage,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let id = new_id();
        let (template_id, title, version) = match &new.template {
            Some((id, title, version)) => (Some(id), Some(title), Some(*version)),
            None => (None, None, None),
        };
        sqlx::query(sql::INSERT_MESSAGE)
            .bind(&id)
            .bind(new.state.as_str())
            .bind(new.state.rank())
            .bind(&new.reason)
            .bind(&new.recipient)
            .bind(&new.sender)
            .bind(new.environment.as_str())
            .bind(template_id)
            .bind(title)
            .bind(version)
            .bind(&new.language)
            .bind(&new.text)
            .bind(&new.segments)
            .bind(&new.values)
            .bind(&new.missing)
            .bind(&new.module)
            .bind(&new.conversation_id)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        if new.state == State::Queued {
            sqlx::query(sql::ENQUEUE)
                .bind(&id)
                .bind(&new.recipient)
                .bind(&new.sender)
                .bind(now.as_micros())
                .execute(&mut *self.0)
                .await?;
        }
        if let Some(conversation) = &new.conversation_id {
            sqlx::query(sql::LOG_CONVERSATION)
                .bind(new_id())
                .bind(conversation)
                .bind(&id)
                .bind(new.state.as_str())
                .bind(now.as_micros())
                .execute(&mut *self.0)
                .await?;
        }
        Ok(id)
    }

    /// One message, as this transaction sees it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn message(&mut self, id: &str) -> Result<Option<Message>, StoreError> {
        let row: Option<MessageRow> =
            sqlx::query_as(sql::MESSAGE_BY_ID).bind(id).fetch_optional(&mut *self.0).await?;
        row.map(Message::try_from).transpose()
    }

    /// Moves a message forward by rank; `false`: it was there or further already.
    pub(super) async fn advance(
        &mut self,
        id: &str,
        to: State,
        reason: Option<&str>,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(sql::ADVANCE_MESSAGE)
            .bind(id)
            .bind(to.as_str())
            .bind(to.rank())
            .bind(reason)
            .bind(error_code)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Moves a message from one state to another; `false`: it was not in the first.
    pub(super) async fn shift(
        &mut self,
        id: &str,
        from: State,
        to: State,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(sql::MOVE_MESSAGE)
            .bind(id)
            .bind(from.as_str())
            .bind(to.as_str())
            .bind(to.rank())
            .bind(reason)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
