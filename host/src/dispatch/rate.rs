//! How fast a sender sends. Twilio queues what comes faster, for hours, and there neither a STOP
//! nor a cancel reaches it; so it waits here, where both do. Pure, as `decide`.

use std::time::Duration;

use crate::number::{Kind, kind};
use crate::time::Timestamp;

/// A US or Canadian long code: one segment a second, which Twilio gives it by default.
const LONG_CODE: u32 = 60;
/// A US or Canadian toll-free number: three.
const TOLL_FREE: u32 = 180;
/// What a sender has not used of this long may go at once: a fast one would otherwise need a
/// transaction for each message.
const BURST: Duration = Duration::from_secs(1);
const MINUTE: i64 = 60_000_000;

/// The segments a minute that Twilio gives a sender by default, where it is known. A Messaging
/// Service spreads over its numbers by itself, and other countries' numbers differ: no limit.
#[must_use]
pub fn default_of(sender: &str) -> Option<u32> {
    match kind(sender) {
        Kind::LongCode => Some(LONG_CODE),
        Kind::TollFree => Some(TOLL_FREE),
        Kind::Other => None,
    }
}

/// A sender's rate, and how much of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Segments a minute; at least one.
    pub segments_per_minute: u32,
    /// Until when all segments are used: in the past, when none is.
    pub free_at: Timestamp,
}

impl Pace {
    /// How long one segment takes: at least a microsecond, the smallest that is counted.
    fn segment(self) -> i64 {
        (MINUTE / i64::from(self.segments_per_minute.max(1))).max(1)
    }

    fn burst(self) -> i64 {
        self.segment().max(BURST.as_micros() as i64)
    }

    /// The segments that may begin now.
    #[must_use]
    pub fn room(self, now: Timestamp) -> i64 {
        let used_till = self.free_at.max(now).as_micros();
        (now.as_micros() + self.burst() - used_till).max(0) / self.segment()
    }

    /// When the next may begin.
    #[must_use]
    pub fn opens_at(self) -> Timestamp {
        Timestamp::from_micros(self.free_at.as_micros() + self.segment() - self.burst())
    }

    /// How many of these messages, given by their segments, may begin now. One that is larger
    /// than what is free begins as well, and the next one waits for longer.
    #[must_use]
    pub fn fits(self, now: Timestamp, segments: impl IntoIterator<Item = i64>) -> usize {
        let mut room = self.room(now);
        let fits = segments.into_iter().take_while(|segments| {
            let fits = room > 0;
            room -= segments;
            fits
        });
        fits.count()
    }

    /// What is left when so many segments begin now.
    #[must_use]
    pub fn after(self, now: Timestamp, segments: i64) -> Self {
        let used_till = self.free_at.max(now).as_micros();
        let free_at = used_till.saturating_add(self.segment().saturating_mul(segments));
        Self { free_at: Timestamp::from_micros(free_at), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn pace(segments_per_minute: u32) -> Pace {
        Pace { segments_per_minute, free_at: Timestamp::from_micros(0) }
    }

    fn later(millis: u64) -> Timestamp {
        NOW.plus(Duration::from_millis(millis))
    }

    #[test]
    fn one_segment_a_second_is_one_segment_a_second() {
        let used = pace(60).after(NOW, 1);
        assert_eq!(pace(60).room(NOW), 1);
        assert_eq!((used.room(NOW), used.room(later(999)), used.room(later(1_000))), (0, 0, 1));
        assert_eq!(used.opens_at(), later(1_000));
        assert_eq!(used.room(later(60_000)), 1, "nothing is saved up");
    }

    #[test]
    fn a_long_message_makes_the_next_one_wait() {
        assert_eq!(pace(60).fits(NOW, [3, 1]), 1);
        let used = pace(60).after(NOW, 3);
        assert_eq!(used.opens_at(), later(3_000));
        assert_eq!((used.room(later(2_999)), used.room(later(3_000))), (0, 1));
    }

    #[test]
    fn a_fast_sender_sends_a_second_s_worth_at_once_and_no_more_in_the_long_run() {
        let mut pace = pace(6_000);
        assert_eq!(pace.fits(NOW, [1; 500]), 100);
        let mut sent = 0;
        for millis in (0..10_000).step_by(7) {
            let fits = pace.fits(later(millis), [1; 500]);
            pace = pace.after(later(millis), i64::try_from(fits).expect("a number"));
            sent += fits;
        }
        assert!((1_000..=1_100).contains(&sent), "{sent} in ten seconds at 100 a second");
    }

    #[test]
    fn a_rate_below_one_a_second_still_lets_one_go() {
        let slow = pace(6);
        assert_eq!(slow.room(NOW), 1);
        assert_eq!(slow.after(NOW, 1).opens_at(), later(10_000));
    }

    #[test]
    fn no_rate_is_too_high_or_too_low_to_be_counted() {
        assert_eq!(pace(u32::MAX).room(NOW), 1_000_000, "a second of microseconds");
        assert_eq!(pace(0).after(NOW, 1).opens_at(), later(60_000), "as one a minute");
    }

    #[test]
    fn the_default_is_twilio_s_own() {
        assert_eq!(default_of("+15550001234"), Some(60));
        assert_eq!(default_of("+18885551234"), Some(180));
        assert_eq!(default_of("+447700900123"), None);
        assert_eq!(default_of("MG0123456789abcdef0123456789abcdef"), None);
    }
}
