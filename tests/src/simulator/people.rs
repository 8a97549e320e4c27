//! Callers who send, people who answer STOP and START, and webhooks that find a host or none.

use std::time::Duration;

use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{OnUnknown, StatusNews};

use super::host::Host;
use super::memory::Message;
use super::twilio::Spoken;
use super::world::{Event, PEOPLE, SENDERS, World};

const TEXTS: [&str; 3] = ["Hello", "Your table is ready", "Your code is 7"];

impl World {
    pub(super) fn accept(&mut self) {
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

    pub(super) fn say(&mut self, pair: &Pair, action: ConsentAction) {
        if !self.twilio.is_time_for(pair, action, self.now) {
            return;
        }
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
        let listeners: Vec<usize> =
            (0..self.hosts.len()).filter(|host| listens(&self.hosts[*host])).collect();
        (!listeners.is_empty()).then(|| *self.random.pick(&listeners))
    }

    pub(super) fn webhook(&mut self, spoken: usize) {
        if self.listener().is_some() {
            let Spoken { sid, pair, action, .. } = self.twilio.spoken[spoken].clone();
            self.memory.receive(&sid, &pair, action, self.now, self.now);
            self.wake_all();
        }
    }

    pub(super) fn callback(&mut self, news: &StatusNews) {
        if self.listener().is_some() {
            self.memory.record_status(news, self.now);
            self.wake_all();
        }
    }
}
