//! `cargo xtask crash`: the real program, killed under load, on SQLite or PostgreSQL.

use std::process::ExitCode;

use verbatim_host::twilio::fake::{Chaos, ChaosError};
use verbatim_tests::crash::{self, Kind, Seen, Settings};

const USAGE: &str =
    "cargo xtask crash                        kill the host 200 times under load, on SQLite
cargo xtask crash --database postgres    the same on PostgreSQL, which it starts
cargo xtask crash --kills N --seed S     so many times, at other moments
cargo xtask crash --database postgres --hosts 2 --restarts N
                                         two hosts, one of them killed, and PostgreSQL ended at once
cargo xtask crash --disk-full            a small disk, full for a while before each kill (as root)
cargo xtask crash --chaos timeout_after=0.05,callback_dropped=0.2
                                         while Twilio misbehaves, as `verbatim dev --chaos` has it
";
/// Kills, unless told otherwise.
const KILLS: u32 = 200;

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match parse() {
        Ok(settings) => settings,
        Err(message) => {
            eprint!("error: {message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match crash::run(&settings).await {
        Ok(seen) => {
            println!("every promise was kept\n{}", shown(&settings, seen));
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("seed {}: {broken}", settings.seed);
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Settings, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut found = Settings {
        program: this.with_file_name("verbatim"),
        kind: Kind::Sqlite,
        hosts: 1,
        kills: KILLS,
        restarts: 0,
        chaos: Chaos::default(),
        disk_full: false,
        seed: u64::from(std::process::id()),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--disk-full" {
            found.disk_full = true;
            continue;
        }
        let value = arguments.next().ok_or(format!("expected a value after `{name}`"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("`{value}` is no number"));
        match (name.as_str(), value.as_str()) {
            ("--kills", _) => found.kills = number()?,
            ("--restarts", _) => found.restarts = number()?,
            ("--seed", _) => found.seed = u64::from(number()?),
            ("--hosts", _) => found.hosts = number()? as usize,
            ("--chaos", _) => {
                found.chaos = value.parse().map_err(|it: ChaosError| it.to_string())?;
            }
            ("--database", "sqlite") => found.kind = Kind::Sqlite,
            ("--database", "postgres") => found.kind = Kind::Postgres,
            ("--database", other) => {
                return Err(format!("expected `sqlite` or `postgres`, found `{other}`"));
            }
            (other, _) => return Err(format!("unknown option `{other}`")),
        }
    }
    Ok(found)
}

fn shown(settings: &Settings, seen: Seen) -> String {
    let Settings { kind, hosts, kills, restarts, seed, .. } = settings;
    let Seen { messages, posts, repeated, stops, suppressed, unknown, waiting, .. } = seen;
    let Seen { throttled, unsaid, refused, .. } = seen;
    let (after, seconds) = (seen.after_stop.as_millis(), seen.took.as_secs());
    let database = match kind {
        Kind::Sqlite => "sqlite",
        Kind::Postgres => "postgres",
    };
    format!(
        "database: {database}, hosts: {hosts}, kills: {kills}, server restarts: {restarts}\n{messages} \
         messages, {posts} POSTs ({throttled} throttled, {unsaid} made unsaid), {repeated} keys used again, {refused} refused for want of room, {stops} STOPs, {suppressed} \
         suppressed, {unknown} unknown, {waiting} waiting behind those\n{after} ms at most from a \
         STOP's commit to a POST that was claimed before it\n{seconds} s, seed {seed}"
    )
}
