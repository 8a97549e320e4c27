//! The schema's versions: forward only, and refused when a newer program wrote them.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::{Db, StoreError};

/// Each step's number, name and text. A step that has been released never changes.
const STEPS: [(i64, &str, &str); 1] = [(1, "start", include_str!("migrations/0001_start.sql"))];

/// Brings a database from whatever schema it has to the newest one known here.
pub(super) async fn migrate(pool: &sqlx::Pool<Db>) -> Result<(), StoreError> {
    let known = STEPS.map(|(number, _, _)| number).into_iter().max().unwrap_or_default();
    let steps = STEPS.map(|(number, name, text)| {
        let text = text.into_sql_str();
        Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, text, false)
    });
    Migrator::with_migrations(steps.into()).run(pool).await.map_err(|error| {
        if let MigrateError::VersionMissing(found) = error {
            StoreError::Newer { found, known }
        } else {
            StoreError::Migration(error.to_string())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;

    #[tokio::test]
    async fn a_database_of_a_newer_program_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("verbatim.db");
        let store = Store::open(&file).await.expect("a new database");
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
             execution_time) VALUES (99, 'later', 1, x'00', 0)",
        )
        .execute(&store.writer)
        .await
        .expect("a row from the future");
        store.close().await;
        let refused = Store::open(&file).await.expect_err("a newer schema");
        assert!(matches!(refused, StoreError::Newer { found: 99, known: 1 }), "{refused}");
    }

    #[tokio::test]
    async fn a_database_opens_again_with_what_it_held() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("verbatim.db");
        Store::open(&file).await.expect("a new database").close().await;
        Store::open(&file).await.expect("the same database").ping().await.expect("it answers");
    }

    #[tokio::test]
    async fn a_commit_waits_for_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("verbatim.db")).await.expect("a database");
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&store.writer)
            .await
            .expect("the setting");
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&store.writer)
            .await
            .expect("the setting");
        assert_eq!((synchronous, journal.as_str()), (2, "wal"), "2 is FULL");
    }
}
