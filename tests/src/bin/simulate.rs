//! `cargo xtask simulate`: the dispatcher's decisions under many seeds, or one of them again.

use std::process::ExitCode;
use std::time::Instant;

use verbatim_tests::simulator::{self, Bug, Seen};

const USAGE: &str = "cargo xtask simulate                run 10,000 seeds
cargo xtask simulate --seeds N      run so many
cargo xtask simulate --seed S       run one again, and print each step
cargo xtask simulate --bug NAME     plant a mistake, and say which seed shows it
";
/// Seeds, unless told otherwise.
const SEEDS: u64 = 10_000;

struct Arguments {
    seeds: u64,
    seed: Option<u64>,
    bug: Option<Bug>,
}

fn main() -> ExitCode {
    match parse() {
        Ok(arguments) => match arguments.seed {
            Some(seed) => replay(seed, arguments.bug),
            None => search(arguments.seeds, arguments.bug),
        },
        Err(message) => {
            eprint!("error: {message}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse() -> Result<Arguments, String> {
    let mut found = Arguments { seeds: SEEDS, seed: None, bug: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("expected a value after `{name}`"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("`{value}` is no number"));
        match name.as_str() {
            "--seeds" => found.seeds = number()?,
            "--seed" => found.seed = Some(number()?),
            "--bug" => found.bug = Some(value.parse()?),
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(found)
}

fn replay(seed: u64, bug: Option<Bug>) -> ExitCode {
    match simulator::run(seed, bug, true) {
        Ok(seen) => {
            println!("seed {seed}: every promise was kept\n{}", shown(seen));
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("seed {seed}: {broken}");
            ExitCode::FAILURE
        }
    }
}

fn search(seeds: u64, bug: Option<Bug>) -> ExitCode {
    let (begun, mut all) = (Instant::now(), Seen::default());
    for seed in 0..seeds {
        match simulator::run(seed, bug, false) {
            Ok(seen) => all += seen,
            Err(broken) => {
                let bug = bug.map(|bug| format!(" --bug {bug}")).unwrap_or_default();
                println!("seed {seed}: {broken}");
                println!("again, step by step: cargo xtask simulate --seed {seed}{bug}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{seeds} seeds in {:.1} s: every promise was kept", begun.elapsed().as_secs_f64());
    println!("{}", shown(all));
    ExitCode::SUCCESS
}

fn shown(seen: Seen) -> String {
    let Seen { messages, posts, crashes, words, doubts, resends, gap } = seen;
    format!(
        "{messages} messages, {posts} POSTs, {crashes} crashes, {words} STOPs and STARTs, {doubts} \
         in doubt, {resends} sent again by choice; the last POST that a STOP was too late for was \
         on the wire {gap:?} after its commit"
    )
}
