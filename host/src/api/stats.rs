//! What became of the messages of the last hours, in numbers: over time, by template, by sender
//! and by Twilio's codes.
//!
//! The store counts no more than [`MAX_WALK`](crate::store::MAX_WALK) messages, the newest, and
//! says so.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::input::Params;
use super::problem::Problem;
use super::view;
use crate::store::{Tally, TallyQuery};
use crate::time::Timestamp;
use crate::twilio::error;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// Without `hours`.
const DEFAULT_HOURS: u64 = 24;
/// Thirty days.
const MAX_HOURS: u64 = 30 * 24;
/// The most templates, senders and codes that are told, those with the most messages.
const MAX_ROWS: usize = 50;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatsQuery {
    /// How many hours back: 1 to 720; 24 unless given.
    hours: Option<u64>,
    /// Only those of `live`, `pre_release` or `sandbox`.
    environment: Option<String>,
    /// Only those from this sender.
    sender: Option<String>,
    /// Only those of the template of this title.
    template: Option<String>,
}

/// What became of messages, in numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Stats {
    since: Timestamp,
    until: Timestamp,
    /// How long each span of `over_time` is.
    span_seconds: u64,
    /// Whether all were counted; otherwise the newest 10,000 of this host were looked at.
    complete: bool,
    total: Count,
    /// The spans in which there was a message, the oldest first.
    over_time: Vec<Span>,
    /// Those with the most messages.
    by_template: Vec<OfTemplate>,
    /// Those with the most messages.
    by_sender: Vec<OfSender>,
    /// What Twilio or the carrier said, the most frequent first.
    by_error: Vec<OfError>,
}

/// How many messages, how they stand, and what they take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
struct Count {
    messages: i64,
    /// By state; a state without a message is left out.
    states: BTreeMap<&'static str, i64>,
    /// The segments that the module counted.
    predicted_segments: i64,
    /// The segments that Twilio counted, as far as it has.
    billed_segments: i64,
    /// What the module counted of those that Twilio has counted.
    predicted_of_billed: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Span {
    /// Its beginning.
    at: Timestamp,
    #[serde(flatten)]
    count: Count,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OfTemplate {
    /// Null for free-form text.
    template: Option<String>,
    #[serde(flatten)]
    count: Count,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OfSender {
    sender: String,
    #[serde(flatten)]
    count: Count,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OfError {
    code: i64,
    /// What it means, if it is known.
    message: Option<&'static str>,
    /// What to do about it.
    help: Option<&'static str>,
    messages: i64,
}

/// `GET /v1/stats?hours&environment&sender&template`.
pub(super) async fn stats(
    State(app): State<Arc<App>>,
    Params(query): Params<StatsQuery>,
) -> Result<Json<Stats>, Problem> {
    let hours = query.hours.unwrap_or(DEFAULT_HOURS);
    if !(1..=MAX_HOURS).contains(&hours) {
        let detail = format!("expected 1 to {MAX_HOURS} as `hours`, found {hours}");
        return Err(Problem::unprocessable("bad_field", detail));
    }
    let until = Timestamp::now();
    let query = TallyQuery {
        since: until.minus(Duration::from_secs(hours * HOUR)),
        span: span_of(hours),
        environment: query.environment.map(|it| view::environment(Some(&it))).transpose()?,
        sender: query.sender,
        template: query.template,
    };
    let found = app.store.tally(&query).await?;
    let by_template = grouped(&found.tallies, |one| one.template.clone());
    let by_sender = grouped(&found.tallies, |one| one.sender.clone());
    Ok(Json(Stats {
        since: query.since,
        until,
        span_seconds: query.span.as_secs(),
        complete: found.complete,
        total: found.tallies.iter().collect(),
        over_time: grouped(&found.tallies, |one| one.at)
            .into_iter()
            .map(|(at, count)| Span { at, count })
            .collect(),
        by_template: most(by_template)
            .map(|(template, count)| OfTemplate { template, count })
            .collect(),
        by_sender: most(by_sender).map(|(sender, count)| OfSender { sender, count }).collect(),
        by_error: errors(&found.tallies),
    }))
}

/// So long that so many hours have no more than 72 spans: as many as a chart can show.
const fn span_of(hours: u64) -> Duration {
    Duration::from_secs(match hours {
        0..=1 => MINUTE,
        2..=6 => 5 * MINUTE,
        7..=24 => 20 * MINUTE,
        25..=168 => 3 * HOUR,
        169.. => 12 * HOUR,
    })
}

impl<'a> FromIterator<&'a Tally> for Count {
    fn from_iter<T: IntoIterator<Item = &'a Tally>>(tallies: T) -> Self {
        let mut count = Self::default();
        tallies.into_iter().for_each(|one| count.add(one));
        count
    }
}

impl Count {
    fn add(&mut self, tally: &Tally) {
        self.messages += tally.messages;
        *self.states.entry(tally.state.as_str()).or_default() += tally.messages;
        self.predicted_segments += tally.predicted;
        self.billed_segments += tally.billed;
        self.predicted_of_billed += tally.predicted_of_billed;
    }
}

fn grouped<K: Ord>(tallies: &[Tally], key: impl Fn(&Tally) -> K) -> BTreeMap<K, Count> {
    let mut groups: BTreeMap<K, Count> = BTreeMap::new();
    for tally in tallies {
        groups.entry(key(tally)).or_default().add(tally);
    }
    groups
}

/// The groups with the most messages; of as many, by name.
fn most<K>(groups: BTreeMap<K, Count>) -> impl Iterator<Item = (K, Count)> {
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(count.messages));
    groups.into_iter().take(MAX_ROWS)
}

fn errors(tallies: &[Tally]) -> Vec<OfError> {
    let failed = |one: &&Tally| one.error_code.is_some();
    let tallies: Vec<_> = tallies.iter().filter(failed).cloned().collect();
    most(grouped(&tallies, |one| one.error_code.unwrap_or_default()))
        .map(|(code, count)| {
            let known = error::lookup(code);
            OfError {
                code,
                message: known.map(|known| known.meaning),
                help: known.map(|known| known.help),
                messages: count.messages,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::State;

    fn tally(at: i64, state: State, template: Option<&str>, code: Option<i64>) -> Tally {
        Tally {
            at: Timestamp::from_micros(at),
            state,
            template: template.map(str::to_owned),
            sender: "+15550001234".to_owned(),
            error_code: code,
            messages: 2,
            predicted: 4,
            billed: 3,
            predicted_of_billed: 2,
        }
    }

    #[test]
    fn what_is_counted_apart_is_as_much_as_all_of_it() {
        use State::{Delivered, Failed, Queued};
        let tallies = [
            tally(1, Delivered, Some("a"), None),
            tally(1, Failed, None, Some(21_211)),
            tally(2, Queued, Some("a"), None),
        ];
        let total: Count = tallies.iter().collect();
        assert_eq!((total.messages, total.predicted_segments, total.billed_segments), (6, 12, 9));
        let states = [("delivered", 2), ("failed", 2), ("queued", 2)];
        assert_eq!(total.states, BTreeMap::from(states));
        let over_time = grouped(&tallies, |one| one.at);
        let summed: i64 = over_time.values().map(|count| count.messages).sum();
        assert_eq!((over_time.len(), summed), (2, total.messages));
        let by_template: Vec<_> = most(grouped(&tallies, |one| one.template.clone())).collect();
        let told: Vec<_> =
            by_template.iter().map(|(name, it)| (name.as_deref(), it.messages)).collect();
        assert_eq!(told, [(Some("a"), 4), (None, 2)]);
        let [error] = &errors(&tallies)[..] else { panic!("one code") };
        assert_eq!((error.code, error.messages), (21_211, 2));
        assert!(error.help.is_some());
    }

    #[test]
    fn no_more_than_so_many_groups_are_told_those_with_the_most() {
        let many: Vec<Tally> = (0..=MAX_ROWS)
            .flat_map(|n| {
                let one = tally(1, State::Delivered, Some(&format!("t{n:03}")), None);
                vec![one; if n == MAX_ROWS { 2 } else { 1 }]
            })
            .collect();
        let told: Vec<_> = most(grouped(&many, |one| one.template.clone())).collect();
        assert_eq!(told.len(), MAX_ROWS);
        assert_eq!(told[0].0.as_deref(), Some("t050"));
    }

    #[test]
    fn a_chart_has_no_more_spans_than_it_can_show() {
        for hours in 1..=MAX_HOURS {
            let spans = hours * HOUR / span_of(hours).as_secs();
            assert!((8..=72).contains(&spans), "{hours} hours have {spans} spans");
        }
    }
}
