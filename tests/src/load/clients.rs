//! Clients over kept connections: as many messages as the server takes, or so many a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use verbatim_host::twilio::client::http_client;

use super::server::Target;

/// Of the one template.
pub(super) const TITLE: &str = "Booked";
/// Its body.
pub(super) const BODY: &str = "Hi ${guest_name}, your table at {{entity:restaurant}} is booked \
    for Friday at half past seven. Show the code {{vrbl:CONFIRMATION_CODE}} at the door. Running \
    late? Just call us. See you soon!";
/// The same for the server in Node.
pub(super) const HANDLEBARS: &str = "Hi {{guest_name}}, your table at {{restaurant}} is booked \
    for Friday at half past seven. Show the code {{CONFIRMATION_CODE}} at the door. Running late? \
    Just call us. See you soon!";

/// Clients at the same time.
const CLIENTS: u64 = 64;
/// Messages that are on their way at a time: what is accepted and waits is not what is measured.
const BACKLOG: u64 = 2_000;
/// How long all callbacks may stay away.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same, where lost ones are not asked for again.
const PATIENCE_WITH_NODE: Duration = Duration::from_secs(10);
/// How often the server is asked what it has delivered.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// All of them.
#[derive(Debug)]
pub(super) struct Clients {
    http: reqwest::Client,
    targets: Vec<Target>,
    accepted: AtomicU64,
    delivered: AtomicU64,
}

impl Clients {
    pub(super) fn new(targets: Vec<Target>) -> Result<Arc<Self>, String> {
        let target = targets.first().ok_or("expected a server")?;
        let http = http_client(&target.messages).map_err(|error| error.to_string())?;
        let (accepted, delivered) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Arc::new(Self { http, targets, accepted, delivered }))
    }

    /// Brings messages for so long and waits until all are delivered: how many they were, and how
    /// long it took from the first to the last.
    pub(super) async fn as_fast_as_it_goes(
        self: &Arc<Self>,
        time: Duration,
    ) -> Result<(u64, Duration), String> {
        let begun = Instant::now();
        let mut all: JoinSet<Result<(), String>> = JoinSet::new();
        for client in 0..CLIENTS {
            let this = Arc::clone(self);
            all.spawn(async move {
                while begun.elapsed() < time {
                    match this.on_their_way() < BACKLOG {
                        true => this.send(client).await?,
                        false => sleep(Duration::from_millis(5)).await,
                    }
                }
                Ok(())
            });
        }
        let this = Arc::clone(self);
        all.spawn(async move {
            while begun.elapsed() < time {
                this.ask().await?;
                sleep(ASK_EVERY).await;
            }
            Ok(())
        });
        all.join_all().await.into_iter().collect::<Result<(), String>>()?;
        let last = self.rest().await?;
        Ok((self.delivered.load(Ordering::Relaxed), last.duration_since(begun)))
    }

    /// Brings so many a second: how long an accept took, from the moment at which it was due.
    pub(super) async fn steadily(
        self: &Arc<Self>,
        rate: u32,
        time: Duration,
    ) -> Result<[f64; 2], String> {
        let mut all: JoinSet<Result<Duration, String>> = JoinSet::new();
        let mut clock = interval(Duration::from_secs(1) / rate.max(1));
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
        let begun = Instant::now();
        while begun.elapsed() < time {
            let due = clock.tick().await.into_std();
            let this = Arc::clone(self);
            all.spawn(async move {
                this.send(CLIENTS).await?;
                Ok(due.elapsed())
            });
        }
        let times = all.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.rest().await?;
        Ok(super::shown(times))
    }

    async fn send(&self, client: u64) -> Result<(), String> {
        let number = self.accepted.fetch_add(1, Ordering::Relaxed);
        // Each client keeps to its host, as a balancer would have it.
        let target = &self.targets[client as usize % self.targets.len()];
        let answer = message(&self.http, target, number).send().await;
        let answer = answer.map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        match status {
            StatusCode::ACCEPTED => Ok(()),
            _ => Err(format!("expected 202, found {status}: {text}")),
        }
    }

    fn on_their_way(&self) -> u64 {
        let accepted = self.accepted.load(Ordering::Relaxed);
        accepted.saturating_sub(self.delivered.load(Ordering::Relaxed))
    }

    /// Asks every host what it has delivered.
    async fn ask(&self) -> Result<(), String> {
        let mut sum = 0;
        for target in &self.targets {
            let request = self.http.get(target.delivered.clone()).bearer_auth(&target.key);
            let answer = request.send().await.map_err(|error| error.to_string())?;
            let text = answer.text().await.map_err(|error| error.to_string())?;
            sum += delivered(&text, target.is_node);
        }
        self.delivered.store(sum, Ordering::Relaxed);
        Ok(())
    }

    /// Waits until all that was accepted is delivered, and gives the moment of the last one. The
    /// server in Node loses some callbacks when it is late, and asks for none again: it is not
    /// waited for for ever, and those that are missing do not count as done.
    async fn rest(&self) -> Result<Instant, String> {
        let (mut seen, mut moved) = (0, Instant::now());
        let is_node = self.targets.iter().any(|target| target.is_node);
        loop {
            self.ask().await?;
            let left = self.on_their_way();
            if left != seen {
                (seen, moved) = (left, Instant::now());
            }
            if left == 0 || (is_node && moved.elapsed() > PATIENCE_WITH_NODE) {
                return Ok(moved);
            }
            if moved.elapsed() > PATIENCE {
                return Err(format!("{left} accepted messages were never delivered"));
            }
            sleep(ASK_EVERY).await;
        }
    }
}

/// The request for a message of its own recipient.
fn message(http: &reqwest::Client, target: &Target, number: u64) -> RequestBuilder {
    let to = format!("+4477{:08}", number % 100_000_000);
    let code = format!("QX{number}");
    let body = match target.is_node {
        true => json!({
            "to": to,
            "values": {
                "guest_name": "Philippa", "restaurant": "The Old Mill", "CONFIRMATION_CODE": code,
            },
        }),
        false => json!({
            "to": to,
            "template": TITLE,
            "values": {
                "variant": {"guest_name": "Philippa"},
                "entity": {"restaurant": "The Old Mill"},
                "variable": {"CONFIRMATION_CODE": code},
            },
        }),
    };
    let request = http.post(target.messages.clone()).bearer_auth(&target.key);
    request.header("idempotency-key", format!("load-{number}")).json(&body)
}

/// The number in the text of the server in Node, or in ours for Prometheus.
fn delivered(text: &str, is_node: bool) -> u64 {
    let count = match is_node {
        true => text,
        false => text
            .lines()
            .find(|line| {
                line.starts_with("verbatim_messages_total{") && line.contains("\"delivered\"")
            })
            .and_then(|line| line.rsplit(' ').next())
            .unwrap_or("0"),
    };
    count.trim().parse().unwrap_or(0)
}
