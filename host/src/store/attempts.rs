//! Attempts: each try to hand a message over to Twilio, and how it ended.

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::time::Timestamp;

/// How an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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

row! {
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
}

impl Store {
    /// A message's attempts, in order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn attempts(&self, message_id: &str) -> Result<Vec<Attempt>, StoreError> {
        let rows: Vec<AttemptRow> =
            self.all(&sql::ATTEMPTS_OF_MESSAGE, values![message_id]).await?;
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
}

impl Tx {
    pub(super) async fn end_attempt(
        &mut self,
        attempt_id: &str,
        state: AttemptState,
        sid: Option<&str>,
        error: Option<(Option<i64>, &str)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let code = error.and_then(|(code, _)| code);
        let message = error.map(|(_, message)| message);
        let values = values![attempt_id, state.as_str(), sid, code, message, now];
        self.run(&sql::END_ATTEMPT, values).await?;
        Ok(())
    }
}
