//! Everything outside of a dispatcher: time, chance, callers, people, Twilio, crashes. One queue of
//! events, in the order of their time; nothing else moves anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use verbatim_host::dispatch::{doubt, rate::Pace};
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{Doubt, StatusNews};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::Answer;
use verbatim_host::twilio::list::Listed;

use super::host::Host;
use super::memory::{Claim, Memory, Message, Place};
use super::twilio::{Spoken, Twilio};
use super::{Bug, Seen, checker};
use crate::random::Random;

/// When a run begins: far from the beginning of time.
const BEGIN: Timestamp = Timestamp::from_micros(1_000_000_000_000_000);
/// How long callers call, people write and things break.
const CHAOS: Duration = Duration::from_secs(2 * 60 * 60);
/// After that, what was missed is heard within this.
const HEARD: Duration = Duration::from_secs(15 * 60);
/// Longer than the last message can take to end.
const END: Duration = Duration::from_secs(10 * 24 * 60 * 60);
const HOSTS: usize = 2;
/// One without a limit, one of a segment a second.
pub(super) const SENDERS: [&str; 2] = ["+15550001234", "+15550001235"];
pub(super) const PEOPLE: [&str; 3] = ["+15550000001", "+15550000002", "+15550000003"];

/// What happens at a time. What concerns a host names its life: after a crash it is for nobody.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Accept,
    Cancel { message: String },
    Said { pair: Pair, action: ConsentAction },
    Webhook { spoken: usize },
    Crash { host: usize },
    Start { host: usize },
    Pause { host: usize },
    Progress { sid: String, attempt: String, status: &'static str },
    Callback { news: StatusNews },
    Arrive { host: usize, life: u32, claim: Claim, answered: bool, fails: bool },
    OfHost { host: usize, life: u32, what: Task },
}

/// What a host does, or hears.
#[derive(Debug, Clone)]
pub(super) enum Task {
    Turn,
    Lease { message: String, place: Option<Place> },
    Begin { claim: Claim, claimed_at: Timestamp },
    Answer { claim: Claim, answer: Answer },
    Looked { doubt: Doubt, listed: Option<Vec<Listed>> },
    Polled { listed: Option<Listed> },
    Checked { number: String, begun: Timestamp, spoken: Option<Vec<Spoken>> },
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) random: Random,
    events: BTreeMap<(Timestamp, u64), Event>,
    count: u64,
    pub(super) bug: Option<Bug>,
    trace: bool,
    pub(super) memory: Memory,
    pub(super) twilio: Twilio,
    pub(super) hosts: Vec<Host>,
    pub(super) seen: Seen,
    broken: Option<String>,
}

impl World {
    pub(super) fn new(seed: u64, bug: Option<Bug>, trace: bool) -> Self {
        let mut random = Random::new(seed);
        let ahead = i64::try_from(random.below(10_000_000)).unwrap_or_default() - 5_000_000;
        let twilio = Twilio::new(random.percent(50), ahead);
        let mut memory = Memory::default();
        memory.callbacks_move_back = bug == Some(Bug::CallbackMovesBack);
        let slow = Pace { segments_per_minute: 60, free_at: BEGIN };
        memory.paces.insert(SENDERS[1].to_owned(), slow);
        let mut world = Self {
            now: BEGIN,
            random,
            events: BTreeMap::new(),
            count: 0,
            bug,
            trace,
            memory,
            twilio,
            hosts: (0..HOSTS).map(|_| Host::new(BEGIN)).collect(),
            seen: Seen::default(),
            broken: None,
        };
        world.plan();
        world
    }

    /// What callers, people and bad luck are going to do.
    fn plan(&mut self) {
        for _ in 0..20 + self.random.below(30) {
            let at = self.moment();
            self.at(at, Event::Accept);
        }
        for sender in SENDERS {
            for person in PEOPLE {
                let pair = Pair { recipient: person.to_owned(), sender: sender.to_owned() };
                let mut at = self.moment();
                let mut action = ConsentAction::OptOut;
                for _ in 0..self.random.below(4) {
                    self.at(at, Event::Said { pair: pair.clone(), action });
                    // Longer than clocks differ, so that everybody agrees on the order.
                    at = at.plus(self.random.millis(90_000, 1_800_000));
                    action = match action {
                        ConsentAction::OptOut => ConsentAction::OptIn,
                        ConsentAction::OptIn => ConsentAction::OptOut,
                    };
                }
            }
        }
        for host in 0..HOSTS {
            self.at(BEGIN, Event::Start { host });
            for _ in 0..self.random.below(6) {
                let at = self.moment();
                self.at(at, Event::Crash { host });
            }
            for _ in 0..self.random.below(6) {
                let at = self.moment();
                self.at(at, Event::Pause { host });
            }
        }
    }

    fn moment(&mut self) -> Timestamp {
        BEGIN.plus(self.random.millis(0, CHAOS.as_millis() as u64))
    }

    /// Whether things still break.
    pub(super) fn is_chaos(&self) -> bool {
        self.now < BEGIN.plus(CHAOS)
    }

    pub(super) fn unlucky(&mut self, percent: u64) -> bool {
        self.is_chaos() && self.random.percent(percent)
    }

    pub(super) fn at(&mut self, at: Timestamp, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    pub(super) fn later(&mut self, after: Duration, event: Event) {
        self.at(self.now.plus(after), event);
    }

    pub(super) fn note(&self, what: impl FnOnce() -> String) {
        if self.trace {
            println!("{} {}", self.now, what());
        }
    }

    pub(super) fn check(&mut self, promise: Result<(), String>) {
        if let Err(broken) = promise {
            self.broken.get_or_insert(broken);
        }
    }

    pub(super) fn run(mut self) -> Result<Seen, String> {
        while let Some(((at, _), event)) = self.events.pop_first() {
            self.now = at;
            let is_turn = matches!(event, Event::OfHost { what: Task::Turn, .. });
            if !is_turn {
                self.note(|| format!("{event:?}"));
            }
            self.happen(event);
            let moved = checker::moved(&mut self.memory);
            self.check(moved);
            if let Some(broken) = self.broken {
                return Err(format!("{broken}, at {at}"));
            }
            if is_turn && self.is_quiet() {
                break;
            }
        }
        let ended = checker::ended(&self.memory, &self.twilio, self.seen.messages);
        ended.map(|()| self.seen)
    }

    /// Whether nothing can move any more, or too much time has passed.
    fn is_quiet(&self) -> bool {
        if self.now < BEGIN.plus(CHAOS).plus(HEARD) {
            return false;
        }
        let open = |message: &Message| message.place.is_some() || message.poll_at.is_some();
        let routine = |event: &Event| {
            matches!(event, Event::OfHost { what: Task::Turn | Task::Checked { .. }, .. })
        };
        self.now > BEGIN.plus(END)
            || !self.memory.messages.values().any(open) && self.events.values().all(routine)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Accept => self.accept(),
            Event::Cancel { message } => {
                self.memory.cancel(&message, self.now);
            }
            Event::Said { pair, action } => self.say(&pair, action),
            Event::Webhook { spoken } => self.webhook(spoken),
            Event::Crash { host } => self.crash(host),
            Event::Start { host } => self.start(host),
            Event::Pause { host } => {
                let while_ = self.random.millis(100, 90_000);
                self.hosts[host].paused_until = self.now.plus(while_);
            }
            Event::Progress { sid, attempt, status } => self.progress(&sid, attempt, status),
            Event::Callback { news } => self.callback(&news),
            Event::Arrive { host, life, claim, answered, fails } => {
                self.arrive(host, life, claim, answered, fails);
            }
            Event::OfHost { host, life, what } => {
                let paused_until = self.hosts[host].paused_until;
                if !self.hosts[host].is_up || self.hosts[host].life != life {
                    return;
                }
                if paused_until > self.now {
                    self.at(paused_until, Event::OfHost { host, life, what });
                } else {
                    self.do_task(host, what);
                }
            }
        }
    }

    fn crash(&mut self, host: usize) {
        if self.hosts[host].is_up {
            self.seen.crashes += 1;
            self.hosts[host].crash();
            let after = self.random.millis(1_000, 600_000);
            self.later(after, Event::Start { host });
        }
    }

    fn start(&mut self, host: usize) {
        let now = self.now;
        self.hosts[host].start(now);
        self.begin_to_listen(host);
        self.wake(host);
    }

    /// Every number that something may be sent from.
    pub(super) fn numbers() -> BTreeSet<String> {
        SENDERS.iter().map(|sender| (*sender).to_owned()).collect()
    }

    /// When what is in doubt is looked for, if it is.
    pub(super) fn list_for(&mut self, doubt: &Doubt) -> Option<Vec<Listed>> {
        if self.unlucky(10) {
            return None;
        }
        Some(self.twilio.list(&doubt.pair, doubt::window(doubt), self.now))
    }
}
