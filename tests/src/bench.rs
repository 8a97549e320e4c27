//! The record of `cargo xtask bench`: what one run measured, kept in `tests/bench/record.json` and
//! shown in README. Both are written by `cargo xtask bench --write`; a test renders the one and
//! compares it with the other, so that no figure is pasted, and none drifts.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Rounds of a row in a measurement for the record.
pub const ROUNDS: usize = 101;

/// Everything that one run found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Processor, load and versions, one line.
    pub machine: String,
    /// Rounds of each row; fewer than [`ROUNDS`] are a trial, not a record.
    pub rounds: usize,
    /// The rows of the table.
    pub rows: Vec<Row>,
    /// What callgrind counted, if it was asked.
    pub instructions: Vec<Instructions>,
    /// What could not be measured, and why.
    pub not_measured: Vec<String>,
}

/// What is done, by whom, how fast, and what was to be reached. The first contender is Verbatim.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What is done.
    pub what: String,
    /// Whether the contenders do the same work, so that a ratio says something.
    pub same_work: bool,
    /// Nanoseconds of each contender.
    pub nanoseconds: Vec<Measured>,
    /// What is to be reached.
    pub goals: Vec<Judged>,
}

/// A contender and what it took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Its time.
    #[serde(flatten)]
    pub time: Time,
}

/// Nanoseconds per call.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Time {
    /// Over all rounds.
    pub median: f64,
    /// A quarter of all rounds took less.
    pub lower_quartile: f64,
    /// A quarter of all rounds took more.
    pub upper_quartile: f64,
}

impl Time {
    /// The median and the quartiles of some samples, to a hundredth of a nanosecond.
    #[must_use]
    pub fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let last = samples.len().saturating_sub(1) as f64;
            let sample = samples.get((part * last).round() as usize).copied().unwrap_or(f64::NAN);
            (sample * 100.0).round() / 100.0
        };
        Self { median: at(0.5), lower_quartile: at(0.25), upper_quartile: at(0.75) }
    }
}

/// A goal in words, and whether it was reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// What was to be reached, and what was.
    pub goal: String,
    /// Whether it was.
    pub reached: bool,
}

/// What a kernel takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instructions {
    /// The kernel.
    pub name: String,
    /// Bytes that one call reads.
    pub bytes: usize,
    /// Instructions of one call.
    pub per_call: u64,
}

impl Record {
    /// The table, as README shows it. The goal that a row misses stands there with its reason.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "| what | who | median | quartiles | beside Verbatim | to reach |\n\
             |---|---|--:|--:|--:|---|\n",
        );
        for row in &self.rows {
            let ours = row.nanoseconds.first().map_or(f64::NAN, |one| one.time.median);
            for (at, Measured { name, time }) in row.nanoseconds.iter().enumerate() {
                let first = at == 0;
                let what = if first { row.what.as_str() } else { "" };
                let ratio = match !first && row.same_work {
                    true => format!("{:.2}", time.median / ours),
                    false => String::new(),
                };
                let goals = if first { goals(row) } else { String::new() };
                let median = shown(time.median);
                let spread =
                    format!("{} – {}", shown(time.lower_quartile), shown(time.upper_quartile));
                push(
                    &mut text,
                    &format!("| {what} | {name} | {median} | {spread} | {ratio} | {goals} |"),
                );
            }
        }
        if !self.instructions.is_empty() {
            push(&mut text, "\n| instructions | per call | bytes | per byte |\n|---|--:|--:|--:|");
            for Instructions { name, bytes, per_call } in &self.instructions {
                let per_byte = *per_call as f64 / *bytes as f64;
                push(&mut text, &format!("| {name} | {per_call} | {bytes} | {per_byte:.1} |"));
            }
        }
        push(&mut text, &format!("\n{}", self.machine));
        for why in &self.not_measured {
            push(&mut text, &format!("\nNot measured: {why}"));
        }
        text
    }

    /// Whether every row was measured and reaches its goals.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        let mut goals = self.rows.iter().flat_map(|row| &row.goals);
        goals.all(|goal| goal.reached) && self.not_measured.is_empty()
    }

    /// What keeps this from being a record, each in a sentence: a trial, something that was not
    /// measured, a goal that is missed without a reason.
    #[must_use]
    pub fn objections(&self, reasons: &[(&str, &str)]) -> Vec<String> {
        let mut all = Vec::new();
        if self.rounds != ROUNDS {
            all.push(format!("measured in {} rounds: expected {ROUNDS}", self.rounds));
        }
        all.extend(self.not_measured.iter().map(|why| format!("not measured: {why}")));
        for row in &self.rows {
            let missed = row.goals.iter().filter(|goal| !goal.reached);
            if reason(reasons, &row.what).is_none() {
                all.extend(missed.map(|one| format!("{}: missed {}", row.what, one.goal)));
            }
        }
        all
    }
}

/// Why a row misses its goal, by what it does: the only way in which one may.
pub const REASONS: &[(&str, &str)] = &[
    (
        "parse and render, values by position",
        "a third of the time is the text's own: one allocation, seven copies",
    ),
    (
        "a row of a batch: render, check and count",
        "fuel and the clock are counted at every turn and call, an instance is made, cleared and \
         read for each 512 rows, and its answers are checked",
    ),
];

fn reason<'a>(reasons: &[(&str, &'a str)], what: &str) -> Option<&'a str> {
    reasons.iter().find(|(row, _)| *row == what).map(|&(_, why)| why)
}

fn goals(row: &Row) -> String {
    let goals = row.goals.iter().map(|Judged { goal, reached }| match reached {
        true => format!("✓ {goal}"),
        false => {
            let why =
                reason(REASONS, &row.what).map_or_else(String::new, |why| format!(" ({why})"));
            format!("**missed:** {goal}{why}")
        }
    });
    goals.collect::<Vec<_>>().join("<br>")
}

/// A time as people read it.
#[must_use]
pub fn shown(nanos: f64) -> String {
    match nanos {
        nanos if nanos < 100.0 => format!("{nanos:.1} ns"),
        nanos if nanos < 1_000.0 => format!("{nanos:.0} ns"),
        nanos if nanos < 100_000.0 => format!("{:.2} µs", nanos / 1e3),
        nanos if nanos < 1_000_000.0 => format!("{:.0} µs", nanos / 1e3),
        nanos => format!("{:.2} ms", nanos / 1e6),
    }
}

fn push(text: &mut String, line: &str) {
    // Writing to a string never fails.
    let _ = writeln!(text, "{line}");
}

/// README's lines around the table.
const MARKS: [&str; 2] = ["<!-- cargo xtask bench -->\n", "<!-- end -->"];

/// README with `table` in its place; `None` if it has no such place.
#[must_use]
pub fn in_readme(readme: &str, table: &str) -> Option<String> {
    let (before, rest) = readme.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some([before, MARKS[0], table, MARKS[1], after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(rounds: usize, goals: &[(&str, bool)]) -> Record {
        let time = Time::of(vec![1.0]);
        let row = |&(what, reached): &(&str, bool)| Row {
            what: what.into(),
            same_work: true,
            nanoseconds: vec![Measured { name: "verbatim".into(), time }],
            goals: vec![Judged { goal: "under 1 ns".into(), reached }],
        };
        let rows = goals.iter().map(row).collect();
        let machine = String::from("here");
        Record { machine, rounds, rows, instructions: Vec::new(), not_measured: Vec::new() }
    }

    #[test]
    fn one_slow_batch_moves_no_median() {
        let time = Time::of(vec![3.0, 900.0, 1.0, 2.004, 4.0]);
        assert_eq!((time.median, time.lower_quartile, time.upper_quartile), (3.0, 2.0, 4.0));
    }

    #[test]
    fn a_trial_and_a_goal_missed_without_a_reason_are_no_record() {
        let objections = |record: Record, reasons: &[(&str, &str)]| record.objections(reasons);
        assert_eq!(objections(record(ROUNDS, &[("a", true)]), &[]), [""; 0]);
        assert_eq!(objections(record(5, &[]), &[]), ["measured in 5 rounds: expected 101"]);
        let missed = || record(ROUNDS, &[("a", true), ("b", false)]);
        assert_eq!(objections(missed(), &[]), ["b: missed under 1 ns"]);
        assert_eq!(objections(missed(), &[("b", "because")]), [""; 0]);
    }

    #[test]
    fn the_table_takes_its_place_in_the_readme_and_nothing_else() {
        let readme = "a\n<!-- cargo xtask bench -->\nold\n<!-- end -->\nb";
        let expected = "a\n<!-- cargo xtask bench -->\nnew\n<!-- end -->\nb";
        assert_eq!(in_readme(readme, "new\n").as_deref(), Some(expected));
        assert_eq!(in_readme("no place", "new\n"), None);
    }
}
