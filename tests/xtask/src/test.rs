//! `cargo xtask test`: what is missing first, then each step with its heading and its time, then a
//! table, and as the very last line what CI reads: `N passed, N failed`.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::count::Count;
use crate::need::{Need, chromium, python};
use crate::shell::{command, stream};
use crate::step::{STEPS, Step};

/// Runs all steps, or those in `only` and what they build on.
pub(crate) fn run(only: &[&str]) -> ExitCode {
    let begun = Instant::now();
    let steps = chosen(STEPS, only);
    let missing = unmet(&steps);
    if !missing.is_empty() {
        for message in &missing {
            println!("\nerror: {message}");
        }
        println!("\nnothing was run: the tests need what is named above");
        println!("0 passed, {} failed", missing.len());
        return ExitCode::FAILURE;
    }

    let mut results: Vec<(&Step, Outcome)> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        println!("\n=== {}/{} {}: {}", number + 1, steps.len(), step.name, step.what);
        let broken = results
            .iter()
            .find(|(earlier, outcome)| step.after.contains(&earlier.name) && !outcome.is_success());
        let outcome = match broken {
            Some((earlier, _)) => Outcome::Skipped(earlier.name),
            None => take(step),
        };
        println!("=== {}: {outcome}", step.name);
        results.push((step, outcome));
    }
    conclude(&results, begun.elapsed())
}

/// The steps to run, in their order.
fn chosen<'a>(steps: &'a [Step], only: &[&str]) -> Vec<&'a Step> {
    let mut wanted = only.to_vec();
    for step in steps.iter().rev() {
        if wanted.contains(&step.name) {
            wanted.extend(step.after);
        }
    }
    steps.iter().filter(|step| only.is_empty() || wanted.contains(&step.name)).collect()
}

/// What is missing and could not be installed.
fn unmet(steps: &[&Step]) -> Vec<String> {
    let mut needs: Vec<Need> = Vec::new();
    for need in steps.iter().flat_map(|step| step.needs) {
        if !needs.iter().any(|known| known.same(*need)) {
            needs.push(*need);
        }
    }
    needs.into_iter().filter_map(|need| need.meet().err()).collect()
}

enum Outcome {
    Passed {
        count: Count,
        took: Duration,
    },
    Failed {
        count: Count,
        took: Duration,
        why: String,
    },
    /// Because the step of this name did not succeed.
    Skipped(&'static str),
}

impl Outcome {
    const fn is_success(&self) -> bool {
        match self {
            Self::Passed { .. } => true,
            Self::Failed { .. } | Self::Skipped(_) => false,
        }
    }

    /// Tests that passed and failed; a step that failed counts as a failure of its own, unless it
    /// is its tests that failed.
    const fn count(&self) -> Count {
        match self {
            Self::Passed { count, .. } => *count,
            Self::Failed { count, .. } if count.failed > 0 => *count,
            Self::Failed { count, .. } => Count { passed: count.passed, failed: 1 },
            Self::Skipped(_) => Count { passed: 0, failed: 0 },
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Passed { took, .. } => write!(f, "passed in {}", shown(*took)),
            Self::Failed { took, why, .. } => write!(f, "FAILED in {}: {why}", shown(*took)),
            Self::Skipped(because) => write!(f, "skipped, because `{because}` did not succeed"),
        }
    }
}

fn take(step: &Step) -> Outcome {
    let begun = Instant::now();
    let mut count = Count::default();
    let ended = step.commands.iter().try_for_each(|line| {
        let mut command = command(line, step.folder);
        command.envs(step.environment.iter().copied());
        if let Some(path) = chromium() {
            command.env("CHROMIUM", path);
        }
        if let Some(path) = python() {
            command.env("VERBATIM_PYTHON", path);
        }
        if let Some(path) = binary() {
            command.env("VERBATIM_BIN", path);
        }
        stream(command, |line| {
            count += step.runner.map(|runner| runner.count(line)).unwrap_or_default();
        })
    });
    judge(step, ended, count, begun.elapsed())
}

/// What `build` makes: it stands beside this program, wherever the target folder is.
fn binary() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.with_file_name("verbatim"))
}

/// An exit status of 0 is not enough: tests must have run, and none may have failed.
fn judge(step: &Step, ended: Result<(), String>, count: Count, took: Duration) -> Outcome {
    let why = match ended {
        Err(why) => why,
        Ok(()) if count.failed > 0 => format!("{} tests failed", count.failed),
        Ok(()) if step.runner.is_some() && count.total() == 0 => String::from("it ran no test"),
        Ok(()) => return Outcome::Passed { count, took },
    };
    Outcome::Failed { count, took, why }
}

fn conclude(results: &[(&Step, Outcome)], took: Duration) -> ExitCode {
    println!("\n{:<12}{:<9}{:>12}{:>9}{:>9}", "step", "", "time", "passed", "failed");
    let mut all = Count::default();
    for (step, outcome) in results {
        let (word, time) = match outcome {
            Outcome::Passed { took, .. } => ("passed", shown(*took)),
            Outcome::Failed { took, .. } => ("FAILED", shown(*took)),
            Outcome::Skipped(_) => ("skipped", String::new()),
        };
        let count = outcome.count();
        let number = |number: u64| if number == 0 { String::new() } else { number.to_string() };
        let (passed, failed) = (number(count.passed), number(count.failed));
        println!("{:<12}{word:<9}{time:>12}{passed:>9}{failed:>9}", step.name);
        all += count;
    }
    println!("{:<12}{:<9}{:>12}\n", "in all", "", shown(took));
    println!("{} passed, {} failed", all.passed, all.failed);
    match results.iter().all(|(_, outcome)| outcome.is_success()) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn shown(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds / 60 {
        0 => format!("{}.{} s", seconds, took.subsec_millis() / 100),
        minutes => format!("{minutes} min {:02} s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Runner;

    const fn step(name: &'static str, after: &'static [&'static str]) -> Step {
        Step {
            name,
            what: "",
            folder: ".",
            needs: &[],
            after,
            commands: &[],
            environment: &[],
            runner: Some(Runner::Cargo),
        }
    }

    const CHAIN: &[Step] = &[step("a", &[]), step("b", &["a"]), step("c", &[]), step("d", &["b"])];

    fn names(only: &[&str]) -> String {
        chosen(CHAIN, only).iter().map(|step| step.name).collect()
    }

    #[test]
    fn a_chosen_step_brings_what_it_builds_on() {
        assert_eq!(names(&[]), "abcd");
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["d"]), "abd");
        assert_eq!(names(&["c"]), "c");
    }

    #[test]
    fn a_step_succeeds_only_with_tests_that_passed() {
        let judged = |ended: Result<(), &str>, passed, failed| {
            let ended = ended.map_err(String::from);
            let outcome = judge(&CHAIN[0], ended, Count { passed, failed }, Duration::ZERO);
            (outcome.is_success(), outcome.count().passed, outcome.count().failed)
        };
        assert_eq!(judged(Ok(()), 3, 0), (true, 3, 0));
        assert_eq!(judged(Ok(()), 3, 1), (false, 3, 1));
        assert_eq!(judged(Ok(()), 0, 0), (false, 0, 1));
        assert_eq!(judged(Err("it broke"), 3, 0), (false, 3, 1));
        assert_eq!(judged(Err("it broke"), 3, 2), (false, 3, 2));
    }

    #[test]
    fn a_time_is_shown_as_people_say_it() {
        assert_eq!(shown(Duration::from_millis(1_290)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(245)), "4 min 05 s");
    }
}
