//! The schema's versions: forward only, and refused when a newer program wrote them.
//!
//! One text serves both databases; [`of_sqlite`] and [`of_postgres`] add what only one of them
//! has.

use std::borrow::Cow;
use std::path::Path;

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Acquire, AssertSqlSafe, ConnectOptions, Connection, SqlSafeStr};

use super::StoreError;
use super::sqlite::BUSY_TIMEOUT;

/// Each step's number, name and text. A step that has been released never changes.
const STEPS: [(i64, &str, &str); 11] = [
    (1, "start", include_str!("migrations/0001_start.sql")),
    (2, "doubts", include_str!("migrations/0002_doubts.sql")),
    (3, "sessions of keys", include_str!("migrations/0003_sessions_of_keys.sql")),
    (4, "bills", include_str!("migrations/0004_bills.sql")),
    (5, "forwards", include_str!("migrations/0005_forwards.sql")),
    (6, "rates of keys", include_str!("migrations/0006_rates_of_keys.sql")),
    (7, "conversations", include_str!("migrations/0007_conversations.sql")),
    (8, "redaction", include_str!("migrations/0008_redaction.sql")),
    (9, "project", include_str!("migrations/0009_project.sql")),
    (10, "resends", include_str!("migrations/0010_resends.sql")),
    (11, "handed over", include_str!("migrations/0011_handed_over.sql")),
];
/// What a table is marked with whose rows are to lie in the order of its key.
const CLUSTERED: &str = "/* CLUSTERED */";
const NEWEST: &str = "SELECT max(version) FROM _sqlx_migrations";

/// Brings a file from whatever schema it has to the newest one known here, with its write lock
/// held: who opens it at the same time waits, and finds it done. The steps of both databases are
/// taken, and noted, by the same library.
pub(super) async fn migrate_file(file: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    match run(of_sqlite, &mut *transaction).await {
        Err(MigrateError::VersionMissing(_)) => {
            return Err(newer(sqlx::query_scalar(NEWEST).fetch_one(&mut *transaction).await?));
        }
        Err(error) => return Err(refused(&error)),
        Ok(()) => transaction.commit().await?,
    }
    Ok(connection.close().await?)
}

/// The same for a PostgreSQL database. Hosts that start at the same time take turns.
pub(super) async fn migrate_postgres(connection: &mut PgConnection) -> Result<(), StoreError> {
    match run(of_postgres, &mut *connection).await {
        Err(MigrateError::VersionMissing(_)) => {
            Err(newer(sqlx::query_scalar(NEWEST).fetch_one(connection).await?))
        }
        done => done.map_err(|error| refused(&error)),
    }
}

async fn run<'a, A>(dialect: fn(&str) -> String, on: A) -> Result<(), MigrateError>
where
    A: Acquire<'a>,
    <A::Connection as std::ops::Deref>::Target: Migrate,
{
    let steps = STEPS.map(|(number, name, text)| {
        // Our own text, from this program alone.
        let text = AssertSqlSafe(dialect(text)).into_sql_str();
        Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(steps.into()).run(on).await
}

/// A table without a row number is one tree in the order of its key: half the size, and one
/// descent for each look-up.
fn of_sqlite(text: &str) -> String {
    text.replace(CLUSTERED, "WITHOUT ROWID")
}

/// Text sorts by its bytes, as in SQLite and in Rust, whatever the database's locale.
fn of_postgres(text: &str) -> String {
    let of_line = |line: &str| match line.trim_start().starts_with("--") {
        true => line.to_owned(),
        false => line.replace(" TEXT", " TEXT COLLATE \"C\"").replace(CLUSTERED, ""),
    };
    text.lines().map(of_line).collect::<Vec<_>>().join("\n")
}

fn known() -> i64 {
    STEPS.map(|(number, _, _)| number).into_iter().max().unwrap_or_default()
}

fn newer(found: i64) -> StoreError {
    StoreError::Newer { found, known: known() }
}

fn refused(error: &MigrateError) -> StoreError {
    if let MigrateError::VersionMismatch(number) = error {
        StoreError::Foreign(*number)
    } else {
        StoreError::Migration(error.to_string())
    }
}
