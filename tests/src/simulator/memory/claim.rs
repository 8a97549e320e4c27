//! Claims, and how they end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use verbatim_host::message::State;
use verbatim_host::store::Lane;
use verbatim_host::time::Timestamp;

use super::{Attempt, Claim, Memory, Message, Phase};

impl Memory {
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let mut lanes: BTreeMap<&str, Timestamp> = BTreeMap::new();
        for (_, message, place) in self.places(Phase::Due) {
            let due_at = lanes.entry(&message.pair.sender).or_insert(place.due_at);
            *due_at = (*due_at).min(place.due_at);
        }
        let lane = |(sender, due_at): (&str, Timestamp)| Lane {
            sender: sender.to_owned(),
            due_at,
            pace: self.paces.get(sender).copied(),
        };
        lanes.into_iter().map(lane).collect()
    }

    /// The messages that a sender may begin now, in the order of their pairs.
    pub(crate) fn due(&self, sender: &str, at_most: usize, now: Timestamp) -> Vec<String> {
        let mut due: Vec<(Timestamp, &str, &Message)> = self
            .places(Phase::Due)
            .filter(|(_, message, place)| message.pair.sender == sender && place.due_at <= now)
            .map(|(id, message, place)| (place.due_at, id, message))
            .collect();
        due.sort_by_key(|(due_at, id, _)| (*due_at, *id));
        due.truncate(at_most);
        let mut recipients = BTreeSet::new();
        due.retain(|(_, _, message)| recipients.insert(message.pair.recipient.as_str()));
        if let Some(pace) = self.paces.get(sender) {
            due.truncate(pace.fits(now, due.iter().map(|(_, _, message)| message.segments)));
        }
        due.sort_by_key(|(_, _, message)| &message.pair.recipient);
        due.into_iter().map(|(_, id, _)| id.to_owned()).collect()
    }

    /// Suppresses a message whose recipient has opted out. Otherwise it may be leased, as long as
    /// nothing comes between.
    pub(crate) fn is_cleared(&mut self, id: &str, now: Timestamp) -> bool {
        let Some(pair) = self.messages.get(id).map(|message| message.pair.clone()) else {
            return false;
        };
        if !self.is_opted_out(&pair) {
            return true;
        }
        if self.take_back(id) {
            self.advance(id, State::Suppressed, Some("opted_out"), now);
        }
        false
    }

    /// Leases a message, unless its pair has one in flight.
    pub(crate) fn lease(&mut self, id: &str, lease: Duration, now: Timestamp) -> Option<Claim> {
        let pair = self.messages.get(id)?.pair.clone();
        let busy = |phase| self.places(phase).any(|(_, message, _)| message.pair == pair);
        if busy(Phase::Leased) || busy(Phase::Unknown) {
            for message in self.messages.values_mut().filter(|message| message.pair == pair) {
                if let Some(place) = message.place.as_mut().filter(|it| it.phase == Phase::Due) {
                    place.phase = Phase::Waiting;
                }
            }
            return None;
        }
        self.attempts_made += 1;
        let attempt = format!("a{}", self.attempts_made);
        let message = self.messages.get_mut(id)?;
        let place = message.place.as_mut().filter(|place| place.phase == Phase::Due)?;
        place.phase = Phase::Leased;
        place.attempt = Some(attempt.clone());
        place.lease_until = now.plus(lease);
        place.tries += 1;
        let claim = Claim {
            message: id.to_owned(),
            attempt: attempt.clone(),
            number: place.tries,
            pair: pair.clone(),
            text: message.text.clone(),
            began_at: now,
            commit: self.commits,
        };
        if let Some(pace) = self.paces.get_mut(&pair.sender) {
            *pace = pace.after(now, message.segments);
        }
        let begun = Attempt { message: id.to_owned(), began_at: now, sid: None };
        self.attempts.insert(attempt, begun);
        self.shift(id, State::Queued, State::Dispatching, None, now);
        Some(claim)
    }

    pub(crate) fn accepted(&mut self, claim: &Claim, sid: &str, now: Timestamp) {
        self.commits += 1;
        self.taken(&claim.message, &claim.attempt, sid, now);
        self.let_next_go(&claim.pair);
    }

    pub(super) fn taken(&mut self, id: &str, attempt: &str, sid: &str, now: Timestamp) {
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.sid.get_or_insert_with(|| sid.to_owned());
        }
        if let Some(message) = self.messages.get_mut(id) {
            message.sid.get_or_insert_with(|| sid.to_owned());
            message.place = None;
        }
        self.advance(id, State::Accepted, None, now);
        let early: Vec<State> = self
            .callbacks
            .iter()
            .filter(|((of, _), _)| of == sid)
            .filter_map(|(_, state)| *state)
            .collect();
        for state in early {
            self.advance(id, state, None, now);
        }
    }

    pub(crate) fn requeue(&mut self, claim: &Claim, due_at: Timestamp, now: Timestamp) {
        self.commits += 1;
        let held = self.held(&claim.message, &claim.attempt, Phase::Leased);
        let Some(place) = held else { return };
        place.phase = Phase::Due;
        place.attempt = None;
        place.due_at = due_at;
        self.shift(&claim.message, State::Dispatching, State::Queued, None, now);
        self.let_next_go(&claim.pair);
    }

    pub(crate) fn refused(&mut self, claim: &Claim, to: State, reason: &str, now: Timestamp) {
        self.commits += 1;
        self.advance(&claim.message, to, Some(reason), now);
        self.dequeue(&claim.message);
    }

    pub(crate) fn in_doubt(
        &mut self,
        (id, attempt): (&str, &str),
        reason: &str,
        look_at: Timestamp,
        now: Timestamp,
    ) {
        self.commits += 1;
        let Some(place) = self.held(id, attempt, Phase::Leased) else { return };
        place.phase = Phase::Unknown;
        place.due_at = look_at;
        self.shift(id, State::Dispatching, State::Unknown, Some(reason), now);
    }

    pub(crate) fn expired_leases(&self, now: Timestamp) -> Vec<(String, String)> {
        self.places(Phase::Leased)
            .filter(|(_, _, place)| place.lease_until <= now)
            .map(|(id, _, place)| (id.to_owned(), place.attempt.clone().unwrap_or_default()))
            .collect()
    }
}
