//! The store, in memory: what `host/src/store` promises, without SQL. Each method is one
//! transaction, or a part of one that nothing can come between.

mod claim;
mod consent;
mod doubt;
mod news;
mod planted;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use verbatim_host::dispatch::{poll, rate::Pace};
use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::OnUnknown;
use verbatim_host::time::Timestamp;

/// A message, and its place in the outbox while its fate is not known.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) state: State,
    pub(crate) reason: Option<String>,
    pub(crate) pair: Pair,
    pub(crate) text: String,
    pub(crate) segments: i64,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) valid_for: Option<Duration>,
    pub(crate) sid: Option<String>,
    pub(crate) updated_at: Timestamp,
    pub(crate) poll_at: Option<Timestamp>,
    pub(crate) place: Option<Place>,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) phase: Phase,
    pub(crate) due_at: Timestamp,
    pub(crate) attempt: Option<String>,
    pub(crate) lease_until: Timestamp,
    pub(crate) tries: u32,
    pub(crate) absences: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Due,
    Waiting,
    Leased,
    Unknown,
}

#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) message: String,
    pub(crate) began_at: Timestamp,
    pub(crate) sid: Option<String>,
}

/// What may be posted: only a claim makes one.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) message: String,
    pub(crate) attempt: String,
    pub(crate) number: u32,
    pub(crate) pair: Pair,
    pub(crate) text: String,
    pub(crate) began_at: Timestamp,
    /// Which of the store's commits made it.
    pub(crate) commit: u64,
}

/// A change of a message's state.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) message: String,
    pub(crate) from: State,
    pub(crate) to: State,
}

/// What was recorded of a pair's consent, by which commit.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) commit: u64,
    pub(crate) pair: Pair,
    pub(crate) action: ConsentAction,
    pub(crate) said_at: Timestamp,
    pub(crate) recorded_at: Timestamp,
    pub(crate) by_refusal: bool,
}

/// All that is remembered.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) messages: BTreeMap<String, Message>,
    pub(crate) attempts: BTreeMap<String, Attempt>,
    consent: BTreeMap<Pair, (bool, Timestamp)>,
    callbacks: BTreeMap<(String, String), Option<State>>,
    inbound: BTreeSet<String>,
    pub(crate) checks: BTreeMap<String, (Timestamp, Timestamp)>,
    pub(crate) paces: BTreeMap<String, Pace>,
    pub(crate) commits: u64,
    attempts_made: u64,
    /// For the checker alone: nothing above reads them.
    pub(crate) moves: Vec<Move>,
    pub(crate) words: Vec<Word>,
    /// The planted mistake of that name.
    pub(crate) callbacks_move_back: bool,
}

impl Memory {
    pub(crate) fn accept(&mut self, id: String, mut message: Message, now: Timestamp) {
        if self.is_opted_out(&message.pair) {
            message.state = State::Suppressed;
            message.place = None;
        } else {
            message.place = Some(Place {
                phase: Phase::Due,
                due_at: now,
                attempt: None,
                lease_until: now,
                tries: 0,
                absences: 0,
            });
        }
        self.messages.insert(id, message);
        self.commits += 1;
    }

    pub(crate) fn cancel(&mut self, id: &str, now: Timestamp) -> bool {
        self.commits += 1;
        self.take_back(id) && self.advance(id, State::Canceled, None, now)
    }

    pub(crate) fn places(&self, phase: Phase) -> impl Iterator<Item = (&str, &Message, &Place)> {
        self.messages.iter().filter_map(move |(id, message)| {
            let place = message.place.as_ref().filter(|place| place.phase == phase)?;
            Some((id.as_str(), message, place))
        })
    }

    fn held(&mut self, id: &str, attempt: &str, phase: Phase) -> Option<&mut Place> {
        let place = self.messages.get_mut(id)?.place.as_mut()?;
        let is_held = place.phase == phase && place.attempt.as_deref() == Some(attempt);
        is_held.then_some(place)
    }

    fn take_back(&mut self, id: &str) -> bool {
        let Some(message) = self.messages.get_mut(id) else { return false };
        let queued = |place: &Place| matches!(place.phase, Phase::Due | Phase::Waiting);
        if !message.place.as_ref().is_some_and(queued) {
            return false;
        }
        self.dequeue(id);
        true
    }

    fn dequeue(&mut self, id: &str) {
        let Some(message) = self.messages.get_mut(id) else { return };
        if message.place.take().is_some() {
            let pair = message.pair.clone();
            self.let_next_go(&pair);
        }
    }

    fn let_next_go(&mut self, pair: &Pair) {
        let mut waiting = self.messages.values_mut().filter(|message| message.pair == *pair);
        let next = waiting.find_map(|message| {
            message.place.as_mut().filter(|place| place.phase == Phase::Waiting)
        });
        if let Some(place) = next {
            place.phase = Phase::Due;
        }
    }

    /// Forward only, by rank.
    fn advance(&mut self, id: &str, to: State, reason: Option<&str>, now: Timestamp) -> bool {
        let is_ahead =
            self.messages.get(id).is_some_and(|message| message.state.rank() < to.rank());
        if is_ahead {
            self.set(id, to, reason, now);
        }
        is_ahead
    }

    /// From one state to another, or not at all.
    fn shift(&mut self, id: &str, from: State, to: State, reason: Option<&str>, now: Timestamp) {
        if self.messages.get(id).is_some_and(|message| message.state == from) {
            self.set(id, to, reason, now);
        }
    }

    fn set(&mut self, id: &str, to: State, reason: Option<&str>, now: Timestamp) {
        let Some(message) = self.messages.get_mut(id) else { return };
        self.moves.push(Move { message: id.to_owned(), from: message.state, to });
        message.state = to;
        message.reason = reason.map(str::to_owned);
        message.updated_at = now;
        message.poll_at = match to {
            State::Accepted | State::Sent => poll::next(now, now),
            State::Queued
            | State::Dispatching
            | State::Unknown
            | State::Delivered
            | State::Undelivered
            | State::Failed
            | State::Canceled
            | State::Suppressed => None,
        };
    }
}
