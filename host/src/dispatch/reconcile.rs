//! When to ask Twilio what people wrote, and since when: webhooks get lost, and Twilio hardly
//! repeats one, so a STOP may have come while nobody listened. Pure, as `decide`.

use std::time::Duration;

use crate::time::Timestamp;
use crate::twilio::list::{Direction, Listed};

/// How often each number is asked about.
pub const EVERY: Duration = Duration::from_secs(5 * 60);
/// After so long a question that failed is asked again.
pub const AFTER_FAILURE: Duration = Duration::from_secs(15);
/// How far back before the last answer: a message may be listed late, and clocks differ. What was
/// seen already counts once.
const OVERLAP: Duration = Duration::from_secs(60 * 60);

/// Since when to ask about a number. One that has never been asked about is new here: what was
/// said to it long before is Twilio's to know.
#[must_use]
pub fn since(checked_till: Option<Timestamp>, now: Timestamp) -> Timestamp {
    checked_till.unwrap_or(now).minus(OVERLAP)
}

/// What people wrote, in the order in which they did.
#[must_use]
pub fn written(mut listed: Vec<Listed>) -> Vec<Listed> {
    listed.retain(|one| one.direction == Direction::Inbound);
    // Newest first, as Twilio lists; the dates alone do not order what came within one second.
    listed.reverse();
    listed.sort_by_key(|one| one.created_at);
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(sid: &str, direction: Direction, second: i64) -> Listed {
        Listed {
            sid: sid.to_owned(),
            direction,
            from: None,
            to: String::new(),
            service: None,
            text: String::new(),
            created_at: Timestamp::from_micros(second * 1_000_000),
            status: "received".to_owned(),
            state: None,
            error_code: None,
            segments: None,
        }
    }

    #[test]
    fn what_people_wrote_comes_in_their_order() {
        let newest_first = vec![
            listed("d", Direction::Inbound, 2),
            listed("x", Direction::OutboundApi, 2),
            listed("c", Direction::Inbound, 2),
            listed("a", Direction::Inbound, 1),
            listed("b", Direction::Inbound, 1),
        ];
        let sids: Vec<_> = written(newest_first).into_iter().map(|one| one.sid).collect();
        assert_eq!(sids, ["b", "a", "c", "d"]);
    }

    #[test]
    fn a_number_is_asked_about_since_a_while_before_the_last_answer() {
        let now = Timestamp::from_micros(1_000_000_000_000);
        let week_ago = now.minus(Duration::from_secs(7 * 24 * 60 * 60));
        assert_eq!(since(Some(week_ago), now), week_ago.minus(OVERLAP));
        assert_eq!(since(None, now), now.minus(OVERLAP));
    }
}
