//! The dispatcher against a Twilio that misbehaves: what is in doubt is posted once, what is
//! proven unprocessed is posted again, and a STOP in between wins.

mod bills;
mod doubts;
pub(crate) mod fixture;
mod missed;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{AttemptState, Claim, NewMessage, Store};
use verbatim_host::time::Timestamp;

use self::fixture::{
    CREATED, NUMBER, PERSON, THROTTLED, message, on_both, on_sqlite, queue, queue_at, said, start,
    twilio, wait,
};

on_both! {
    what_was_throttled_is_posted_again_later,
    a_stop_between_two_attempts_wins,
    a_claim_whose_holder_died_ends_as_unknown,
    a_message_whose_callbacks_were_lost_is_asked_for,
    a_slow_sender_never_holds_up_another,
    a_start_since_the_request_outlives_twilio_s_refusal,
    a_stop_of_the_host_finishes_what_is_in_flight_and_begins_no_more,
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
        let twilio = twilio(answer).await;
        let (store, _folder) = on_sqlite().await;
        let (first, second) = (queue(&store).await, queue(&store).await);
        let dispatching = start(&store, &twilio);
        wait(&store, &first, |state| state == State::Unknown).await;
        dispatching.wake().now();
        tokio::time::sleep(Duration::from_millis(300)).await;
        dispatching.stop().await;
        assert_eq!(twilio.posts.load(Ordering::SeqCst), 1, "{answer:?}");
        wait(&store, &second, |state| state == State::Queued).await;
    }
}

async fn what_was_throttled_is_posted_again_later(store: Store) {
    let twilio = twilio(&[THROTTLED, CREATED]).await;
    let id = queue(&store).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Accepted).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 2);
    let attempts = store.attempts(&id).await.expect("a read");
    let states: Vec<_> = attempts.iter().map(|attempt| attempt.state).collect();
    assert_eq!(states, [AttemptState::Refused, AttemptState::Accepted]);
    assert_eq!(attempts[0].error_code, Some(20429));
}

async fn a_stop_between_two_attempts_wins(store: Store) {
    let twilio = twilio(&[THROTTLED, CREATED]).await;
    let id = queue(&store).await;
    let dispatching = start(&store, &twilio);
    let begin = Instant::now();
    while store.attempts(&id).await.expect("a read").first().and_then(|it| it.ended_at).is_none() {
        assert!(begin.elapsed() < Duration::from_secs(10), "no attempt has ended");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stop = said(ConsentAction::OptOut, store.now());
    let mut tx = store.write().await.expect("a transaction");
    assert_eq!(tx.record_consent(&[stop], store.now()).await.expect("a record").len(), 1);
    tx.commit().await.expect("it commits");
    // Longer than the pause before the second attempt would have been.
    tokio::time::sleep(Duration::from_secs(2)).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 1, "no POST begins after the STOP");
    wait(&store, &id, |state| state == State::Suppressed).await;
}

async fn a_claim_whose_holder_died_ends_as_unknown(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let id = queue(&store).await;
    let mut tx = store.write().await.expect("a transaction");
    // Somebody claimed it with a lease that has run out since, and never came back.
    tx.claim(NUMBER, 1, Duration::ZERO, Timestamp::now()).await.expect("a claim");
    tx.commit().await.expect("it commits");
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Unknown).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 0, "nobody knows, so nobody repeats it");
}

async fn a_message_whose_callbacks_were_lost_is_asked_for(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let id = queue(&store).await;
    // Accepted ten minutes ago, and no word of it since.
    let then = Timestamp::now().minus(Duration::from_secs(600));
    let mut tx = store.write().await.expect("a transaction");
    let claims = tx.claim(NUMBER, 1, Duration::from_secs(30), Timestamp::now()).await;
    let claims = claims.expect("a claim");
    let [Claim::Cleared(claim)] = claims.as_slice() else { panic!("{claims:?}") };
    tx.accepted(claim, "SM1", None, then).await.expect("an answer");
    tx.commit().await.expect("it commits");
    twilio.has("SM1", "Hello", "delivered");
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Delivered).await;
    dispatching.stop().await;
    let mut tx = store.write().await.expect("a transaction");
    let later = Timestamp::now().plus(Duration::from_secs(1_000_000));
    assert_eq!(tx.take_polls(10, later).await.expect("a look"), [""; 0], "nothing more to ask");
}

async fn a_slow_sender_never_holds_up_another(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let slow = "+15550000001";
    let mut tx = store.write().await.expect("a transaction");
    tx.set_rate(slow, Some(1)).await.expect("a rate");
    tx.commit().await.expect("it commits");
    let mut ids = Vec::new();
    for (sender, many) in [(slow, 100), (NUMBER, 100)] {
        for number in 0..many {
            let recipient = format!("+15550010{number:03}");
            let new = NewMessage { sender: sender.to_owned(), recipient, ..message() };
            ids.push(queue_at(&store, &new, Timestamp::now()).await);
        }
    }
    let dispatching = start(&store, &twilio);
    for id in &ids[100..] {
        wait(&store, id, |state| state == State::Accepted).await;
    }
    dispatching.stop().await;
    let mut begun = 0;
    for id in &ids[..100] {
        let state = store.message(id).await.expect("a read").expect("the message").state;
        begun += usize::from(state != State::Queued);
    }
    assert_eq!(begun, 1, "one a minute");
}

async fn a_stop_of_the_host_finishes_what_is_in_flight_and_begins_no_more(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    twilio.takes.store(1_000, Ordering::SeqCst);
    let (first, second) = (queue(&store).await, queue(&store).await);
    let dispatching = start(&store, &twilio);
    let begin = Instant::now();
    while twilio.posts.load(Ordering::SeqCst) == 0 {
        assert!(begin.elapsed() < Duration::from_secs(10), "nothing was posted");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dispatching.stop().await;
    wait(&store, &first, |state| state == State::Accepted).await;
    wait(&store, &second, |state| state == State::Queued).await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 1);
}

async fn a_start_since_the_request_outlives_twilio_s_refusal(store: Store) {
    let twilio = twilio(&[(400, r#"{"code":21610,"message":"unsubscribed"}"#)]).await;
    twilio.takes.store(1_000, Ordering::SeqCst);
    let id = queue(&store).await;
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Dispatching).await;
    // The person changes their mind while the answer is on its way.
    let mut tx = store.write().await.expect("a transaction");
    let word = said(ConsentAction::OptIn, store.now());
    tx.record_consent(&[word], store.now()).await.expect("a record");
    tx.commit().await.expect("it commits");
    wait(&store, &id, |state| state == State::Suppressed).await;
    dispatching.stop().await;
    let pair = Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() };
    let consent = store.consent_of(vec![pair]).await.expect("a read");
    assert!(!consent[0].1, "the later word counts");
}
