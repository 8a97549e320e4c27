//! The schema: brought up to date at the start, refused when a newer program wrote it.

use sqlx::{Connection, PgConnection, SqliteConnection};
use verbatim_host::store::{Database, Store, StoreError};

use crate::store::fixture::{Fixture, at, on_both};
use crate::support::postgres;

on_both! {
    a_database_opens_again_with_what_it_held,
    a_database_of_a_newer_program_is_refused,
    a_database_of_another_make_is_refused,
    hosts_may_start_at_the_same_time,
}

const FROM_THE_FUTURE: &str = "INSERT INTO _sqlx_migrations (version, description, success, \
    checksum, execution_time) SELECT 99, 'later', success, checksum, 0 FROM _sqlx_migrations \
    WHERE version = 1";
const FROM_ELSEWHERE: &str = "UPDATE _sqlx_migrations SET checksum = (SELECT b.checksum FROM \
    (SELECT CAST('x' AS BLOB) AS checksum) b)";

/// Runs SQL behind the store's back.
async fn run(database: &Database, sql: &'static str) {
    match database {
        Database::File(file) => {
            let url = format!("sqlite://{}", file.display());
            let mut connection = SqliteConnection::connect(&url).await.expect("a file");
            sqlx::query(sql).execute(&mut connection).await.expect(sql);
        }
        Database::Postgres(server) => {
            let mut connection = PgConnection::connect_with(server).await.expect("a server");
            sqlx::query(sql).execute(&mut connection).await.expect(sql);
        }
    }
}

async fn a_database_opens_again_with_what_it_held(host: Fixture) {
    let id = host.queue("+15550001111", "+15550001234", at(1)).await;
    host.store.close().await;
    assert!(host.store.write().await.is_err(), "a closed store takes nothing");
    let again = host.another_host().await;
    assert!(again.message(&id).await.expect("a read").is_some());
}

async fn a_database_of_a_newer_program_is_refused(host: Fixture) {
    run(&host.database, FROM_THE_FUTURE).await;
    let refused = Store::open(&host.database).await.expect_err("a newer schema");
    assert!(matches!(refused, StoreError::Newer { found: 99, known: 11 }), "{refused}");
    assert_eq!(
        refused.to_string(),
        "expected a database of schema 11 or older, found schema 99, which a newer verbatim has \
         written; use that verbatim, or restore a backup from before it"
    );
}

async fn a_database_of_another_make_is_refused(host: Fixture) {
    match &host.database {
        Database::File(_) => run(&host.database, FROM_ELSEWHERE).await,
        Database::Postgres(_) => {
            run(&host.database, "UPDATE _sqlx_migrations SET checksum = 'x'::bytea").await;
        }
    }
    let refused = Store::open(&host.database).await.expect_err("another schema 1");
    assert!(matches!(refused, StoreError::Foreign(1)), "{refused}");
}

async fn hosts_may_start_at_the_same_time(host: Fixture) {
    // The fixture's own database has its schema; this one has none yet.
    let database = match &host.database {
        Database::File(file) => Database::File(file.with_file_name("new.db")),
        Database::Postgres(_) => {
            let url = tokio::task::spawn_blocking(|| postgres::Server::shared().database());
            url.await.expect("a database").parse().expect("a URL")
        }
    };
    let open = || async { Store::open(&database).await };
    let (one, two, three) = tokio::join!(open(), open(), open());
    for store in [one, two, three] {
        store.expect("a store").ping().await.expect("it answers");
    }
}
