//! The real program, killed at random moments under load.
//!
//! `verbatim serve` runs in a process of its own, on SQLite or on a PostgreSQL that is started for
//! it. Clients send and repeat their keys, people write STOP, and the host gets SIGKILL and is
//! started again, so many times; the database server too, if asked. The fake Twilio lives in this
//! process, which survives. When all has come to rest, a [`checker`] compares what clients were
//! told with the store and with what Twilio was asked.

mod checker;
mod disk;
pub(crate) mod host;
mod load;
mod look;
#[path = "../../../host/tests/support/postgres.rs"]
pub(crate) mod postgres;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use verbatim_host::message::State;
use verbatim_host::twilio::fake::{Chaos, FakeSettings, FakeTwilio};

use crate::random::Random;
use checker::{Evidence, Outcome};
use disk::Disk;
use host::{Host, Site};
use load::Load;

/// Clients at the same time.
const CLIENTS: u64 = 8;
/// How long a client waits for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// How long all may take to come to rest: a lease, some looks at a Twilio that may misbehave, and a
/// busy machine.
const REST_WITHIN: Duration = Duration::from_secs(240);

/// Requests that a full disk refuses before it has room again.
const REFUSALS: usize = 10;

/// Where the hosts keep their messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server of this run's own.
    Postgres,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program `verbatim`.
    pub program: PathBuf,
    /// Where messages are kept.
    pub kind: Kind,
    /// Hosts on one database; the last one is killed. More than one needs PostgreSQL.
    pub hosts: usize,
    /// How often a host is killed.
    pub kills: u32,
    /// How often PostgreSQL is ended at once and started again.
    pub restarts: u32,
    /// What goes wrong at Twilio.
    pub chaos: Chaos,
    /// Whether the database lies on a small disk that is full for a while before each kill.
    pub disk_full: bool,
    /// Chooses the moments; the machine's own timing does the rest, so it replays nothing.
    pub seed: u64,
}

/// What a run has seen, if every promise was kept.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Messages accepted.
    pub messages: usize,
    /// Requests to Twilio for a message.
    pub posts: usize,
    /// Keys that were used again after their answer.
    pub repeated: usize,
    /// Requests that were refused because the disk was full.
    pub refused: usize,
    /// STOPs.
    pub stops: usize,
    /// Messages that were suppressed.
    pub suppressed: usize,
    /// Requests that Twilio proved to have done nothing about, by 429.
    pub throttled: usize,
    /// Requests whose message Twilio made without saying so.
    pub unsaid: usize,
    /// Messages that stay in doubt: claimed, and never seen at Twilio.
    pub unknown: usize,
    /// Messages that wait behind those.
    pub waiting: usize,
    /// The longest time from a STOP's commit to a POST whose claim was before it.
    pub after_stop: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Runs it.
///
/// # Errors
/// A promise that was not kept, or what could not be started.
pub async fn run(settings: &Settings) -> Result<Seen, String> {
    let begun = Instant::now();
    let postgres =
        (settings.kind == Kind::Postgres).then(|| postgres::Server::start(postgres::DURABLE));
    if postgres.is_some() && settings.disk_full {
        return Err("expected SQLite for a disk that is full".to_owned());
    }
    if postgres.is_none() && (settings.hosts > 1 || settings.restarts > 0) {
        return Err("expected one host and no restart of the server on SQLite".to_owned());
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let disk = settings.disk_full.then(|| Disk::mount(folder.path())).transpose()?;
    let place = disk.as_ref().map_or(folder.path(), Disk::path);
    let database = match &postgres {
        Some(server) => server.database(),
        None => place.join("verbatim.db").to_string_lossy().into_owned(),
    };
    let urls: Vec<_> = (0..settings.hosts).map(|_| host::free_url()).collect::<Result<_, _>>()?;
    let public_url = urls.first().cloned().ok_or("expected at least one host")?;
    let inbound = public_url.join("twilio/inbound").map_err(|error| error.to_string())?;
    let fake = FakeSettings { chaos: settings.chaos, ..FakeSettings::new(inbound) };
    let fake = FakeTwilio::start(fake).await;
    let fake = fake.map_err(|error| error.to_string())?;
    let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build();
    let http = http.map_err(|error| error.to_string())?;
    let program = settings.program.clone();
    let site = Site { program, folder, database, account: fake.account(), public_url };
    let key = site.prepare()?;
    let hosts = urls.iter().map(|url| Host::start(&site, url.clone()));
    let mut hosts: Vec<Host> = hosts.collect::<Result<_, _>>()?;
    let twilio = fake.control().map_err(|error| error.to_string())?;
    let load = Arc::new(Load::new(http, urls, key, twilio));

    let kept =
        crash_under(&load, settings, &site, &mut hosts, (postgres.as_ref(), disk.as_ref())).await;
    match kept {
        Ok((evidence, after_stop)) => Ok(Seen {
            repeated: load.repeated(),
            refused: load.refused(),
            after_stop,
            took: begun.elapsed(),
            ..Seen::of(&evidence)
        }),
        Err(broken) => {
            Err(format!("{broken}\nits files are kept: {}", site.folder.keep().display()))
        }
    }
}

impl Seen {
    fn of(evidence: &Evidence) -> Self {
        let count = |state| evidence.stored.iter().filter(|it| it.state == state).count();
        Self {
            messages: evidence.accepted.len(),
            posts: evidence.posts.len(),
            repeated: 0,
            refused: 0,
            stops: evidence.stops.len(),
            suppressed: count(State::Suppressed),
            throttled: evidence.posts.iter().filter(|it| it.outcome == Outcome::Throttled).count(),
            unsaid: evidence.posts.iter().filter(|it| it.is_unsaid).count(),
            unknown: count(State::Unknown),
            waiting: count(State::Queued),
            after_stop: Duration::ZERO,
            took: Duration::ZERO,
        }
    }
}

async fn crash_under(
    load: &Arc<Load>,
    settings: &Settings,
    site: &Site,
    hosts: &mut [Host],
    (postgres, disk): (Option<&postgres::Server>, Option<&Disk>),
) -> Result<(Evidence, Duration), String> {
    let mut random = Random::new(settings.seed);
    for host in hosts.iter_mut() {
        host.ready(&load.http).await?;
    }
    let mut users: JoinSet<Result<(), String>> = JoinSet::new();
    for client in 0..CLIENTS {
        let (load, random) = (Arc::clone(load), Random::new(random.next()));
        users.spawn(async move { load.send(client, random).await });
    }
    let (people, chance) = (Arc::clone(load), Random::new(random.next()));
    users.spawn(async move {
        people.stop(chance).await;
        Ok(())
    });

    let (mut kills, mut restarts) = (settings.kills, settings.restarts);
    while kills + restarts > 0 {
        if random.below(u64::from(kills + restarts)) < u64::from(kills) {
            kills -= 1;
            if let Some(disk) = disk {
                fill(load, disk, hosts, &mut random).await?;
            }
            kill(load, site, hosts, &mut random).await?;
        } else {
            restarts -= 1;
            restart(load, hosts, postgres, &mut random).await?;
        }
    }
    for host in hosts.iter_mut() {
        host.ready(&load.http).await?;
    }
    load.end();
    users.join_all().await.into_iter().collect::<Result<(), String>>()?;

    let spawned = if let [only] = &*hosts { only.spawned.clone() } else { Vec::new() };
    let begun = Instant::now();
    let mut evidence = look::look(load, &spawned).await?;
    while evidence.unsettled() > 0 && begun.elapsed() < REST_WITHIN {
        tokio::time::sleep(Duration::from_secs(2)).await;
        evidence = look::look(load, &spawned).await?;
    }
    hosts.iter_mut().try_for_each(Host::is_up)?;
    let after_stop = evidence.check()?;
    for one in load.answered() {
        load.repeat(&one, &mut random).await?;
    }
    Ok((evidence, after_stop))
}

/// Kills the last host at some moment, in some of the cases while it starts, and starts it again
/// after a while.
async fn kill(
    load: &Load,
    site: &Site,
    hosts: &mut [Host],
    random: &mut Random,
) -> Result<(), String> {
    let Some(host) = hosts.last_mut() else { return Ok(()) };
    if random.percent(20) {
        tokio::time::sleep(random.millis(0, 500)).await;
    } else {
        host.ready(&load.http).await?;
        tokio::time::sleep(random.millis(50, 1_500)).await;
    }
    host.kill()?;
    tokio::time::sleep(random.millis(0, 300)).await;
    host.start_again(site)
}

/// Fills the disk at some moment, until some requests were refused, and gives it room again.
async fn fill(
    load: &Load,
    disk: &Disk,
    hosts: &mut [Host],
    random: &mut Random,
) -> Result<(), String> {
    for host in hosts.iter_mut() {
        host.ready(&load.http).await?;
    }
    tokio::time::sleep(random.millis(50, 500)).await;
    let (before, begun) = (load.refused(), Instant::now());
    disk.fill()?;
    while load.refused() < before + REFUSALS && begun.elapsed() < REST_WITHIN {
        tokio::time::sleep(random.millis(50, 200)).await;
        // The host gives the room of its own log away now and then.
        disk.fill()?;
    }
    disk.free()
}

/// Ends PostgreSQL at some moment as a crash would. The hosts stay up.
async fn restart(
    load: &Load,
    hosts: &mut [Host],
    postgres: Option<&postgres::Server>,
    random: &mut Random,
) -> Result<(), String> {
    for host in hosts.iter_mut() {
        host.ready(&load.http).await?;
    }
    tokio::time::sleep(random.millis(50, 1_500)).await;
    if let Some(server) = postgres {
        tokio::task::block_in_place(|| server.crash_and_restart());
    }
    Ok(())
}
