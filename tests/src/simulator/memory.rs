//! The store, in memory: what `host/src/store` promises, without SQL. Each method is one
//! transaction, or a part of one that nothing can come between.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use verbatim_host::dispatch::{poll, rate::Pace};
use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{Doubt, Lane, OnUnknown, StatusNews};
use verbatim_host::time::Timestamp;

/// A message, and its place in the outbox while its fate is not known.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) state: State,
    pub(super) reason: Option<String>,
    pub(super) pair: Pair,
    pub(super) text: String,
    pub(super) segments: i64,
    pub(super) on_unknown: OnUnknown,
    pub(super) valid_for: Option<Duration>,
    pub(super) sid: Option<String>,
    pub(super) updated_at: Timestamp,
    pub(super) poll_at: Option<Timestamp>,
    pub(super) place: Option<Place>,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) phase: Phase,
    pub(super) due_at: Timestamp,
    pub(super) attempt: Option<String>,
    pub(super) lease_until: Timestamp,
    pub(super) tries: u32,
    pub(super) absences: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Due,
    Waiting,
    Leased,
    Unknown,
}

#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) message: String,
    pub(super) began_at: Timestamp,
    pub(super) sid: Option<String>,
}

/// What may be posted: only a claim makes one.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) message: String,
    pub(super) attempt: String,
    pub(super) number: u32,
    pub(super) pair: Pair,
    pub(super) text: String,
    pub(super) began_at: Timestamp,
    /// Which of the store's commits made it.
    pub(super) commit: u64,
}

/// A change of a message's state.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) message: String,
    pub(super) from: State,
    pub(super) to: State,
}

/// What was recorded of a pair's consent, by which commit.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) commit: u64,
    pub(super) pair: Pair,
    pub(super) action: ConsentAction,
    pub(super) said_at: Timestamp,
    pub(super) by_refusal: bool,
}

/// All that is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) messages: BTreeMap<String, Message>,
    pub(super) attempts: BTreeMap<String, Attempt>,
    consent: BTreeMap<Pair, (bool, Timestamp)>,
    callbacks: BTreeMap<(String, String), Option<State>>,
    inbound: BTreeSet<String>,
    pub(super) checks: BTreeMap<String, (Timestamp, Timestamp)>,
    pub(super) paces: BTreeMap<String, Pace>,
    pub(super) commits: u64,
    attempts_made: u64,
    /// For the checker alone: nothing above reads them.
    pub(super) moves: Vec<Move>,
    pub(super) words: Vec<Word>,
    /// The planted mistake of that name.
    pub(super) callbacks_move_back: bool,
}

impl Memory {
    // ------------------------------------------------------------------------ accepting

    pub(super) fn accept(&mut self, id: String, mut message: Message, now: Timestamp) {
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

    pub(super) fn cancel(&mut self, id: &str, now: Timestamp) -> bool {
        self.commits += 1;
        self.take_back(id) && self.advance(id, State::Canceled, None, now)
    }

    // ------------------------------------------------------------------------ claiming

    pub(super) fn lanes(&self) -> Vec<Lane> {
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
    pub(super) fn due(&self, sender: &str, at_most: usize, now: Timestamp) -> Vec<String> {
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
    pub(super) fn is_cleared(&mut self, id: &str, now: Timestamp) -> bool {
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
    pub(super) fn lease(&mut self, id: &str, lease: Duration, now: Timestamp) -> Option<Claim> {
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

    // ------------------------------------------------------------------------ how claims end

    pub(super) fn accepted(&mut self, claim: &Claim, sid: &str, now: Timestamp) {
        self.commits += 1;
        self.taken(&claim.message, &claim.attempt, sid, now);
        self.let_next_go(&claim.pair);
    }

    fn taken(&mut self, id: &str, attempt: &str, sid: &str, now: Timestamp) {
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

    pub(super) fn requeue(&mut self, claim: &Claim, due_at: Timestamp, now: Timestamp) {
        self.commits += 1;
        let held = self.held(&claim.message, &claim.attempt, Phase::Leased);
        let Some(place) = held else { return };
        place.phase = Phase::Due;
        place.attempt = None;
        place.due_at = due_at;
        self.shift(&claim.message, State::Dispatching, State::Queued, None, now);
        self.let_next_go(&claim.pair);
    }

    pub(super) fn refused(&mut self, claim: &Claim, to: State, reason: &str, now: Timestamp) {
        self.commits += 1;
        self.advance(&claim.message, to, Some(reason), now);
        self.dequeue(&claim.message);
    }

    pub(super) fn in_doubt(
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

    /// A lease that ran out goes back into the queue: a planted mistake.
    pub(super) fn lease_back(&mut self, id: &str, attempt: &str, now: Timestamp) {
        let Some(place) = self.held(id, attempt, Phase::Leased) else { return };
        place.phase = Phase::Due;
        place.due_at = now;
        let pair = self.messages.get(id).map(|message| message.pair.clone());
        self.shift(id, State::Dispatching, State::Queued, None, now);
        if let Some(pair) = pair {
            self.let_next_go(&pair);
        }
    }

    /// Writes a row as it was read some time ago: a planted mistake.
    pub(super) fn write_over(&mut self, id: &str, read: Option<Place>) {
        if let Some(message) = self.messages.get_mut(id) {
            message.place = read;
        }
    }

    /// A claim that nobody else can see, nor anybody after a crash: a planted mistake.
    pub(super) fn claim_without_commit(&mut self, id: &str, now: Timestamp) -> Option<Claim> {
        let before = self.messages.get(id)?.clone();
        let claim = self.lease(id, Duration::ZERO, now)?;
        self.messages.insert(id.to_owned(), before);
        self.attempts.remove(&claim.attempt);
        self.moves.pop();
        Some(claim)
    }

    pub(super) fn expired_leases(&self, now: Timestamp) -> Vec<(String, String)> {
        self.places(Phase::Leased)
            .filter(|(_, _, place)| place.lease_until <= now)
            .map(|(id, _, place)| (id.to_owned(), place.attempt.clone().unwrap_or_default()))
            .collect()
    }

    // ------------------------------------------------------------------------ doubts

    pub(super) fn take_doubts(&mut self, again_at: Timestamp, now: Timestamp) -> Vec<Doubt> {
        let doubts: Vec<Doubt> = self
            .places(Phase::Unknown)
            .filter(|(_, _, place)| place.due_at <= now)
            .filter_map(|(id, message, place)| self.doubt(id, message, place))
            .collect();
        for doubt in &doubts {
            self.look_again(doubt, doubt.absences, again_at);
        }
        doubts
    }

    fn doubt(&self, id: &str, message: &Message, place: &Place) -> Option<Doubt> {
        let attempt_id = place.attempt.clone()?;
        let attempts = self.attempts.values().filter(|attempt| attempt.message == id);
        Some(Doubt {
            message_id: id.to_owned(),
            began_at: self.attempts.get(&attempt_id)?.began_at,
            first_began_at: attempts.map(|attempt| attempt.began_at).min()?,
            attempt_id,
            attempt: place.tries,
            pair: message.pair.clone(),
            text: message.text.clone(),
            valid_for: message.valid_for,
            on_unknown: message.on_unknown,
            absences: place.absences,
        })
    }

    pub(super) fn is_bound(&self, sid: &str) -> bool {
        self.messages.values().any(|message| message.sid.as_deref() == Some(sid))
            || self.attempts.values().any(|attempt| attempt.sid.as_deref() == Some(sid))
    }

    pub(super) fn look_again(&mut self, doubt: &Doubt, absences: i64, at: Timestamp) {
        self.commits += 1;
        let held = self.held(&doubt.message_id, &doubt.attempt_id, Phase::Unknown);
        let Some(place) = held else { return };
        place.due_at = at;
        place.absences = absences;
    }

    pub(super) fn found(&mut self, doubt: &Doubt, sid: &str, to: Option<State>, now: Timestamp) {
        if self.end_doubt(doubt) {
            self.taken(&doubt.message_id, &doubt.attempt_id, sid, now);
            if let Some(to) = to {
                self.advance(&doubt.message_id, to, None, now);
            }
            self.let_next_go(&doubt.pair);
        }
    }

    pub(super) fn hold(&mut self, doubt: &Doubt, now: Timestamp) {
        if self.end_doubt(doubt) {
            let state = State::Unknown;
            self.shift(&doubt.message_id, state, state, Some("not_found"), now);
            self.let_next_go(&doubt.pair);
        }
    }

    pub(super) fn resend(&mut self, doubt: &Doubt, now: Timestamp) {
        self.commits += 1;
        let held = self.held(&doubt.message_id, &doubt.attempt_id, Phase::Unknown);
        let Some(place) = held else { return };
        place.phase = Phase::Due;
        place.attempt = None;
        place.due_at = now;
        place.absences = 0;
        self.shift(&doubt.message_id, State::Unknown, State::Queued, None, now);
        self.let_next_go(&doubt.pair);
    }

    fn end_doubt(&mut self, doubt: &Doubt) -> bool {
        self.commits += 1;
        let is_held = self.held(&doubt.message_id, &doubt.attempt_id, Phase::Unknown).is_some();
        if is_held && let Some(message) = self.messages.get_mut(&doubt.message_id) {
            message.place = None;
        }
        is_held
    }

    // ------------------------------------------------------------------------ news

    pub(super) fn record_status(&mut self, news: &StatusNews, now: Timestamp) {
        self.commits += 1;
        let key = (news.sid.clone(), news.status.clone());
        if self.callbacks.insert(key, news.state).is_some() && !self.callbacks_move_back {
            return;
        }
        let Some(id) = self.message_of(news) else { return };
        let Some(to) = news.state else { return };
        let moved = if self.callbacks_move_back {
            self.set(&id, to, None, now);
            true
        } else {
            self.advance(&id, to, None, now)
        };
        if moved {
            self.dequeue(&id);
        }
    }

    fn message_of(&mut self, news: &StatusNews) -> Option<String> {
        let by_sid = |(_, message): &(&String, &Message)| message.sid.as_ref() == Some(&news.sid);
        if let Some((id, _)) = self.messages.iter().find(by_sid) {
            return Some(id.clone());
        }
        let attempt = self.attempts.get_mut(news.attempt_id.as_ref()?)?;
        let message = self.messages.get_mut(&attempt.message)?;
        if message.sid.is_some() {
            return None;
        }
        message.sid = Some(news.sid.clone());
        attempt.sid = Some(news.sid.clone());
        Some(attempt.message.clone())
    }

    pub(super) fn take_polls(&mut self, now: Timestamp) -> Vec<String> {
        self.commits += 1;
        let mut sids = Vec::new();
        for message in self.messages.values_mut() {
            if message.poll_at.is_some_and(|at| at <= now) {
                message.poll_at =
                    poll::next(now, message.updated_at).filter(|_| message.sid.is_some());
                sids.extend(message.sid.clone());
            }
        }
        sids
    }

    // ------------------------------------------------------------------------ consent

    pub(super) fn is_opted_out(&self, pair: &Pair) -> bool {
        self.consent.get(pair).is_some_and(|(opted_out, _)| *opted_out)
    }

    pub(super) fn has_received(&self, sid: &str) -> bool {
        self.inbound.contains(sid)
    }

    /// `false`: it was taken in before.
    pub(super) fn receive(
        &mut self,
        sid: &str,
        pair: &Pair,
        action: ConsentAction,
        said_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        let is_new = self.inbound.insert(sid.to_owned());
        if is_new {
            self.record_consent(pair, action, said_at, (now, false));
        }
        is_new
    }

    pub(super) fn record_consent(
        &mut self,
        pair: &Pair,
        action: ConsentAction,
        said_at: Timestamp,
        (now, by_refusal): (Timestamp, bool),
    ) {
        self.commits += 1;
        let said_at = said_at.min(now);
        let commit = self.commits;
        self.words.push(Word { commit, pair: pair.clone(), action, said_at, by_refusal });
        let opted_out = action == ConsentAction::OptOut;
        let known = self.consent.entry(pair.clone()).or_insert((opted_out, said_at));
        if known.1 <= said_at {
            *known = (opted_out, said_at);
        }
        if action == ConsentAction::OptOut && known.0 {
            let ids: Vec<String> = self
                .messages
                .iter()
                .filter(|(_, message)| message.pair == *pair)
                .map(|(id, _)| id.clone())
                .collect();
            for id in ids {
                if self.take_back(&id) {
                    self.advance(&id, State::Suppressed, Some("opted_out"), now);
                }
            }
        }
    }

    // ------------------------------------------------------------------------ parts

    pub(super) fn places(&self, phase: Phase) -> impl Iterator<Item = (&str, &Message, &Place)> {
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
