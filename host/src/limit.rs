//! How often an API key may ask: so many requests a second, and so many at once after a pause.
//!
//! Each host counts for itself and in memory, so that a request costs no write; with several hosts
//! behind a proxy a key may ask each of them that often.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Requests a second of a key for which nothing else is set: more than a Twilio account can send
/// (2,000 messages a second), so that only a client that has gone astray meets it.
pub const DEFAULT_PER_SECOND: u32 = 2_500;
/// As many at once after a pause, for each request a second, unless it is set.
pub const DEFAULT_BURST_SECONDS: u32 = 2;
/// The most requests a second that can be set, and the most at once.
pub const MOST: u32 = 1_000_000;
/// So many keys and sessions are remembered before those are forgotten that wait for nothing.
const MAX_REMEMBERED: usize = 1_000;

/// How often a key may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestRate {
    /// As often as it likes.
    Unlimited,
    /// So often.
    Limited {
        /// Requests a second, for ever; at least 1.
        per_second: u32,
        /// Requests at once, after a pause; at least 1.
        burst: u32,
    },
}

impl Default for RequestRate {
    fn default() -> Self {
        Self::of(DEFAULT_PER_SECOND)
    }
}

impl RequestRate {
    fn of(per_second: u32) -> Self {
        let burst = per_second.saturating_mul(DEFAULT_BURST_SECONDS).min(MOST);
        Self::Limited { per_second, burst }
    }
}

/// `unlimited`, `100` or `100/500`: requests a second, and at once.
impl FromStr for RequestRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        let (per_second, burst) =
            text.split_once('/').map_or((text, None), |(rate, burst)| (rate, Some(burst)));
        let number = |text: &str| text.parse().ok().filter(|number| (1..=MOST).contains(number));
        let expected = || {
            format!(
                "expected `unlimited`, requests a second such as `100`, or those and how many at \
                 once such as `100/500`, each from 1 to {MOST}, found `{text}`"
            )
        };
        let per_second = number(per_second).ok_or_else(expected)?;
        match burst {
            None => Ok(Self::of(per_second)),
            Some(burst) => {
                let burst = number(burst).ok_or_else(expected)?;
                Ok(Self::Limited { per_second, burst })
            }
        }
    }
}

impl fmt::Display for RequestRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.write_str("unlimited"),
            Self::Limited { per_second, burst } => write!(f, "{per_second}/{burst}"),
        }
    }
}

/// How often each key has asked.
#[derive(Debug, Default)]
pub struct RequestLimits(Mutex<HashMap<String, Instant>>);

impl RequestLimits {
    /// Counts a request of somebody.
    ///
    /// # Errors
    /// It is one too many; how long to wait before the next.
    pub fn admit(&self, who: &str, rate: RequestRate, now: Instant) -> Result<(), Duration> {
        let RequestRate::Limited { per_second, burst } = rate else { return Ok(()) };
        let mut paid_until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let each = Duration::from_secs(1) / per_second.max(1);
        let paid = paid_until.get(who).copied().map_or(now, |until| until.max(now));
        // Each request pays for its share of a second, up to `burst` of them in advance.
        let owed = (paid + each).duration_since(now);
        let credit = each * burst.max(1);
        if owed > credit {
            return Err(owed - credit);
        }
        if paid_until.len() >= MAX_REMEMBERED && !paid_until.contains_key(who) {
            paid_until.retain(|_, until| *until > now);
        }
        paid_until.insert(who.to_owned(), paid + each);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_admitted_and_then_so_many_a_second() {
        let (limits, begin) = (RequestLimits::default(), Instant::now());
        let rate = RequestRate::Limited { per_second: 10, burst: 5 };
        let admitted = |at: Duration, of: usize| {
            (0..of).filter(|_| limits.admit("a", rate, begin + at).is_ok()).count()
        };
        assert_eq!(admitted(Duration::ZERO, 100), 5);
        assert_eq!(admitted(Duration::from_millis(100), 100), 1);
        assert_eq!(admitted(Duration::from_secs(2), 100), 5, "a pause is no longer than the burst");
        let wait =
            limits.admit("a", rate, begin + Duration::from_secs(2)).expect_err("one too many");
        assert_eq!(wait, Duration::from_millis(100));
        assert!(limits.admit("b", rate, begin).is_ok(), "each has its own");
        let ten_seconds: usize = (1..=1_000)
            .map(|it| admitted(Duration::from_secs(10) + Duration::from_millis(10 * it), 3))
            .sum();
        assert!((100..=105).contains(&ten_seconds), "{ten_seconds}");
    }

    #[test]
    fn who_waits_for_nothing_is_forgotten() {
        let (limits, begin) = (RequestLimits::default(), Instant::now());
        let rate = RequestRate::Limited { per_second: 10, burst: 5 };
        for number in 0..5 * MAX_REMEMBERED {
            let at = begin + Duration::from_secs(u64::try_from(number).expect("a number"));
            assert!(limits.admit(&number.to_string(), rate, at).is_ok());
        }
        assert!(limits.0.lock().expect("them").len() <= MAX_REMEMBERED);
    }

    #[test]
    fn a_rate_reads_back_as_it_is_shown() {
        for (text, shown) in [
            ("unlimited", "unlimited"),
            ("100", "100/200"),
            ("1/7", "1/7"),
            ("1000000", "1000000/1000000"),
        ] {
            let rate: RequestRate = text.parse().expect(text);
            assert_eq!(rate.to_string(), shown);
            assert_eq!(shown.parse(), Ok(rate));
        }
        for bad in ["", "0", "-1", "1/0", "1/", "/1", "1000001", "ten", "1/2/3"] {
            assert!(bad.parse::<RequestRate>().is_err(), "{bad}");
        }
    }
}
