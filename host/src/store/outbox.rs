//! The outbox: what is to go out, who holds it, and how each attempt ended.
//!
//! Only [`Tx::claim_next`] makes a [`Cleared`], in the transaction that has the write lock, read
//! the recipient's consent and wrote the attempt. So no POST begins after a STOP has committed.

use std::time::Duration;

use super::{Store, StoreError, Tx, row, sql};
use crate::id::new_id;
use crate::message::State;
use crate::sandbox::Pair;
use crate::time::Timestamp;

/// The reason of a message whose recipient has opted out.
pub(crate) const OPTED_OUT: &str = "opted_out";
/// Leases ended in one transaction.
const MAX_EXPIRED: i64 = 100;

/// A message that may be posted now: its claim is committed and its recipient had not opted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    message_id: String,
    attempt_id: String,
    attempt: u32,
    pair: Pair,
    text: String,
}

impl Cleared {
    /// The message's id.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The attempt's id, which the status callback's URL carries.
    #[must_use]
    pub fn attempt_id(&self) -> &str {
        &self.attempt_id
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Recipient and sender.
    #[must_use]
    pub fn pair(&self) -> &Pair {
        &self.pair
    }

    /// The text, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What became of the next message that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It may be posted.
    Cleared(Cleared),
    /// Its recipient has opted out; the message's id.
    Suppressed(String),
}

/// How an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Attempt {
    /// UUIDv7.
    pub id: String,
    /// From 1.
    pub number: i64,
    /// Where it is.
    pub state: AttemptState,
    /// Twilio's name for what it made.
    pub sid: Option<String>,
    /// Twilio's error code.
    pub error_code: Option<i64>,
    /// What went wrong, in words.
    pub error_message: Option<String>,
    /// When its claim committed.
    pub began_at: Timestamp,
    /// When its answer was stored.
    pub ended_at: Option<Timestamp>,
}

/// The state of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Claimed; a POST may be on the wire.
    Dispatching,
    /// Twilio took it.
    Accepted,
    /// Twilio refused it, or was never reached.
    Refused,
    /// Nobody knows.
    Unknown,
    /// Given back before anything was sent.
    Returned,
}

impl AttemptState {
    const ALL: [Self; 5] =
        [Self::Dispatching, Self::Accepted, Self::Refused, Self::Unknown, Self::Returned];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Dispatching => "dispatching",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Returned => "returned",
        }
    }
}

impl std::str::FromStr for AttemptState {
    type Err = crate::message::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| crate::message::UnknownName::new("an attempt's state", text))
    }
}

/// A claim whose holder did not come back in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredLease {
    /// The message.
    pub message_id: String,
    /// The attempt that was being made.
    pub attempt_id: String,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    message_id: String,
    tries: i64,
    recipient: String,
    sender: String,
    body: String,
}

#[derive(sqlx::FromRow)]
struct AttemptRow {
    id: String,
    number: i64,
    state: String,
    sid: Option<String>,
    error_code: Option<i64>,
    error_message: Option<String>,
    began_at: i64,
    ended_at: Option<i64>,
}

impl Store {
    /// A message's attempts, in order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn attempts(&self, message_id: &str) -> Result<Vec<Attempt>, StoreError> {
        let rows: Vec<AttemptRow> = sqlx::query_as(sql::ATTEMPTS_OF_MESSAGE)
            .bind(message_id)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Attempt {
                    state: row::name("attempt's state", &row.state)?,
                    id: row.id,
                    number: row.number,
                    sid: row.sid,
                    error_code: row.error_code,
                    error_message: row.error_message,
                    began_at: row::instant(row.began_at),
                    ended_at: row.ended_at.map(row::instant),
                })
            })
            .collect()
    }

    /// When the next message that is not due yet will be.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next_due_at(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let due: Option<i64> = sqlx::query_scalar(sql::NEXT_DUE_AT)
            .bind(now.as_micros())
            .fetch_one(&self.readers)
            .await?;
        Ok(due.map(row::instant))
    }
}

impl Tx {
    /// Takes the next message that is due: locks its pair, reads its consent, and either
    /// suppresses it or claims it with a lease and an attempt. Nothing: none is due.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_next(
        &mut self,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<Claim>, StoreError> {
        let due: Option<DueRow> = sqlx::query_as(sql::NEXT_DUE)
            .bind(now.as_micros())
            .fetch_optional(&mut *self.0)
            .await?;
        let Some(due) = due else { return Ok(None) };
        let pair = Pair { recipient: due.recipient, sender: due.sender };
        if self.lock_and_read_consent(&pair).await? {
            self.advance(&due.message_id, State::Suppressed, Some(OPTED_OUT), None, now).await?;
            self.dequeue(&due.message_id).await?;
            return Ok(Some(Claim::Suppressed(due.message_id)));
        }
        let attempt_id = new_id();
        let number = due.tries.saturating_add(1);
        sqlx::query(sql::LEASE)
            .bind(&due.message_id)
            .bind(&attempt_id)
            .bind(now.plus(lease).as_micros())
            .execute(&mut *self.0)
            .await?;
        sqlx::query(sql::INSERT_ATTEMPT)
            .bind(&attempt_id)
            .bind(&due.message_id)
            .bind(number)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        self.shift(&due.message_id, State::Queued, State::Dispatching, None, now).await?;
        Ok(Some(Claim::Cleared(Cleared {
            message_id: due.message_id,
            attempt_id,
            attempt: u32::try_from(number).unwrap_or(u32::MAX),
            pair,
            text: due.body,
        })))
    }

    /// Gives a claim back, when it is certain that Twilio has not processed it: the message is
    /// queued again and due at `due_at`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn requeue(
        &mut self,
        claim: &Cleared,
        ended: AttemptState,
        error: Option<(Option<i64>, &str)>,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.end_attempt(&claim.attempt_id, ended, None, error, now).await?;
        // Only from `dispatching`: a lease that has expired has made it `unknown`, and that is
        // not undone here.
        let moved =
            self.shift(&claim.message_id, State::Dispatching, State::Queued, None, now).await?;
        if moved {
            sqlx::query(sql::RELEASE)
                .bind(&claim.message_id)
                .bind(&claim.attempt_id)
                .bind(due_at.as_micros())
                .execute(&mut *self.0)
                .await?;
        }
        Ok(())
    }

    /// Notes that Twilio took the message, with what it said of it. Callbacks that came before
    /// this answer count now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accepted(
        &mut self,
        claim: &Cleared,
        sid: &str,
        billed_segments: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.end_attempt(&claim.attempt_id, AttemptState::Accepted, Some(sid), None, now).await?;
        self.bind_sid(&claim.message_id, sid, now).await?;
        if let Some(billed) = billed_segments {
            sqlx::query(sql::SET_BILLED_SEGMENTS)
                .bind(&claim.message_id)
                .bind(billed)
                .execute(&mut *self.0)
                .await?;
        }
        self.advance(&claim.message_id, State::Accepted, None, None, now).await?;
        self.dequeue(&claim.message_id).await?;
        self.apply_callbacks(&claim.message_id, sid, now).await
    }

    /// Notes that Twilio refused the message for good: `to` is `Failed`, or `Suppressed` when it
    /// knew of an opt-out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refused(
        &mut self,
        claim: &Cleared,
        to: State,
        reason: &str,
        error: (Option<i64>, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.end_attempt(&claim.attempt_id, AttemptState::Refused, None, Some(error), now).await?;
        self.advance(&claim.message_id, to, Some(reason), error.0, now).await?;
        self.dequeue(&claim.message_id).await
    }

    /// Notes that nobody knows whether Twilio took the message.
    ///
    /// # Errors
    /// The database failed.
    pub async fn in_doubt(
        &mut self,
        message_id: &str,
        attempt_id: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let error = Some((None, reason));
        self.end_attempt(attempt_id, AttemptState::Unknown, None, error, now).await?;
        self.shift(message_id, State::Dispatching, State::Unknown, Some(reason), now).await?;
        self.dequeue(message_id).await
    }

    /// Claims whose lease has run out, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn expired_leases(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<ExpiredLease>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(sql::EXPIRED_LEASES)
            .bind(now.as_micros())
            .bind(MAX_EXPIRED)
            .fetch_all(&mut *self.0)
            .await?;
        let lease = |(message_id, attempt_id)| ExpiredLease { message_id, attempt_id };
        Ok(rows.into_iter().map(lease).collect())
    }

    pub(super) async fn dequeue(&mut self, message_id: &str) -> Result<(), StoreError> {
        sqlx::query(sql::DEQUEUE).bind(message_id).execute(&mut *self.0).await?;
        Ok(())
    }

    pub(super) async fn end_attempt(
        &mut self,
        attempt_id: &str,
        state: AttemptState,
        sid: Option<&str>,
        error: Option<(Option<i64>, &str)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(sql::END_ATTEMPT)
            .bind(attempt_id)
            .bind(state.as_str())
            .bind(sid)
            .bind(error.and_then(|(code, _)| code))
            .bind(error.map(|(_, message)| message))
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }
}
