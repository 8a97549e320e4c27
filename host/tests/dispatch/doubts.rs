//! What is in doubt is looked for at Twilio, and when it is not there, its owner's choice counts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use verbatim_host::dispatch::doubt;
use verbatim_host::message::State;
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::{AttemptState, Claim, NewMessage, OnUnknown, Store};
use verbatim_host::time::Timestamp;

use crate::dispatch::fixture::{
    CREATED, NUMBER, message, on_both, queue, queue_at, said, start, twilio, wait,
};

on_both! {
    what_twilio_has_is_found_and_lets_its_pair_go_on,
    what_belongs_to_another_attempt_is_not_found,
    what_is_held_stays_unknown_and_lets_its_pair_go_on,
    what_is_to_be_sent_again_is_posted_once_more,
    after_a_stop_nothing_is_sent_again,
    one_absence_is_no_proof,
}

const LEASE: Duration = Duration::from_secs(30);

/// A message that came into doubt so long ago, absent from Twilio's list `absences` times.
async fn in_doubt(store: &Store, new: &NewMessage, ago: Duration, absences: i64) -> String {
    let then = Timestamp::now().minus(ago);
    let id = queue_at(store, new, then).await;
    let mut tx = store.write().await.expect("a transaction");
    let claims = tx.claim(NUMBER, 1, LEASE, then).await.expect("a claim");
    let [Claim::Cleared(claim)] = claims.as_slice() else { panic!("{claims:?}") };
    let attempt = claim.attempt_id();
    tx.in_doubt(&id, attempt, "the request timed out", then, then).await.expect("a doubt");
    let doubts = tx.take_doubts(10, then, then).await.expect("a look");
    let doubt = doubts.iter().find(|doubt| doubt.message_id == id).expect("the doubt");
    tx.look_again(doubt, absences, then).await.expect("a look");
    tx.commit().await.expect("it commits");
    id
}

/// Longer than Twilio may take.
fn long_ago() -> Duration {
    doubt::VALID_FOR + doubt::MARGIN + Duration::from_secs(1)
}

async fn what_twilio_has_is_found_and_lets_its_pair_go_on(store: Store) {
    let twilio = twilio(&[(201, r#"{"sid":"SM2"}"#)]).await;
    twilio.has("SM1", "Hello", "sent");
    let id = in_doubt(&store, &message(), Duration::ZERO, 0).await;
    let next = queue(&store).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Sent).await;
    wait(&store, &next, |state| state == State::Accepted).await;
    dispatching.stop().await;
    let message = store.message(&id).await.expect("a read").expect("the message");
    assert_eq!((message.sid.as_deref(), message.billed_segments), (Some("SM1"), Some(1)));
    let attempts = store.attempts(&id).await.expect("a read");
    assert_eq!(attempts[0].state, AttemptState::Accepted);
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 1, "for the next one alone");
}

async fn what_belongs_to_another_attempt_is_not_found(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let first = queue(&store).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &first, |state| state == State::Accepted).await;
    dispatching.stop().await;
    // Twilio has the first one, which says the same to the same person.
    twilio.has("SM1", "Hello", "sent");
    let id = in_doubt(&store, &message(), long_ago(), 1).await;
    let next = queue(&store).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &next, |state| state == State::Accepted).await;
    dispatching.stop().await;
    let message = store.message(&id).await.expect("a read").expect("the message");
    assert_eq!((message.state, message.reason.as_deref()), (State::Unknown, Some("not_found")));
}

async fn what_is_held_stays_unknown_and_lets_its_pair_go_on(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    twilio.has("SM9", "Something else", "sent");
    let id = in_doubt(&store, &message(), long_ago(), 1).await;
    let next = queue(&store).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &next, |state| state == State::Accepted).await;
    dispatching.stop().await;
    let message = store.message(&id).await.expect("a read").expect("the message");
    assert_eq!((message.state, message.reason.as_deref()), (State::Unknown, Some("not_found")));
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 1, "for the next one alone");
}

async fn what_is_to_be_sent_again_is_posted_once_more(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let new = NewMessage { on_unknown: Some(OnUnknown::Resend), ..message() };
    let id = in_doubt(&store, &new, long_ago(), 1).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Accepted).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 1);
    assert_eq!(store.attempts(&id).await.expect("a read").len(), 2);
}

async fn after_a_stop_nothing_is_sent_again(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let new = NewMessage { on_unknown: Some(OnUnknown::Resend), ..message() };
    let id = in_doubt(&store, &new, long_ago(), 1).await;
    let stop = said(ConsentAction::OptOut, store.now());
    let mut tx = store.write().await.expect("a transaction");
    tx.record_consent(&[stop], store.now()).await.expect("a record");
    tx.commit().await.expect("it commits");
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Suppressed).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 0);
}

async fn one_absence_is_no_proof(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let new = NewMessage { on_unknown: Some(OnUnknown::Resend), ..message() };
    let id = in_doubt(&store, &new, long_ago(), 0).await;
    let other = NewMessage { recipient: "+15550002222".to_owned(), ..new };
    let fresh = in_doubt(&store, &other, Duration::from_secs(60), 1).await;
    let dispatching = start(&store, &twilio);
    tokio::time::sleep(Duration::from_secs(2)).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 0);
    for id in [id, fresh] {
        wait(&store, &id, |state| state == State::Unknown).await;
    }
}
