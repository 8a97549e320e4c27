//! Consent: the pairs' rows, the ledger behind them, and the inbound messages that changed them.

use serde::{Deserialize, Serialize};

use super::outbox::OPTED_OUT;
use super::{Store, StoreError, Tx, sql};
use crate::id::new_id;
use crate::message::State;
use crate::sandbox::{ConsentAction, Pair};
use crate::time::Timestamp;

/// A line of the append-only ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Recipient and sender.
    pub pair: Pair,
    /// Opt out, or in again.
    pub action: ConsentAction,
    /// How we know.
    pub source: ConsentSource,
    /// The keyword, e.g. `STOP`.
    pub keyword: Option<String>,
    /// The variant that matched, e.g. `UNSUBSCRIBE`.
    pub matched: Option<String>,
    /// What was received, to the letter.
    pub raw_text: Option<String>,
    /// The message that it was received in.
    pub message_sid: Option<String>,
}

/// How a change of consent became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentSource {
    /// The person wrote a keyword.
    Inbound,
    /// Twilio refused a send because the person had opted out there (21610).
    TwilioRefusal,
}

impl ConsentSource {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::TwilioRefusal => "twilio_refusal",
        }
    }
}

/// What the module said of an inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// A keyword: answered here, never shown to the agent.
    Intercepted,
    /// From someone who has opted out: nobody sees it.
    Dropped,
    /// For the agent.
    Forward,
}

impl Disposition {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Intercepted => "intercepted",
            Self::Dropped => "dropped",
            Self::Forward => "forward",
        }
    }
}

/// An inbound message and what was decided about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// Twilio's name for it: the key by which a retry is known.
    pub message_sid: String,
    /// The person, and the Twilio number that they wrote to.
    pub pair: Pair,
    /// The Messaging Service that the webhook names.
    pub service: Option<String>,
    /// What they wrote, to the letter.
    pub raw_text: String,
    /// What becomes of it.
    pub disposition: Disposition,
    /// The keyword, if it is one.
    pub keyword: Option<String>,
    /// The reply, kept so that a retry gets the same one.
    pub reply: Option<String>,
    /// How it was decided, as JSON.
    pub trace: String,
}

impl Store {
    /// Whether each pair is opted out. A pair never heard of is not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn consent_of(&self, pairs: Vec<Pair>) -> Result<Vec<(Pair, bool)>, StoreError> {
        let mut known = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let opted_out: Option<i64> = sqlx::query_scalar(sql::PAIR_IS_OPTED_OUT)
                .bind(&pair.recipient)
                .bind(&pair.sender)
                .fetch_optional(&self.readers)
                .await?;
            known.push((pair, opted_out == Some(1)));
        }
        Ok(known)
    }

    /// The reply that an inbound message got, if it was seen before: the inner value is nothing
    /// when it got none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn inbound_reply(&self, sid: &str) -> Result<Option<Option<String>>, StoreError> {
        Ok(sqlx::query_scalar(sql::INBOUND_REPLY).bind(sid).fetch_optional(&self.readers).await?)
    }
}

impl Tx {
    /// Records an inbound message. `false`: it was recorded before, and nothing may be done
    /// about it again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_inbound(
        &mut self,
        inbound: &Inbound,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(sql::RECORD_INBOUND)
            .bind(&inbound.message_sid)
            .bind(&inbound.pair.recipient)
            .bind(&inbound.pair.sender)
            .bind(&inbound.service)
            .bind(&inbound.raw_text)
            .bind(inbound.disposition.as_str())
            .bind(&inbound.keyword)
            .bind(&inbound.reply)
            .bind(&inbound.trace)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Records a change of consent: the pair's row, the ledger, and, after an opt-out, every
    /// queued message of the pair suppressed. Gives the ids of those.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_consent(
        &mut self,
        entry: &LedgerEntry,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let (action, opted_out) = match entry.action {
            ConsentAction::OptOut => ("opt_out", 1_i64),
            ConsentAction::OptIn => ("opt_in", 0),
        };
        self.ensure_pair(&entry.pair).await?;
        sqlx::query(sql::SET_CONSENT)
            .bind(&entry.pair.recipient)
            .bind(&entry.pair.sender)
            .bind(opted_out)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        sqlx::query(sql::APPEND_TO_LEDGER)
            .bind(new_id())
            .bind(&entry.pair.recipient)
            .bind(&entry.pair.sender)
            .bind(action)
            .bind(entry.source.as_str())
            .bind(&entry.keyword)
            .bind(&entry.matched)
            .bind(&entry.raw_text)
            .bind(&entry.message_sid)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        match entry.action {
            ConsentAction::OptOut => self.suppress_queued(&entry.pair, now).await,
            ConsentAction::OptIn => Ok(Vec::new()),
        }
    }

    /// Locks the pair's row and says whether its recipient has opted out of its sender, or, for a
    /// Messaging Service, of any number of its pool.
    pub(super) async fn lock_and_read_consent(&mut self, pair: &Pair) -> Result<bool, StoreError> {
        self.ensure_pair(pair).await?;
        let numbers: Vec<String> = sqlx::query_scalar(sql::NUMBERS_OF_SERVICE)
            .bind(&pair.sender)
            .fetch_all(&mut *self.0)
            .await?;
        for sender in std::iter::once(&pair.sender).chain(&numbers) {
            let opted_out: Option<i64> = sqlx::query_scalar(sql::PAIR_IS_OPTED_OUT)
                .bind(&pair.recipient)
                .bind(sender)
                .fetch_optional(&mut *self.0)
                .await?;
            if opted_out == Some(1) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn ensure_pair(&mut self, pair: &Pair) -> Result<(), StoreError> {
        sqlx::query(sql::ENSURE_PAIR)
            .bind(&pair.recipient)
            .bind(&pair.sender)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn suppress_queued(
        &mut self,
        pair: &Pair,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(sql::SUPPRESS_QUEUED)
            .bind(&pair.recipient)
            .bind(&pair.sender)
            .bind(State::Suppressed.rank())
            .bind(OPTED_OUT)
            .bind(now.as_micros())
            .fetch_all(&mut *self.0)
            .await?;
        for id in &ids {
            self.dequeue(id).await?;
        }
        Ok(ids)
    }
}
