//! Inbound messages: each counts once, and keeps its reply, so that a retry gets the same one.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::statement::values;
use super::{Change, Store, StoreError, Tx, row, sql};
use crate::message::UnknownName;
use crate::sandbox::Pair;
use crate::time::Timestamp;

/// The most numbers that are asked about.
const MAX_NUMBERS: i64 = 100_000;

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

impl FromStr for Disposition {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Intercepted, Self::Dropped, Self::Forward]
            .into_iter()
            .find(|disposition| disposition.as_str() == text)
            .ok_or_else(|| UnknownName::new("`intercepted`, `dropped` or `forward`", text))
    }
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
    /// Twilio's date of it, for one that was found in a list.
    pub sent_at: Option<Timestamp>,
}

/// A number whose inbound messages are to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundCheck {
    /// E.164.
    pub number: String,
    /// Everything up to then is known; nothing for a number that is new.
    pub checked_till: Option<Timestamp>,
}

/// Whether an inbound message is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It is: what follows from it is to be done in this transaction.
    Now,
    /// It was recorded before and nothing may be done about it again; the reply that it got.
    Before(Option<String>),
}

impl Store {
    /// The reply that an inbound message got, if it was seen before: the inner value is nothing
    /// when it got none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn inbound_reply(&self, sid: &str) -> Result<Option<Option<String>>, StoreError> {
        self.value(&sql::INBOUND_REPLY, values![sid]).await
    }

    /// Every number that something may be sent from.
    ///
    /// # Errors
    /// The database failed.
    pub async fn inbound_checks(&self) -> Result<Vec<InboundCheck>, StoreError> {
        self.inbound_checks_due(Timestamp::from_micros(i64::MAX)).await
    }

    /// Those of them that are to be asked about by now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn inbound_checks_due(
        &self,
        now: Timestamp,
    ) -> Result<Vec<InboundCheck>, StoreError> {
        let rows: Vec<(String, Option<i64>)> =
            self.all(&sql::INBOUND_CHECKS, values![now, MAX_NUMBERS]).await?;
        let check = |(number, till): (String, Option<i64>)| InboundCheck {
            number,
            checked_till: till.map(row::instant),
        };
        Ok(rows.into_iter().map(check).collect())
    }
}

impl Tx {
    /// Notes that a number is being asked about, and that others leave it alone until then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_inbound_check(
        &mut self,
        number: &str,
        again_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::BEGIN_INBOUND_CHECK, values![number, now, again_at]).await?;
        Ok(())
    }

    /// Notes that everything written to a number up to `till` is known.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_inbound_check(
        &mut self,
        number: &str,
        till: Timestamp,
        again_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::END_INBOUND_CHECK, values![number, till, again_at]).await?;
        Ok(())
    }

    /// Records an inbound message, and queues it for the webhook that is to hear it, before anything
    /// else of its transaction, which ends by a commit in both cases. A second one at the same time waits until the first has ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_inbound(
        &mut self,
        inbound: &Inbound,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let values = values![
            &inbound.message_sid,
            &inbound.pair.recipient,
            &inbound.pair.sender,
            &inbound.service,
            &inbound.raw_text,
            inbound.disposition.as_str(),
            &inbound.keyword,
            &inbound.reply,
            &inbound.trace,
            now,
            if inbound.sent_at.is_some() { "list" } else { "webhook" },
            inbound.sent_at
        ];
        if self.run(&sql::RECORD_INBOUND, values).await? == 1 {
            self.changes.push(Change::Received(inbound.keyword.clone()));
            self.forward(inbound, now).await?;
            return Ok(Recorded::Now);
        }
        let reply: Option<Option<String>> =
            self.value(&sql::INBOUND_REPLY, values![&inbound.message_sid]).await?;
        Ok(Recorded::Before(reply.flatten()))
    }
}
