//! Verbatim beside other engines, in one run: `cargo xtask bench`.
//!
//! Prints the table of times as Markdown, or with `--json` everything. `--instructions` counts
//! instructions too, under valgrind. `--write` keeps the record and puts its table into README;
//! `--render` only does the latter, with the record that there is. `--short` is a trial: few rounds.
//! Ends with 1 if a goal is missed or a row could not be measured.

mod batch;
mod chromium;
mod engine;
mod goal;
mod instructions;
mod node;
mod row;
mod sandbox;
mod timing;

use std::process::ExitCode;
use std::{env, fs};

use verbatim_tests::bench::{Record, in_readme};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let [instructions::KERNEL, number, calls] = arguments[..] {
        instructions::run(number.parse().unwrap_or(0), calls.parse().unwrap_or(0));
        return ExitCode::SUCCESS;
    }
    let has = |name: &str| arguments.contains(&name);
    if let Some(other) = arguments.iter().find(|one| !OPTIONS.contains(one)) {
        eprintln!("error: expected one of {}; found `{other}`", OPTIONS.join(", "));
        return ExitCode::from(2);
    }
    let kept = match has("--render") {
        true => render(),
        false => {
            let record = measured(has("--instructions"));
            match (has("--write"), has("--json")) {
                (true, _) => write(&record),
                (false, true) => json(&record).map(|text| print!("{text}")),
                (false, false) => Ok(print!("{}", record.markdown())),
            }
            .map(|()| record)
        }
    };
    match kept {
        Ok(record) if record.is_reached() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

const OPTIONS: [&str; 5] = ["--json", "--instructions", "--write", "--render", "--short"];

fn measured(instructions: bool) -> Record {
    let before = load();
    let mut rows = row::native();
    let mut missing = Vec::new();
    match row::sandboxed() {
        Ok(more) => rows.extend(more),
        Err(why) => missing.push(format!("in the sandbox: {why}")),
    }
    let node = match node::rows() {
        Ok((version, more)) => {
            rows.extend(more);
            version
        }
        Err(why) => {
            missing.push(format!("in Node: {why}"));
            String::from("none")
        }
    };
    match chromium::row() {
        Ok(row) => rows.push(row),
        Err(why) => missing.push(format!("in Chromium: {why}")),
    }
    let counted = match instructions.then(instructions::count).transpose() {
        Ok(counted) => counted.unwrap_or_default(),
        Err(why) => {
            missing.push(format!("instructions: {why}"));
            Vec::new()
        }
    };
    let machine = format!(
        "Measured on {} ({} threads), load {before} before and {} after; Node {node}.",
        processor(),
        std::thread::available_parallelism().map_or(0, usize::from),
        load(),
    );
    Record {
        machine,
        rounds: row::rounds(),
        rows: rows.into_iter().map(row::Row::recorded).collect(),
        instructions: counted,
        not_measured: missing,
    }
}

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/record.json");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

fn json(record: &Record) -> Result<String, String> {
    serde_json::to_string_pretty(record).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// Keeps the record, then renders what was kept.
fn write(record: &Record) -> Result<(), String> {
    fs::write(RECORD, json(record)?)
        .map_err(|error| format!("could not write {RECORD}: {error}"))?;
    render().map(drop)
}

/// Puts the table of the record that is kept into README.
fn render() -> Result<Record, String> {
    let read = |path| fs::read_to_string(path).map_err(|error| format!("no {path}: {error}"));
    let record: Record =
        serde_json::from_str(&read(RECORD)?).map_err(|error| format!("{RECORD}: {error}"))?;
    let table = record.markdown();
    let readme = in_readme(&read(README)?, &table);
    let readme = readme.ok_or("expected the marks of the table in README, found none")?;
    fs::write(README, readme).map_err(|error| format!("could not write {README}: {error}"))?;
    print!("{table}");
    Ok(record)
}

/// The load of the last minute: a busy machine measures badly, and says so.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

fn processor() -> String {
    let all = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = all.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("an unknown processor", |(_, name)| name).to_owned()
}
