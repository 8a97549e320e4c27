//! Connections to PostgreSQL that end, or are left in the middle of something.

use std::time::Duration;

use sqlx::{ConnectOptions, Executor};
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::Database;

use crate::store::fixture::{Fixture, NUMBER, PERSON, at, keyword};

/// Ends every connection to the fixture's database but the one that asks for it.
async fn end_connections(host: &Fixture) {
    let Database::Postgres(server) = &host.database else { panic!("PostgreSQL") };
    let mut connection = server.connect().await.expect("a connection");
    connection
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .expect("an end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_has_ended_while_it_rested_is_replaced_unnoticed() {
    let host = Fixture::postgres().await;
    host.store.ping().await.expect("an answer");
    end_connections(&host).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    host.store.ping().await.expect("an answer");
    host.queue(PERSON, NUMBER, at(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_has_ended_just_now_fails_once() {
    let host = Fixture::postgres().await;
    host.store.ping().await.expect("an answer");
    end_connections(&host).await;
    // One connection was open, so one request may fail; it is not handed out again.
    let first = host.store.ping().await;
    host.store.ping().await.unwrap_or_else(|error| panic!("{error} after {first:?}"));
    host.queue(PERSON, NUMBER, at(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_left_gives_its_locks_back_at_once() {
    let host = Fixture::postgres().await;
    let other = host.another_host().await;
    let stop = [keyword(ConsentAction::OptOut, NUMBER, at(2))];
    let mut holding = host.store.write().await.expect("a transaction");
    holding.record_consent(&stop, at(2)).await.expect("a record");

    // Those who wait are left in the middle of their statement; some of the connections are not.
    for _ in 0..10 {
        let mut waiting = other.write().await.expect("a transaction");
        let waited = waiting.record_consent(&stop, at(3));
        let waited = tokio::time::timeout(Duration::from_millis(10), waited).await;
        assert!(waited.is_err(), "the pair is locked");
    }
    drop(holding);

    let done = tokio::time::timeout(Duration::from_secs(5), async {
        let mut tx = other.write().await.expect("a transaction");
        tx.record_consent(&stop, at(4)).await.expect("a record");
        tx.commit().await.expect("it commits");
        // Every connection that was left is as good as new.
        for _ in 0..20 {
            other.ping().await.expect("an answer");
        }
    });
    done.await.expect("nobody holds the lock any more");
}
