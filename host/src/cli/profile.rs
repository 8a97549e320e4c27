//! What a call used, and how near it came to each limit: for people as a table, for machines as
//! one line of JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::sandbox::{Limits, Usage, grouped};

/// A call beside its limits.
#[derive(Debug, Serialize)]
pub(super) struct Profile {
    profile: Vec<Line>,
    /// The limit that the call came nearest to.
    nearest: &'static str,
}

/// One limit. What its name ends with is the unit.
#[derive(Debug, Serialize)]
struct Line {
    limit: &'static str,
    used: Used,
    of: u64,
    percent: f64,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
enum Used {
    Count(u64),
    Milliseconds(f64),
}

impl Profile {
    /// Every limit whose use is measured; that of the stack is not.
    pub(super) fn of(usage: &Usage, limits: &Limits) -> Self {
        let profile: Vec<_> = limits
            .named()
            .filter_map(|(limit, of)| {
                let used = used(usage, limit)?;
                Some(Line { limit, used, of, percent: percent(used.amount(), of) })
            })
            .collect();
        let nearest = profile.iter().max_by(|a, b| a.percent.total_cmp(&b.percent));
        let nearest = nearest.map_or("fuel", |line| line.limit);
        Self { profile, nearest }
    }

    /// A table.
    pub(super) fn human(&self) -> String {
        let mut text = format!("{:<16}{:>16}{:>16}{:>10}\n", "limit", "used", "of", "%");
        for Line { limit, used, of, percent } in &self.profile {
            let (used, of) = (used.shown(), grouped(*of));
            // Writing to a string never fails.
            let _ = writeln!(text, "{limit:<16}{used:>16}{of:>16}{percent:>10.2}");
        }
        let _ = writeln!(text, "nearest: {}", self.nearest);
        text
    }

    /// One line.
    pub(super) fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self).map(|line| line + "\n")
    }
}

impl Used {
    fn amount(self) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Milliseconds(milliseconds) => milliseconds,
        }
    }

    fn shown(self) -> String {
        match self {
            Self::Count(count) => grouped(count),
            Self::Milliseconds(milliseconds) => format!("{milliseconds:.3}"),
        }
    }
}

/// What a call used of the limit of this name; none for what no call is measured by.
fn used(usage: &Usage, limit: &str) -> Option<Used> {
    let count = |number: usize| Used::Count(u64::try_from(number).unwrap_or(u64::MAX));
    Some(match limit {
        "fuel" => Used::Count(usage.fuel),
        "wall_ms" => Used::Milliseconds(milliseconds(usage.wall)),
        "memory_bytes" => count(usage.memory_bytes),
        "table_entries" => count(usage.table_entries),
        "request_bytes" => count(usage.request_bytes),
        "response_bytes" => count(usage.response_bytes),
        "host_calls" => Used::Count(usage.host_calls.into()),
        "host_call_bytes" => count(usage.host_call_bytes),
        "log_lines" => Used::Count(usage.log_lines.into()),
        _ => return None,
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn percent(used: f64, of: u64) -> f64 {
    match of {
        // A limit of nothing is reached by the first.
        0 if used > 0.0 => 100.0,
        0 => 0.0,
        of => 100.0 * used / of as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage() -> Usage {
        Usage {
            fuel: 1_000_000,
            wall: Duration::from_micros(41),
            memory_bytes: 8 << 20,
            table_entries: 20,
            request_bytes: 52,
            response_bytes: 210,
            host_calls: 1,
            host_call_bytes: 100,
            log_lines: 0,
        }
    }

    #[test]
    fn each_limit_stands_beside_what_was_used_and_the_nearest_is_named() {
        let profile = Profile::of(&usage(), &Limits { log_lines: 0, ..Limits::default() });
        let text = profile.human();
        let lines: Vec<Vec<_>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["limit", "used", "of", "%"]);
        for line in [
            ["fuel", "1,000,000", "2,000,000,000", "0.05"],
            ["wall_ms", "0.041", "2,000", "0.00"],
            ["memory_bytes", "8,388,608", "16,777,216", "50.00"],
            ["table_entries", "20", "4,096", "0.49"],
            ["request_bytes", "52", "1,048,576", "0.00"],
            ["response_bytes", "210", "4,194,304", "0.01"],
            ["host_calls", "1", "256", "0.39"],
            ["host_call_bytes", "100", "65,536", "0.15"],
            ["log_lines", "0", "0", "0.00"],
        ] {
            assert!(lines.iter().any(|found| found[..] == line), "{line:?} in\n{text}");
        }
        assert_eq!(
            lines.last().map(|line| line.join(" ")).as_deref(),
            Some("nearest: memory_bytes")
        );
    }

    #[test]
    fn a_machine_reads_the_same_numbers() {
        let line = Profile::of(&usage(), &Limits::default()).json().expect("it is written");
        assert!(line.ends_with("\"nearest\":\"memory_bytes\"}\n"), "{line}");
        let found: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(found["profile"][0]["limit"], "request_bytes");
        assert_eq!(found["profile"][0]["used"], 52);
        assert_eq!(found["profile"][0]["of"], 1 << 20);
    }
}
