//! What only a planted mistake does to the store.

use std::time::Duration;

use verbatim_host::message::State;
use verbatim_host::time::Timestamp;

use super::{Claim, Memory, Phase, Place};

impl Memory {
    /// A lease that ran out goes back into the queue.
    pub(crate) fn lease_back(&mut self, id: &str, attempt: &str, now: Timestamp) {
        let Some(place) = self.held(id, attempt, Phase::Leased) else { return };
        place.phase = Phase::Due;
        place.due_at = now;
        let pair = self.messages.get(id).map(|message| message.pair.clone());
        self.shift(id, State::Dispatching, State::Queued, None, now);
        if let Some(pair) = pair {
            self.let_next_go(&pair);
        }
    }

    /// Writes a row as it was read some time ago.
    pub(crate) fn write_over(&mut self, id: &str, read: Option<Place>) {
        if let Some(message) = self.messages.get_mut(id) {
            message.place = read;
        }
    }

    /// A claim that nobody else can see, nor anybody after a crash.
    pub(crate) fn claim_without_commit(&mut self, id: &str, now: Timestamp) -> Option<Claim> {
        let before = self.messages.get(id)?.clone();
        let claim = self.lease(id, Duration::ZERO, now)?;
        self.messages.insert(id.to_owned(), before);
        self.attempts.remove(&claim.attempt);
        self.moves.pop();
        Some(claim)
    }
}
