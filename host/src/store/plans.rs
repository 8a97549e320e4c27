//! Asks both databases how they would run each statement: none reads a whole table that grows.
//!
//! SQLite says `SCAN` for that; PostgreSQL, which on tables as small as these would rather scan, is
//! told to avoid it where it can, so that a `Seq Scan` left over means that no index serves.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr};

use super::statement::Statement;
use super::{Database, Store, project_sql, sql, sqlite};

#[path = "../../tests/support/postgres.rs"]
mod postgres;

/// Tables and views that hold no more than an operator has made, with who may read all of them.
const SMALL: &[&str] = &[
    "locks",
    "templates",
    "t",
    "senders",
    "sender_environments",
    "e",
    "template_senders",
    "s",
    "used",
    "registrations",
    "service_numbers",
    "services",
    "inbound_checks",
    "known",
    "ours",
    "api_keys",
    "accounts",
    "webhooks",
    "w",
];

fn statements() -> impl Iterator<Item = &'static Statement> {
    [
        sql::TEMPLATES,
        sql::SENDERS,
        sql::MESSAGES,
        sql::OUTBOX,
        sql::DOUBTS,
        sql::CONSENT,
        sql::FORWARDS,
        sql::REDACTION,
        sql::ACCESS,
        project_sql::PROJECT,
    ]
    .into_iter()
    .flatten()
}

/// What comes of rows already found: no table.
fn is_derived(name: &str) -> bool {
    ["lane", "page", "CONSTANT", "(subquery", "SUBQUERY"].iter().any(|it| name.starts_with(it))
}

#[tokio::test]
async fn no_statement_scans_a_table_that_grows_in_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("verbatim.db");
    Store::open(&Database::File(file.clone())).await.expect("a database");
    let connection = sqlite::open_to_read(&file).expect("the file");
    let mut scans = Vec::new();
    for statement in statements() {
        for part in statement.sqlite {
            let mut explain =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {part}")).expect(part);
            let steps = explain.raw_query().mapped(|row| row.get("detail"));
            for step in steps.collect::<Result<Vec<String>, _>>().expect(part) {
                let Some(table) = step.strip_prefix("SCAN ") else { continue };
                let name = table.split(' ').next().unwrap_or_default();
                if !SMALL.contains(&name) && !is_derived(name) {
                    scans.push(format!("{}: {step}", statement.name));
                }
            }
        }
    }
    // They follow the primary key down from the newest, and stop at the page's end.
    let follows_the_key =
        |scan: &str| ["LIST_MESSAGES:", "LIST_FORWARDS:"].iter().any(|list| scan.starts_with(list));
    scans.retain(|scan| !follows_the_key(scan) && !reads_the_queue(scan));
    assert_eq!(scans, [""; 0]);
}

/// What waits is counted, up to a limit, for who watches over the host; and a backup is restored
/// while no host runs.
fn reads_the_queue(scan: &str) -> bool {
    scan.starts_with("QUEUE_DEPTH:") || scan.starts_with("TAKE_BACK_ALL:")
}

#[tokio::test]
async fn no_statement_scans_a_table_that_grows_in_postgres() {
    let url = tokio::task::spawn_blocking(|| postgres::Server::shared().database());
    let database: Database = url.await.expect("a server").parse().expect("a URL");
    Store::open(&database).await.expect("a database");
    let Database::Postgres(server) = &database else { unreachable!("a URL") };
    let mut connection = PgConnection::connect_with(server).await.expect("a connection");
    connection
        .execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
        .await
        .expect("the settings");
    let mut scans = Vec::new();
    for statement in statements() {
        let count = (1..=30).take_while(|n| statement.postgres.contains(&format!("${n}"))).count();
        let prepare = format!("PREPARE asked AS {}", statement.postgres);
        connection.execute(AssertSqlSafe(prepare)).await.expect(statement.name);
        let nulls = vec!["NULL"; count].join(", ");
        let arguments = if count == 0 { String::new() } else { format!("({nulls})") };
        let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE asked{arguments}"));
        let plan: Vec<(String,)> = sqlx::query_as(explain.into_sql_str())
            .fetch_all(&mut connection)
            .await
            .expect(statement.name);
        for (step,) in plan {
            let Some((_, table)) = step.split_once("Seq Scan on ") else { continue };
            let name = table.split(' ').next().unwrap_or_default();
            if !SMALL.contains(&name) {
                scans.push(format!("{}: {step}", statement.name));
            }
        }
        connection.execute("DEALLOCATE asked").await.expect("an end");
    }
    scans.retain(|scan| !reads_the_queue(scan));
    assert_eq!(scans, [""; 0]);
}

#[test]
fn the_ledger_is_only_appended_to() {
    for statement in statements() {
        for forbidden in ["UPDATE consent_ledger", "DELETE FROM consent_ledger"] {
            let parts = statement.sqlite.concat();
            assert!(!parts.contains(forbidden), "{}", statement.name);
            assert!(!statement.postgres.contains(forbidden), "{}", statement.name);
        }
    }
}

#[test]
fn statements_have_names_of_their_own() {
    let mut names: Vec<_> = statements().map(|statement| statement.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
