//! Status callbacks: each (SID, status) counts once, and moves its message forward only.

use super::outbox::AttemptState;
use super::{StoreError, Tx, row, sql};
use crate::message::State;
use crate::time::Timestamp;

/// What a status callback says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusNews {
    /// Twilio's name for the message.
    pub sid: String,
    /// The attempt that the callback's URL names.
    pub attempt_id: Option<String>,
    /// Twilio's own word.
    pub status: String,
    /// What it means here; nothing for a status that is not an outbound message's.
    pub state: Option<State>,
    /// Why it was not delivered.
    pub error_code: Option<i64>,
}

impl Tx {
    /// Records a callback and moves its message forward. `false`: it was recorded before.
    ///
    /// One that arrives before the answer to its POST binds the SID to the attempt that its URL
    /// names; one for a SID that nobody knows yet is kept, and counts when the SID is bound.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_status(
        &mut self,
        news: &StatusNews,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(sql::RECORD_CALLBACK)
            .bind(&news.sid)
            .bind(&news.status)
            .bind(news.state.map(State::as_str))
            .bind(&news.attempt_id)
            .bind(news.error_code)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        if let (Some(message_id), Some(state)) = (self.message_of(news, now).await?, news.state) {
            self.apply_news(&message_id, state, news.error_code, now).await?;
        }
        Ok(true)
    }

    /// Lets the callbacks that came before a SID was bound count.
    pub(super) async fn apply_callbacks(
        &mut self,
        message_id: &str,
        sid: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows: Vec<(String, Option<i64>)> =
            sqlx::query_as(sql::CALLBACKS_OF_SID).bind(sid).fetch_all(&mut *self.0).await?;
        for (state, error_code) in rows {
            let state = row::name("state", &state)?;
            self.apply_news(message_id, state, error_code, now).await?;
        }
        Ok(())
    }

    /// Gives a message its SID, if neither has another partner.
    pub(super) async fn bind_sid(
        &mut self,
        message_id: &str,
        sid: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if let Some(holder) = self.holder_of(sid).await? {
            return Ok(holder == message_id);
        }
        let done = sqlx::query(sql::BIND_MESSAGE_SID)
            .bind(message_id)
            .bind(sid)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn apply_news(
        &mut self,
        message_id: &str,
        state: State,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reason = error_code.map(|code| format!("twilio_{code}"));
        if self.advance(message_id, state, reason.as_deref(), error_code, now).await? {
            self.dequeue(message_id).await?;
        }
        Ok(())
    }

    async fn holder_of(&mut self, sid: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(sql::MESSAGE_ID_BY_SID)
            .bind(sid)
            .fetch_optional(&mut *self.0)
            .await?)
    }

    /// The message that a callback speaks of: by its SID, or else by the attempt in its URL.
    async fn message_of(
        &mut self,
        news: &StatusNews,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        if let Some(holder) = self.holder_of(&news.sid).await? {
            return Ok(Some(holder));
        }
        let Some(attempt_id) = &news.attempt_id else {
            return Ok(None);
        };
        let message_id: Option<String> = sqlx::query_scalar(sql::ATTEMPT_MESSAGE)
            .bind(attempt_id)
            .fetch_optional(&mut *self.0)
            .await?;
        let Some(message_id) = message_id else {
            return Ok(None);
        };
        if !self.bind_sid(&message_id, &news.sid, now).await? {
            // The message has another SID already: this callback is not about it.
            return Ok(None);
        }
        let sid = Some(news.sid.as_str());
        self.end_attempt(attempt_id, AttemptState::Accepted, sid, None, now).await?;
        Ok(Some(message_id))
    }
}
