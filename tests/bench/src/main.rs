//! Verbatim beside other engines, in one run: `cargo xtask bench [--json] [--instructions]`.
//!
//! Prints the table of times as Markdown, or everything as JSON. `--instructions` counts
//! instructions too, under valgrind. Ends with 1 if a goal is missed or a row could not be measured.

mod engine;
mod goal;
mod instructions;
mod node;
mod report;
mod row;
mod sandbox;
mod timing;

use std::process::ExitCode;
use std::{env, fs};

use report::Report;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let [instructions::KERNEL, number, calls] = arguments[..] {
        instructions::run(number.parse().unwrap_or(0), calls.parse().unwrap_or(0));
        return ExitCode::SUCCESS;
    }
    let has = |name: &str| arguments.contains(&name);
    if let Some(other) = arguments.iter().find(|one| !["--json", "--instructions"].contains(one)) {
        eprintln!("error: expected `--json` or `--instructions`, found `{other}`");
        return ExitCode::from(2);
    }

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
    let counted = match has("--instructions").then(instructions::count).transpose() {
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
    let report = Report { machine, rows, instructions: counted, missing };
    match has("--json") {
        true => println!("{:#}", report.json()),
        false => print!("{}", report.markdown()),
    }
    match report.is_reached() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
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
