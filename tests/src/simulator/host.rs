//! The shell of one host: what `host/src/dispatch` does around its decisions, event by event.

use std::collections::BTreeSet;
use std::time::Duration;

use verbatim_host::dispatch::decide::{self, Next};
use verbatim_host::dispatch::doubt;
use verbatim_host::dispatch::reconcile;
use verbatim_host::message::State;
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::Answer;

use super::Bug;
use super::memory::{Claim, Phase, Place};
use super::world::{Event, Task, World};

/// Requests at the same time: few, so that messages compete.
const PLACES: usize = 4;
/// How long a host sleeps at most when something is due that it cannot have.
const IDLE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Host {
    pub(super) is_up: bool,
    /// How often it has crashed.
    pub(super) life: u32,
    pub(super) started_at: Timestamp,
    pub(super) paused_until: Timestamp,
    in_flight: usize,
    last: String,
    /// The numbers that Twilio has not answered for since the start.
    pub(super) unheard: BTreeSet<String>,
    next_turn: Option<Timestamp>,
    /// Claims that are not committed: a planted mistake.
    uncommitted: BTreeSet<String>,
}

impl Host {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            is_up: false,
            life: 0,
            started_at: now,
            paused_until: now,
            in_flight: 0,
            last: String::new(),
            unheard: BTreeSet::new(),
            next_turn: None,
            uncommitted: BTreeSet::new(),
        }
    }

    pub(super) fn crash(&mut self) {
        *self = Self { life: self.life + 1, ..Self::new(self.started_at) };
    }

    pub(super) fn start(&mut self, now: Timestamp) {
        self.is_up = true;
        self.started_at = now;
        self.paused_until = now;
    }
}

impl World {
    pub(super) fn wake_all(&mut self) {
        for host in 0..self.hosts.len() {
            self.wake(host);
        }
    }

    pub(super) fn wake(&mut self, host: usize) {
        let after = self.random.millis(1, 50);
        self.turn_at(host, self.now.plus(after));
    }

    fn turn_at(&mut self, host: usize, at: Timestamp) {
        let (is_up, life) = (self.hosts[host].is_up, self.hosts[host].life);
        if is_up && self.hosts[host].next_turn.is_none_or(|next| next > at) {
            self.hosts[host].next_turn = Some(at);
            self.at(at, Event::OfHost { host, life, what: Task::Turn });
        }
    }

    pub(super) fn task(&mut self, host: usize, after: Duration, what: Task) {
        let life = self.hosts[host].life;
        self.later(after, Event::OfHost { host, life, what });
    }

    pub(super) fn do_task(&mut self, host: usize, what: Task) {
        match what {
            Task::Turn => {
                // Another turn may have been called for sooner; that one does it.
                if self.hosts[host].next_turn.is_some_and(|next| next <= self.now) {
                    self.hosts[host].next_turn = None;
                    self.turn(host);
                    let next = self.next_turn();
                    self.turn_at(host, next);
                }
            }
            Task::Lease { message, place } => self.lease(host, &message, place),
            Task::Begin { claim, claimed_at } => self.deliver(host, claim, claimed_at),
            Task::Answer { claim, answer } => {
                self.hosts[host].in_flight -= 1;
                self.store_answer(host, claim, answer);
                self.wake_all();
            }
            Task::Looked { doubt, listed } => self.look_for(&doubt, listed),
            Task::Polled { listed } => self.polled(listed),
            Task::Checked { number, begun, spoken } => self.checked(host, &number, begun, spoken),
        }
    }

    /// When there may be something to do again.
    fn next_turn(&self) -> Timestamp {
        let soon = self.now.plus(IDLE);
        let places = self.memory.messages.values().filter_map(|message| message.place.as_ref());
        let places = places.filter_map(|place| match place.phase {
            Phase::Due | Phase::Unknown => Some(place.due_at),
            Phase::Leased => Some(place.lease_until),
            Phase::Waiting => None,
        });
        let polls = self.memory.messages.values().filter_map(|message| message.poll_at);
        let checks = self.memory.checks.values().map(|(_, check_at)| *check_at);
        let next = places.chain(polls).chain(checks).min();
        next.unwrap_or(soon).max(soon).min(self.now.plus(reconcile::EVERY))
    }

    fn turn(&mut self, host: usize) {
        if self.hosts[host].unheard.is_empty() {
            self.end_expired();
            self.claim(host);
        }
        self.keep_up(host);
    }

    fn end_expired(&mut self) {
        for (message, attempt) in self.memory.expired_leases(self.now) {
            if self.bug == Some(Bug::LeaseBackToQueued) {
                self.memory.lease_back(&message, &attempt, self.now);
            } else {
                let look_at = doubt::first_look(self.now);
                let held = (message.as_str(), attempt.as_str());
                self.memory.in_doubt(held, "lease_expired", look_at, self.now);
                self.seen.doubts += 1;
            }
        }
    }

    fn claim(&mut self, host: usize) {
        let room = PLACES - self.hosts[host].in_flight;
        let (now, last) = (self.now, self.hosts[host].last.clone());
        self.memory.commits += 1;
        for share in decide::shares(&self.memory.lanes(), room, &last, now) {
            for message in self.memory.due(&share.sender, share.at_most, now) {
                if self.is_open(host, &message) || !self.memory.is_cleared(&message, now) {
                    continue;
                }
                match self.bug {
                    Some(Bug::ClaimWithoutLock) => {
                        let place = self.memory.messages[&message].place.clone();
                        let after = self.random.millis(1, 1_500);
                        self.hosts[host].in_flight += 1;
                        self.hosts[host].uncommitted.insert(message.clone());
                        self.task(host, after, Task::Lease { message, place });
                    }
                    Some(Bug::CommitAfterPost) => {
                        if let Some(claim) = self.memory.claim_without_commit(&message, now) {
                            self.hosts[host].uncommitted.insert(message);
                            self.begin(host, claim);
                        }
                    }
                    _ => {
                        if let Some(claim) = self.memory.lease(&message, decide::LEASE, now) {
                            self.begin(host, claim);
                        }
                    }
                }
            }
            self.hosts[host].last = share.sender;
        }
    }

    /// Whether a planted mistake has a transaction open on it: an open one keeps its lock, one whose
    /// halves are two is known to its own host alone.
    fn is_open(&self, host: usize, message: &str) -> bool {
        let locks = self.bug == Some(Bug::CommitAfterPost);
        let mut hosts = self.hosts.iter().enumerate();
        hosts.any(|(at, it)| (locks || at == host) && it.uncommitted.contains(message))
    }

    /// The second half of a claim that holds no lock: it writes over whatever came between.
    fn lease(&mut self, host: usize, message: &str, read: Option<Place>) {
        self.hosts[host].in_flight -= 1;
        self.hosts[host].uncommitted.remove(message);
        self.memory.commits += 1;
        self.memory.write_over(message, read);
        if let Some(claim) = self.memory.lease(message, decide::LEASE, self.now) {
            self.begin(host, claim);
        }
    }

    fn begin(&mut self, host: usize, claim: Claim) {
        self.hosts[host].in_flight += 1;
        let slow = self.unlucky(10);
        let after = self.random.millis(0, if slow { 2_500 } else { 20 });
        let pair = claim.pair.clone();
        self.task(host, after, Task::Begin { claim, claimed_at: self.now });
        // The worst moment to say STOP.
        if self.unlucky(2) {
            let now = self.now;
            self.at(now, Event::Said { pair, action: ConsentAction::OptOut });
        }
        // The worst moment to stand still, or to die.
        if self.unlucky(3) {
            let now = self.now;
            self.at(now, Event::Pause { host });
        } else if self.unlucky(2) {
            let soon = self.random.millis(0, 2_000);
            self.later(soon, Event::Crash { host });
        }
    }

    fn deliver(&mut self, host: usize, claim: Claim, claimed_at: Timestamp) {
        if decide::may_begin(self.now.since(claimed_at)) {
            self.send(host, claim);
        } else {
            self.hosts[host].in_flight -= 1;
            self.hosts[host].uncommitted.remove(&claim.message);
            self.memory.requeue(&claim, self.now, self.now);
            self.wake_all();
        }
    }

    fn store_answer(&mut self, host: usize, mut claim: Claim, answer: Answer) {
        let now = self.now;
        if self.hosts[host].uncommitted.remove(&claim.message)
            && self.bug == Some(Bug::CommitAfterPost)
        {
            let Some(late) = self.memory.lease(&claim.message, decide::LEASE, now) else { return };
            claim = late;
        }
        if self.bug == Some(Bug::RetryAfterTimeout) && matches!(answer, Answer::InDoubt(_)) {
            return self.memory.requeue(&claim, now.plus(IDLE), now);
        }
        let jitter = u32::try_from(self.random.below(u64::from(u32::MAX))).unwrap_or_default();
        match decide::after(now, claim.number, answer, jitter) {
            Next::Accepted { sid, .. } => self.memory.accepted(&claim, &sid, now),
            Next::Retry { at, .. } => self.memory.requeue(&claim, at, now),
            Next::End { state, reason, .. } => {
                if state == State::Suppressed {
                    let (action, said_at) = (ConsentAction::OptOut, claim.began_at);
                    self.memory.record_consent(&claim.pair, action, said_at, (now, true));
                }
                self.memory.refused(&claim, state, &reason, now);
            }
            Next::Unknown { reason } => {
                let held = (claim.message.as_str(), claim.attempt.as_str());
                self.memory.in_doubt(held, &reason, doubt::first_look(now), now);
                self.seen.doubts += 1;
            }
        }
    }
}
