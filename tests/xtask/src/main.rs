//! The project's own commands: `cargo xtask`.
//!
//! `cargo xtask bench` measures ours beside the peers, in a crate that nobody's build waits for.
//! `cargo xtask crash` kills the real program under load, and looks whether anything was lost.
//! `cargo xtask load` measures what the real program carries, beside the same work in Node.
//! `cargo xtask mutants` breaks the core in every small way that there is, and says what no test saw.
//! `cargo xtask simulate` runs the dispatcher's decisions in a world that crashes, from a seed.
//! `cargo xtask test` sets up what the tests need, runs all of them and says how it went; CI runs
//! it and nothing else. A crate without dependencies, so that it starts at once on a new machine.

mod count;
mod need;
mod shell;
mod step;
mod test;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use need::Need;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match parse(&arguments) {
        Ok(Command::List) => {
            print!("{}", usage());
            ExitCode::SUCCESS
        }
        Ok(Command::Test { only }) => test::run(&only),
        Ok(Command::Bench(arguments)) => bench(&arguments),
        Ok(Command::Crash(arguments)) => crash(&arguments),
        Ok(Command::Load(arguments)) => load(&arguments),
        Ok(Command::Mutants(arguments)) => mutants(&arguments),
        Ok(Command::Simulate(arguments)) => run(&SIMULATE, &arguments),
        Err(message) => {
            eprint!("error: {message}\n\n{}", usage());
            ExitCode::from(USAGE)
        }
    }
}

/// The exit status of a command line that could not be understood.
const USAGE: u8 = 2;

#[derive(Debug, PartialEq, Eq)]
enum Command {
    List,
    Test { only: Vec<&'static str> },
    Bench(Vec<String>),
    Crash(Vec<String>),
    Load(Vec<String>),
    Mutants(Vec<String>),
    Simulate(Vec<String>),
}

fn parse(arguments: &[String]) -> Result<Command, String> {
    let mut arguments = arguments.iter().map(String::as_str);
    match arguments.next() {
        None | Some("help" | "--help" | "-h") => Ok(Command::List),
        Some("test") => {
            let mut only = Vec::new();
            while let Some(argument) = arguments.next() {
                match argument {
                    "--only" => only.push(step_named(arguments.next())?),
                    other => return Err(format!("expected `--only STEP`, found `{other}`")),
                }
            }
            Ok(Command::Test { only })
        }
        Some("bench") => Ok(Command::Bench(arguments.map(String::from).collect())),
        Some("crash") => Ok(Command::Crash(arguments.map(String::from).collect())),
        Some("load") => Ok(Command::Load(arguments.map(String::from).collect())),
        Some("mutants") => Ok(Command::Mutants(arguments.map(String::from).collect())),
        Some("simulate") => Ok(Command::Simulate(arguments.map(String::from).collect())),
        Some(other) => Err(format!(
            "unknown command `{other}`; expected `test`, `bench`, `crash`, `load`, `mutants` or \
             `simulate`"
        )),
    }
}

/// What the rows in Node need.
const BENCH_NEEDS: [Need; 3] =
    [Need::Tool(&need::NODE), Need::Tool(&need::NPM), Need::Packages("tests/bench/node")];

/// A program of the tests' crate.
const SIMULATE: [&str; 10] = [
    "cargo",
    "run",
    "--quiet",
    "--locked",
    "--package",
    "verbatim-tests",
    "--features",
    "sandbox",
    "--bin=simulate",
    "--",
];

/// The same crate, with what starts programs.
const CRASH: [&str; 10] = [
    "cargo",
    "run",
    "--quiet",
    "--locked",
    "--package",
    "verbatim-tests",
    "--features",
    "crash",
    "--bin=crash",
    "--",
];

/// Builds the program, and kills it.
fn crash(arguments: &[String]) -> ExitCode {
    if let Err(why) = Need::Tool(&need::POSTGRESQL).meet() {
        // SQLite needs none of it.
        eprintln!("warning: {why}");
    }
    if run(&["cargo", "build", "--quiet", "--locked", "--package", "verbatim-host"], &[])
        == ExitCode::FAILURE
    {
        return ExitCode::FAILURE;
    }
    run(&CRASH, arguments)
}

/// What works beside ours in Node, and the server of the other database.
const LOAD_NEEDS: [Need; 4] = [
    Need::Tool(&need::NODE),
    Need::Tool(&need::NPM),
    Need::Packages("tests/bench/peer"),
    Need::Tool(&need::POSTGRESQL),
];

/// The program as users have it, and what brings it messages.
const LOAD: [&str; 12] = [
    "cargo",
    "build",
    "--release",
    "--locked",
    "--package",
    "verbatim-host",
    "--package",
    "verbatim-tests",
    "--features",
    "crash",
    "--bin=verbatim",
    "--bin=load",
];

/// Builds the program, and lets it work beside another.
fn load(arguments: &[String]) -> ExitCode {
    for need in LOAD_NEEDS {
        if let Err(why) = need.meet() {
            eprintln!("error: {why}");
            return ExitCode::FAILURE;
        }
    }
    if run(&LOAD, &[]) == ExitCode::FAILURE {
        return ExitCode::FAILURE;
    }
    // Beside this program's own folder, wherever the target folder is.
    let this = env::current_exe().unwrap_or_default();
    let folder = this.parent().and_then(Path::parent).unwrap_or(Path::new("target"));
    run(&[&folder.join("release/load").to_string_lossy()], arguments)
}

/// Builds the bench crate, which has peers and a lock file of its own, and runs it.
fn bench(arguments: &[String]) -> ExitCode {
    for need in BENCH_NEEDS {
        // Without them the other rows are still worth measuring; the table says what lacks.
        if let Err(why) = need.meet() {
            eprintln!("warning: {why}");
        }
    }
    let manifest = "tests/bench/Cargo.toml";
    run(&["cargo", "run", "--release", "--locked", "--manifest-path", manifest, "--"], arguments)
}

/// Runs cargo-mutants on the core; `.cargo/mutants.toml` says with which tests, and which mutants
/// are none.
fn mutants(arguments: &[String]) -> ExitCode {
    if let Err(why) = Need::Tool(&need::MUTANTS).meet() {
        eprintln!("error: {why}");
        return ExitCode::FAILURE;
    }
    run(&["cargo", "mutants", "--package", "verbatim-core", "--output", "target"], arguments)
}

fn run(line: &[&str], arguments: &[String]) -> ExitCode {
    let mut command = shell::command(line, ".");
    match command.args(arguments).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: could not run `{}`: {error}", line.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn step_named(name: Option<&str>) -> Result<&'static str, String> {
    let known = || step::STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    let Some(name) = name else {
        return Err(format!("expected a step after `--only`: one of {}", known()));
    };
    let found = step::STEPS.iter().find(|step| step.name == name);
    found
        .map(|step| step.name)
        .ok_or_else(|| format!("unknown step `{name}`; expected one of {}", known()))
}

fn usage() -> String {
    let mut text = String::from(
        "cargo xtask test                set up what the tests need, run all steps\n\
         cargo xtask test --only STEP    run one step and what it builds on; may be repeated\n\
         cargo xtask bench               measure ours beside the peers, in one run, and print it\n\
         cargo xtask bench --write       the same, for the record and README's table\n\
         cargo xtask bench --short       a trial: few rounds (also: --json, --instructions)\n\
         cargo xtask crash               kill the real program 200 times under load\n\
         cargo xtask crash --kills N     so often (also: --database postgres, --hosts, --restarts,\n\
         \u{20}                               --chaos, --disk-full)\n\
         cargo xtask load                what the real program carries, beside the same in Node\n\
         cargo xtask mutants             break the core in small ways; name what no test sees\n\
         cargo xtask simulate            the dispatcher in a world that breaks, 10,000 seeds\n\
         cargo xtask simulate --seed S   one of them again, step by step (also: --seeds, --bug)\n\
         \n\
         Steps, in their order:\n",
    );
    for step in step::STEPS {
        text.push_str(&format!("  {:<12}{}\n", step.name, step.what));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<Command, &str>) {
        let arguments: Vec<_> = line.split_whitespace().map(String::from).collect();
        match (parse(&arguments), expected) {
            (Err(found), Err(expected)) => assert!(found.contains(expected), "{line}: {found}"),
            (found, expected) => assert_eq!(found, expected.map_err(String::from), "{line}"),
        }
    }

    #[test]
    fn a_command_line_is_understood_or_refused() {
        check("", Ok(Command::List));
        check("--help", Ok(Command::List));
        check("test", Ok(Command::Test { only: vec![] }));
        let only = vec!["fmt", "clippy"];
        check("test --only fmt --only clippy", Ok(Command::Test { only }));
        check("test --only", Err("expected a step after `--only`"));
        check("test --only nothing", Err("unknown step `nothing`"));
        check("test fmt", Err("expected `--only STEP`, found `fmt`"));
        check("bench --json", Ok(Command::Bench(vec!["--json".into()])));
        let kills = vec!["--kills".into(), "3".into()];
        check("crash --kills 3", Ok(Command::Crash(kills)));
        let file = vec!["--file".into(), "core/src/shape.rs".into()];
        check("mutants --file core/src/shape.rs", Ok(Command::Mutants(file)));
        let seeds = vec!["--seeds".into(), "9".into()];
        check("simulate --seeds 9", Ok(Command::Simulate(seeds)));
        check("tset", Err("unknown command `tset`"));
    }
}
