//! Everything outside of a dispatcher: time, chance, callers, people, Twilio, crashes. One queue of
//! events, in the order of their time; nothing else moves anything.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use verbatim_host::dispatch::{doubt, rate::Pace};
use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{Doubt, OnUnknown, StatusNews};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::{Answer, Created, REQUEST_TIMEOUT, Refused};
use verbatim_host::twilio::list::Listed;
use verbatim_host::twilio::status;

use super::host::Host;
use super::memory::{Claim, Memory, Message, Place};
use super::random::Random;
use super::twilio::{Spoken, Twilio};
use super::{Bug, Seen, checker};

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
const SENDERS: [&str; 2] = ["+15550001234", "+15550001235"];
const PEOPLE: [&str; 3] = ["+15550000001", "+15550000002", "+15550000003"];
const TEXTS: [&str; 3] = ["Hello", "Your table is ready", "Your code is 7"];

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

    fn accept(&mut self) {
        let pair = Pair {
            recipient: (*self.random.pick(&PEOPLE)).to_owned(),
            sender: (*self.random.pick(&SENDERS)).to_owned(),
        };
        let resend = self.random.percent(30);
        let message = Message {
            state: State::Queued,
            reason: None,
            pair,
            text: (*self.random.pick(&TEXTS)).to_owned(),
            segments: 1 + i64::try_from(self.random.below(3)).unwrap_or_default(),
            on_unknown: if resend { OnUnknown::Resend } else { OnUnknown::Hold },
            valid_for: self.random.percent(30).then_some(Duration::from_secs(600)),
            sid: None,
            updated_at: self.now,
            poll_at: None,
            place: None,
        };
        let id = format!("m{:04}", self.seen.messages);
        self.seen.messages += 1;
        self.note(|| format!("{id} to {:?}", message.pair));
        self.memory.accept(id.clone(), message, self.now);
        if self.random.percent(5) {
            let after = self.random.millis(0, 60_000);
            self.later(after, Event::Cancel { message: id });
        }
        self.wake_all();
    }

    fn say(&mut self, pair: &Pair, action: ConsentAction) {
        let lag = self.random.millis(0, 30_000);
        self.twilio.hear(pair, action, self.now, lag);
        self.seen.words += 1;
        if !self.unlucky(20) {
            let spoken = self.twilio.spoken.len() - 1;
            let after = self.random.millis(10, 2_000);
            self.later(after, Event::Webhook { spoken });
        }
    }

    /// Any host that listens at the moment; Twilio does not try again.
    fn listener(&mut self) -> Option<usize> {
        let now = self.now;
        let listens = |host: &Host| host.is_up && host.paused_until <= now;
        let listeners: Vec<usize> = (0..HOSTS).filter(|host| listens(&self.hosts[*host])).collect();
        (!listeners.is_empty()).then(|| *self.random.pick(&listeners))
    }

    fn webhook(&mut self, spoken: usize) {
        if self.listener().is_some() {
            let Spoken { sid, pair, action, .. } = self.twilio.spoken[spoken].clone();
            self.memory.receive(&sid, &pair, action, self.now, self.now);
            self.wake_all();
        }
    }

    fn callback(&mut self, news: &StatusNews) {
        if self.listener().is_some() {
            self.memory.record_status(news, self.now);
            self.wake_all();
        }
    }

    fn progress(&mut self, sid: &str, attempt: String, status: &'static str) {
        self.twilio.set_status(sid, status);
        let news = StatusNews {
            sid: sid.to_owned(),
            attempt_id: Some(attempt),
            status: status.to_owned(),
            state: status::state_of(status),
            error_code: None,
        };
        if self.random.percent(15) {
            return;
        }
        let times = if self.random.percent(10) { 2 } else { 1 };
        for _ in 0..times {
            let after = self.random.millis(10, 60_000);
            self.later(after, Event::Callback { news: news.clone() });
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

    /// A request that is on the wire.
    pub(super) fn send(&mut self, host: usize, claim: Claim) {
        let life = self.hosts[host].life;
        self.seen.posts += 1;
        let started_at = self.hosts[host].started_at;
        let promise = checker::begun(&self.memory, &self.twilio, &claim, started_at, self.now);
        self.check(promise);
        let luck = if self.is_chaos() { self.random.below(100) } else { 100 };
        let there = self.random.millis(5, 1_000);
        let (answered, fails) = match luck {
            0..3 => {
                let answer = Answer::NeverSent("refused".to_owned());
                return self.answer(host, life, claim, answer, there);
            }
            3..6 => {
                let answer = Answer::InDoubt("the request timed out".to_owned());
                return self.answer(host, life, claim, answer, REQUEST_TIMEOUT);
            }
            6..11 => (false, false),
            11..14 => (true, true),
            14..17 => {
                let answer = Answer::InDoubt("Twilio answered 503".to_owned());
                return self.answer(host, life, claim, answer, there);
            }
            17..22 => return self.refuse(host, life, claim, (429, 20429), there),
            22..24 => return self.refuse(host, life, claim, (400, 21211), there),
            _ => (true, false),
        };
        self.later(there, Event::Arrive { host, life, claim, answered, fails });
    }

    fn arrive(&mut self, host: usize, life: u32, claim: Claim, answered: bool, fails: bool) {
        let back = self.random.millis(5, 1_000);
        if self.twilio.is_blocked(&claim.pair) {
            return self.refuse(host, life, claim, (400, 21610), back);
        }
        let lag = self.random.millis(0, 120_000);
        let sid = self.twilio.take(&claim, lag, self.now);
        let promise = checker::taken(&self.memory, &self.twilio, &sid);
        self.check(promise);
        let mut after = self.random.millis(100, 30_000);
        let last = *self.random.pick(&["delivered", "delivered", "undelivered", "failed", "sent"]);
        for status in ["sent", last].into_iter().take(if last == "sent" { 1 } else { 2 }) {
            let (sid, attempt) = (sid.clone(), claim.attempt.clone());
            self.later(after, Event::Progress { sid, attempt, status });
            after += self.random.millis(100, 300_000);
        }
        let (answer, after) = match (answered, fails) {
            (true, false) => (Answer::Created(Created { sid, segments: Some(1) }), back),
            (true, true) => (Answer::InDoubt("Twilio answered 500".to_owned()), back),
            (false, _) => (Answer::InDoubt("the request timed out".to_owned()), REQUEST_TIMEOUT),
        };
        self.answer(host, life, claim, answer, after);
    }

    fn refuse(
        &mut self,
        host: usize,
        life: u32,
        claim: Claim,
        (status, code): (u16, i64),
        after: Duration,
    ) {
        let refused =
            Refused { status, code: Some(code), message: String::new(), retry_after: None };
        self.answer(host, life, claim, Answer::Refused(refused), after);
    }

    fn answer(&mut self, host: usize, life: u32, claim: Claim, answer: Answer, after: Duration) {
        self.later(after, Event::OfHost { host, life, what: Task::Answer { claim, answer } });
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
