//! What to do next, as pure functions of time, rows and answers. No I/O, no clock, no randomness:
//! the dispatcher's shell and a simulator run the same code.

use std::time::Duration;

use crate::message::State;
use crate::store::Lane;
use crate::time::Timestamp;
use crate::twilio::client::{Answer, REQUEST_TIMEOUT, Refused};
use crate::twilio::error::{self, Class};

/// How long a claim holds. Longer than a request may take, so that a live holder always ends its
/// own attempt.
pub const LEASE: Duration = Duration::from_secs(30);
const _: () = assert!(LEASE.as_secs() > REQUEST_TIMEOUT.as_secs() + POST_WITHIN.as_secs());
/// A claimed POST is on the wire within this, by the monotonic clock, or the claim is given back.
pub const POST_WITHIN: Duration = Duration::from_secs(2);
/// The first pause before a retry; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// After so many attempts a message has failed, or stays in doubt.
pub const MAX_ATTEMPTS: u32 = 20;

/// What a sender may claim in one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The sender.
    pub sender: String,
    /// So many messages.
    pub at_most: usize,
}

/// Shares out `room` claims among the senders that may begin something: the same number each, and
/// if there are more senders than room, those after `last` in the order of their names come
/// first. In that order, too, for it is the order in which pairs are locked.
#[must_use]
pub fn shares(lanes: &[Lane], room: usize, last: &str, now: Timestamp) -> Vec<Share> {
    let due = || lanes.iter().filter(|lane| lane.begins_at() <= now);
    let after = due().filter(|lane| lane.sender.as_str() > last);
    let before = due().filter(|lane| lane.sender.as_str() <= last);
    let mut chosen: Vec<&Lane> = after.chain(before).take(room).collect();
    chosen.sort_unstable_by(|a, b| a.sender.cmp(&b.sender));
    let each = room.checked_div(chosen.len()).unwrap_or_default();
    let share = |lane: &Lane| Share { sender: lane.sender.clone(), at_most: each };
    chosen.into_iter().map(share).collect()
}

/// How long there is nothing to claim; at most a while, if nothing waits at all.
#[must_use]
pub fn idle(lanes: &[Lane], now: Timestamp) -> Duration {
    let later = lanes.iter().map(Lane::begins_at).filter(|begins_at| *begins_at > now);
    later.min().map_or(Duration::MAX, |begins_at| begins_at.since(now))
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Twilio has it.
    Accepted {
        /// Its name there.
        sid: String,
        /// The segments that it counted.
        segments: Option<i64>,
    },
    /// Proven unprocessed: queue it again, due then.
    Retry {
        /// When it is due.
        at: Timestamp,
        /// Twilio's code.
        code: Option<i64>,
        /// What went wrong.
        message: String,
    },
    /// Refused for good.
    End {
        /// `Failed`, or `Suppressed` when Twilio knew of an opt-out, which is to be recorded.
        state: State,
        /// The stable reason, e.g. `twilio_21211`.
        reason: String,
        /// Twilio's code.
        code: Option<i64>,
        /// What went wrong.
        message: String,
    },
    /// Nobody knows: never repeated, but reconciled.
    Unknown {
        /// What is known.
        reason: String,
    },
}

/// What follows from the answer to attempt number `attempt` (from 1).
#[must_use]
pub fn after(now: Timestamp, attempt: u32, answer: Answer, jitter: u32) -> Next {
    match answer {
        Answer::Created(created) => Next::Accepted { sid: created.sid, segments: created.segments },
        Answer::InDoubt(reason) => Next::Unknown { reason },
        Answer::NeverSent(message) => {
            let at = now.plus(pause(attempt, jitter, None));
            retry_or_end(attempt, at, None, "twilio_unreachable".to_owned(), message)
        }
        Answer::Refused(refused) => after_refusal(now, attempt, refused, jitter),
    }
}

fn after_refusal(now: Timestamp, attempt: u32, refused: Refused, jitter: u32) -> Next {
    // 429 was never processed, whatever the code says, so a retry cannot double the message.
    let throttled = refused.status == 429;
    let class = refused.code.and_then(error::lookup).map(|error| error.class);
    let Refused { code, message, retry_after, status } = refused;
    let reason = match code {
        Some(code) => format!("twilio_{code}"),
        None => format!("http_{status}"),
    };
    let soon = pause(attempt, jitter, retry_after);
    match class {
        Some(Class::Retry) => retry_or_end(attempt, now.plus(soon), code, reason, message),
        Some(Class::RetryAfter(least)) => {
            retry_or_end(attempt, now.plus(soon.max(least)), code, reason, message)
        }
        Some(Class::OptedOut) => Next::End { state: State::Suppressed, reason, code, message },
        Some(Class::InDoubt) => Next::Unknown { reason },
        Some(Class::Never | Class::DeliveryWorthANewMessage | Class::DeliveryFinal) | None
            if throttled =>
        {
            retry_or_end(attempt, now.plus(soon), code, reason, message)
        }
        Some(Class::Never | Class::DeliveryWorthANewMessage | Class::DeliveryFinal) | None => {
            Next::End { state: State::Failed, reason, code, message }
        }
    }
}

fn retry_or_end(
    attempt: u32,
    at: Timestamp,
    code: Option<i64>,
    reason: String,
    message: String,
) -> Next {
    if attempt < MAX_ATTEMPTS {
        Next::Retry { at, code, message }
    } else {
        Next::End { state: State::Failed, reason, code, message }
    }
}

/// The pause after attempt `attempt`: doubling, capped, with up to half as much again of jitter,
/// and never less than what Twilio asked for.
#[must_use]
pub fn pause(attempt: u32, jitter: u32, asked: Option<Duration>) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
    let base = doubled.min(LONGEST_PAUSE);
    let share = base.mul_f64(f64::from(jitter) / f64::from(u32::MAX) / 2.0);
    (base + share).max(asked.unwrap_or_default())
}

/// Whether a holder may still post what it claimed so long ago by its own monotonic clock.
#[must_use]
pub fn may_begin(since_claim: Duration) -> bool {
    since_claim < POST_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::rate::Pace;
    use crate::twilio::client::Created;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn refused(status: u16, code: Option<i64>) -> Answer {
        let message = "no".to_owned();
        Answer::Refused(Refused { status, code, message, retry_after: None })
    }

    fn lanes(senders: &[(&str, i64)]) -> Vec<Lane> {
        let lane = |(sender, due_at): &(&str, i64)| Lane {
            sender: (*sender).to_owned(),
            due_at: Timestamp::from_micros(*due_at),
            pace: None,
        };
        senders.iter().map(lane).collect()
    }

    #[test]
    fn each_sender_gets_its_turn() {
        let due = NOW.as_micros();
        let shared = |lanes: &[Lane], room, last: &str| -> Vec<(String, usize)> {
            let shares = shares(lanes, room, last, NOW).into_iter();
            shares.map(|share| (share.sender, share.at_most)).collect()
        };
        let three = lanes(&[("+1", due), ("+2", due + 1), ("+3", 0), ("+4", due)]);
        let all = |each| [("+1", each), ("+3", each), ("+4", each)].map(|(s, n)| (s.to_owned(), n));
        assert_eq!(shared(&three, 30, ""), all(10), "what is not due has no share");
        assert_eq!(shared(&three, 3, "+1"), all(1));
        assert_eq!(shared(&three, 1, "+1"), [("+3".to_owned(), 1)]);
        assert_eq!(shared(&three, 1, "+4"), [("+1".to_owned(), 1)]);
        let around = [("+1".to_owned(), 1), ("+4".to_owned(), 1)];
        assert_eq!(shared(&three, 2, "+3"), around, "in the order of locks");
        assert_eq!(shared(&[], 5, ""), []);
        assert_eq!(idle(&three, NOW), Duration::from_micros(1));
        assert_eq!(idle(&[], NOW), Duration::MAX);
    }

    #[test]
    fn a_slow_sender_takes_no_share_of_the_others() {
        let mut two = lanes(&[("+1", 0), ("+2", 0)]);
        let free_at = NOW.plus(Duration::from_secs(3));
        two[0].pace = Some(Pace { segments_per_minute: 60, free_at });
        let share = |sender: &str, at_most| Share { sender: sender.to_owned(), at_most };
        assert_eq!(shares(&two, 30, "", NOW), [share("+2", 30)]);
        assert_eq!(idle(&two, NOW), Duration::from_secs(3), "until it may go on");
        assert_eq!(shares(&two, 30, "", free_at), [share("+1", 15), share("+2", 15)]);
    }

    #[test]
    fn what_is_in_doubt_is_never_retried() {
        for attempt in [1, MAX_ATTEMPTS] {
            let next = after(NOW, attempt, Answer::InDoubt("time-out".to_owned()), 0);
            assert!(matches!(next, Next::Unknown { .. }), "{next:?}");
        }
        let next = after(NOW, 1, refused(400, Some(20500)), 0);
        assert!(matches!(next, Next::Unknown { .. }), "{next:?}");
    }

    #[test]
    fn only_what_is_proven_unprocessed_is_retried() {
        for answer in [
            refused(429, Some(20429)),
            refused(429, Some(99999)),
            refused(400, Some(63017)),
            refused(400, Some(21611)),
            Answer::NeverSent("refused".to_owned()),
        ] {
            let next = after(NOW, 1, answer.clone(), 0);
            assert!(matches!(next, Next::Retry { at, .. } if at > NOW), "{answer:?}: {next:?}");
            let last = after(NOW, MAX_ATTEMPTS, answer.clone(), 0);
            assert!(
                matches!(last, Next::End { state: State::Failed, .. }),
                "{answer:?} is tried for ever"
            );
        }
        for code in [Some(21211), Some(99999), None] {
            let next = after(NOW, 1, refused(400, code), 0);
            assert!(matches!(next, Next::End { state: State::Failed, .. }), "{next:?}");
        }
    }

    #[test]
    fn an_opt_out_that_twilio_knows_of_suppresses() {
        let next = after(NOW, 1, refused(400, Some(21610)), 0);
        assert!(matches!(next, Next::End { state: State::Suppressed, .. }), "{next:?}");
    }

    #[test]
    fn a_sid_is_accepted() {
        let created = Created { sid: "SM1".to_owned(), segments: Some(2) };
        let next = after(NOW, 1, Answer::Created(created), 0);
        assert_eq!(next, Next::Accepted { sid: "SM1".to_owned(), segments: Some(2) });
    }

    #[test]
    fn pauses_double_are_capped_and_honour_retry_after() {
        assert_eq!(pause(1, 0, None), FIRST_PAUSE);
        assert_eq!(pause(4, 0, None), FIRST_PAUSE * 8);
        assert_eq!(pause(u32::MAX, 0, None), LONGEST_PAUSE);
        assert_eq!(pause(u32::MAX, u32::MAX, None), LONGEST_PAUSE * 3 / 2);
        let asked = Duration::from_secs(3600);
        assert_eq!(pause(1, 0, Some(asked)), asked);
        let daily = after(NOW, 1, refused(400, Some(63038)), 0);
        let tomorrow = NOW.plus(Duration::from_secs(24 * 60 * 60));
        assert!(matches!(daily, Next::Retry { at, .. } if at == tomorrow), "{daily:?}");
    }

    #[test]
    fn a_claim_that_is_too_old_is_not_posted() {
        assert!(may_begin(Duration::ZERO));
        assert!(!may_begin(POST_WITHIN));
    }
}
