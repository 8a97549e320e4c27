//! What the real program carries: messages accepted durably, posted to a fake Twilio, and their
//! status callbacks stored; and how long an accept takes when it is asked at a steady rate.
//!
//! `verbatim serve` runs in processes of its own, and so does the fake; the clients are in this
//! one. Beside it, in turn, runs the same work in Node (`tests/bench/peer`). Each message has one
//! template's text, an idempotency key and one callback (`delivered`); it counts when the server
//! itself says that it is delivered.

mod clients;
mod disk;
mod process;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use verbatim_host::twilio::fake::{FakeSettings, FakeTwilio, Reports};

use crate::crash::Kind;
use clients::Clients;
use server::Server;

pub use process::Used;

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    /// `verbatim serve`, so many of them on one database.
    Verbatim {
        /// Where messages are kept.
        kind: Kind,
        /// Hosts on one database; more than one needs PostgreSQL.
        hosts: usize,
    },
    /// The server in Node, on SQLite.
    Node {
        /// Whether it counts segments, as ours always does.
        counts: bool,
    },
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program `verbatim`.
    pub program: PathBuf,
    /// This program, which is the fake when it is called with `fake`.
    pub this: PathBuf,
    /// For how long messages are brought.
    pub time: Duration,
    /// Accepts a second in the second part.
    pub rate: u32,
}

/// What one worker did.
#[derive(Debug, Clone, Serialize)]
pub struct Carried {
    /// Its name.
    pub name: String,
    /// Messages that went all their way, as fast as it could.
    pub messages: u64,
    /// Of those, each second.
    pub per_second: f64,
    /// Of those, each second of its processors' time (all its processes; not the database server's).
    pub per_cpu_second: f64,
    /// The most memory that any of its processes had, in MiB.
    pub memory_mib: f64,
    /// Milliseconds of an accept at the steady rate: the median and the 99th of 100, from the
    /// moment at which it was due.
    pub accept_ms: [f64; 2],
    /// Milliseconds of an `fdatasync` of four KiB on the same disk, just before: likewise.
    pub fdatasync_ms: [f64; 2],
}

/// Lets one worker work.
///
/// # Errors
/// What could not be started, or did not answer.
pub async fn run(worker: Worker, settings: &Settings) -> Result<Carried, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let fdatasync_ms = disk::fdatasync(folder.path())?;
    let server = Server::start(worker, settings, folder).await?;
    let carried = measure(worker, settings, &server, fdatasync_ms).await;
    carried.map_err(|why| format!("{why}\n{}", server.warnings()))
}

async fn measure(
    worker: Worker,
    settings: &Settings,
    server: &Server,
    fdatasync_ms: [f64; 2],
) -> Result<Carried, String> {
    let clients = Clients::new(server.targets.clone())?;
    let before = server.used()?;
    let (messages, took) = clients.as_fast_as_it_goes(settings.time).await?;
    let used = server.used()?;
    let accept_ms = clients.steadily(settings.rate, settings.time / 2).await?;
    let memory = server.used()?.memory_kib;
    let cpu = used.cpu.saturating_sub(before.cpu);
    Ok(Carried {
        name: worker.name(),
        messages,
        per_second: messages as f64 / took.as_secs_f64(),
        per_cpu_second: messages as f64 / cpu.as_secs_f64(),
        memory_mib: memory as f64 / 1024.0,
        accept_ms,
        fdatasync_ms,
    })
}

impl Worker {
    /// What it is called in the table.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Verbatim { kind: Kind::Sqlite, .. } => "verbatim, SQLite".to_owned(),
            Self::Verbatim { kind: Kind::Postgres, hosts: 1 } => "verbatim, PostgreSQL".to_owned(),
            Self::Verbatim { hosts, .. } => format!("verbatim, PostgreSQL, {hosts} hosts"),
            Self::Node { counts: true } => "Node, SQLite".to_owned(),
            Self::Node { counts: false } => "Node, SQLite, no segments".to_owned(),
        }
    }
}

/// Is the fake, until this process is killed: prints how it is reached, and reports what people
/// write to `webhook`.
///
/// # Errors
/// It cannot listen.
pub async fn be_the_fake(webhook: &str) -> Result<(), String> {
    let webhook = webhook.parse().map_err(|_| format!("`{webhook}` is no URL"))?;
    let settings = FakeSettings {
        step: Duration::from_millis(20),
        reports: Reports::Last,
        ..FakeSettings::new(webhook)
    };
    let fake = FakeTwilio::start(settings).await.map_err(|error| error.to_string())?;
    println!("{}", server::described(&fake.account()));
    std::future::pending().await
}

/// The median and the 99th of 100, in milliseconds.
fn shown(mut times: Vec<Duration>) -> [f64; 2] {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    [50, 99].map(|part| at(part).as_secs_f64() * 1e3)
}
