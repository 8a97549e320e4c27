//! Twilio, as the dispatcher sees it, and its ledger, as the checker does: what it took, and what
//! people wrote, with the truth beside that no host can see.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::list::{Direction, Listed};
use verbatim_host::twilio::status;

use super::memory::Claim;

/// The least time between two words of one person to one number.
const BETWEEN: Duration = Duration::from_secs(90);

/// A message that Twilio took.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) message: String,
    pub(super) attempt: String,
    pub(super) began_at: Timestamp,
    listed: Listed,
    /// Lists show it from then on.
    visible_at: Timestamp,
}

/// What a person wrote.
#[derive(Debug, Clone)]
pub(super) struct Spoken {
    pub(super) sid: String,
    pub(super) pair: Pair,
    pub(super) action: ConsentAction,
    /// By Twilio's clock, in whole seconds.
    pub(super) date: Timestamp,
    pub(super) visible_at: Timestamp,
}

#[derive(Debug)]
pub(super) struct Twilio {
    pub(super) taken: BTreeMap<String, Taken>,
    /// In the order in which it was written.
    pub(super) spoken: Vec<Spoken>,
    /// Whether it blocks a pair after a STOP by itself (21610).
    pub(super) blocks: bool,
    blocked: BTreeSet<Pair>,
    /// How far its clock is ahead of the store's, in microseconds.
    pub(super) ahead: i64,
}

impl Twilio {
    pub(super) fn new(blocks: bool, ahead: i64) -> Self {
        Self { taken: BTreeMap::new(), spoken: Vec::new(), blocks, blocked: BTreeSet::new(), ahead }
    }

    pub(super) fn is_blocked(&self, pair: &Pair) -> bool {
        self.blocked.contains(pair)
    }

    /// Takes a message, and gives its SID.
    pub(super) fn take(&mut self, claim: &Claim, lag: Duration, now: Timestamp) -> String {
        let sid = format!("SM{:05}", self.taken.len());
        let listed = Listed {
            sid: sid.clone(),
            direction: Direction::OutboundApi,
            from: Some(claim.pair.sender.clone()),
            to: claim.pair.recipient.clone(),
            service: None,
            text: claim.text.clone(),
            created_at: self.date(now),
            status: "queued".to_owned(),
            state: Some(State::Accepted),
            error_code: None,
            segments: Some(1),
        };
        let taken = Taken {
            message: claim.message.clone(),
            attempt: claim.attempt.clone(),
            began_at: claim.began_at,
            listed,
            visible_at: now.plus(lag),
        };
        self.taken.insert(sid.clone(), taken);
        sid
    }

    pub(super) fn set_status(&mut self, sid: &str, status: &str) {
        if let Some(taken) = self.taken.get_mut(sid) {
            taken.listed.status = status.to_owned();
            taken.listed.state = status::state_of(status);
        }
    }

    /// Nobody says the same twice, nor changes their mind faster than clocks differ.
    pub(super) fn is_time_for(&self, pair: &Pair, action: ConsentAction, now: Timestamp) -> bool {
        let last = self.spoken.iter().rfind(|one| one.pair == *pair);
        last.is_none_or(|last| last.action != action && last.date.plus(BETWEEN) <= self.date(now))
    }

    pub(super) fn hear(
        &mut self,
        pair: &Pair,
        action: ConsentAction,
        now: Timestamp,
        lag: Duration,
    ) {
        match action {
            ConsentAction::OptOut if self.blocks => self.blocked.insert(pair.clone()),
            ConsentAction::OptOut => false,
            ConsentAction::OptIn => self.blocked.remove(pair),
        };
        self.spoken.push(Spoken {
            sid: format!("SI{:05}", self.spoken.len()),
            pair: pair.clone(),
            action,
            date: self.date(now),
            visible_at: now.plus(lag),
        });
    }

    /// What was taken for a pair, newest first.
    pub(super) fn list(&self, pair: &Pair, since: Timestamp, now: Timestamp) -> Vec<Listed> {
        let shown = |taken: &&Taken| {
            taken.visible_at <= now
                && taken.listed.to == pair.recipient
                && taken.listed.from.as_deref() == Some(pair.sender.as_str())
                && taken.listed.created_at >= since
        };
        self.taken.values().rev().filter(shown).map(|taken| taken.listed.clone()).collect()
    }

    pub(super) fn fetch(&self, sid: &str) -> Option<Listed> {
        self.taken.get(sid).map(|taken| taken.listed.clone())
    }

    /// What was written to a number, newest first.
    pub(super) fn inbound(&self, number: &str, since: Timestamp, now: Timestamp) -> Vec<Spoken> {
        let shown =
            |one: &&Spoken| one.visible_at <= now && one.pair.sender == number && one.date >= since;
        self.spoken.iter().rev().filter(shown).cloned().collect()
    }

    pub(super) fn of_message<'a>(
        &'a self,
        message: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Taken)> {
        let of = self.taken.iter().filter(move |(_, taken)| taken.message == message);
        of.map(|(sid, taken)| (sid.as_str(), taken))
    }

    fn date(&self, now: Timestamp) -> Timestamp {
        let second = (now.as_micros() + self.ahead).div_euclid(1_000_000);
        Timestamp::from_micros(second * 1_000_000)
    }
}

impl Taken {
    pub(super) fn state(&self) -> Option<State> {
        self.listed.state
    }
}
