//! What a host does beside posting: it looks for what is in doubt, asks how messages fare, and what
//! people wrote.

use std::time::Duration;

use verbatim_host::dispatch::doubt::{self, Verdict};
use verbatim_host::dispatch::reconcile;
use verbatim_host::store::{Doubt, StatusNews};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::list::Listed;

use super::Bug;
use super::twilio::Spoken;
use super::world::{Task, World};

/// How long one host has a message in doubt to itself.
const TAKEN: Duration = Duration::from_secs(120);

impl World {
    pub(super) fn keep_up(&mut self, host: usize) {
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

    pub(super) fn look_for(&mut self, doubt: &Doubt, listed: Option<Vec<Listed>>) {
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

    /// What Twilio says counts as a callback would.
    pub(super) fn polled(&mut self, listed: Option<Listed>) {
        let Some(listed) = listed else { return };
        let news = StatusNews {
            sid: listed.sid,
            attempt_id: None,
            status: listed.status,
            state: listed.state,
            error_code: listed.error_code,
        };
        self.memory.record_status(&news, self.now);
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

    pub(super) fn checked(
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
