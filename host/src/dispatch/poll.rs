//! When to ask Twilio how a message fares: status callbacks get lost. Pure, as `decide`.

use std::time::Duration;

use crate::time::Timestamp;

/// How long a message may stay without news before Twilio is asked for some.
const FIRST: Duration = Duration::from_secs(5 * 60);
/// The longest pause between two questions.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);
/// After so long without news none is expected: carriers' receipts come within three days, and
/// some carriers send none. The message keeps the state that it has.
pub const GIVEN_UP_AFTER: Duration = Duration::from_secs(72 * 60 * 60);

/// When to ask next about a message of which the last news came at `news_at`: the pauses grow with
/// the time that has passed since.
#[must_use]
pub fn next(now: Timestamp, news_at: Timestamp) -> Option<Timestamp> {
    let silent = now.since(news_at);
    (silent < GIVEN_UP_AFTER).then(|| now.plus(silent.clamp(FIRST, LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_come_ever_more_slowly_and_end() {
        let news_at = Timestamp::from_micros(1_000_000_000);
        let (mut now, mut asked) = (news_at, Vec::new());
        while let Some(at) = next(now, news_at) {
            asked.push(at.since(news_at).as_secs() / 60);
            now = at;
        }
        assert_eq!(asked[..7], [5, 10, 20, 40, 80, 160, 320]);
        assert!(asked.windows(2).all(|two| two[1] - two[0] <= 360), "{asked:?}");
        assert!(asked.len() < 25, "{asked:?}");
        assert!(now.since(news_at) >= GIVEN_UP_AFTER);
    }
}
