//! The way of a request to Twilio and of its answer, and what becomes of a message there: most of
//! it well, some of it lost.

use std::time::Duration;

use verbatim_host::store::StatusNews;
use verbatim_host::twilio::client::{Answer, Created, REQUEST_TIMEOUT, Refused};
use verbatim_host::twilio::status;

use super::checker;
use super::memory::Claim;
use super::world::{Event, Task, World};

impl World {
    /// A request that is on the wire.
    pub(super) fn send(&mut self, host: usize, claim: Claim) {
        let life = self.hosts[host].life;
        self.seen.posts += 1;
        let started_at = self.hosts[host].started_at;
        let promise = checker::begun(&self.memory, &self.twilio, &claim, started_at, self.now);
        self.check(promise);
        self.seen.gap = self.seen.gap.max(checker::gap(&self.memory, &claim, self.now));
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

    pub(super) fn arrive(
        &mut self,
        host: usize,
        life: u32,
        claim: Claim,
        answered: bool,
        fails: bool,
    ) {
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

    pub(super) fn progress(&mut self, sid: &str, attempt: String, status: &'static str) {
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
}
