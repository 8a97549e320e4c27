//! What follows from a webhook's answer, as a pure function of time, attempt and answer.

use std::time::Duration;

use crate::time::Timestamp;

/// The pauses after the first attempts, in seconds; the last one is that of all further ones.
const PAUSES: [u64; 8] = [5, 30, 2 * 60, 10 * 60, 60 * 60, 3 * 60 * 60, 6 * 60 * 60, 12 * 60 * 60];
/// The longest pause that a webhook may ask for (`Retry-After`).
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);
/// After so long it is given up.
pub const GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// A pause grows by up to a tenth, so that many do not come back at once.
const JITTER: u32 = 10;

/// What a webhook has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 2xx: it has it.
    Taken,
    /// Anything else, a redirect too, which is not followed; or nothing.
    Failed {
        /// In words.
        error: String,
        /// How long it asks us to wait.
        retry_after: Option<Duration>,
    },
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the webhook has it.
    Delivered,
    /// Another attempt then.
    Retry {
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
    },
    /// Given up.
    Dead {
        /// Why the last attempt failed.
        error: String,
    },
}

/// What follows from the answer to attempt number `attempt` (from 1) of an event that is tried
/// since a given time. `jitter` is any number.
#[must_use]
pub fn after(now: Timestamp, since: Timestamp, attempt: u32, answer: Answer, jitter: u32) -> Next {
    let Answer::Failed { error, retry_after } = answer else { return Next::Delivered };
    let at =
        now.plus(pause(attempt, jitter).max(retry_after.unwrap_or_default().min(LONGEST_ASKED)));
    let end = since.plus(GIVEN_UP_AFTER);
    if now >= end {
        return Next::Dead { error };
    }
    // The last attempt is at the end, not long before it.
    Next::Retry { at: at.min(end), error }
}

fn pause(attempt: u32, jitter: u32) -> Duration {
    let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = Duration::from_secs(PAUSES[at.min(PAUSES.len() - 1)]);
    pause + pause / JITTER * (jitter % 1_000) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(retry_after: Option<u64>) -> Answer {
        let retry_after = retry_after.map(Duration::from_secs);
        Answer::Failed { error: "it answered 500".to_owned(), retry_after }
    }

    #[test]
    fn attempts_come_ever_more_slowly_for_three_days() {
        let since = Timestamp::from_micros(1_000_000_000);
        let (mut now, mut pauses) = (since, Vec::new());
        for attempt in 1.. {
            match after(now, since, attempt, failed(None), 0) {
                Next::Retry { at, .. } => {
                    pauses.push(at.since(now).as_secs());
                    now = at;
                }
                Next::Dead { error } => {
                    assert_eq!(error, "it answered 500");
                    break;
                }
                Next::Delivered => unreachable!("it failed"),
            }
        }
        assert_eq!(pauses[..5], [5, 30, 120, 600, 3_600]);
        assert_eq!(now.since(since), GIVEN_UP_AFTER, "{pauses:?}");
        assert_eq!(pauses.len(), 13);
    }

    #[test]
    fn a_webhook_may_ask_for_a_longer_pause_but_not_for_ever() {
        let now = Timestamp::from_micros(0);
        for (asked, given) in [(None, 5), (Some(1), 5), (Some(60), 60), (Some(1_000_000), 3_600)] {
            let next = after(now, now, 1, failed(asked), 0);
            let Next::Retry { at, .. } = next else { unreachable!("{next:?}") };
            assert_eq!(at.since(now).as_secs(), given, "{asked:?}");
        }
    }

    #[test]
    fn jitter_adds_a_tenth_at_most() {
        for jitter in [0, 1, 999, u32::MAX] {
            let pause = pause(2, jitter);
            assert!((30_000..=33_000).contains(&pause.as_millis()), "{pause:?}");
        }
    }

    #[test]
    fn what_was_taken_is_done() {
        let now = Timestamp::from_micros(0);
        assert_eq!(after(now, now, 9, Answer::Taken, 0), Next::Delivered);
    }
}
