//! What people wrote while nobody listened counts before anything is dispatched.

use std::sync::atomic::Ordering;
use std::time::Duration;

use verbatim_host::message::State;
use verbatim_host::sandbox::Pair;
use verbatim_host::store::Store;

use crate::dispatch::fixture::{
    CREATED, NUMBER, PERSON, on_both, queue, register, start, twilio, wait,
};

on_both! {
    a_stop_that_came_while_we_were_down_is_heard_before_anything_is_dispatched,
    nothing_is_dispatched_before_twilio_has_said_what_people_wrote,
    of_a_stop_and_a_start_that_were_missed_the_later_counts,
    what_people_wrote_to_a_number_is_asked_for_again_in_five_minutes,
}

async fn is_opted_out(store: &Store) -> bool {
    let pair = Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() };
    store.consent_of(vec![pair]).await.expect("a read")[0].1
}

async fn a_stop_that_came_while_we_were_down_is_heard_before_anything_is_dispatched(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    register(&store).await;
    let id = queue(&store).await;
    twilio.was_told("SM8", "what?", Duration::from_secs(70));
    twilio.was_told("SM9", "Stop!", Duration::from_secs(60));
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Suppressed).await;
    dispatching.stop().await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 0);
    assert!(store.inbound_reply("SM8").await.expect("a read").is_some(), "all of it is taken in");
}

async fn nothing_is_dispatched_before_twilio_has_said_what_people_wrote(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    register(&store).await;
    let id = queue(&store).await;
    twilio.is_silent.store(true, Ordering::SeqCst);
    let dispatching = start(&store, &twilio);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(twilio.posts.load(Ordering::SeqCst), 0);
    wait(&store, &id, |state| state == State::Queued).await;
    dispatching.stop().await;

    twilio.is_silent.store(false, Ordering::SeqCst);
    let dispatching = start(&store, &twilio);
    wait(&store, &id, |state| state == State::Accepted).await;
    dispatching.stop().await;
}

async fn of_a_stop_and_a_start_that_were_missed_the_later_counts(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    register(&store).await;
    let id = queue(&store).await;
    twilio.was_told("SM8", "STOP", Duration::from_secs(70));
    twilio.was_told("SM9", "start", Duration::from_secs(60));
    let dispatching = start(&store, &twilio);
    // The STOP has taken back what was queued; the START lets new messages go.
    wait(&store, &id, |state| state == State::Suppressed).await;
    let next = queue(&store).await;
    dispatching.wake().now();
    wait(&store, &next, |state| state == State::Accepted).await;
    dispatching.stop().await;
    assert!(!is_opted_out(&store).await);
}

async fn what_people_wrote_to_a_number_is_asked_for_again_in_five_minutes(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    register(&store).await;
    let dispatching = start(&store, &twilio);
    let id = queue(&store).await;
    dispatching.wake().now();
    wait(&store, &id, |state| state == State::Accepted).await;
    dispatching.stop().await;
    let due = async |seconds| {
        let then = store.now().plus(Duration::from_secs(seconds));
        store.inbound_checks_due(then).await.expect("a read")
    };
    assert_eq!(due(4 * 60).await, []);
    let checks = due(5 * 60).await;
    assert_eq!(checks.len(), 1);
    assert!(checks[0].checked_till.is_some(), "it goes on from there");
}
