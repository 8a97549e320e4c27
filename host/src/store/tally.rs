//! What became of the newest messages, counted where they are kept.

use std::time::Duration;

use super::message_list::{AFTER_ALL_IDS, MAX_WALK};
use super::row::row;
use super::statement::values;
use super::{Store, StoreError, row, sql};
use crate::id::first_id_at;
use crate::message::{Environment, State};
use crate::time::Timestamp;

/// Which messages are counted.
#[derive(Debug, Clone)]
pub struct TallyQuery {
    /// Those accepted since.
    pub since: Timestamp,
    /// How long a span is.
    pub span: Duration,
    /// Only those of this environment.
    pub environment: Option<Environment>,
    /// Only those from this sender.
    pub sender: Option<String>,
    /// Only those of a template of this title.
    pub template: Option<String>,
}

/// Messages that have all of this in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// When their span begins.
    pub at: Timestamp,
    /// How they stand.
    pub state: State,
    /// Their template's title.
    pub template: Option<String>,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// Twilio's error code.
    pub error_code: Option<i64>,
    /// How many there are.
    pub messages: i64,
    /// The segments that the module counted.
    pub predicted: i64,
    /// The segments that Twilio counted, as far as it has.
    pub billed: i64,
    /// What the module counted of those that Twilio has counted.
    pub predicted_of_billed: i64,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallied {
    /// Span by span, the oldest first.
    pub tallies: Vec<Tally>,
    /// Whether none was left out, because there were no more than [`MAX_WALK`].
    pub complete: bool,
}

row! {
    struct TallyRow {
        span: i64,
        state: String,
        template: Option<String>,
        sender: String,
        error_code: Option<i64>,
        messages: i64,
        predicted: i64,
        billed: i64,
        predicted_of_billed: i64,
    }
}

impl Store {
    /// Counts the messages since a moment: of more than [`MAX_WALK`], the newest.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tally(&self, query: &TallyQuery) -> Result<Tallied, StoreError> {
        let first = first_id_at(query.since);
        let span = i64::try_from(query.span.as_micros()).unwrap_or(i64::MAX).max(1);
        let environment = query.environment.map(Environment::as_str);
        let which = values![&first, MAX_WALK, span, environment, &query.sender, &query.template];
        let rows: Vec<TallyRow> = self.all(&sql::TALLY_MESSAGES, which).await?;
        let tallies = rows
            .into_iter()
            .map(|found| {
                Ok(Tally {
                    at: row::instant(found.span.saturating_mul(span)),
                    state: row::name("state", &found.state)?,
                    template: found.template,
                    sender: found.sender,
                    error_code: found.error_code,
                    messages: found.messages,
                    predicted: found.predicted,
                    billed: found.billed,
                    predicted_of_billed: found.predicted_of_billed,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        let next = values![AFTER_ALL_IDS, MAX_WALK];
        let beyond: Option<String> = self.value(&sql::LIST_WALKED_TO, next).await?;
        Ok(Tallied { tallies, complete: beyond.is_none_or(|id| id < first) })
    }
}
