//! The dispatcher against a Twilio that misbehaves: what is in doubt is posted once, what is
//! proven unprocessed is posted again, and a STOP in between wins.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use secrecy::SecretString;
use verbatim_host::dispatch::{Dispatcher, Dispatching};
use verbatim_host::id::new_id;
use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{AttemptState, ConsentSource, Database, LedgerEntry, NewMessage, Store};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::{Account, Client};

#[path = "support/postgres.rs"]
mod postgres;

const PERSON: &str = "+15550001111";
const NUMBER: &str = "+15550001234";
const CREATED: (u16, &str) = (201, r#"{"sid":"SM1","num_segments":"1"}"#);
const THROTTLED: (u16, &str) = (429, r#"{"code":20429,"message":"slow down"}"#);

/// A Twilio that gives these answers in turn, the last one for ever, and counts its requests.
async fn twilio(answers: &'static [(u16, &'static str)]) -> (Account, Arc<AtomicUsize>) {
    let posts = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&posts);
    let app = Router::new().fallback(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        let (status, body) = answers[number.min(answers.len() - 1)];
        async move { (StatusCode::from_u16(status).expect("a status"), body) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let account = Account {
        sid: "AC00000000000000000000000000000000".to_owned(),
        token: SecretString::from("token"),
        base_url: base.parse().expect("a URL"),
    };
    (account, posts)
}

async fn on_sqlite() -> (Store, Option<tempfile::TempDir>) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::File(folder.path().join("verbatim.db"));
    (Store::open(&database).await.expect("a database"), Some(folder))
}

async fn on_postgres() -> (Store, Option<tempfile::TempDir>) {
    let url = tokio::task::spawn_blocking(|| postgres::Server::shared().database());
    let database: Database = url.await.expect("a server").parse().expect("a URL");
    (Store::open(&database).await.expect("a database"), None)
}

/// Makes two tests of each function: one on a SQLite file, one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod with_sqlite {
            $(#[tokio::test]
            async fn $name() { let (store, _folder) = super::on_sqlite().await; super::$name(store).await; })*
        }
        mod with_postgres {
            $(#[tokio::test]
            async fn $name() { let (store, _folder) = super::on_postgres().await; super::$name(store).await; })*
        }
    };
}

on_both! {
    what_was_throttled_is_posted_again_later,
    a_stop_between_two_attempts_wins,
    a_claim_whose_holder_died_ends_as_unknown,
}

async fn queue(store: &Store) -> String {
    let message = NewMessage {
        state: State::Queued,
        reason: None,
        recipient: PERSON.to_owned(),
        sender: NUMBER.to_owned(),
        environment: Environment::Sandbox,
        template: None,
        language: None,
        text: "Hello".to_owned(),
        segments: "{}".to_owned(),
        predicted_segments: 1,
        values: "{}".to_owned(),
        missing: None,
        module: "00".to_owned(),
        conversation_id: None,
    };
    let mut tx = store.write().await.expect("a transaction");
    let id = new_id();
    tx.create_message(&id, &message, Timestamp::now()).await.expect("a message");
    tx.commit().await.expect("it commits");
    id
}

fn start(store: &Store, account: Account) -> Dispatching {
    let client = Client::new(account).expect("a client");
    let status_callback = "http://127.0.0.1:1/twilio/status/".to_owned();
    Dispatcher { store: store.clone(), client, status_callback }.start()
}

async fn wait(store: &Store, id: &str, reached: impl Fn(State) -> bool) -> State {
    let begin = Instant::now();
    loop {
        let state = store.message(id).await.expect("a read").expect("the message").state;
        if reached(state) {
            return state;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "it is still {state}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_in_doubt_is_posted_once_and_holds_its_pair() {
    for answer in [
        &[(500, r#"{"code":20500,"message":"oops"}"#)][..],
        &[(408, r#"{"code":20429,"message":"late"}"#)],
        &[(400, "<html>a proxy</html>")],
        &[(201, "{}")],
        &[(307, "")],
    ] {
        let (account, posts) = twilio(answer).await;
        let (store, _folder) = on_sqlite().await;
        let (first, second) = (queue(&store).await, queue(&store).await);
        let dispatching = start(&store, account);
        wait(&store, &first, |state| state == State::Unknown).await;
        dispatching.wake().now();
        tokio::time::sleep(Duration::from_millis(300)).await;
        dispatching.stop().await;
        assert_eq!(posts.load(Ordering::SeqCst), 1, "{answer:?}");
        wait(&store, &second, |state| state == State::Queued).await;
    }
}

async fn what_was_throttled_is_posted_again_later(store: Store) {
    let (account, posts) = twilio(&[THROTTLED, CREATED]).await;
    let id = queue(&store).await;
    let dispatching = start(&store, account);
    wait(&store, &id, |state| state == State::Accepted).await;
    dispatching.stop().await;
    assert_eq!(posts.load(Ordering::SeqCst), 2);
    let attempts = store.attempts(&id).await.expect("a read");
    let states: Vec<_> = attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!(states, [AttemptState::Refused, AttemptState::Accepted]);
    assert_eq!(attempts[0].error_code, Some(20429));
}

async fn a_stop_between_two_attempts_wins(store: Store) {
    let (account, posts) = twilio(&[THROTTLED, CREATED]).await;
    let id = queue(&store).await;
    let dispatching = start(&store, account);
    let begin = Instant::now();
    while store.attempts(&id).await.expect("a read").first().and_then(|it| it.ended_at).is_none() {
        assert!(begin.elapsed() < Duration::from_secs(10), "no attempt has ended");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stop = LedgerEntry {
        pair: Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() },
        action: ConsentAction::OptOut,
        source: ConsentSource::Inbound,
        keyword: Some("STOP".to_owned()),
        matched: Some("STOP".to_owned()),
        raw_text: Some("STOP".to_owned()),
        message_sid: Some("SM9".to_owned()),
        happened_at: store.now(),
    };
    let mut tx = store.write().await.expect("a transaction");
    assert_eq!(tx.record_consent(&[stop], store.now()).await.expect("a record").len(), 1);
    tx.commit().await.expect("it commits");
    // Longer than the pause before the second attempt would have been.
    tokio::time::sleep(Duration::from_secs(2)).await;
    dispatching.stop().await;
    assert_eq!(posts.load(Ordering::SeqCst), 1, "no POST begins after the STOP");
    wait(&store, &id, |state| state == State::Suppressed).await;
}

async fn a_claim_whose_holder_died_ends_as_unknown(store: Store) {
    let (account, posts) = twilio(&[CREATED]).await;
    let id = queue(&store).await;
    let mut tx = store.write().await.expect("a transaction");
    // Somebody claimed it with a lease that has run out since, and never came back.
    tx.claim(NUMBER, 1, Duration::ZERO, Timestamp::now()).await.expect("a claim");
    tx.commit().await.expect("it commits");
    let dispatching = start(&store, account);
    wait(&store, &id, |state| state == State::Unknown).await;
    dispatching.stop().await;
    assert_eq!(posts.load(Ordering::SeqCst), 0, "nobody knows, so nobody repeats it");
}
