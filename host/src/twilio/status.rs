//! Twilio's message statuses, and what each means for a message here.

use crate::message::State;

/// The state that a status stands for; nothing for one that no outbound message has.
#[must_use]
pub fn state_of(status: &str) -> Option<State> {
    match status {
        "accepted" | "scheduled" | "queued" | "sending" => Some(State::Accepted),
        // Part of a group's phones have it: on its way, not yet delivered.
        "sent" | "partially_delivered" => Some(State::Sent),
        "delivered" | "read" => Some(State::Delivered),
        "undelivered" => Some(State::Undelivered),
        "failed" => Some(State::Failed),
        "canceled" => Some(State::Canceled),
        // `receiving` and `received` are an inbound message's; the rest nobody knows yet.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outbound_status_has_a_state() {
        let all = [
            "queued",
            "sending",
            "sent",
            "failed",
            "delivered",
            "undelivered",
            "accepted",
            "scheduled",
            "read",
            "partially_delivered",
            "canceled",
        ];
        assert!(all.into_iter().all(|status| state_of(status).is_some()));
        assert_eq!(state_of("received"), None);
        assert_eq!(state_of("Delivered"), None);
    }
}
