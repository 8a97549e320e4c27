//! What messages say is taken out once they have ended; what is still to be sent stays whole.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use verbatim_host::forward::Next;
use verbatim_host::id::first_id_at;
use verbatim_host::redact::{Redact, Redactor};
use verbatim_host::sandbox::Pair;
use verbatim_host::store::{
    Disposition, ForwardState, IdempotencyKey, Inbound, Resent, Store, Webhook,
};
use verbatim_host::time::Timestamp;

use crate::dispatch::fixture::{NUMBER, PERSON, message, on_both};
use crate::support::served::{self, Served, run, verbatim};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const CODE: &str = "code-4711-0815-ünïque";

on_both! {
    what_has_ended_is_redacted_and_what_is_to_be_sent_never,
    what_is_old_is_redacted_and_what_is_newer_stays,
    what_people_wrote_is_redacted_once_it_has_been_forwarded,
}

/// Stores a message of an age, with an answer that repeats it.
async fn accept(store: &Store, redact: Option<Redact>, ago: Duration) -> String {
    let at = Timestamp::now().minus(ago);
    let id = first_id_at(at);
    let mut new = message();
    new.text = format!("Your code is {CODE}");
    new.values = json!({"variable": {"CODE": CODE}}).to_string();
    new.segments = json!({"text": CODE}).to_string();
    new.redact = redact;
    let mut tx = store.write().await.expect("a transaction");
    let key = IdempotencyKey { key: id.clone(), request_hash: "hash".to_owned() };
    let answer = json!({"id": id, "text": new.text, "segments": {"text": CODE}}).to_string();
    assert!(tx.remember(&key, &id, &answer, at).await.expect("it").is_none());
    tx.create_message(&id, &new, at).await.expect("a message");
    tx.commit().await.expect("it commits");
    id
}

async fn cancel(store: &Store, id: &str) {
    let mut tx = store.write().await.expect("a transaction");
    assert!(tx.cancel(id, Timestamp::now()).await.expect("it"));
    tx.commit().await.expect("it commits");
}

/// Redacts what is due by then.
async fn redact_at(store: &Store, now: Timestamp) {
    let mut tx = store.write().await.expect("a transaction");
    tx.redact_due(100, now).await.expect("it");
    tx.commit().await.expect("it commits");
}

/// Everything that is kept of a message, as text.
async fn kept(store: &Store, id: &str) -> String {
    let message = store.message(id).await.expect("a read").expect("the message");
    let original = store.original(id).await.expect("a read").expect("the message");
    let answer = store.remembered(id).await.expect("a read").expect("an answer");
    format!("{message:?}{original:?}{}", answer.response)
}

async fn what_has_ended_is_redacted_and_what_is_to_be_sent_never(store: Store) {
    let id = accept(&store, Some(Redact::AtOnce), Duration::ZERO).await;
    let other = accept(&store, None, Duration::from_secs(1)).await;
    for minutes in [1, 60, 24 * 60] {
        redact_at(&store, Timestamp::now().plus(Duration::from_secs(60 * minutes))).await;
        assert!(kept(&store, &id).await.contains(CODE), "it is still to be sent");
    }
    cancel(&store, &id).await;
    cancel(&store, &other).await;
    let text_sha256 = store.original(&id).await.expect("it").expect("it").text_sha256;
    redact_at(&store, Timestamp::now().plus(3 * DAY)).await;
    let after = kept(&store, &id).await;
    assert!(!after.contains(CODE), "{after}");
    assert!(after.contains(PERSON) && after.contains(NUMBER) && after.contains("redacted_at"));
    let original = store.original(&id).await.expect("it").expect("it");
    assert!(original.is_redacted);
    assert_eq!(original.text_sha256, text_sha256, "its hash stays");
    assert!(kept(&store, &other).await.contains(CODE), "nobody has asked for it");
}

async fn what_is_old_is_redacted_and_what_is_newer_stays(store: Store) {
    let mut old = Vec::new();
    for days in [33, 32, 31] {
        old.push(accept(&store, None, DAY * days).await);
    }
    let newer = accept(&store, None, DAY * 29).await;
    for id in old.iter().skip(1).chain([&newer]) {
        cancel(&store, id).await;
    }
    let redactor = Redactor { store: store.clone(), after: Some(DAY * 30) };
    assert!(!redactor.turn().await.expect("a turn"));
    redactor.turn().await.expect("another");
    assert!(kept(&store, &old[0]).await.contains(CODE), "it still waits to be sent");
    for id in &old[1..] {
        assert!(!kept(&store, id).await.contains(CODE), "{id}");
    }
    assert!(kept(&store, &newer).await.contains(CODE));
    // It is looked at again when it has ended, though the search has passed it.
    cancel(&store, &old[0]).await;
    redact_at(&store, Timestamp::now().plus(DAY)).await;
    assert!(!kept(&store, &old[0]).await.contains(CODE));
    let sooner = Redactor { store: store.clone(), after: Some(DAY) };
    sooner.turn().await.expect("a turn");
    assert!(!kept(&store, &newer).await.contains(CODE), "another setting counts for it, too");
}

async fn what_people_wrote_is_redacted_once_it_has_been_forwarded(store: Store) {
    let old = Timestamp::now().minus(DAY * 40);
    let mut tx = store.write().await.expect("a transaction");
    let webhook = Webhook {
        scope: "default".to_owned(),
        url: "https://hooks.example.com/".to_owned(),
        keywords: false,
        secret: "sealed".to_owned(),
        previous: None,
        created_at: old,
        updated_at: old,
    };
    tx.set_webhook(&webhook).await.expect("a webhook");
    let inbound = Inbound {
        message_sid: "SM1".to_owned(),
        pair: Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() },
        service: None,
        raw_text: format!("my code is {CODE}"),
        disposition: Disposition::Forward,
        keyword: None,
        reply: None,
        trace: json!([CODE]).to_string(),
        sent_at: None,
    };
    tx.record_inbound(&inbound, old).await.expect("a record");
    tx.commit().await.expect("it commits");
    let redactor = Redactor { store: store.clone(), after: Some(DAY * 30) };
    redactor.turn().await.expect("a turn");
    let forwards = || async { store.forwards(None, None, None).await.expect("a read").0.remove(0) };
    assert!(forwards().await.event.text.contains(CODE), "its webhook has not heard it yet");

    let mut tx = store.write().await.expect("a transaction");
    let now = Timestamp::now();
    let claims = tx.claim_forwards("default", 1, DAY, now).await.expect("a claim");
    assert!(tx.end_forward(&claims[0], Next::Delivered, now).await.expect("an end"));
    tx.commit().await.expect("it commits");
    redactor.turn().await.expect("a turn");
    let forward = forwards().await;
    assert_eq!((forward.state, forward.event.text.as_str()), (ForwardState::Delivered, ""));
    let mut tx = store.write().await.expect("a transaction");
    let resent = tx.forward_again(&forward, now).await.expect("it");
    assert_eq!(resent, Resent::Redacted, "there is nothing left to post");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_code_is_in_no_file_once_it_was_delivered() {
    let mut host = Served::start().await;
    let template = json!({"title": "code", "body": "Your code is {{vrbl:CODE}}",
        "senders": {"sandbox": served::NUMBER}});
    let made = host.request(Method::POST, "v1/templates").json(&template);
    assert_eq!(host.answer(made).await.0, StatusCode::CREATED);
    let values = json!({"variable": {"CODE": CODE}});
    let body = json!({"to": PERSON, "template": "code", "values": values, "redact": "at_once"});
    let send = || host.request(Method::POST, "v1/messages").header("idempotency-key", "k");
    let (status, message) = host.answer(send().json(&body)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    assert!(message["text"].as_str().expect("text").ends_with(CODE), "whoever sends it sees it");
    host.wait(&message, "delivered").await;
    let id = message["id"].as_str().expect("an id").to_owned();
    let begun = Instant::now();
    let shown = loop {
        let (_, shown) = host.get(&format!("v1/messages/{id}")).await;
        if !shown["redacted_at"].is_null() {
            break shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{shown}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!((&shown["text"], &shown["predicted_segments"]), (&json!(""), &json!(1)), "{shown}");
    let (status, again) = host.answer(send().json(&body)).await;
    assert_eq!(
        (status, &again["id"], &again["text"]),
        (StatusCode::ACCEPTED, &json!(id), &json!(""))
    );
    host.stop("-TERM").await;

    let replay = |more: &[&str]| {
        let (status, out, error) = run(verbatim(&["replay", &id, "--json"])
            .args(more)
            .arg("--database")
            .arg(host.database()));
        let out: Value = serde_json::from_str(&out).expect(&error);
        (status, out["verdict"].clone())
    };
    assert_eq!(replay(&[]), (0, json!("redacted")));
    assert_eq!(replay(&["--values", &values.to_string()]), (0, json!("same")), "by its hash");
    let others = json!({"variable": {"CODE": "another"}}).to_string();
    assert_eq!(replay(&["--values", &others]), (1, json!("different")));

    for entry in std::fs::read_dir(host.path("data")).expect("the folder") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).expect("its bytes");
        let found = bytes.windows(CODE.len()).any(|some| some == CODE.as_bytes());
        assert!(!found, "{}", path.display());
    }
    assert!(!host.log().contains(CODE));
}
