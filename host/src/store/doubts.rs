//! Messages that nobody knows the fate of, and the three ways out: Twilio has it, its owner gives
//! it up, or its owner has it sent again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::callbacks::StatusNews;
use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::message::{State, UnknownName};
use crate::sandbox::Pair;
use crate::time::Timestamp;
use crate::twilio::bill::Bill;

/// The reason of a message that Twilio never showed: `unknown` for good.
const NOT_FOUND: &str = "not_found";

/// What its owner wants done with a message that stays in doubt. Twilio cannot prove that it has
/// not taken a message, so each choice risks something.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// It stays `unknown`: it may be missed, and is never sent twice.
    #[default]
    Hold,
    /// It is sent again: it may arrive twice.
    Resend,
}

impl OnUnknown {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Resend => "resend",
        }
    }
}

impl fmt::Display for OnUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OnUnknown {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Hold, Self::Resend]
            .into_iter()
            .find(|choice| choice.as_str() == text)
            .ok_or_else(|| UnknownName::new("`hold` or `resend`", text))
    }
}

/// A message in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The message.
    pub message_id: String,
    /// The attempt in doubt, the latest.
    pub attempt_id: String,
    /// Its number, from 1.
    pub attempt: u32,
    /// Recipient and sender.
    pub pair: Pair,
    /// The text, byte for byte.
    pub text: String,
    /// When the attempt began.
    pub began_at: Timestamp,
    /// When the first one did.
    pub first_began_at: Timestamp,
    /// How long it may wait at Twilio, if whoever sent it said so.
    pub valid_for: Option<Duration>,
    /// What its owner wants in the end.
    pub on_unknown: OnUnknown,
    /// How often it was absent from Twilio's list since it should have been there.
    pub absences: i64,
}

row! {
    struct DoubtRow {
        message_id: String,
        attempt_id: String,
        recipient: String,
        sender: String,
        on_unknown: String,
        valid_for: Option<i64>,
        looks: i64,
        tries: i64,
        body: String,
        began_at: i64,
        first_began_at: i64,
    }
}

impl TryFrom<DoubtRow> for Doubt {
    type Error = StoreError;

    fn try_from(row: DoubtRow) -> Result<Self, StoreError> {
        Ok(Self {
            message_id: row.message_id,
            attempt_id: row.attempt_id,
            attempt: u32::try_from(row.tries).unwrap_or(u32::MAX),
            pair: Pair { recipient: row.recipient, sender: row.sender },
            text: row.body,
            began_at: row::instant(row.began_at),
            first_began_at: row::instant(row.first_began_at),
            valid_for: row.valid_for.map(row::seconds),
            on_unknown: row::name("choice for what is in doubt", &row.on_unknown)?,
            absences: row.looks,
        })
    }
}

impl Store {
    /// Whether a SID belongs to an attempt.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_bound(&self, sid: &str) -> Result<bool, StoreError> {
        let holder: Option<String> = self.value(&sql::HOLDER_OF_SID, values![sid]).await?;
        Ok(holder.is_some())
    }
}

impl Tx {
    /// Takes what is to be looked for now; no host takes it again before `again_at`, unless this
    /// one says otherwise meanwhile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_doubts(
        &mut self,
        at_most: i64,
        again_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Doubt>, StoreError> {
        let rows: Vec<DoubtRow> = self.all(&sql::DOUBTS_DUE, values![now, at_most]).await?;
        let doubts = rows.into_iter().map(Doubt::try_from).collect::<Result<Vec<_>, _>>()?;
        for doubt in &doubts {
            self.look_again(doubt, doubt.absences, again_at).await?;
        }
        Ok(doubts)
    }

    /// Looks for it later.
    ///
    /// # Errors
    /// The database failed.
    pub async fn look_again(
        &mut self,
        doubt: &Doubt,
        absences: i64,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let values = values![&doubt.message_id, &doubt.attempt_id, at, absences];
        self.run(&sql::LOOK_AT, values).await?;
        Ok(())
    }

    /// Notes that Twilio has it: its SID, and what its status says. `false`: it was resolved
    /// meanwhile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn found(
        &mut self,
        doubt: &Doubt,
        news: &StatusNews,
        billed_segments: Option<i64>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(pair) = self.end_doubt(doubt).await? else { return Ok(false) };
        let (message_id, attempt_id) = (&doubt.message_id, &doubt.attempt_id);
        self.taken(message_id, attempt_id, &pair, &news.sid, None, now).await?;
        self.record_bill(&news.sid, &Bill { segments: billed_segments, price: None }).await?;
        if let Some(state) = news.state {
            self.apply_news(message_id, state, news.error_code, now).await?;
        }
        Ok(true)
    }

    /// Stops to look: it stays `unknown`, and the next message of its pair may begin, because
    /// there is no match left that it could spoil. `false`: it was resolved meanwhile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold(&mut self, doubt: &Doubt, now: Timestamp) -> Result<bool, StoreError> {
        let Some(pair) = self.end_doubt(doubt).await? else { return Ok(false) };
        let state = State::Unknown;
        self.shift(&doubt.message_id, state, state, Some(NOT_FOUND), now).await?;
        self.let_next_go(&pair).await?;
        Ok(true)
    }

    /// Queues it again. Whether it may go is asked again when it is claimed: after a STOP it
    /// becomes `suppressed`. `false`: it was resolved meanwhile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resend(&mut self, doubt: &Doubt, now: Timestamp) -> Result<bool, StoreError> {
        let values = values![&doubt.message_id, &doubt.attempt_id, now];
        if self.run(&sql::SEND_AGAIN, values).await? == 0 {
            return Ok(false);
        }
        self.shift(&doubt.message_id, State::Unknown, State::Queued, None, now).await?;
        self.let_next_go(&doubt.pair).await?;
        Ok(true)
    }

    async fn end_doubt(&mut self, doubt: &Doubt) -> Result<Option<Pair>, StoreError> {
        let values = values![&doubt.message_id, &doubt.attempt_id];
        let row: Option<(String, String)> = self.first(&sql::END_DOUBT, values).await?;
        Ok(row.map(|(recipient, sender)| Pair { recipient, sender }))
    }
}
