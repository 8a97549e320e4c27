//! `cargo xtask load`: what the real program carries, beside the same work in Node.

use std::process::ExitCode;
use std::time::Duration;

use verbatim_tests::crash::Kind;
use verbatim_tests::load::{self, Carried, Settings, Worker};

const USAGE: &str =
    "cargo xtask load                 SQLite, PostgreSQL with one host and two, and Node, in turn
cargo xtask load --seconds N     so long each (60), and half as long at the steady rate
cargo xtask load --rate N        accepts a second there (500)
cargo xtask load --only TEXT     those whose name holds the text, in lower case
cargo xtask load --json          for machines
";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [fake, webhook] = &arguments[..]
        && fake == "fake"
    {
        return ended(load::be_the_fake(webhook).await);
    }
    match parse(&arguments) {
        Ok(asked) => ended(measure(&asked).await),
        Err(message) => {
            eprint!("error: {message}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn ended(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// What the arguments ask for.
struct Asked {
    settings: Settings,
    only: String,
    json: bool,
}

fn parse(arguments: &[String]) -> Result<Asked, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = this.with_file_name("verbatim");
    let settings = Settings { program, this, time: Duration::from_secs(60), rate: 500 };
    let mut asked = Asked { settings, only: String::new(), json: false };
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("expected a value after `{name}`"));
        let number = |value: &String| {
            value.parse::<u32>().map_err(|_| format!("expected a number, found `{value}`"))
        };
        match name.as_str() {
            "--json" => asked.json = true,
            "--only" => asked.only.clone_from(value()?),
            "--seconds" => {
                asked.settings.time = Duration::from_secs(u64::from(number(value()?)?));
            }
            "--rate" => asked.settings.rate = number(value()?)?,
            other => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(asked)
}

async fn measure(asked: &Asked) -> Result<(), String> {
    let Asked { settings, only, json } = asked;
    if !json {
        println!(
            "{:<27}{:>9}{:>13}{:>9}{:>18}{:>18}",
            "", "a second", "a CPU second", "MiB", "accept p50, p99", "fdatasync, both"
        );
    }
    let workers = [
        Worker::Verbatim { kind: Kind::Sqlite, hosts: 1 },
        Worker::Node { counts: true },
        Worker::Node { counts: false },
        Worker::Verbatim { kind: Kind::Postgres, hosts: 1 },
        Worker::Verbatim { kind: Kind::Postgres, hosts: 2 },
    ];
    let mut failed = false;
    for worker in workers {
        if !worker.name().to_lowercase().contains(only.as_str()) {
            continue;
        }
        let carried = match load::run(worker, settings).await {
            Ok(carried) => carried,
            // The others are worth measuring all the same.
            Err(why) => {
                eprintln!("error: {}: {why}", worker.name());
                failed = true;
                continue;
            }
        };
        match json {
            true => {
                let line = serde_json::to_string(&carried).map_err(|error| error.to_string())?;
                println!("{line}");
            }
            false => println!("{}", shown(&carried)),
        }
    }
    if failed { Err("not everything could be measured".to_owned()) } else { Ok(()) }
}

fn shown(carried: &Carried) -> String {
    let Carried { name, per_second, per_cpu_second, memory_mib, accept_ms, fdatasync_ms, .. } =
        carried;
    let pair = |[middle, most]: [f64; 2]| format!("{middle:.1}, {most:.1} ms");
    let (accept, disk) = (pair(*accept_ms), pair(*fdatasync_ms));
    format!(
        "{name:<27}{per_second:>9.0}{per_cpu_second:>13.0}{memory_mib:>9.0}{accept:>18}{disk:>18}"
    )
}
