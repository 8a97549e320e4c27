//! The shell of one host: what `host/src/dispatch` does around its decisions, event by event.

use std::collections::BTreeSet;
use std::time::Duration;

use verbatim_host::dispatch::decide::{self, Next};
use verbatim_host::dispatch::doubt::{self, Verdict};
use verbatim_host::dispatch::reconcile;
use verbatim_host::message::State;
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::{Doubt, StatusNews};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::Answer;
use verbatim_host::twilio::list::Listed;

use super::Bug;
use super::memory::{Claim, Phase, Place};
use super::twilio::Spoken;
use super::world::{Event, Task, World};

/// Requests at the same time: few, so that messages compete.
const PLACES: usize = 4;
/// How long one host has a message in doubt to itself.
const TAKEN: Duration = Duration::from_secs(120);
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
    unheard: BTreeSet<String>,
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

    fn task(&mut self, host: usize, after: Duration, what: Task) {
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
            Task::Polled { listed } => {
                if let Some(listed) = listed {
                    self.memory.record_status(&news(listed, None), self.now);
                    self.wake_all();
                }
            }
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
        let after = self.random.millis(0, 20);
        self.task(host, after, Task::Begin { claim, claimed_at: self.now });
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

    // ---------------------------------------------------------------- beside the posting

    fn keep_up(&mut self, host: usize) {
        for doubt in self.memory.take_doubts(self.now.plus(TAKEN), self.now) {
            let listed = self.list_for(&doubt);
            let after = self.random.millis(50, 3_000);
            self.task(host, after, Task::Looked { doubt, listed });
        }
        for sid in self.memory.take_polls(self.now) {
            let listed = if self.unlucky(10) { None } else { self.twilio.fetch(&sid) };
            let after = self.random.millis(50, 3_000);
            self.task(host, after, Task::Polled { listed });
        }
        let due = |(number, (_, at)): (&String, &(Timestamp, Timestamp))| {
            (*at <= self.now).then(|| number.clone())
        };
        let numbers: Vec<String> = self.memory.checks.iter().filter_map(due).collect();
        for number in numbers {
            self.ask_about(host, number);
        }
    }

    fn look_for(&mut self, doubt: &Doubt, listed: Option<Vec<Listed>>) {
        let now = self.now;
        let Some(listed) = listed else {
            return self.memory.look_again(doubt, doubt.absences, doubt::next_look(now, doubt));
        };
        let mut free = doubt::candidates(doubt, listed);
        free.retain(|one| !self.memory.is_bound(&one.sid));
        match doubt::judge(now, doubt, free) {
            Verdict::Found(one) => self.memory.found(doubt, &one.sid, one.state, now),
            Verdict::LookAgain { at, absences } => self.memory.look_again(doubt, absences, at),
            Verdict::Hold => self.memory.hold(doubt, now),
            Verdict::Resend => {
                self.seen.resends += 1;
                self.memory.resend(doubt, now);
            }
        }
        self.wake_all();
    }

    pub(super) fn begin_to_listen(&mut self, host: usize) {
        if self.bug == Some(Bug::LostStop) {
            return;
        }
        self.hosts[host].unheard = Self::numbers();
        for number in Self::numbers() {
            self.ask_about(host, number);
        }
    }

    fn ask_about(&mut self, host: usize, number: String) {
        let now = self.now;
        let check = self.memory.checks.entry(number.clone()).or_insert((now, now));
        check.1 = now.plus(reconcile::AFTER_FAILURE);
        let since = reconcile::since(Some(check.0), now);
        let spoken =
            if self.unlucky(10) { None } else { Some(self.twilio.inbound(&number, since, now)) };
        let after = self.random.millis(50, 3_000);
        self.task(host, after, Task::Checked { number, begun: now, spoken });
    }

    fn checked(
        &mut self,
        host: usize,
        number: &str,
        begun: Timestamp,
        spoken: Option<Vec<Spoken>>,
    ) {
        let Some(spoken) = spoken else {
            if self.hosts[host].unheard.contains(number) {
                self.ask_about(host, number.to_owned());
            }
            return;
        };
        let mut is_news = false;
        for one in spoken.iter().rev() {
            is_news |= self.memory.receive(&one.sid, &one.pair, one.action, one.date, self.now);
        }
        let next = self.now.plus(reconcile::EVERY);
        if let Some(check) = self.memory.checks.get_mut(number) {
            *check = (check.0.max(begun), next);
        }
        if self.hosts[host].unheard.remove(number) || is_news {
            self.wake_all();
        }
    }
}

fn news(listed: Listed, attempt_id: Option<String>) -> StatusNews {
    StatusNews {
        sid: listed.sid,
        attempt_id,
        status: listed.status,
        state: listed.state,
        error_code: listed.error_code,
    }
}
