//! Inbound messages on their way to a webhook: an outbox, written in the transaction that records
//! the message. Unlike a message to a person, an event may be posted twice, so a lease that ran out
//! is queued again; each keeps its id, by which a webhook knows what it has heard.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;

use super::row::row;
use super::statement::values;
use super::{Change, Disposition, Inbound, Store, StoreError, Tx, row, sql};
use crate::forward::{Event, Next};
use crate::id::new_id;
use crate::message::UnknownName;
use crate::time::Timestamp;

/// The most that a page of a list holds.
const MAX_PAGE: i64 = 200;
/// Sorts after every UUIDv7.
const AFTER_ALL_IDS: &str = "~";

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForwardState {
    /// It is posted when it is due.
    Queued,
    /// It is being posted.
    Sending,
    /// The webhook has taken it.
    Delivered,
    /// It was given up.
    Dead,
}

impl ForwardState {
    /// As the store and the API write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for ForwardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ForwardState {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Queued, Self::Sending, Self::Delivered, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownName::new("`queued`, `sending`, `delivered` or `dead`", text))
    }
}

/// An event as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// The scope of its webhook.
    pub webhook: String,
    /// Where it stands.
    pub state: ForwardState,
    /// When it is posted next, if it is queued.
    pub due_at: Timestamp,
    /// How often it was posted.
    pub tries: i64,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
    /// What is posted.
    pub event: Event,
}

/// A webhook that something waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardLane {
    /// The webhook's scope.
    pub webhook: String,
    /// When its earliest is due.
    pub due_at: Timestamp,
}

/// An event that is to be posted now, by whoever holds this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardClaim {
    /// The scope of its webhook.
    pub webhook: String,
    /// Where to.
    pub url: String,
    /// What signs it, sealed; and what signs it beside that.
    pub secrets: Vec<String>,
    /// How often it will have been posted with this: an answer counts for this attempt alone.
    tries: i64,
    /// Which attempt this is since it was last asked for, from 1.
    pub attempt: u32,
    /// Since when it is tried.
    pub tried_since: Timestamp,
    /// What is posted.
    pub event: Event,
}

row! {
    struct EventRow {
        id: String,
        message_sid: String,
        conversation_id: Option<String>,
        recipient: String,
        sender: String,
        service: Option<String>,
        raw_text: String,
        keyword: Option<String>,
        received_at: i64,
        sent_at: Option<i64>,
    }
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            message_sid: row.message_sid,
            from: row.recipient,
            to: row.sender,
            service: row.service,
            text: row.raw_text,
            keyword: row.keyword,
            conversation_id: row.conversation_id,
            received_at: row::instant(row.received_at),
            sent_at: row.sent_at.map(row::instant),
        }
    }
}

row! {
    struct InboundRow {
        disposition: String,
        event: EventRow,
    }
}

row! {
    struct ForwardRow {
        webhook: String,
        state: String,
        due_at: i64,
        tries: i64,
        error: Option<String>,
        ended_at: Option<i64>,
        event: EventRow,
    }
}

impl TryFrom<ForwardRow> for Forward {
    type Error = StoreError;

    fn try_from(row: ForwardRow) -> Result<Self, StoreError> {
        Ok(Self {
            webhook: row.webhook,
            state: row::name("state of a forward", &row.state)?,
            due_at: row::instant(row.due_at),
            tries: row.tries,
            error: row.error,
            ended_at: row.ended_at.map(row::instant),
            event: row.event.into(),
        })
    }
}

row! {
    struct ClaimRow {
        tries: i64,
        tried_before: i64,
        tried_since: i64,
        url: String,
        secret: String,
        previous_secret: Option<String>,
        previous_until: Option<i64>,
        event: EventRow,
    }
}

impl Store {
    /// Each webhook that something waits for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forward_lanes(&self) -> Result<Vec<ForwardLane>, StoreError> {
        let rows: Vec<(String, Option<i64>)> = self.all(&sql::FORWARD_LANES, values![]).await?;
        let lane = |(webhook, due_at): (String, Option<i64>)| {
            Some(ForwardLane { webhook, due_at: row::instant(due_at?) })
        };
        Ok(rows.into_iter().filter_map(lane).collect())
    }

    /// How many events no webhook has taken yet, up to [`super::MAX_COUNTED`].
    ///
    /// # Errors
    /// The database failed.
    pub async fn forwards_waiting(&self) -> Result<i64, StoreError> {
        let count = self.value(&sql::FORWARDS_WAITING, values![super::MAX_COUNTED]).await?;
        Ok(count.unwrap_or_default())
    }

    /// One event.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forward(&self, id: &str) -> Result<Option<Forward>, StoreError> {
        let row: Option<ForwardRow> = self.first(&sql::FORWARD_BY_ID, values![id]).await?;
        row.map(Forward::try_from).transpose()
    }

    /// A page of events, the newest first, only those before an id and in a state; and whether
    /// there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forwards(
        &self,
        state: Option<ForwardState>,
        before: Option<&str>,
        limit: Option<i64>,
    ) -> Result<(Vec<Forward>, bool), StoreError> {
        let limit = limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let before = before.unwrap_or(AFTER_ALL_IDS);
        let rows: Vec<ForwardRow> = match state {
            None => self.walk(&sql::LIST_FORWARDS, values![before, limit]).await?,
            Some(state) => {
                let which = values![before, limit, state.as_str()];
                self.walk(&sql::LIST_FORWARDS_IN, which).await?
            }
        };
        let full = i64::try_from(rows.len()) == Ok(limit);
        let forwards = rows.into_iter().map(Forward::try_from).collect::<Result<_, _>>()?;
        Ok((forwards, full))
    }

    /// What was decided of an inbound message, and what a webhook without keywords hears of it, or
    /// would if there were one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn became(&self, sid: &str) -> Result<Option<(Disposition, Event)>, StoreError> {
        let row: Option<InboundRow> = self.first(&sql::INBOUND_AS_EVENT, values![sid]).await?;
        row.map(|row| {
            let disposition = row::name("disposition of a message", &row.disposition)?;
            Ok((disposition, row.event.into()))
        })
        .transpose()
    }
}

impl Tx {
    /// Queues an inbound message for the webhook that is to hear it, if one is. What a person has
    /// written who is opted out, nobody hears.
    pub(super) async fn forward(
        &mut self,
        inbound: &Inbound,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let only_with_keywords = match inbound.disposition {
            Disposition::Forward => false,
            Disposition::Intercepted => true,
            Disposition::Dropped => return Ok(()),
        };
        let (pair, service) = (&inbound.pair, &inbound.service);
        let webhook: Option<(String, i64)> =
            self.first(&sql::WEBHOOK_FOR, values![&pair.sender, service]).await?;
        let Some((webhook, keywords)) = webhook else { return Ok(()) };
        if only_with_keywords && keywords == 0 {
            return Ok(());
        }
        let id = new_id();
        let sid = &inbound.message_sid;
        let values = values![&id, sid, webhook, &pair.recipient, &pair.sender, service, now];
        self.run(&sql::FORWARD, values).await?;
        self.forwarded(id, ForwardState::Queued);
        Ok(())
    }

    /// Claims what is due of a webhook, the oldest first, each for the time of a lease.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_forwards(
        &mut self,
        webhook: &str,
        at_most: i64,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<ForwardClaim>, StoreError> {
        let rows: Vec<ClaimRow> =
            self.all(&sql::FORWARDS_DUE, values![webhook, now, at_most]).await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let leased = values![&row.event.id, now.plus(lease)];
            if self.run(&sql::LEASE_FORWARD, leased).await? == 0 {
                continue;
            }
            let previous = row.previous_until.is_some_and(|until| row::instant(until) > now);
            let previous = row.previous_secret.filter(|_| previous);
            let attempt = row.tries - row.tried_before + 1;
            claims.push(ForwardClaim {
                webhook: webhook.to_owned(),
                url: row.url,
                secrets: std::iter::once(row.secret).chain(previous).collect(),
                tries: row.tries + 1,
                attempt: u32::try_from(attempt).unwrap_or(u32::MAX),
                tried_since: row::instant(row.tried_since),
                event: row.event.into(),
            });
        }
        Ok(claims)
    }

    /// Queues again what whoever held it did not come back with in time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_expired_forwards(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.run(&sql::EXPIRED_FORWARDS, values![now]).await
    }

    /// Notes what follows from a webhook's answer. `false`: the claim has run out meanwhile, and
    /// the answer no longer counts.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_forward(
        &mut self,
        claim: &ForwardClaim,
        next: Next,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (state, due_at, error) = match next {
            Next::Delivered => (ForwardState::Delivered, None, None),
            Next::Retry { at, error } => (ForwardState::Queued, Some(at), Some(error)),
            Next::Dead { error } => (ForwardState::Dead, None, Some(error)),
        };
        let ended_at = due_at.is_none().then_some(now);
        let id = &claim.event.id;
        let values = values![id, claim.tries, state.as_str(), due_at, &error, ended_at];
        let counts = self.run(&sql::END_FORWARD, values).await? == 1;
        if counts {
            self.forwarded(id.clone(), state);
        }
        Ok(counts)
    }

    /// Queues an event again that has ended, for a webhook. `false`: it has not ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forward_again(
        &mut self,
        forward: &Forward,
        now: Timestamp,
    ) -> Result<Resent, StoreError> {
        let event = &forward.event;
        let which = values![&event.to, &event.service];
        let webhook: Option<(String, i64)> = self.first(&sql::WEBHOOK_FOR, which).await?;
        let Some((webhook, _)) = webhook else { return Ok(Resent::NoWebhook) };
        if self.run(&sql::FORWARD_AGAIN, values![&event.id, webhook, now]).await? == 0 {
            return Ok(match forward.state {
                ForwardState::Queued | ForwardState::Sending => Resent::NotEnded,
                ForwardState::Delivered | ForwardState::Dead => Resent::Redacted,
            });
        }
        self.forwarded(event.id.clone(), ForwardState::Queued);
        Ok(Resent::Queued)
    }

    fn forwarded(&mut self, id: String, state: ForwardState) {
        self.changes.push(Change::Forwarded { id, state });
    }
}

/// What became of an event that was to be posted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resent {
    /// It is queued.
    Queued,
    /// It is queued already, or being posted.
    NotEnded,
    /// No webhook hears it.
    NoWebhook,
    /// What it says was taken out.
    Redacted,
}
