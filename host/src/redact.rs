//! Takes out of the database what messages said, once they have ended and as long after as is set;
//! of what is still to be sent, or looked for, never. Hashes stay, by which `replay` compares.

use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dispatch::poll;
use crate::message::State;
use crate::store::{Store, StoreError};
use crate::time::Timestamp;

/// How often there is a look.
const TICK: Duration = Duration::from_secs(2);
/// Messages in one transaction.
const BATCH: i64 = 200;
/// The pauses before another look at a message that has not ended: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(6 * 60 * 60));

/// When what a message said is taken out, if its request says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Redact {
    /// As soon as it has ended: for one-time codes.
    AtOnce,
}

/// A message that is to be redacted, as far as that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its state.
    pub state: State,
    /// Whether it is still to be sent, is being sent, or is looked for.
    pub in_outbox: bool,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is redacted.
    Redact,
    /// It is not, yet.
    LookAgain(Timestamp),
}

/// Whether a message may be redacted now. One that never ends may, once no news is expected.
#[must_use]
pub fn judge(now: Timestamp, candidate: Candidate) -> Verdict {
    let Candidate { state, in_outbox, created_at, updated_at } = candidate;
    let silent = now.since(updated_at) >= poll::GIVEN_UP_AFTER;
    if !in_outbox && (state.is_final() || silent) {
        return Verdict::Redact;
    }
    Verdict::LookAgain(now.plus(now.since(created_at).clamp(PAUSES.0, PAUSES.1)))
}

/// What redacting needs.
#[derive(Debug, Clone)]
pub struct Redactor {
    /// Where messages are.
    pub store: Store,
    /// How long after it was accepted or received each is redacted; nothing: only those whose
    /// request says so.
    pub after: Option<Duration>,
}

/// A redactor at work.
#[derive(Debug)]
pub struct Redacting {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Redacting {
    /// Ends it.
    pub async fn stop(self) {
        // Fails only when the task is gone, and then there is nothing to stop.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "redacting ended badly");
        }
    }
}

impl Redactor {
    /// Starts to work.
    #[must_use]
    pub fn start(self) -> Redacting {
        let (stop, stopped) = watch::channel(false);
        Redacting { stop, task: tokio::spawn(self.run(stopped)) }
    }

    async fn run(self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            let full = match self.turn().await {
                Ok(full) => full,
                Err(error) => {
                    tracing::error!(%error, "nothing could be redacted");
                    false
                }
            };
            if full {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    /// Redacts what is due; whether there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn turn(&self) -> Result<bool, StoreError> {
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        let (mut marked, mut written) = (0, 0);
        if let Some(after) = self.after {
            let until = now.minus(after);
            marked = tx.mark_for_redaction(until, BATCH, now).await?;
            written = tx.redact_inbound(until, BATCH, now).await?;
        }
        let looked_at = tx.redact_due(BATCH, now).await?;
        tx.commit().await?;
        let most = u64::try_from(BATCH).unwrap_or_default();
        Ok([marked, written, looked_at].iter().any(|count| *count >= most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_to_be_sent_is_never_redacted_and_what_has_ended_is() {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        for state in State::ALL {
            for in_outbox in [true, false] {
                for age in [Duration::from_secs(1), Duration::from_secs(365 * 24 * 60 * 60)] {
                    let at = now.minus(age);
                    let candidate = Candidate { state, in_outbox, created_at: at, updated_at: at };
                    let may = !in_outbox && (state.is_final() || age > poll::GIVEN_UP_AFTER);
                    let verdict = judge(now, candidate);
                    assert_eq!(verdict == Verdict::Redact, may, "{candidate:?}");
                    if let Verdict::LookAgain(at) = verdict {
                        let pause = at.since(now);
                        assert!((PAUSES.0..=PAUSES.1).contains(&pause), "{pause:?}");
                    }
                }
            }
        }
    }
}
