//! The four functions that the module asks of its host, as the guest sees them.
//!
//! Each takes the JSON that ABI.md gives ("Imports") and returns the host's number as it is: zero
//! or more is an answer, a negative number a refusal. Natively there is no host behind them, so
//! every request is refused with [`NOT_GRANTED`] and every log line is dropped.

/// The refusal of a host that grants nothing (ABI.md, "Negative results").
pub const NOT_GRANTED: i32 = -1;

/// How a line for the operator is meant; the numbers are those that cross the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error = 1,
    /// Something is odd, and the call goes on.
    Warn = 2,
    /// Worth a line in a quiet log.
    Info = 3,
    /// For whoever looks for a fault.
    Debug = 4,
}

/// Asks the host to send `{"to", "from" | "messaging_service_sid", "body"}`; 0 = accepted.
pub fn create_message(json: &[u8]) -> i32 {
    raw::create_message(json)
}

/// Asks whether the pair `{"recipient", "sender"}` is opted out: 1 = it is, 0 = it is not.
pub fn opt_out_lookup(json: &[u8]) -> i32 {
    raw::opt_out_lookup(json)
}

/// Asks the host to record `{"recipient", "sender", "action", "keyword", "matched"}`; 0 = noted.
pub fn opt_out_record(json: &[u8]) -> i32 {
    raw::opt_out_record(json)
}

/// Gives the host a line for its operator.
pub fn log(level: Level, text: &str) {
    raw::log(level, text);
}

#[cfg(target_arch = "wasm32")]
use crate::plugin::host as raw;

#[cfg(not(target_arch = "wasm32"))]
mod raw {
    use super::{Level, NOT_GRANTED};

    pub(super) fn create_message(_: &[u8]) -> i32 {
        NOT_GRANTED
    }

    pub(super) fn opt_out_lookup(_: &[u8]) -> i32 {
        NOT_GRANTED
    }

    pub(super) fn opt_out_record(_: &[u8]) -> i32 {
        NOT_GRANTED
    }

    pub(super) fn log(_: Level, _: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natively_every_request_is_refused() {
        assert_eq!(create_message(b"{}"), NOT_GRANTED);
        assert_eq!(opt_out_lookup(b"{}"), NOT_GRANTED);
        assert_eq!(opt_out_record(b"{}"), NOT_GRANTED);
    }
}
