//! What people write reaches the user's webhook: signed, at least once, and whatever goes wrong
//! there holds nothing else up. On both databases, over real sockets.

mod api;
mod fixture;

use std::time::{Duration, Instant};

use serde_json::json;
use verbatim_host::forward::{ID_HEADER, Next, SIGNATURE_HEADER, Setting, set};
use verbatim_host::id::new_id;
use verbatim_host::store::{Disposition, ForwardState, Resent, Store};
use verbatim_host::time::Timestamp;

use self::fixture::{
    Hook, How, NUMBER, PERSON, all, is, listens, record, secret, start, vault, wait, write, written,
};
use crate::dispatch::fixture::{message, on_both, queue_at};

const LEASE: Duration = Duration::from_secs(30);
const OTHER_NUMBER: &str = "+15550009999";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";

on_both! {
    what_a_person_writes_is_posted_signed_and_with_its_conversation,
    keywords_are_posted_only_where_they_are_wanted_and_what_is_dropped_never,
    the_nearest_webhook_hears_it,
    a_webhook_that_fails_hears_the_same_again_later,
    a_slow_webhook_holds_up_no_other,
    what_was_being_posted_when_its_host_was_killed_is_posted_again,
    two_hosts_post_each_event_once,
    what_is_given_up_is_posted_again_when_somebody_asks,
    a_removed_webhook_hears_no_more,
    both_secrets_sign_for_a_day,
    an_event_is_written_with_its_message_or_not_at_all,
}

async fn what_a_person_writes_is_posted_signed_and_with_its_conversation(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    let secret = listens(&store, &vault, "default", &hook, false).await;
    let mut sent = message();
    sent.conversation_id = Some("booking 4711".to_owned());
    queue_at(&store, &sent, Timestamp::now()).await;
    let forwarding = start(&store, &vault);
    let inbound = written(NUMBER, "Ünïcode \u{1f44b} \"quoted\"", Disposition::Forward);
    record(&store, &inbound, Timestamp::now()).await;
    let heard = hook.hears(1).await.remove(0);
    assert!(heard.is_signed_by(&secret) && !heard.is_signed_by(&self::secret(ANOTHER)));
    assert_eq!(heard.header("content-type"), "application/json");
    let done = wait(&store, is(ForwardState::Delivered)).await;
    assert_eq!(heard.header(ID_HEADER), done.event.id);
    let body = heard.json();
    assert_eq!(
        body,
        json!({
            "type": "message.received",
            "timestamp": done.event.received_at.to_string(),
            "data": {
                "message_sid": inbound.message_sid,
                "from": PERSON,
                "to": NUMBER,
                "messaging_service_sid": null,
                "text": inbound.raw_text,
                "keyword": null,
                "conversation_id": "booking 4711",
                "sent_at": null,
            },
        })
    );
    record(&store, &inbound, Timestamp::now()).await;
    forwarding.stop().await;
    assert_eq!(hook.heard().len(), 1, "a message that comes twice is one event");
}

const ANOTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

async fn keywords_are_posted_only_where_they_are_wanted_and_what_is_dropped_never(store: Store) {
    let (wants, does_not) = (Hook::listen().await, Hook::listen().await);
    let vault = vault();
    listens(&store, &vault, NUMBER, &wants, true).await;
    listens(&store, &vault, "default", &does_not, false).await;
    let forwarding = start(&store, &vault);
    for to in [NUMBER, OTHER_NUMBER] {
        record(&store, &written(to, "STOP", Disposition::Intercepted), Timestamp::now()).await;
        record(&store, &written(to, "hello?", Disposition::Dropped), Timestamp::now()).await;
    }
    let heard = wants.hears(1).await;
    wait(&store, is(ForwardState::Delivered)).await;
    forwarding.stop().await;
    let body = heard[0].json();
    assert_eq!(
        (&body["type"], &body["data"]["keyword"]),
        (&json!("keyword.received"), &json!("STOP"))
    );
    assert_eq!((wants.heard().len(), does_not.heard().len()), (1, 0));
}

async fn the_nearest_webhook_hears_it(store: Store) {
    let hooks = [Hook::listen().await, Hook::listen().await, Hook::listen().await];
    let vault = vault();
    for (scope, hook) in [NUMBER, SERVICE, "default"].into_iter().zip(&hooks) {
        listens(&store, &vault, scope, hook, false).await;
    }
    let forwarding = start(&store, &vault);
    for (to, service) in
        [(NUMBER, Some(SERVICE)), (OTHER_NUMBER, Some(SERVICE)), (OTHER_NUMBER, None)]
    {
        let mut inbound = written(to, "x", Disposition::Forward);
        inbound.service = service.map(str::to_owned);
        record(&store, &inbound, Timestamp::now()).await;
    }
    for hook in &hooks {
        hook.hears(1).await;
    }
    forwarding.stop().await;
    assert_eq!(hooks.map(|hook| hook.heard().len()), [1, 1, 1]);
}

async fn a_webhook_that_fails_hears_the_same_again_later(store: Store) {
    let (hook, elsewhere) = (Hook::listen().await, Hook::listen().await);
    let vault = vault();
    hook.answers(How::RedirectTo(elsewhere.url.clone()));
    listens(&store, &vault, "default", &hook, false).await;
    let forwarding = start(&store, &vault);
    write(&store, NUMBER, "x").await;
    let failed = wait(&store, |it| it.tries == 1 && it.state == ForwardState::Queued).await;
    forwarding.stop().await;
    assert_eq!(failed.error.as_deref(), Some("it answered 307 Temporary Redirect"));
    let pause = failed.due_at.since(failed.event.received_at);
    assert!((4..8).contains(&pause.as_secs()), "{pause:?}");
    assert_eq!(elsewhere.heard().len(), 0, "a redirect is not followed");

    // As if that time had passed.
    let mut tx = store.write().await.expect("a transaction");
    let later = failed.due_at;
    let claims = tx.claim_forwards("default", 9, LEASE, later).await.expect("a claim");
    assert_eq!((claims.len(), claims[0].attempt), (1, 2));
    assert_eq!(claims[0].event, failed.event, "the same event, under the same id");
    let next = Next::Retry { at: later, error: "it answered 500".to_owned() };
    assert!(tx.end_forward(&claims[0], next, later).await.expect("an end"));
    tx.commit().await.expect("it commits");
    hook.answers(How::Status(200));
    // Another address mends what waits.
    listens_again(&store, &vault, &elsewhere).await;
    let mut tx = store.write().await.expect("a transaction");
    let claims = tx.claim_forwards("default", 9, LEASE, later).await.expect("a claim");
    assert_eq!(claims[0].url, elsewhere.url);
}

async fn listens_again(store: &Store, vault: &verbatim_host::seal::Vault, hook: &Hook) {
    let setting = Setting {
        scope: "default".parse().expect("a scope"),
        url: hook.url.parse().expect("a URL"),
        keywords: None,
        secret: None,
    };
    let done = set(store, vault, setting).await.expect("a webhook");
    assert!(done.made.is_none(), "its secret stays");
}

async fn a_slow_webhook_holds_up_no_other(store: Store) {
    let (slow, quick) = (Hook::listen().await, Hook::listen().await);
    let vault = vault();
    slow.answers(How::After(Duration::from_secs(4)));
    listens(&store, &vault, NUMBER, &slow, false).await;
    listens(&store, &vault, "default", &quick, false).await;
    let forwarding = start(&store, &vault);
    for _ in 0..20 {
        write(&store, NUMBER, "x").await;
    }
    slow.hears(4).await;
    let begun = Instant::now();
    for _ in 0..20 {
        write(&store, OTHER_NUMBER, "y").await;
    }
    quick.hears(20).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(slow.heard().len(), 4, "so many at a time, and no more");
    drop(forwarding);
}

async fn what_was_being_posted_when_its_host_was_killed_is_posted_again(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    listens(&store, &vault, "default", &hook, false).await;
    write(&store, NUMBER, "x").await;
    let mut tx = store.write().await.expect("a transaction");
    let long_ago = Timestamp::now().minus(LEASE);
    let due = Timestamp::now();
    let lost = tx.claim_forwards("default", 9, Duration::ZERO, due).await.expect("a claim");
    tx.commit().await.expect("it commits");
    assert_eq!(lost.len(), 1);
    let forwarding = start(&store, &vault);
    hook.hears(1).await;
    let done = wait(&store, is(ForwardState::Delivered)).await;
    forwarding.stop().await;
    assert_eq!(done.tries, 2);
    let mut tx = store.write().await.expect("a transaction");
    let dead = Next::Dead { error: "late".to_owned() };
    let counts = tx.end_forward(&lost[0], dead, long_ago).await.expect("an end");
    assert!(!counts, "whoever comes back late has no say");
}

async fn two_hosts_post_each_event_once(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    listens(&store, &vault, "default", &hook, false).await;
    let hosts = [start(&store, &vault), start(&store, &vault)];
    for number in 0..30 {
        write(&store, NUMBER, &number.to_string()).await;
    }
    hook.hears(30).await;
    let begun = Instant::now();
    while !all(&store).await.iter().all(|it| it.state == ForwardState::Delivered) {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for host in hosts {
        host.stop().await;
    }
    let mut texts: Vec<String> = hook.heard().iter().map(|it| it.json().to_string()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!((hook.heard().len(), texts.len()), (30, 30));
}

async fn what_is_given_up_is_posted_again_when_somebody_asks(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    listens(&store, &vault, "default", &hook, false).await;
    write(&store, NUMBER, "x").await;
    let now = Timestamp::now();
    let mut tx = store.write().await.expect("a transaction");
    let claims = tx.claim_forwards("default", 9, LEASE, now).await.expect("a claim");
    let dead = Next::Dead { error: "it answered 500".to_owned() };
    let forward = all(&store).await.remove(0);
    assert!(tx.end_forward(&claims[0], dead, now).await.expect("an end"));
    tx.commit().await.expect("it commits");
    let listed = store.forwards(Some(ForwardState::Dead), None, None).await.expect("a read").0;
    assert_eq!((listed.len(), listed[0].error.as_deref()), (1, Some("it answered 500")));

    let mut tx = store.write().await.expect("a transaction");
    assert_eq!(tx.forward_again(&forward, now).await.expect("it"), Resent::Queued);
    assert_eq!(tx.forward_again(&forward, now).await.expect("it"), Resent::NotEnded);
    let claims = tx.claim_forwards("default", 9, LEASE, now).await.expect("a claim");
    assert_eq!((claims[0].attempt, claims[0].tried_since), (1, now), "it has three days again");
    assert_eq!(claims[0].event.id, forward.event.id);
    drop(tx);
}

async fn a_removed_webhook_hears_no_more(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    listens(&store, &vault, "default", &hook, false).await;
    write(&store, NUMBER, "x").await;
    let mut tx = store.write().await.expect("a transaction");
    assert!(tx.remove_webhook("default", Timestamp::now()).await.expect("it"));
    assert!(!tx.remove_webhook("default", Timestamp::now()).await.expect("it"));
    tx.commit().await.expect("it commits");
    write(&store, NUMBER, "y").await;
    let forwards = all(&store).await;
    assert_eq!((forwards.len(), forwards[0].state), (1, ForwardState::Dead));
    assert_eq!(forwards[0].error.as_deref(), Some("the webhook was removed"));
    let mut tx = store.write().await.expect("a transaction");
    let resent = tx.forward_again(&forwards[0], Timestamp::now()).await.expect("it");
    assert_eq!(resent, Resent::NoWebhook);
}

async fn both_secrets_sign_for_a_day(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    let before = listens(&store, &vault, "default", &hook, false).await;
    let setting = Setting {
        scope: "default".parse().expect("a scope"),
        url: hook.url.parse().expect("a URL"),
        keywords: None,
        secret: Some(secret(ANOTHER)),
    };
    set(&store, &vault, setting).await.expect("another secret");
    let forwarding = start(&store, &vault);
    write(&store, NUMBER, "x").await;
    let heard = hook.hears(1).await.remove(0);
    forwarding.stop().await;
    assert!(heard.is_signed_by(&before) && heard.is_signed_by(&secret(ANOTHER)));
    assert_eq!(heard.header(SIGNATURE_HEADER).split(' ').count(), 2);
    write(&store, NUMBER, "x").await;
    let mut tx = store.write().await.expect("a transaction");
    let tomorrow = Timestamp::now().plus(Duration::from_secs(24 * 60 * 60));
    let claims = tx.claim_forwards("default", 9, LEASE, tomorrow).await.expect("a claim");
    assert_eq!(claims[0].secrets.len(), 1);
}

async fn an_event_is_written_with_its_message_or_not_at_all(store: Store) {
    let (hook, vault) = (Hook::listen().await, vault());
    listens(&store, &vault, "default", &hook, false).await;
    let inbound = written(NUMBER, "x", Disposition::Forward);
    let mut tx = store.write().await.expect("a transaction");
    tx.record_inbound(&inbound, Timestamp::now()).await.expect("a record");
    drop(tx);
    assert_eq!(all(&store).await, []);
    record(&store, &inbound, Timestamp::now()).await;
    assert_eq!(all(&store).await.len(), 1);
    assert!(store.forward(&new_id()).await.expect("a read").is_none());
}
