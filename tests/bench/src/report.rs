//! The table: Markdown for README, JSON for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::goal::{Goal, shown};
use crate::instructions::Instructions;
use crate::row::Row;

/// Everything that one run found.
pub struct Report {
    /// Processor, load and versions, one line.
    pub machine: String,
    pub rows: Vec<Row>,
    pub instructions: Vec<Instructions>,
    /// What could not be measured, and why.
    pub missing: Vec<String>,
}

impl Report {
    /// Whether every row was measured and reaches its goals.
    pub fn is_reached(&self) -> bool {
        let reached = |row: &Row| row.goals.iter().all(|goal| goal.judge(&row.measured).1);
        self.rows.iter().all(reached) && self.missing.is_empty()
    }

    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "| what | who | median | quartiles | beside Verbatim | to reach |\n\
             |---|---|--:|--:|--:|---|\n",
        );
        for row in &self.rows {
            let ours = row.measured.first().map_or(f64::NAN, |one| one.time.median);
            for (at, one) in row.measured.iter().enumerate() {
                let first = at == 0;
                let what = if first { row.what.as_str() } else { "" };
                let ratio = match (first, is_growth(row)) {
                    (true, _) => String::new(),
                    (false, true) => String::new(),
                    (false, false) => format!("{:.2}", one.time.median / ours),
                };
                let goals = if first { goals(row) } else { String::new() };
                let (median, spread) = (shown(one.time.median), spread(one.time));
                let who = &one.name;
                push(
                    &mut text,
                    &format!("| {what} | {who} | {median} | {spread} | {ratio} | {goals} |"),
                );
            }
        }
        if !self.instructions.is_empty() {
            push(&mut text, "\n| instructions | per call | bytes | per byte |\n|---|--:|--:|--:|");
            for one in &self.instructions {
                let Instructions { name, bytes, per_call } = one;
                let per_byte = *per_call as f64 / *bytes as f64;
                push(&mut text, &format!("| {name} | {per_call} | {bytes} | {per_byte:.1} |"));
            }
        }
        push(&mut text, &format!("\n{}", self.machine));
        for why in &self.missing {
            push(&mut text, &format!("\nNot measured: {why}"));
        }
        text
    }

    pub fn json(&self) -> Value {
        let row = |row: &Row| {
            let goals = row.goals.iter().map(|goal| {
                let (goal, reached) = goal.judge(&row.measured);
                json!({ "goal": goal, "reached": reached })
            });
            json!({
                "what": row.what,
                "nanoseconds": row.measured,
                "goals": goals.collect::<Vec<_>>(),
            })
        };
        json!({
            "machine": self.machine,
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "instructions": self.instructions,
            "not_measured": self.missing,
        })
    }
}

fn goals(row: &Row) -> String {
    let goals = row.goals.iter().map(|goal| {
        let (text, reached) = goal.judge(&row.measured);
        format!("{} {text}", if reached { "✓" } else { "**missed:**" })
    });
    goals.collect::<Vec<_>>().join("<br>")
}

/// The contenders of a growth row do different work: their ratio says nothing.
fn is_growth(row: &Row) -> bool {
    row.goals.iter().any(|goal| matches!(goal, Goal::Linear))
}

fn spread(time: crate::timing::Time) -> String {
    format!("{} – {}", shown(time.lower_quartile), shown(time.upper_quartile))
}

fn push(text: &mut String, line: &str) {
    // Writing to a string never fails.
    let _ = writeln!(text, "{line}");
}
