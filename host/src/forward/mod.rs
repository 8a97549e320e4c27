//! Forwards what people write to the webhooks of whoever is to hear it: at least once, signed by
//! the specification of Standard Webhooks, from an outbox. A thin shell of SQL and HTTP around the
//! decision in [`backoff`].
//!
//! Each webhook has a queue and requests in flight of its own, so that a slow one holds up neither
//! another nor what is sent.

pub mod backoff;
mod event;
pub mod scope;
mod secret;
mod setting;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Response, Url, header};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::address::{self, is_loopback};
use crate::metrics::Times;
use crate::seal::Vault;
use crate::store::{Change, ForwardClaim, ForwardState, Store, StoreError};
use crate::time::Timestamp;
use crate::twilio::client::{REQUEST_TIMEOUT, http_client, plain};
use backoff::Answer;

pub use backoff::Next;
pub use event::{Event, EventBody};
pub use secret::{ID_HEADER, SIGNATURE_HEADER, SigningSecret, TIMESTAMP_HEADER};
pub use setting::{SetError, Setting, WasSet, reseal, set};

/// Requests to one webhook at the same time, of one host.
pub const IN_FLIGHT: usize = 4;
/// How long a claim holds; longer than a request may take.
const LEASE: Duration = Duration::from_secs(30);
const _: () = assert!(LEASE.as_secs() > REQUEST_TIMEOUT.as_secs());
/// How long there is no look at the queues at most: what another host has queued is seen then.
const IDLE: Duration = Duration::from_secs(1);
/// How long a failed database is left alone.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long a stop waits for answers. What has none by then is posted again later.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// How much of an answer is read, so that its connection can be used again; none of it is kept.
const MAX_ANSWER: usize = 16 * 1024;

/// What forwarding needs.
#[derive(Debug, Clone)]
pub struct Forwarder {
    store: Store,
    vault: Vault,
    /// For addresses of this machine, which no proxy can reach.
    near: reqwest::Client,
    far: reqwest::Client,
    times: Times,
    wake: Arc<Notify>,
}

/// A forwarder at work.
#[derive(Debug)]
pub struct Forwarding {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Forwarding {
    /// Posts nothing more, and waits for answers for a short while.
    pub async fn stop(self) {
        // Fails only when the task is gone, and then there is nothing to stop.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "forwarding ended badly");
        }
    }
}

impl Forwarder {
    /// One of a store, whose secrets a vault opens.
    ///
    /// # Errors
    /// The HTTP library refused its settings.
    pub fn new(store: Store, vault: Vault) -> Result<Self, reqwest::Error> {
        let client = |url: &str| {
            let url = Url::parse(url).unwrap_or_else(|_| unreachable!("it is an address"));
            http_client(&url)
        };
        Ok(Self {
            store,
            vault,
            near: client("http://127.0.0.1")?,
            far: client("https://example.com")?,
            times: Times::of_a_network(),
            wake: Arc::new(Notify::new()),
        })
    }

    /// How long webhooks took to answer.
    #[must_use]
    pub fn times(&self) -> &Times {
        &self.times
    }

    /// Starts to work.
    #[must_use]
    pub fn start(self) -> Forwarding {
        let (stop, stopped) = watch::channel(false);
        Forwarding { stop, task: tokio::spawn(self.run(stopped)) }
    }

    async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut places: HashMap<String, Arc<Semaphore>> = HashMap::new();
        let mut changes = self.store.changes();
        while !*stopped.borrow() {
            let pause = match self.turn(&mut places).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "what is to be forwarded could not be read");
                    AFTER_FAILURE
                }
            };
            let queued = async {
                loop {
                    match changes.recv().await {
                        Ok(Change::Forwarded { state: ForwardState::Queued, .. })
                        | Err(RecvError::Lagged(_)) => return,
                        Ok(_) => {}
                        // The store is in our own hands, so this never is.
                        Err(RecvError::Closed) => std::future::pending().await,
                    }
                }
            };
            tokio::select! {
                () = queued => {}
                () = self.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
                _ = stopped.changed() => {}
            }
        }
        let all = u32::try_from(IN_FLIGHT).unwrap_or(u32::MAX);
        let answered = async {
            for places in places.values() {
                // Fails only when it is closed, which it never is.
                let _ = places.acquire_many(all).await;
            }
        };
        if tokio::time::timeout(STOP_WITHIN, answered).await.is_err() {
            tracing::warn!("stopped before all webhooks had answered; they hear it again");
        }
    }

    /// Begins what is due, and says how long there is nothing to do.
    async fn turn(
        &self,
        places: &mut HashMap<String, Arc<Semaphore>>,
    ) -> Result<Duration, StoreError> {
        let lanes = self.store.forward_lanes().await?;
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        let mut claimed = Vec::new();
        tx.end_expired_forwards(now).await?;
        for lane in lanes.iter().filter(|lane| lane.due_at <= now) {
            let places = places
                .entry(lane.webhook.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(IN_FLIGHT)));
            let free = i64::try_from(places.available_permits()).unwrap_or_default();
            if free == 0 {
                continue;
            }
            for claim in tx.claim_forwards(&lane.webhook, free, LEASE, now).await? {
                claimed.push((claim, Arc::clone(places)));
            }
        }
        tx.commit().await?;
        for (claim, places) in claimed {
            let Ok(place) = places.acquire_owned().await else { continue };
            tokio::spawn(self.clone().deliver(claim, place));
        }
        let later = lanes.iter().map(|lane| lane.due_at).filter(|due_at| *due_at > now);
        Ok(later.min().map_or(IDLE, |due_at| due_at.since(now)).min(IDLE))
    }

    async fn deliver(self, claim: ForwardClaim, place: OwnedSemaphorePermit) {
        let answer = self.post(&claim).await;
        if let Err(error) = self.note(&claim, answer).await {
            // The claim runs out, and it is posted again.
            tracing::error!(%error, id = claim.event.id, "a webhook's answer could not be stored");
        }
        drop(place);
        self.wake.notify_one();
    }

    async fn note(&self, claim: &ForwardClaim, answer: Answer) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        // Without randomness a retry is merely less spread.
        let jitter = getrandom::u32().unwrap_or_default();
        let next = backoff::after(now, claim.tried_since, claim.attempt, answer, jitter);
        tx.end_forward(claim, next, now).await?;
        tx.commit().await
    }

    async fn post(&self, claim: &ForwardClaim) -> Answer {
        let failed = |error: String| Answer::Failed { error, retry_after: None };
        let url = match address::secure(&claim.url) {
            Ok(url) => url,
            Err(error) => return failed(error),
        };
        let id = &claim.event.id;
        let at = Timestamp::now().as_micros() / 1_000_000;
        let body = match serde_json::to_vec(&claim.event.body()) {
            Ok(body) => body,
            Err(error) => return failed(error.to_string()),
        };
        let signature = match self.sign(claim, at, &body) {
            Ok(signature) => signature,
            Err(error) => return failed(error),
        };
        let http = if is_loopback(&url) { &self.near } else { &self.far };
        let begun = std::time::Instant::now();
        let answered = http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, at)
            .header(SIGNATURE_HEADER, signature)
            .body(body)
            .send()
            .await;
        let answer = match answered {
            Ok(response) => judge(response).await,
            Err(error) => failed(plain(&error)),
        };
        let kind = if answer == Answer::Taken { "taken" } else { "failed" };
        self.times.took(kind, begun.elapsed());
        answer
    }

    /// By each secret that is valid, between spaces: two while one is being changed.
    fn sign(&self, claim: &ForwardClaim, at: i64, body: &[u8]) -> Result<String, String> {
        let place = setting::place_of(&claim.webhook);
        let sign = |sealed: &String| {
            let secret = self.vault.open(&place, sealed).map_err(|error| error.to_string())?;
            Ok(SigningSecret::parse(&secret)?.sign(&claim.event.id, at, body))
        };
        let signatures: Result<Vec<String>, String> = claim.secrets.iter().map(sign).collect();
        Ok(signatures?.join(" "))
    }
}

/// By the status alone. What it says is read, so that its connection can be used again, and
/// dropped: whoever may set a webhook does not get to read what answers inside a network.
async fn judge(mut response: Response) -> Answer {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let mut read = 0;
    while read < MAX_ANSWER {
        match response.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) | Err(_) => break,
        }
    }
    if status.is_success() {
        Answer::Taken
    } else {
        Answer::Failed { error: format!("it answered {status}"), retry_after }
    }
}
