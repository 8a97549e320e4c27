//! What the host counts and measures, for Prometheus. Each part owns its own instruments; here is
//! what they are made of, and where they are brought together.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::store::Change;
use crate::twilio::bill::Price;
use crate::twilio::registration::Standing;

/// The content type of what a scrape gets.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The keyword of a message that is none.
const NO_KEYWORD: &str = "none";

type Label<V> = [(&'static str, V); 1];

/// What the store's changes are counted by.
#[derive(Debug, Default)]
pub struct Counts {
    messages: Family<Label<&'static str>, Counter>,
    failures: Family<[(&'static str, String); 2], Counter>,
    received: Family<Label<String>, Counter>,
    segments: Family<Label<&'static str>, Counter>,
    miscounted: Counter,
    price: Family<Label<String>, Counter<f64, AtomicU64>>,
    forwards: Family<Label<&'static str>, Counter>,
}

impl Counts {
    pub(crate) fn count(&self, change: &Change) {
        match change {
            Change::Moved { state, .. } => {
                self.messages.get_or_create(&[("state", state.as_str())]).inc();
            }
            Change::Refused(code) => self.failure("api", *code),
            Change::NotDelivered(code) => self.failure("delivery", *code),
            Change::Counted { predicted, billed, billed_before, .. } => {
                if billed_before.is_none() {
                    self.segments_by("verbatim", *predicted);
                    self.segments_by("twilio", *billed);
                }
                if predicted != billed {
                    self.miscounted.inc();
                }
            }
            Change::Priced(Price { amount, unit }) => {
                // What it costs is negative there, and a counter only rises.
                let costs = -amount.parse().unwrap_or(0.0_f64);
                self.price.get_or_create(&[("unit", unit.clone())]).inc_by(costs.max(0.0));
            }
            Change::Forwarded { state, .. } => {
                self.forwards.get_or_create(&[("state", state.as_str())]).inc();
            }
            Change::Received(keyword) => {
                let keyword = keyword.clone().unwrap_or_else(|| NO_KEYWORD.to_owned());
                self.received.get_or_create(&[("keyword", keyword)]).inc();
            }
        }
    }

    fn segments_by(&self, who: &'static str, segments: i64) {
        let segments = u64::try_from(segments).unwrap_or_default();
        self.segments.get_or_create(&[("counted_by", who)]).inc_by(segments);
    }

    fn failure(&self, when: &str, code: Option<i64>) {
        let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        self.failures.get_or_create(&[("when", when.to_owned()), ("code", code)]).inc();
    }
}

/// How long things of some kinds took.
#[derive(Debug, Clone)]
pub struct Times(Family<Label<&'static str>, Histogram, fn() -> Histogram>);

impl Times {
    fn new(buckets: fn() -> Histogram) -> Self {
        Self(Family::new_with_constructor(buckets))
    }

    /// For what takes microseconds to milliseconds: 16 µs to 0.26 s.
    #[must_use]
    pub fn of_the_sandbox() -> Self {
        Self::new(|| Histogram::new(exponential_buckets(16e-6, 4.0, 8)))
    }

    /// For what goes over a network: 5 ms to 20 s.
    #[must_use]
    pub fn of_a_network() -> Self {
        Self::new(|| Histogram::new(exponential_buckets(0.005, 2.0, 13)))
    }

    /// Something of a kind took so long.
    pub fn took(&self, kind: &'static str, time: Duration) {
        self.0.get_or_create(&[("kind", kind)]).observe(time.as_secs_f64());
    }
}

/// Everything that a scrape shows.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Webhooks without a valid signature: all the trace that they leave.
    pub refused_webhooks: Counter,
    /// Requests of a key that were one too many.
    pub limited_requests: Counter,
    waiting: Family<Label<String>, Gauge>,
    overdue: Gauge,
    forwards_waiting: Gauge,
    forwards_overdue: Gauge,
    senders: Family<Label<&'static str>, Gauge>,
}

/// What is measured when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// How many messages are in each phase of the outbox.
    pub phases: Vec<(String, i64)>,
    /// For how long the oldest that may begin has been due.
    pub overdue: Duration,
    /// How many events wait for webhooks.
    pub forwards: i64,
    /// For how long the oldest of those that may be posted has been due.
    pub forwards_overdue: Duration,
    /// How each sender in use is registered.
    pub senders: Vec<Standing>,
}

impl Metrics {
    /// Brings the parts' instruments together.
    #[must_use]
    pub fn new(counts: &Counts, sandbox: &Times, twilio: &Times, webhooks: &Times) -> Self {
        let mut registry = Registry::with_prefix("verbatim");
        let (refused_webhooks, limited_requests) = (Counter::default(), Counter::default());
        let (waiting, overdue) = (Family::default(), Gauge::default());
        registry.register("messages", "Messages that reached a state", counts.messages.clone());
        registry.register(
            "api_failures",
            "Refusals of Twilio's API, and deliveries that failed, by Twilio's code",
            counts.failures.clone(),
        );
        registry.register(
            "received",
            "Messages that people wrote, by keyword",
            counts.received.clone(),
        );
        registry.register(
            "segments",
            "Segments of the messages that Twilio has counted, by who counted them",
            counts.segments.clone(),
        );
        registry.register(
            "miscounted_messages",
            "Messages of which Twilio counted other segments than we did",
            counts.miscounted.clone(),
        );
        registry.register(
            "forwards",
            "Events for webhooks that reached a state; `queued` again after each failure",
            counts.forwards.clone(),
        );
        registry.register("price", "What Twilio bills, by currency", counts.price.clone());
        registry.register("sandbox_seconds", "Time in the module, by op", sandbox.0.clone());
        registry.register("twilio_seconds", "Time of a request to Twilio", twilio.0.clone());
        registry.register("webhook_seconds", "Time of a POST to a webhook", webhooks.0.clone());
        registry.register(
            "refused_webhooks",
            "Webhooks without a valid signature",
            refused_webhooks.clone(),
        );
        registry.register(
            "limited_requests",
            "Requests that were refused because their key asks too often",
            limited_requests.clone(),
        );
        registry.register(
            "queue",
            "Messages not handed over yet, by phase, up to 100000",
            waiting.clone(),
        );
        registry.register(
            "queue_overdue_seconds",
            "For how long the oldest message that may begin has been due",
            overdue.clone(),
        );
        let (forwards_waiting, forwards_overdue) = (Gauge::default(), Gauge::default());
        registry.register(
            "forwards_waiting",
            "Events that no webhook has taken yet, up to 100000",
            forwards_waiting.clone(),
        );
        registry.register(
            "forwards_overdue_seconds",
            "For how long the oldest event that may be posted has been due",
            forwards_overdue.clone(),
        );
        let senders = Family::default();
        registry.register(
            "senders",
            "Senders in use, by how they are registered for A2P 10DLC",
            senders.clone(),
        );
        Self {
            registry,
            refused_webhooks,
            limited_requests,
            waiting,
            overdue,
            forwards_waiting,
            forwards_overdue,
            senders,
        }
    }

    /// The text of a scrape.
    #[must_use]
    pub fn show(&self, queue: Queue) -> String {
        self.waiting.clear();
        for (phase, count) in queue.phases {
            self.waiting.get_or_create(&[("phase", phase)]).set(count);
        }
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.overdue.set(seconds(queue.overdue));
        self.forwards_waiting.set(queue.forwards);
        self.forwards_overdue.set(seconds(queue.forwards_overdue));
        self.senders.clear();
        for standing in queue.senders {
            self.senders.get_or_create(&[("registration", standing.as_str())]).inc();
        }
        let mut shown = String::new();
        // Writing to a string cannot fail.
        let _ = text::encode(&mut shown, &self.registry);
        shown
    }
}
