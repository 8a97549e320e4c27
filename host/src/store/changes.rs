//! What committed transactions have changed: counted, logged, and told to whoever listens. A
//! transaction that left nothing tells nothing.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::{ForwardState, Store, Tx};
use crate::message::State;
use crate::metrics::Counts;
use crate::twilio::bill::Price;

/// Changes that a listener may be behind; a slower one is told that it has missed some.
const BACKLOG: usize = 4_096;

/// One thing that a transaction has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A message reached a state. The answer to a POST may tell `accepted` after a callback has
    /// told more; the message itself never moves back.
    Moved {
        /// The message.
        message_id: String,
        /// Its state.
        state: State,
    },
    /// Twilio refused a request to send, with this code.
    Refused(Option<i64>),
    /// Twilio took a message and it did not arrive, for the reason of this code.
    NotDelivered(Option<i64>),
    /// Twilio has counted a message's segments, or now counts them in another way.
    Counted {
        /// The message.
        message_id: String,
        /// Our count.
        predicted: i64,
        /// Twilio's.
        billed: i64,
        /// What Twilio counted before.
        billed_before: Option<i64>,
    },
    /// Twilio has set a message's price.
    Priced(Price),
    /// A person wrote: a keyword, or anything else.
    Received(Option<String>),
    /// What a person wrote is to be forwarded, or was, or was not.
    Forwarded {
        /// The forward.
        id: String,
        /// Its state.
        state: ForwardState,
    },
}

/// Where changes are told. Clones are one.
#[derive(Debug, Clone)]
pub(super) struct Bulletin {
    listeners: broadcast::Sender<Change>,
    counts: Arc<Counts>,
}

impl Default for Bulletin {
    fn default() -> Self {
        Self { listeners: broadcast::Sender::new(BACKLOG), counts: Arc::default() }
    }
}

impl Bulletin {
    pub(super) fn tell(&self, changes: Vec<Change>) {
        for change in changes {
            match &change {
                Change::Moved { message_id, state } => {
                    tracing::debug!(message_id, %state, "a message moved");
                }
                Change::Counted { message_id, predicted, billed, .. } if predicted != billed => {
                    tracing::warn!(
                        message_id,
                        predicted,
                        billed,
                        "Twilio counted other segments than were predicted"
                    );
                }
                Change::Forwarded { id, state: ForwardState::Dead } => {
                    tracing::warn!(id, "a webhook does not take an event, which is given up");
                }
                Change::Forwarded { id, state } => {
                    tracing::debug!(id, %state, "a forward moved");
                }
                Change::Counted { .. }
                | Change::Priced(_)
                | Change::Refused(_)
                | Change::NotDelivered(_)
                | Change::Received(_) => {}
            }
            self.counts.count(&change);
            // An error means that nobody listens.
            let _ = self.listeners.send(change);
        }
    }
}

impl Store {
    /// What this host changes from now on; another host on the same database tells its own.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.bulletin.listeners.subscribe()
    }

    /// What was counted since the process began.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.bulletin.counts
    }
}

impl Tx {
    pub(super) fn moved(&mut self, message_id: &str, state: State) {
        self.changes.push(Change::Moved { message_id: message_id.to_owned(), state });
    }
}
