//! What the fake remembers: every message in both directions, and exactly what it received.

use std::collections::{HashSet, VecDeque};

use serde::Serialize;
use serde_json::{Value, json};

use super::refusal::Order;
use super::segments::billed;
use crate::time::Timestamp;

/// The most messages and the most log lines that are kept; the oldest go first.
const MAX_KEPT: usize = 20_000;

/// The fake's memory; it goes with the process.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    messages: VecDeque<Entry>,
    log: VecDeque<Value>,
    /// Who has opted out at Twilio, of which number or service.
    blocked: HashSet<(String, String)>,
}

/// A message that the fake carried.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    pub(super) sid: String,
    pub(super) direction: Direction,
    pub(super) from: String,
    pub(super) to: String,
    #[serde(rename = "messaging_service_sid")]
    pub(super) service: Option<String>,
    pub(super) body: String,
    pub(super) status: &'static str,
    /// Why it was not delivered.
    pub(super) error_code: Option<i64>,
    /// A string, as Twilio has it, and `"0"` until a Messaging Service has sent it.
    pub(super) num_segments: String,
    pub(super) at: Timestamp,
}

/// Twilio's words for which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Direction {
    Inbound,
    OutboundApi,
    OutboundReply,
}

impl Ledger {
    pub(super) fn accept(&mut self, order: &Order, now: Timestamp) -> Entry {
        let entry = Entry {
            sid: new_sid(),
            direction: Direction::OutboundApi,
            from: order.from.clone(),
            to: order.to.clone(),
            service: order.service.clone(),
            status: if order.service.is_some() { "accepted" } else { "queued" },
            error_code: None,
            num_segments: match order.service {
                Some(_) => "0".to_owned(),
                None => billed(&order.body).to_string(),
            },
            body: order.body.clone(),
            at: now,
        };
        self.keep(entry)
    }

    /// Keeps a person's message, or a reply to one, which is there at once.
    pub(super) fn exchange(
        &mut self,
        direction: Direction,
        (from, to): (&str, &str),
        body: &str,
        now: Timestamp,
    ) -> Entry {
        let entry = Entry {
            sid: new_sid(),
            direction,
            from: from.to_owned(),
            to: to.to_owned(),
            service: None,
            body: body.to_owned(),
            status: match direction {
                Direction::Inbound => "received",
                Direction::OutboundApi | Direction::OutboundReply => "delivered",
            },
            error_code: None,
            num_segments: billed(body).to_string(),
            at: now,
        };
        self.keep(entry)
    }

    fn keep(&mut self, entry: Entry) -> Entry {
        if self.messages.len() == MAX_KEPT {
            self.messages.pop_front();
        }
        self.messages.push_back(entry.clone());
        entry
    }

    pub(super) fn set_status(&mut self, sid: &str, status: &'static str, error: Option<i64>) {
        // The newest are at the back, and that is where a status changes.
        if let Some(entry) = self.messages.iter_mut().rev().find(|entry| entry.sid == sid) {
            entry.status = status;
            entry.error_code = error;
            entry.num_segments = billed(&entry.body).to_string();
        }
    }

    pub(super) fn block(&mut self, person: &str, sender: &str) {
        self.blocked.insert((person.to_owned(), sender.to_owned()));
    }

    pub(super) fn unblock(&mut self, person: &str, sender: &str) {
        self.blocked.remove(&(person.to_owned(), sender.to_owned()));
    }

    pub(super) fn is_blocked(&self, person: &str, sender: &str) -> bool {
        self.blocked.contains(&(person.to_owned(), sender.to_owned()))
    }

    pub(super) fn find(&self, sid: &str) -> Option<&Entry> {
        self.messages.iter().find(|entry| entry.sid == sid)
    }

    /// Newest first, as Twilio lists.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Entry> {
        self.messages.iter().rev()
    }

    /// Everything that a person's phone has seen, oldest first.
    pub(super) fn phone(&self, number: &str) -> Vec<&Entry> {
        self.messages.iter().filter(|entry| person_of(entry).0 == number).collect()
    }

    /// Each conversation of a person with a sender, the latest first.
    pub(super) fn conversations(&self) -> Vec<Value> {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut conversations = Vec::new();
        for entry in self.newest() {
            let pair = person_of(entry);
            if !seen.contains(&pair) {
                seen.push(pair);
                conversations.push(json!({
                    "number": pair.0, "sender": pair.1, "last": entry,
                }));
            }
        }
        conversations
    }

    pub(super) fn note(&mut self, line: Value) {
        if self.log.len() == MAX_KEPT {
            self.log.pop_front();
        }
        self.log.push_back(line);
    }

    pub(super) fn log(&self) -> Vec<&Value> {
        self.log.iter().collect()
    }
}

impl Entry {
    /// Whether it has left, or was received. Until then it has no day, and of a Messaging
    /// Service's it is not known which number it comes from.
    pub(super) fn has_left(&self) -> bool {
        match self.direction {
            Direction::OutboundApi => !matches!(self.status, "accepted" | "queued"),
            Direction::Inbound | Direction::OutboundReply => true,
        }
    }

    /// The number that it comes from, as far as Twilio says.
    pub(super) fn shown_from(&self) -> Option<&String> {
        (self.service.is_none() || self.has_left()).then_some(&self.from)
    }
}

fn person_of(entry: &Entry) -> (&str, &str) {
    match entry.direction {
        Direction::Inbound => (&entry.from, &entry.to),
        Direction::OutboundApi | Direction::OutboundReply => (&entry.to, &entry.from),
    }
}

/// `SM` and 32 hexadecimal digits.
fn new_sid() -> String {
    format!("SM{}", uuid::Uuid::now_v7().simple())
}
