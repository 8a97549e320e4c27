//! What a message is while it lives: its state, and the environment that it is sent in.
//!
//! States are monotone by the rank table below, among the final ones too, so that a late,
//! repeated or reordered status callback never moves a message back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
pub use verbatim_core::Environment;

/// The state of a message. It ends in a named one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Durable, and waiting for its turn.
    Queued,
    /// Claimed: a POST to Twilio may have begun.
    Dispatching,
    /// A POST began and nobody knows how it ended.
    Unknown,
    /// Twilio has it and gave it a SID.
    Accepted,
    /// Twilio handed it to the carrier.
    Sent,
    /// The carrier confirmed delivery.
    Delivered,
    /// The carrier reported that it was not delivered.
    Undelivered,
    /// Twilio refused it, or failed to send it.
    Failed,
    /// Taken back before anything was sent.
    Canceled,
    /// The recipient had opted out.
    Suppressed,
}

impl State {
    /// Every state, in the order of rank.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Dispatching,
        Self::Unknown,
        Self::Accepted,
        Self::Sent,
        Self::Canceled,
        Self::Suppressed,
        Self::Failed,
        Self::Undelivered,
        Self::Delivered,
    ];

    /// The written rank: news of a lower or an equal rank does not change a message.
    ///
    /// `Delivered` stands highest, because a handset's receipt is proof whatever was said before.
    /// `Canceled` and `Suppressed` stand below what Twilio can report: normally nothing was sent
    /// and no news can come, and if some does, it is the truth.
    #[must_use]
    pub const fn rank(self) -> i64 {
        match self {
            Self::Queued => 0,
            Self::Dispatching => 1,
            Self::Unknown => 2,
            Self::Accepted => 3,
            Self::Sent => 4,
            Self::Canceled | Self::Suppressed => 5,
            Self::Failed => 6,
            Self::Undelivered => 7,
            Self::Delivered => 8,
        }
    }

    /// Whether nothing more is expected.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Dispatching | Self::Unknown | Self::Accepted | Self::Sent => false,
            Self::Delivered
            | Self::Undelivered
            | Self::Failed
            | Self::Canceled
            | Self::Suppressed => true,
        }
    }

    /// Whether something went wrong or was held back: few among many, which the store finds fast.
    #[must_use]
    pub const fn is_not_delivered(self) -> bool {
        match self {
            Self::Unknown
            | Self::Failed
            | Self::Undelivered
            | Self::Canceled
            | Self::Suppressed => true,
            Self::Queued | Self::Dispatching | Self::Accepted | Self::Sent | Self::Delivered => {
                false
            }
        }
    }

    /// As the API and the store write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Dispatching => "dispatching",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Suppressed => "suppressed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownName::new("a message state", text))
    }
}

/// A name that is none of a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found `{found}`")]
pub struct UnknownName {
    expected: &'static str,
    found: String,
}

impl UnknownName {
    pub(crate) fn new(expected: &'static str, found: &str) -> Self {
        Self { expected, found: found.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_from_its_name() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("read".parse::<State>().is_err());
    }

    #[test]
    fn the_list_of_states_is_in_the_order_of_rank() {
        assert!(State::ALL.map(State::rank).is_sorted());
    }

    #[test]
    fn no_final_state_ranks_below_one_that_is_not() {
        let highest_open = State::ALL.into_iter().filter(|state| !state.is_final());
        let lowest_final = State::ALL.into_iter().filter(|state| state.is_final());
        assert!(
            highest_open.map(State::rank).max() < lowest_final.map(State::rank).min(),
            "a callback could reopen a message that has ended"
        );
    }
}
