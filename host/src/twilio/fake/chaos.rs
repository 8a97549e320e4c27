//! What goes wrong at the fake Twilio: how often each fault comes, and when.
//!
//! Each decision is a function of the seed, the fault, what is asked and how often that was asked
//! before: not of the order in which requests arrive. So a run replays, whatever its timing.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The longest latency that can be asked for, in milliseconds.
pub const MAX_LATENCY_MS: u64 = 60_000;
/// Requests that are remembered, so that a repeated one has a fate of its own.
const MAX_ASKED: usize = 100_000;
/// The window of a sender's ceiling.
const SECOND: Duration = Duration::from_secs(1);
/// What is counted for the account, beside its senders.
const ACCOUNT: &str = "";

/// A rate that Twilio keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceiling {
    /// That of one sender.
    Sender,
    /// That of all of them.
    Account,
}

/// How the fake Twilio misbehaves, and which of Twilio's own rules it keeps. What is left out is
/// off.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Chaos {
    /// The same seed and the same requests: the same faults.
    pub seed: u32,
    /// How long each request takes.
    pub latency_ms: Latency,
    /// Refuses a request with 429 (20429); nothing was made.
    pub throttled: Chance,
    /// Answers 500 (20500) to a request; nothing was made.
    pub error_before: Chance,
    /// Makes the message, and answers 500 (20500).
    pub error_after: Chance,
    /// Makes the message, and gives no answer until the client has given up.
    pub timeout_after: Chance,
    /// Never makes a status callback.
    pub callback_dropped: Chance,
    /// Makes a status callback twice.
    pub callback_doubled: Chance,
    /// Makes a status callback after the one that should follow it.
    pub callback_reordered: Chance,
    /// Lets a message end `undelivered` (30003), as if its phone were off.
    pub undelivered: Chance,
    /// Messages a second that one sender may ask for; more are refused with 429 (20429). 0: any.
    pub per_second: u32,
    /// Messages a second that the account may ask for; more are refused with 429 (63017). 0: any.
    pub per_second_of_account: u32,
    /// Answers STOP, START and HELP itself, as Twilio does unless that is switched off, and
    /// refuses with 21610 what is for whoever has opted out.
    pub answers_keywords: bool,
    /// How the campaign of each Messaging Service stands (A2P 10DLC). Unless it is verified, what a
    /// long code sends to a US or Canadian phone ends `undelivered` (30034).
    pub campaign: CampaignStatus,
    /// The campaigns say that their messages hold no links.
    pub campaign_without_links: bool,
    /// The campaigns say that their messages hold no phone numbers.
    pub campaign_without_phone_numbers: bool,
}

/// How a campaign stands, in Twilio's words; `NONE` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(inline)]
pub enum CampaignStatus {
    /// Registered.
    #[default]
    Verified,
    /// Still being looked at.
    InProgress,
    /// Refused.
    Failed,
    /// There is none.
    None,
}

/// A probability: 0 for never, 1 for always.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Chance(f64);

/// Between so many milliseconds and so many, each as likely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Bounds")]
#[schemars(inline)]
pub struct Latency {
    least: u64,
    most: u64,
}

/// A [`Latency`] that has not been looked at yet.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct Bounds {
    #[schemars(range(max = MAX_LATENCY_MS))]
    least: u64,
    #[schemars(range(max = MAX_LATENCY_MS))]
    most: u64,
}

/// Why something is no chaos.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChaosError {
    /// Less than never, or more than always.
    #[error("expected a probability from 0 to 1, found {0}")]
    Chance(f64),
    /// The wrong way round, or too long.
    #[error("expected milliseconds such as `50..400`, of {MAX_LATENCY_MS} at most, found `{0}`")]
    Latency(String),
    /// Not of the form that the command line has.
    #[error("expected `name=value`, e.g. `timeout_after=0.1`, found `{0}`")]
    Pair(String),
    /// An unknown name, or a value that does not fit.
    #[error("{0}")]
    Member(String),
}

impl Chance {
    /// Never.
    pub const NEVER: Self = Self(0.0);
    /// Always.
    pub const ALWAYS: Self = Self(1.0);
}

impl TryFrom<f64> for Chance {
    type Error = ChaosError;

    fn try_from(value: f64) -> Result<Self, ChaosError> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(ChaosError::Chance(value)) }
    }
}

impl From<Chance> for f64 {
    fn from(chance: Chance) -> Self {
        chance.0
    }
}

impl JsonSchema for Chance {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Chance".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}

impl Latency {
    /// From `least` to `most` milliseconds.
    ///
    /// # Errors
    /// `least` is more than `most`, or `most` more than [`MAX_LATENCY_MS`].
    pub fn new(least: u64, most: u64) -> Result<Self, ChaosError> {
        if least <= most && most <= MAX_LATENCY_MS {
            Ok(Self { least, most })
        } else {
            Err(ChaosError::Latency(format!("{least}..{most}")))
        }
    }

    fn at(self, share: f64) -> Duration {
        let (least, most) = (Duration::from_millis(self.least), Duration::from_millis(self.most));
        least + (most - least).mul_f64(share)
    }
}

impl TryFrom<Bounds> for Latency {
    type Error = ChaosError;

    fn try_from(bounds: Bounds) -> Result<Self, ChaosError> {
        Self::new(bounds.least, bounds.most)
    }
}

impl FromStr for Latency {
    type Err = ChaosError;

    /// `50..400`, or `50` for just that.
    fn from_str(text: &str) -> Result<Self, ChaosError> {
        let bad = |_| ChaosError::Latency(text.to_owned());
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        Self::new(least.parse().map_err(bad)?, most.parse().map_err(bad)?)
    }
}

impl FromStr for Chaos {
    type Err = ChaosError;

    /// `seed=7,latency_ms=50..400,timeout_after=0.1,answers_keywords=true`
    fn from_str(text: &str) -> Result<Self, ChaosError> {
        let mut members = Map::new();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| ChaosError::Pair(pair.to_owned()))?;
            let value = match name {
                "latency_ms" => json!(value.parse::<Latency>()?),
                _ => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
            };
            members.insert(name.to_owned(), value);
        }
        serde_json::from_value(Value::Object(members))
            .map_err(|error| ChaosError::Member(error.to_string()))
    }
}

/// What becomes of a request to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Fine,
    Throttled,
    ErrorBefore,
    ErrorAfter,
    TimeoutAfter,
}

/// What becomes of a status callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Journey {
    /// How often it is made.
    pub(super) times: u8,
    /// Whether it comes after the one that should follow it.
    pub(super) is_late: bool,
}

/// A request, and how many like it came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    key: u64,
    nth: u32,
}

/// The chaos that is set, and what it must remember.
#[derive(Debug, Default)]
pub(super) struct Dice {
    chaos: Chaos,
    asked: HashMap<u64, u32>,
    sent: HashMap<String, VecDeque<Instant>>,
}

impl Dice {
    pub(super) fn new(chaos: Chaos) -> Self {
        Self { chaos, ..Self::default() }
    }

    pub(super) fn chaos(&self) -> Chaos {
        self.chaos
    }

    /// A request that has just arrived; what makes it the same as another.
    pub(super) fn ask(&mut self, what: &[&str]) -> Asked {
        let mut digest = Sha256::new();
        for part in what {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let key = first_eight(&digest.finalize());
        if self.asked.len() == MAX_ASKED {
            self.asked.clear();
        }
        let count = self.asked.entry(key).or_default();
        let asked = Asked { key, nth: *count };
        *count += 1;
        asked
    }

    /// How long a request takes, and what becomes of it.
    pub(super) fn of_request(&self, asked: Asked) -> (Duration, Fate) {
        (self.latency(asked), self.fate(asked))
    }

    fn latency(&self, asked: Asked) -> Duration {
        self.chaos.latency_ms.at(self.draw("latency", asked))
    }

    fn fate(&self, asked: Asked) -> Fate {
        let Chaos { throttled, error_before, error_after, timeout_after, .. } = self.chaos;
        let faults = [
            ("throttled", throttled, Fate::Throttled),
            ("error_before", error_before, Fate::ErrorBefore),
            ("timeout_after", timeout_after, Fate::TimeoutAfter),
            ("error_after", error_after, Fate::ErrorAfter),
        ];
        let hit = faults.into_iter().find(|(name, chance, _)| self.draw(name, asked) < chance.0);
        hit.map_or(Fate::Fine, |(_, _, fate)| fate)
    }

    pub(super) fn journey(&self, asked: Asked, status: &str) -> Journey {
        let hits =
            |fault: &str, chance: Chance| self.draw(&format!("{fault} {status}"), asked) < chance.0;
        let Chaos { callback_dropped, callback_doubled, callback_reordered, .. } = self.chaos;
        let times = match hits("callback_dropped", callback_dropped) {
            true => 0,
            false => 1 + u8::from(hits("callback_doubled", callback_doubled)),
        };
        Journey { times, is_late: hits("callback_reordered", callback_reordered) }
    }

    pub(super) fn arrives(&self, asked: Asked) -> bool {
        self.draw("undelivered", asked) >= self.chaos.undelivered.0
    }

    /// Counts one more message of a sender, unless that or the account would be over its ceiling:
    /// which of them.
    pub(super) fn count(&mut self, sender: &str, now: Instant) -> Result<(), Ceiling> {
        let of_sender = (sender, self.chaos.per_second, Ceiling::Sender);
        let of_account = (ACCOUNT, self.chaos.per_second_of_account, Ceiling::Account);
        let ceilings = [of_sender, of_account].into_iter().filter(|(_, most, _)| *most > 0);
        for (name, most, ceiling) in ceilings.clone() {
            let sent = self.sent.entry(name.to_owned()).or_default();
            while sent.front().is_some_and(|at| now.duration_since(*at) >= SECOND) {
                sent.pop_front();
            }
            if sent.len() >= most as usize {
                return Err(ceiling);
            }
        }
        for (name, _, _) in ceilings {
            self.sent.entry(name.to_owned()).or_default().push_back(now);
        }
        Ok(())
    }

    /// A number from 0 to below 1.
    fn draw(&self, fault: &str, asked: Asked) -> f64 {
        let mut digest = Sha256::new();
        digest.update(self.chaos.seed.to_le_bytes());
        digest.update(asked.key.to_le_bytes());
        digest.update(asked.nth.to_le_bytes());
        digest.update(fault);
        // The 32 bits that both integer and floating point hold exactly.
        let high = u32::try_from(first_eight(&digest.finalize()) >> 32).unwrap_or_default();
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }
}

fn first_eight(digest: &[u8]) -> u64 {
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fine => "fine",
            Self::Throttled => "throttled",
            Self::ErrorBefore => "error_before",
            Self::ErrorAfter => "error_after",
            Self::TimeoutAfter => "timeout_after",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dice(chaos: &str) -> Dice {
        Dice::new(chaos.parse().expect("a chaos"))
    }

    #[test]
    fn a_line_of_text_is_read_and_one_that_is_wrong_says_why() {
        let read: Chaos = "seed=7,latency_ms=50..400,timeout_after=0.25,per_second=3,\
            answers_keywords=true,campaign=IN_PROGRESS,campaign_without_links=true"
            .parse()
            .expect("a chaos");
        let expected = Chaos {
            seed: 7,
            latency_ms: Latency { least: 50, most: 400 },
            timeout_after: Chance(0.25),
            per_second: 3,
            answers_keywords: true,
            campaign: CampaignStatus::InProgress,
            campaign_without_links: true,
            ..Chaos::default()
        };
        assert_eq!(read, expected);
        assert_eq!("".parse(), Ok(Chaos::default()));
        for (bad, why) in [
            ("throttled=1.01", "expected a probability from 0 to 1, found 1.01"),
            ("throttled=-0.01", "expected a probability"),
            ("throttled=often", "expected f64"),
            ("nonsense=1", "unknown field `nonsense`"),
            ("throttled", "expected `name=value`"),
            ("latency_ms=400..50", "expected milliseconds"),
            ("latency_ms=60001", "of 60000 at most"),
            ("latency_ms=x", "expected milliseconds"),
            ("seed=-1", "u32"),
        ] {
            let found = bad.parse::<Chaos>().expect_err(bad).to_string();
            assert!(found.contains(why), "{bad}: {found}");
        }
        assert!("latency_ms=60000,throttled=1,error_after=0".parse::<Chaos>().is_ok());
    }

    #[test]
    fn the_same_seed_and_the_same_requests_have_the_same_fates_in_any_order() {
        let line = "seed=3,throttled=0.2,error_before=0.2,error_after=0.2,timeout_after=0.2,\
            callback_dropped=0.3,callback_doubled=0.3,callback_reordered=0.3,latency_ms=0..1000";
        let texts: Vec<String> = (0..200).map(|number| format!("text {number}")).collect();
        let all = |dice: &mut Dice, reversed: bool| {
            let mut order: Vec<&String> = texts.iter().collect();
            if reversed {
                order.reverse();
            }
            let mut fates: Vec<_> = order
                .into_iter()
                .map(|text| {
                    let asked = dice.ask(&["+1", "+2", text]);
                    let journey = dice.journey(asked, "sent");
                    (text, dice.fate(asked), journey, dice.latency(asked))
                })
                .map(|(text, fate, journey, latency)| {
                    format!("{text} {fate} {journey:?} {latency:?}")
                })
                .collect();
            fates.sort();
            fates
        };
        let first = all(&mut dice(line), false);
        assert_eq!(first, all(&mut dice(line), true));
        assert_ne!(first, all(&mut dice(&line.replace("seed=3", "seed=4")), false));
        let mut again = dice(line);
        all(&mut again, false);
        assert_ne!(first, all(&mut again, false), "what is asked again has a fate of its own");
    }

    #[test]
    fn each_fault_comes_as_often_as_it_is_set_and_alone_if_it_is_alone() {
        for (name, expected) in [
            ("throttled", Fate::Throttled),
            ("error_before", Fate::ErrorBefore),
            ("error_after", Fate::ErrorAfter),
            ("timeout_after", Fate::TimeoutAfter),
        ] {
            for (chance, range) in [("0", 0..1), ("0.25", 400..600), ("1", 2000..2001)] {
                let mut dice = dice(&format!("{name}={chance}"));
                let fates = (0..2000).map(|_| {
                    let asked = dice.ask(&["the same"]);
                    dice.fate(asked)
                });
                let fates: Vec<Fate> = fates.collect();
                let hits = fates.iter().filter(|fate| **fate == expected).count();
                let others = fates.iter().filter(|fate| **fate != Fate::Fine).count();
                assert!(range.contains(&hits), "{name}={chance}: {hits} of 2000");
                assert_eq!(others, hits, "{name}");
            }
        }
    }

    #[test]
    fn a_callback_is_dropped_doubled_or_late() {
        let journey = |line: &str| {
            let mut dice = dice(line);
            let asked = dice.ask(&["x"]);
            dice.journey(asked, "sent")
        };
        assert_eq!(journey(""), Journey { times: 1, is_late: false });
        assert_eq!(journey("callback_dropped=1,callback_doubled=1").times, 0);
        assert_eq!(journey("callback_doubled=1").times, 2);
        assert!(journey("callback_reordered=1").is_late);
    }

    #[test]
    fn a_sender_has_room_for_so_many_in_each_second_and_another_for_its_own() {
        let mut dice = dice("per_second=2");
        let start = Instant::now();
        assert_eq!([dice.count("+1", start), dice.count("+1", start)], [Ok(()); 2]);
        let later = start + SECOND - Duration::from_millis(1);
        assert_eq!(dice.count("+1", later), Err(Ceiling::Sender));
        assert_eq!(dice.count("+2", start), Ok(()));
        assert_eq!(dice.count("+1", start + SECOND), Ok(()));
    }

    #[test]
    fn an_account_has_room_for_so_many_of_all_its_senders() {
        let mut dice = dice("per_second_of_account=2,per_second=1");
        let start = Instant::now();
        assert_eq!(dice.count("+1", start), Ok(()));
        // What is refused for its sender does not count for the account.
        assert_eq!(dice.count("+1", start), Err(Ceiling::Sender));
        assert_eq!(dice.count("+2", start), Ok(()));
        assert_eq!(dice.count("+3", start), Err(Ceiling::Account));
        assert_eq!(dice.count("+3", start + SECOND), Ok(()));
    }
}
