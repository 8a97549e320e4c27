//! Posts what is due: claim, post, store the answer. A thin shell of SQL and HTTP around the
//! decisions in [`decide`], [`doubt`], [`poll`], [`rate`] and [`reconcile`].

pub mod decide;
pub mod doubt;
mod missed;
pub mod poll;
pub mod pools;
pub mod rate;
pub mod reconcile;
mod upkeep;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::connection::Connection;
use crate::message::State;
use crate::receive::Receiver;
use crate::sandbox::ConsentAction;
use crate::store::{
    AttemptState, Claim, Cleared, ConsentSource, LedgerEntry, Store, StoreError, Tx,
};
use crate::time::Timestamp;
use crate::twilio::client::{Answer, Outgoing, REQUEST_TIMEOUT};
use decide::Next;

/// Messages posted at the same time.
const IN_FLIGHT: usize = 64;
/// Messages claimed in one transaction.
const BATCH: usize = 32;
/// How long a turn lasts at least: it asks the database as much for one message as for fifty.
const TURN: Duration = Duration::from_millis(5);
/// How long the dispatcher sleeps at most, and how often it looks at leases.
const IDLE: Duration = Duration::from_secs(1);
/// How long a stop waits for what is in flight: longer than a request may take, and shorter than
/// an orchestrator waits before it kills. What is not through by then is `unknown` later, not lost.
pub const STOP_WITHIN: Duration = Duration::from_secs(20);
const _: () = assert!(STOP_WITHIN.as_secs() > REQUEST_TIMEOUT.as_secs());
/// How long a failed database is left alone.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What the dispatcher needs.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    /// Where messages are.
    pub store: Store,
    /// Takes in what people wrote.
    pub receiver: Receiver,
    /// The account by which they go.
    pub connection: Connection,
    /// The public address of `/twilio/status/`, to which the attempt's id is added.
    pub status_callback: String,
}

/// What a turn knows of those before it.
#[derive(Debug, Default)]
struct Before {
    /// The sender that was served last.
    sender: String,
    /// When leases were last looked at: a turn follows each answer, and a lease lasts for seconds.
    leases: Option<Instant>,
}

/// A dispatcher at work.
#[derive(Debug)]
pub struct Dispatching {
    wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 4],
}

/// Tells the dispatcher that something may be due.
#[derive(Debug, Clone)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Something may be due.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

impl Dispatching {
    /// A handle by which others wake the dispatcher.
    #[must_use]
    pub fn wake(&self) -> Wake {
        Wake(Arc::clone(&self.wake))
    }

    /// Claims nothing more, and waits for what is in flight, for [`STOP_WITHIN`] at most.
    pub async fn stop(self) {
        // Fails only when the task is gone, and then there is nothing to stop.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the dispatcher ended badly");
            }
        }
    }
}

impl Dispatcher {
    /// Starts to work.
    #[must_use]
    pub fn start(self) -> Dispatching {
        let wake = Arc::new(Notify::new());
        let (stop, stopped) = watch::channel(false);
        let upkeep = self.clone().keep_up(Arc::clone(&wake), stopped.clone());
        let listening = self.clone().keep_listening(stopped.clone());
        let pools = tokio::spawn(self.clone().keep_pools(stopped.clone()));
        let posting = self.run(Arc::clone(&wake), stopped);
        let tasks = [tokio::spawn(posting), tokio::spawn(upkeep), tokio::spawn(listening), pools];
        Dispatching { wake, stop, tasks }
    }

    async fn run(self, wake: Arc<Notify>, mut stopped: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut before = Before::default();
        let mut caught_up = None;
        while !*stopped.borrow() {
            let account = self.connection.generation();
            if caught_up != Some(account) && self.connection.client().is_some() {
                // A STOP to this account's numbers may have come while nobody listened to it.
                self.catch_up(account, &mut stopped).await;
                caught_up = Some(account);
                continue;
            }
            let began = tokio::time::Instant::now();
            let pause = match self.turn(&places, &wake, &mut before).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "the dispatcher could not read the store");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
                _ = stopped.changed() => {}
            }
            tokio::time::sleep_until(began + TURN).await;
        }
        // All places free: nothing is in flight any more.
        let all = u32::try_from(IN_FLIGHT).unwrap_or(u32::MAX);
        if tokio::time::timeout(STOP_WITHIN, places.acquire_many(all)).await.is_err() {
            let begun = IN_FLIGHT - places.available_permits();
            tracing::warn!(begun, "stopped before all requests were answered");
        }
    }

    /// Ends what has expired, claims what is due, and says how long there is nothing to do.
    async fn turn(
        &self,
        places: &Arc<Semaphore>,
        wake: &Arc<Notify>,
        before: &mut Before,
    ) -> Result<Duration, StoreError> {
        if before.leases.is_none_or(|looked: Instant| looked.elapsed() >= IDLE) {
            self.end_expired().await?;
            before.leases = Some(Instant::now());
        }
        if self.connection.client().is_none() {
            return Ok(IDLE);
        }
        let room = places.available_permits().min(BATCH);
        let claimed_at = Instant::now();
        let (claims, pause) = self.claim(room, &mut before.sender).await?;
        for claim in claims {
            let Claim::Cleared(cleared) = claim else { continue };
            let Ok(place) = Arc::clone(places).acquire_owned().await else { continue };
            let (worker, wake) = (self.clone(), Arc::clone(wake));
            tokio::spawn(async move {
                if let Err(error) = worker.deliver(&cleared, claimed_at).await {
                    // The lease runs out, and the message becomes `unknown`: never lost.
                    tracing::error!(%error, "an answer could not be stored");
                }
                drop(place);
                // The next message of this pair may begin now.
                wake.notify_one();
            });
        }
        Ok(pause)
    }

    /// Claims what is due, a fair share for each sender, and says how long there is nothing more.
    /// `last` is the sender that was served last.
    async fn claim(
        &self,
        room: usize,
        last: &mut String,
    ) -> Result<(Vec<Claim>, Duration), StoreError> {
        let mut claims = Vec::new();
        if room == 0 {
            return Ok((claims, IDLE));
        }
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        let lanes = tx.lanes().await?;
        for share in decide::shares(&lanes, room, last, now) {
            claims.extend(tx.claim(&share.sender, share.at_most, decide::LEASE, now).await?);
            *last = share.sender;
        }
        // Only what has committed is claimed: a POST begins here, after every STOP before it.
        tx.commit().await?;
        // What was claimed may have more behind it.
        let pause = match claims[..] {
            [] => decide::idle(&lanes, now).min(IDLE),
            [_, ..] => Duration::ZERO,
        };
        Ok((claims, pause))
    }

    /// A lease that ran out while a POST may have been on the wire ends as `unknown`.
    async fn end_expired(&self) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        let expired = tx.expired_leases(now).await?;
        if expired.is_empty() {
            return Ok(());
        }
        for lease in expired {
            let look_at = doubt::first_look(now);
            tx.in_doubt(&lease.message_id, &lease.attempt_id, "lease_expired", look_at, now)
                .await?;
        }
        tx.commit().await
    }

    async fn deliver(&self, claim: &Cleared, claimed_at: Instant) -> Result<(), StoreError> {
        let client = self.connection.client().filter(|_| decide::may_begin(claimed_at.elapsed()));
        let Some(client) = client else {
            let mut tx = self.store.write().await?;
            let now = tx.now().await?;
            tx.requeue(claim, AttemptState::Returned, None, now, now).await?;
            return tx.commit().await;
        };
        let callback = format!("{}{}", self.status_callback, claim.attempt_id());
        let answer = client
            .create_message(&Outgoing {
                recipient: &claim.pair().recipient,
                sender: &claim.pair().sender,
                text: claim.text(),
                status_callback: &callback,
                valid_for: claim.valid_for().unwrap_or(doubt::VALID_FOR),
            })
            .await;
        let mut tx = self.store.write().await?;
        let now = match answer {
            Answer::Created(_) => self.store.now(),
            // When to try again is told by the clock that all hosts agree on.
            Answer::Refused(_) | Answer::NeverSent(_) | Answer::InDoubt(_) => tx.now().await?,
        };
        let next = decide::after(now, claim.attempt(), answer, jitter());
        store_answer(&mut tx, claim, next, now).await?;
        tx.commit().await
    }
}

async fn store_answer(
    tx: &mut Tx,
    claim: &Cleared,
    next: Next,
    now: Timestamp,
) -> Result<(), StoreError> {
    match next {
        Next::Accepted { sid, segments } => tx.accepted(claim, &sid, segments, now).await,
        Next::Retry { at, code, message } => {
            let error = Some((code, message.as_str()));
            tx.requeue(claim, AttemptState::Refused, error, at, now).await
        }
        Next::End { state, reason, code, message } => {
            if state == State::Suppressed {
                let entry = LedgerEntry {
                    pair: claim.pair().clone(),
                    action: ConsentAction::OptOut,
                    source: ConsentSource::TwilioRefusal,
                    keyword: None,
                    matched: None,
                    raw_text: None,
                    message_sid: None,
                    // The block was there before the request, so a START since then is newer.
                    happened_at: claim.began_at(),
                };
                tx.record_consent(&[entry], now).await?;
            }
            tx.refused(claim, state, &reason, (code, &message), now).await
        }
        Next::Unknown { reason } => {
            let look_at = doubt::first_look(now);
            tx.in_doubt(claim.message_id(), claim.attempt_id(), &reason, look_at, now).await
        }
    }
}

fn jitter() -> u32 {
    // Without randomness a retry is merely less spread.
    getrandom::u32().unwrap_or_default()
}
