//! How a claim ends: accepted, refused, given back or in doubt; and how what is queued is taken
//! back. Whatever ends lets the next message of its pair go.

use super::attempts::AttemptState;
use super::claim::Cleared;
use super::statement::values;
use super::{Change, Store, StoreError, Tx, row, sql};
use crate::message::State;
use crate::sandbox::Pair;
use crate::time::Timestamp;

/// Leases ended in one transaction.
const MAX_EXPIRED: i64 = 100;
/// Messages counted at most, so that a long queue makes no scrape slow.
pub const MAX_COUNTED: i64 = 100_000;

/// A claim whose holder did not come back in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredLease {
    /// The message.
    pub message_id: String,
    /// The attempt that was being made.
    pub attempt_id: String,
}

impl Store {
    /// How many messages are in each phase of the outbox, up to [`MAX_COUNTED`] in all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn queue_depth(&self) -> Result<Vec<(String, i64)>, StoreError> {
        self.walk(&sql::QUEUE_DEPTH, values![MAX_COUNTED]).await
    }
}

impl Tx {
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
        // Only while it is leased: a lease that has expired has made it `unknown`, and that is
        // not undone here.
        let released = values![claim.message_id(), claim.attempt_id(), due_at];
        let is_released = self.run(&sql::RELEASE, released).await? == 1;
        self.end_attempt(claim.attempt_id(), ended, None, error, now).await?;
        if let Some((code, _)) = error {
            self.changes.push(Change::Refused(code));
        }
        if is_released {
            self.shift(claim.message_id(), State::Dispatching, State::Queued, None, now).await?;
            self.let_next_go(claim.pair()).await?;
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
        let (message_id, attempt_id) = (claim.message_id(), claim.attempt_id());
        self.taken(message_id, attempt_id, claim.pair(), sid, billed_segments, now).await?;
        if let Some(billed) = billed_segments {
            self.counted(message_id, claim.segments(), billed, None);
        }
        Ok(())
    }

    /// Twilio has it, under this SID: what has been said of that counts, and the next of its pair
    /// may go.
    pub(super) async fn taken(
        &mut self,
        message_id: &str,
        attempt_id: &str,
        pair: &Pair,
        sid: &str,
        billed_segments: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let to = State::Accepted;
        let poll_at = super::messages::poll_at(to, now);
        let values = values![message_id, attempt_id, sid, now, billed_segments, to.rank(), poll_at];
        self.run(&sql::ACCEPT, values).await?;
        self.moved(message_id, to);
        // In a statement of its own: another host may have let the next wait until this has ended.
        let said: Vec<(String, Option<i64>)> =
            self.all(&sql::LET_NEXT_GO_AFTER, values![&pair.recipient, &pair.sender, sid]).await?;
        for (state, error_code) in said {
            let state = row::name("state", &state)?;
            self.apply_news(message_id, state, error_code, now).await?;
        }
        Ok(())
    }

    /// Notes that Twilio refused the message for good: `to` is `Failed`, or `Suppressed` when it
    /// knew of an opt-out; that is recorded first, because a pair is locked before its messages.
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
        self.dequeue(claim.message_id()).await?;
        let (attempt, ended) = (claim.attempt_id(), AttemptState::Refused);
        self.end_attempt(attempt, ended, None, Some(error), now).await?;
        self.changes.push(Change::Refused(error.0));
        self.advance(claim.message_id(), to, Some(reason), error.0, now).await?;
        Ok(())
    }

    /// Notes that nobody knows whether Twilio took the message, and when to look for it there.
    /// Nothing else to its pair begins until that is resolved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn in_doubt(
        &mut self,
        message_id: &str,
        attempt_id: &str,
        reason: &str,
        look_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if self.run(&sql::DOUBT, values![message_id, attempt_id, look_at]).await? == 0 {
            // A callback has resolved it, or it was found to have expired before.
            return Ok(());
        }
        let error = Some((None, reason));
        self.end_attempt(attempt_id, AttemptState::Unknown, None, error, now).await?;
        self.shift(message_id, State::Dispatching, State::Unknown, Some(reason), now).await?;
        Ok(())
    }

    /// Takes a message back that nobody has begun. `false`: it has begun, has ended, or never was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cancel(&mut self, message_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        if !self.take_back(message_id).await? {
            return Ok(false);
        }
        self.advance(message_id, State::Canceled, None, None, now).await
    }

    /// Claims whose lease has run out, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn expired_leases(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<ExpiredLease>, StoreError> {
        let rows: Vec<(String, String)> =
            self.all(&sql::EXPIRED_LEASES, values![now, MAX_EXPIRED]).await?;
        let lease = |(message_id, attempt_id)| ExpiredLease { message_id, attempt_id };
        Ok(rows.into_iter().map(lease).collect())
    }

    /// Its fate is known: it leaves the outbox, if it is still there.
    pub(super) async fn dequeue(&mut self, message_id: &str) -> Result<(), StoreError> {
        let row: Option<(String, String)> = self.first(&sql::DEQUEUE, values![message_id]).await?;
        if let Some((recipient, sender)) = row {
            self.let_next_go(&Pair { recipient, sender }).await?;
        }
        Ok(())
    }

    pub(super) async fn take_back(&mut self, message_id: &str) -> Result<bool, StoreError> {
        let row: Option<(String, String)> =
            self.first(&sql::TAKE_BACK, values![message_id]).await?;
        let Some((recipient, sender)) = row else { return Ok(false) };
        self.let_next_go(&Pair { recipient, sender }).await?;
        Ok(true)
    }

    pub(super) async fn let_next_go(&mut self, pair: &Pair) -> Result<(), StoreError> {
        self.run(&sql::LET_NEXT_GO, values![&pair.recipient, &pair.sender]).await?;
        Ok(())
    }
}
