//! Status callbacks: each (SID, status) counts once, and moves its message forward only.

use super::attempts::AttemptState;
use super::messages::poll_at;
use super::statement::{Value, values};
use super::{Change, Pools, Store, StoreError, Tx, row, sql};
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

/// A status callback as it came.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Report {
    /// Twilio's own word.
    pub status: String,
    /// Why it was not delivered.
    pub error_code: Option<i64>,
    /// When it came.
    pub received_at: Timestamp,
}

impl Store {
    /// What Twilio has reported of a message, in the order in which it came.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reports(&self, sid: &str) -> Result<Vec<Report>, StoreError> {
        let rows: Vec<(String, Option<i64>, i64)> =
            self.all(&sql::REPORTS_OF_SID, values![sid]).await?;
        let report =
            |(status, error_code, at)| Report { status, error_code, received_at: row::instant(at) };
        Ok(rows.into_iter().map(report).collect())
    }

    /// Records a callback and moves its message forward, in a transaction of its own; whether it
    /// moved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_status(
        &self,
        news: &StatusNews,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // Nearly every callback is one statement, around which PostgreSQL needs no transaction.
        if let (Pools::Postgres(_), Some(state)) = (&self.pools, news.state)
            && !is_failure(state)
        {
            let reason = reason(news.error_code);
            let moved: Option<String> = self
                .value(&sql::RECORD_CALLBACK_AND_ADVANCE, &advance(news, state, &reason, now))
                .await?;
            if let Some(message_id) = moved {
                self.bulletin.tell(vec![Change::Moved { message_id, state }]);
                return Ok(true);
            }
        }
        let mut tx = self.write().await?;
        let moved = tx.record_status(news, now).await?;
        tx.commit().await?;
        Ok(moved)
    }
}

impl Tx {
    /// Records a callback and moves its message forward; whether it moved.
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
        let Some(state) = news.state else {
            let code = news.error_code;
            let values =
                values![&news.sid, &news.status, None::<&str>, &news.attempt_id, code, now];
            self.run(&sql::RECORD_CALLBACK, values).await?;
            self.message_of(news, now).await?;
            return Ok(false);
        };
        // A message that has its SID has left the outbox, so there is no more to do for it.
        if self.advance_by_sid(news, state, now).await? {
            return Ok(true);
        }
        match self.message_of(news, now).await? {
            Some(message_id) => self.apply_news(&message_id, state, news.error_code, now).await,
            None => Ok(false),
        }
    }

    async fn advance_by_sid(
        &mut self,
        news: &StatusNews,
        state: State,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let reason = reason(news.error_code);
        let values = advance(news, state, &reason, now);
        let moved: Option<String> = self.value(&sql::RECORD_CALLBACK_AND_ADVANCE, &values).await?;
        let Some(message_id) = moved else { return Ok(false) };
        self.moved(&message_id, state);
        self.note_failure(&message_id, state, news.error_code, now).await?;
        Ok(true)
    }

    pub(super) async fn apply_news(
        &mut self,
        message_id: &str,
        state: State,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let reason = reason(error_code);
        let moved = self.advance(message_id, state, reason.as_deref(), error_code, now).await?;
        if moved {
            self.note_failure(message_id, state, error_code, now).await?;
            self.dequeue(message_id).await?;
        }
        Ok(moved)
    }

    async fn note_failure(
        &mut self,
        message_id: &str,
        state: State,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !is_failure(state) {
            return Ok(());
        }
        self.changes.push(Change::NotDelivered(error_code));
        self.resend_undelivered(message_id, error_code, now).await
    }

    /// Gives a message its SID, if neither has another partner.
    async fn bind_sid(
        &mut self,
        message_id: &str,
        sid: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.run(&sql::BIND_MESSAGE_SID, values![message_id, sid, now]).await? == 1 {
            return Ok(true);
        }
        // It may have got this very SID while this transaction waited for its row.
        Ok(self.holder_of(sid).await?.as_deref() == Some(message_id))
    }

    async fn holder_of(&mut self, sid: &str) -> Result<Option<String>, StoreError> {
        self.value(&sql::MESSAGE_ID_BY_SID, values![sid]).await
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
        let found: Option<String> = self.value(&sql::ATTEMPT_MESSAGE, values![attempt_id]).await?;
        let Some(message_id) = found else {
            return Ok(None);
        };
        // As an answer that is stored at the same time does, or each would wait for the other.
        self.value::<String>(&sql::HOLD_PLACE, values![&message_id]).await?;
        if !self.bind_sid(&message_id, &news.sid, now).await? {
            // The message has another SID already: this callback is not about it.
            return Ok(None);
        }
        let sid = Some(news.sid.as_str());
        self.end_attempt(attempt_id, AttemptState::Accepted, sid, None, now).await?;
        Ok(Some(message_id))
    }
}

/// The values of [`sql::RECORD_CALLBACK_AND_ADVANCE`].
fn advance<'a>(
    news: &'a StatusNews,
    state: State,
    reason: &'a Option<String>,
    now: Timestamp,
) -> [Value<'a>; 9] {
    [
        Value::from(&news.sid),
        Value::from(&news.status),
        Value::from(state.as_str()),
        Value::from(&news.attempt_id),
        Value::from(news.error_code),
        Value::from(now),
        Value::from(state.rank()),
        Value::from(reason),
        Value::from(poll_at(state, now)),
    ]
}

/// Whether whoever sent it hears of it.
fn is_failure(state: State) -> bool {
    match state {
        State::Undelivered | State::Failed => true,
        State::Queued
        | State::Dispatching
        | State::Unknown
        | State::Accepted
        | State::Sent
        | State::Delivered
        | State::Canceled
        | State::Suppressed => false,
    }
}

fn reason(error_code: Option<i64>) -> Option<String> {
    error_code.map(|code| format!("twilio_{code}"))
}
