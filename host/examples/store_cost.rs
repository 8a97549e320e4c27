//! What the store costs: durable accepts a second, a message's whole way, and whether claim and
//! consent stay as fast with millions of opt-outs.
//!
//! `cargo run --release --example store_cost` for the first two, on a SQLite file with and without
//! shared commits and on a PostgreSQL server of its own; `-- flat 1000 100000 10000000` for the
//! third, on SQLite, with so many opt-outs and as many old messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, SqlSafeStr};
use tokio::task::JoinSet;
use verbatim_host::id::new_id;
use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::Pair;
use verbatim_host::store::{
    Claim, Database, IdempotencyKey, NewMessage, StatusNews, Store, StoreError,
};
use verbatim_host::time::Timestamp;

#[path = "../tests/support/postgres.rs"]
mod postgres;

const CALLERS: usize = 64;
const TIME: Duration = Duration::from_secs(5);
const LEASE: Duration = Duration::from_secs(30);
const NUMBER: &str = "+15550001234";
/// Look-ups and claims timed at each size.
const SAMPLES: usize = 2_000;

#[tokio::main]
async fn main() -> Result<(), StoreError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("flat", sizes)) = arguments.split_first().map(|(it, rest)| (it.as_str(), rest)) {
        for size in sizes {
            flat(size.parse().expect("a number of opt-outs")).await?;
        }
        return Ok(());
    }
    println!("{CALLERS} callers, {} s each\n", TIME.as_secs());
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| Database::File(folder.path().join(name));
    let alone = Store::open(&file("alone.db")).await?;
    alone.group_at_most(1).await;
    let alone = measure("SQLite, one commit each", &[alone]).await?;
    let grouped =
        measure("SQLite, commits shared", &[Store::open(&file("shared.db")).await?]).await?;
    println!("  shared commits: {:.1} times as many accepts\n", grouped / alone);
    let server = postgres::Server::start(postgres::DURABLE);
    let database: Database = server.database().parse().expect("a URL");
    let one = Store::open(&database).await?;
    measure("PostgreSQL, one host", std::slice::from_ref(&one)).await?;
    let other: Database = server.database().parse().expect("a URL");
    let two = [Store::open(&other).await?, Store::open(&other).await?];
    measure("PostgreSQL, two hosts", &two).await?;
    Ok(())
}

/// Accepts a second, and whole ways a second.
async fn measure(what: &str, hosts: &[Store]) -> Result<f64, StoreError> {
    let accepts = rate(hosts, |store, number| async move { accept(&store, number).await }).await?;
    println!("{what}");
    println!("  durable accepts       {accepts}");
    let ways = rate(hosts, |store, number| async move { way(&store, number).await }).await?;
    println!("  accepted to delivered {ways}");
    Ok(accepts.each_second)
}

struct Rate {
    each_second: f64,
    each_cpu_second: f64,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:8.0} /s {:8.0} /CPU s of this process", self.each_second, self.each_cpu_second)
    }
}

async fn rate<F, Fut>(hosts: &[Store], work: F) -> Result<Rate, StoreError>
where
    F: Fn(Store, u64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), StoreError>> + Send,
{
    let done = Arc::new(AtomicU64::new(0));
    let (begun, cpu) = (Instant::now(), cpu_time());
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (store, work, done) =
            (hosts[caller % hosts.len()].clone(), work.clone(), Arc::clone(&done));
        callers.spawn(async move {
            while begun.elapsed() < TIME {
                let number = done.fetch_add(1, Ordering::Relaxed);
                work(store.clone(), number).await?;
            }
            Ok::<(), StoreError>(())
        });
    }
    for caller in callers.join_all().await {
        caller?;
    }
    let done = done.load(Ordering::Relaxed) as f64;
    let each_second = done / begun.elapsed().as_secs_f64();
    Ok(Rate { each_second, each_cpu_second: done / (cpu_time() - cpu) })
}

/// Seconds of CPU time that this process has used: fields 14 and 15, in hundredths.
fn cpu_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn message(number: u64) -> NewMessage {
    NewMessage {
        state: State::Queued,
        reason: None,
        recipient: format!("+1555{:010}", number.wrapping_mul(0x9E37_79B9) % 10_000_000_000),
        // A sender for each, so that a whole way claims its own message.
        sender: format!("+1666{number:010}"),
        environment: Environment::Sandbox,
        template: None,
        language: None,
        text: "Hi Ada, your table for two is booked for tonight at eight. Reply STOP to opt out."
            .to_owned(),
        segments: r#"{"encoding":"gsm7","units":82,"segments":1}"#.to_owned(),
        predicted_segments: 1,
        values: r#"{"entity":{"name":"Ada"}}"#.to_owned(),
        missing: None,
        module: "0".repeat(64),
        conversation_id: None,
        on_unknown: None,
        valid_for: None,
        redact: None,
    }
}

async fn accept(store: &Store, number: u64) -> Result<(), StoreError> {
    let (id, now) = (new_id(), store.now());
    let key = IdempotencyKey { key: id.clone(), request_hash: "0".repeat(64) };
    let mut tx = store.write().await?;
    tx.remember(&key, &id, "{}", now).await?;
    let sent = NewMessage { sender: NUMBER.to_owned(), ..message(number) };
    tx.create_message(&id, &sent, now).await?;
    tx.commit().await
}

/// Accepted, claimed, answered and told of: four transactions.
async fn way(store: &Store, number: u64) -> Result<(), StoreError> {
    let (id, new) = (new_id(), message(number));
    let mut tx = store.write().await?;
    tx.create_message(&id, &new, store.now()).await?;
    tx.commit().await?;
    let mut tx = store.write().await?;
    let now = tx.now().await?.plus(Duration::from_secs(1));
    let claims = tx.claim(&new.sender, 1, LEASE, now).await?;
    tx.commit().await?;
    let Some(Claim::Cleared(claim)) = claims.first() else { return Ok(()) };
    let sid = format!("SM{id}");
    let mut tx = store.write().await?;
    tx.accepted(claim, &sid, Some(1), now).await?;
    tx.commit().await?;
    let news = StatusNews {
        sid,
        attempt_id: Some(claim.attempt_id().to_owned()),
        status: "delivered".to_owned(),
        state: Some(State::Delivered),
        error_code: None,
    };
    let mut tx = store.write().await?;
    tx.record_status(&news, now).await?;
    tx.commit().await
}

/// The median of a consent look-up and of a claim with so many opt-outs and old messages.
async fn flat(size: u64) -> Result<(), StoreError> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("verbatim.db");
    let store = Store::open(&Database::File(file.clone())).await?;
    fill(&file, size).await?;
    let (mut looks, mut claims) = (Vec::new(), Vec::new());
    for sample in 0..SAMPLES {
        let recipient = (sample as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % size;
        let pair = Pair { recipient: format!("+1{recipient:010}"), sender: NUMBER.to_owned() };
        let begun = Instant::now();
        let consent = store.consent_of(vec![pair]).await?;
        looks.push(begun.elapsed());
        assert!(consent[0].1, "an opt-out is found");
        let new = NewMessage { sender: "+15550009999".to_owned(), ..message(recipient) };
        let mut tx = store.write().await?;
        tx.create_message(&new_id(), &new, Timestamp::from_micros(0)).await?;
        tx.commit().await?;
        let mut tx = store.write().await?;
        let begun = Instant::now();
        let claimed = tx.claim(&new.sender, 1, LEASE, store.now()).await?;
        claims.push(begun.elapsed());
        for claim in &claimed {
            let Claim::Cleared(claim) = claim else { continue };
            tx.accepted(claim, &format!("SN{sample}"), None, store.now()).await?;
        }
        tx.commit().await?;
    }
    println!("{size:>9} opt-outs: look-up {:?}, claim {:?} (p50)", median(looks), median(claims));
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Opt-outs and delivered messages, by the million, behind the store's back.
async fn fill(file: &std::path::Path, size: u64) -> Result<(), StoreError> {
    let url = format!("sqlite://{}", file.display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await?;
    let rows = format!(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {size})"
    );
    for statement in [
        format!(
            "INSERT INTO pairs (recipient, sender, opted_out, changed_at) {rows} \
             SELECT printf('+1%010d', i), '{NUMBER}', 1, i FROM n"
        ),
        format!(
            "INSERT INTO messages (id, state, state_rank, recipient, sender, environment, module, \
             sid, predicted_segments, created_at, updated_at) {rows} \
             SELECT printf('00000000-0000-7000-8000-%012d', i), 'delivered', 8, \
             printf('+1%010d', i), '{NUMBER}', 'live', '00', printf('SM%032d', i), 1, i, i FROM n"
        ),
        format!(
            "INSERT INTO contents (message_id, body, body_sha256, segments, token_values) {rows} \
             SELECT printf('00000000-0000-7000-8000-%012d', i), 'Hello', '00', '{{}}', '{{}}' FROM n"
        ),
    ] {
        sqlx::query(AssertSqlSafe(statement).into_sql_str()).execute(&mut connection).await?;
    }
    Ok(())
}
