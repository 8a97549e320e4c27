//! The consent gate: only a claim makes a [`Cleared`], in the transaction that holds the pair's
//! lock, has read the recipient's consent and wrote the attempt. A STOP takes the same lock, so no
//! POST begins after it has committed.
//!
//! Each sender has a queue, and each pair one message in flight: what stands behind it waits
//! outside of the queue until that one has ended, so that a claim never steps over it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::dispatch::rate::Pace;
use crate::id::new_id;
use crate::message::State;
use crate::sandbox::Pair;
use crate::time::Timestamp;

/// The reason of a message whose recipient has opted out.
pub(crate) const OPTED_OUT: &str = "opted_out";
/// Senders looked at in one turn.
const MAX_LANES: i64 = 1_000;
/// How long a message waits for the pool of its Messaging Service to be known.
const POOL_PAUSE: Duration = Duration::from_secs(60);

/// A message that may be posted now: its claim is committed and its recipient had not opted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    message_id: String,
    attempt_id: String,
    attempt: u32,
    pair: Pair,
    text: String,
    segments: i64,
    valid_for: Option<Duration>,
    began_at: Timestamp,
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

    /// How many segments it was predicted to have.
    #[must_use]
    pub fn segments(&self) -> i64 {
        self.segments
    }

    /// When it was claimed: its consent is as of then.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.began_at
    }

    /// How long it may wait at Twilio, if whoever sent it said so.
    #[must_use]
    pub fn valid_for(&self) -> Option<Duration> {
        self.valid_for
    }
}

/// What became of a message that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It may be posted.
    Cleared(Cleared),
    /// Its recipient has opted out; the message's id.
    Suppressed(String),
}

/// A sender that has messages to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// When its first is due; that may have been long ago.
    pub due_at: Timestamp,
    /// Its rate; nothing when it may go as fast as it can.
    pub pace: Option<Pace>,
}

impl Lane {
    /// When its first may begin: due, and within its rate.
    #[must_use]
    pub fn begins_at(&self) -> Timestamp {
        self.pace.map_or(self.due_at, |pace| self.due_at.max(pace.opens_at()))
    }
}

row! {
    struct DueRow {
        message_id: String,
        recipient: String,
        sender: String,
        segments: i64,
        valid_for: Option<i64>,
        body: String,
    }
}

/// What stands in the way of a message.
enum Consent {
    Given,
    Withdrawn,
    /// The numbers of its Messaging Service are not known, so nobody can tell.
    NotKnown,
}

impl Store {
    /// The senders that have messages to send now or later, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lanes(&self) -> Result<Vec<Lane>, StoreError> {
        Ok(lanes(self.all(&sql::LANES, values![MAX_LANES]).await?))
    }
}

impl Tx {
    /// The same, as this transaction sees it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lanes(&mut self) -> Result<Vec<Lane>, StoreError> {
        Ok(lanes(self.all(&sql::LANES, values![MAX_LANES]).await?))
    }

    /// Takes what a sender has due and its rate allows, the oldest first and one for each
    /// recipient: locks each pair, reads its consent, and either suppresses the message or claims
    /// it with a lease and an attempt. A pair that another host holds at the moment is left to it.
    ///
    /// A transaction that claims for several senders does so in the order of their names.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim(
        &mut self,
        sender: &str,
        at_most: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError> {
        let rate: Option<(i64, i64)> = self.first(&sql::LOCK_RATE, values![sender]).await?;
        let pace = rate.and_then(|(segments, free_at)| pace(segments, free_at));
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        let due: Vec<DueRow> = self.all(&sql::DUE, values![sender, now, limit]).await?;
        let mut recipients = BTreeSet::new();
        let mut firsts: Vec<DueRow> =
            due.into_iter().filter(|row| recipients.insert(row.recipient.clone())).collect();
        if let Some(pace) = pace {
            firsts.truncate(pace.fits(now, firsts.iter().map(|row| row.segments)));
        }
        // In the order of the pairs, as everywhere: two that lock never wait for each other.
        firsts.sort_unstable_by(|a, b| a.recipient.cmp(&b.recipient));
        let mut claims = Vec::with_capacity(firsts.len());
        let mut used = 0;
        for row in firsts {
            let segments = row.segments;
            if let Some(claim) = self.claim_one(row, lease, now).await? {
                used += if matches!(claim, Claim::Cleared(_)) { segments } else { 0 };
                claims.push(claim);
            }
        }
        if let Some(pace) = pace.filter(|_| used > 0) {
            let free_at = pace.after(now, used).free_at;
            self.run(&sql::USE_RATE, values![sender, free_at]).await?;
        }
        Ok(claims)
    }

    async fn claim_one(
        &mut self,
        due: DueRow,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<Claim>, StoreError> {
        let pair = Pair { recipient: due.recipient, sender: due.sender };
        let Some(opted_out) = self.try_lock(&pair).await? else { return Ok(None) };
        match self.consent(&pair, opted_out).await? {
            Consent::Given => {}
            Consent::Withdrawn => {
                // If it is there no more, someone else has ended it.
                if !self.take_back(&due.message_id).await? {
                    return Ok(None);
                }
                let to = State::Suppressed;
                self.advance(&due.message_id, to, Some(OPTED_OUT), None, now).await?;
                return Ok(Some(Claim::Suppressed(due.message_id)));
            }
            Consent::NotKnown => {
                let later = values![&due.message_id, now.plus(POOL_PAUSE)];
                self.run(&sql::POSTPONE, later).await?;
                return Ok(None);
            }
        }
        let attempt_id = new_id();
        let leased = values![
            &due.message_id,
            &attempt_id,
            now.plus(lease),
            &pair.recipient,
            &pair.sender,
            now,
            State::Dispatching.rank()
        ];
        let Some(number) = self.value::<i64>(&sql::LEASE, leased).await? else {
            self.stand_aside(&pair).await?;
            return Ok(None);
        };
        self.moved(&due.message_id, State::Dispatching);
        Ok(Some(Claim::Cleared(Cleared {
            message_id: due.message_id,
            attempt_id,
            attempt: u32::try_from(number).unwrap_or(u32::MAX),
            pair,
            text: due.body,
            segments: due.segments,
            valid_for: due.valid_for.map(row::seconds),
            began_at: now,
        })))
    }

    /// Locks a pair's row, which is made if it is missing, and says whether its recipient has
    /// opted out. Nothing: another host has it locked.
    async fn try_lock(&mut self, pair: &Pair) -> Result<Option<bool>, StoreError> {
        let key = values![&pair.recipient, &pair.sender];
        if let Some(opted_out) = self.value::<i64>(&sql::TRY_LOCK_PAIR, key).await? {
            return Ok(Some(opted_out == 1));
        }
        if self.value::<i64>(&sql::PAIR_IS_OPTED_OUT, key).await?.is_some() {
            // It is there, so another has it locked. To insert beside it would be to wait for it.
            return Ok(None);
        }
        // What this transaction has inserted, no other sees before it commits.
        let made = self.run(&sql::ENSURE_PAIR, key).await? == 1;
        Ok(made.then_some(false))
    }

    /// Whether the recipient has opted out of the sender or, for a Messaging Service, of any
    /// number of its pool: whoever stops one of those locks the service's pair as well.
    async fn consent(&mut self, pair: &Pair, opted_out: bool) -> Result<Consent, StoreError> {
        if opted_out {
            return Ok(Consent::Withdrawn);
        }
        if !is_service(&pair.sender) {
            return Ok(Consent::Given);
        }
        let service = values![&pair.sender];
        if self.value::<String>(&sql::POOL_IS_KNOWN, service).await?.is_none() {
            return Ok(Consent::NotKnown);
        }
        let of_pool = values![&pair.recipient, &pair.sender];
        let found: Option<String> = self.value(&sql::OPTED_OUT_OF_SERVICE, of_pool).await?;
        Ok(if found.is_some() { Consent::Withdrawn } else { Consent::Given })
    }

    /// Lets what is due to a pair wait for the one in flight, if there still is one.
    async fn stand_aside(&mut self, pair: &Pair) -> Result<(), StoreError> {
        let key = values![&pair.recipient, &pair.sender];
        if self.value::<String>(&sql::IN_FLIGHT, key).await?.is_some() {
            self.run(&sql::LET_PAIR_WAIT, key).await?;
        }
        Ok(())
    }
}

/// Whether a sender is a Messaging Service: the other kind begins with `+`.
pub(super) fn is_service(sender: &str) -> bool {
    !sender.starts_with('+')
}

fn lanes(rows: Vec<LaneRow>) -> Vec<Lane> {
    let lane = |(sender, due_at, segments, free_at): LaneRow| Lane {
        sender,
        due_at: row::instant(due_at),
        pace: segments.zip(free_at).and_then(|(segments, free_at)| pace(segments, free_at)),
    };
    rows.into_iter().map(lane).collect()
}

/// A sender, its first due time, and its rate if it has one.
type LaneRow = (String, i64, Option<i64>, Option<i64>);

/// A rate as it is stored; 0 is none.
fn pace(segments: i64, free_at: i64) -> Option<Pace> {
    let segments_per_minute = u32::try_from(segments).ok().filter(|rate| *rate > 0)?;
    Some(Pace { segments_per_minute, free_at: row::instant(free_at) })
}
