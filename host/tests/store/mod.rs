//! What the store promises, asked of the store itself on both databases: nothing begins after a
//! STOP, nothing moves back, nothing is claimed twice, nothing in doubt is repeated.

mod backups;
mod connections;
pub(crate) mod fixture;
mod lists;
mod manners;
mod queues;
mod races;
mod registrations;
mod resends;
mod schema;

use std::collections::BTreeSet;

use verbatim_host::id::new_id;
use verbatim_host::message::State;
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::{AttemptState, Claim, IdempotencyKey, StatusNews};

use self::fixture::{
    Fixture, NUMBER, OTHER_NUMBER, PERSON, SERVICE, at, keyword, message, news, on_both,
};

on_both! {
    nothing_is_claimed_after_a_stop_has_committed,
    another_number_of_ours_still_reaches_someone_who_stopped_one,
    a_stop_to_one_number_of_a_service_stops_the_service,
    an_opt_out_has_no_expiry,
    start_lets_messages_go_again,
    a_message_is_claimed_once_and_a_pair_has_one_in_flight,
    a_late_or_repeated_callback_moves_nothing_back,
    a_callback_that_overtakes_the_answer_counts,
    a_callback_for_another_sid_does_not_touch_the_attempt_in_its_url,
    a_lease_that_ran_out_is_unknown_and_never_queued_again,
    what_is_given_back_is_due_again_with_a_new_attempt,
    a_dropped_transaction_leaves_nothing,
    an_idempotency_key_is_remembered_once,
}

async fn nothing_is_claimed_after_a_stop_has_committed(host: Fixture) {
    let before = host.queue(PERSON, NUMBER, at(1)).await;
    let suppressed = host.consent(keyword(ConsentAction::OptOut, NUMBER, at(2)), at(2)).await;
    assert_eq!(suppressed, std::slice::from_ref(&before));
    assert_eq!(host.state(&before).await, State::Suppressed);

    // A message that was accepted while the STOP was on its way is stopped by the claim itself.
    let after = host.queue(PERSON, NUMBER, at(3)).await;
    assert_eq!(host.claim(at(4)).await, Some(Claim::Suppressed(after.clone())));
    assert_eq!(host.state(&after).await, State::Suppressed);
    assert_eq!(host.claim(at(4)).await, None);
}

async fn another_number_of_ours_still_reaches_someone_who_stopped_one(host: Fixture) {
    host.consent(keyword(ConsentAction::OptOut, NUMBER, at(1)), at(1)).await;
    host.queue(PERSON, OTHER_NUMBER, at(2)).await;
    assert!(matches!(host.claim(at(3)).await, Some(Claim::Cleared(_))));
}

async fn an_opt_out_has_no_expiry(host: Fixture) {
    const YEAR: i64 = 365 * 24 * 60 * 60;
    host.consent(keyword(ConsentAction::OptOut, NUMBER, at(1)), at(1)).await;
    host.queue(PERSON, NUMBER, at(100 * YEAR)).await;
    assert!(matches!(host.claim(at(100 * YEAR + 1)).await, Some(Claim::Suppressed(_))));
}

async fn a_stop_to_one_number_of_a_service_stops_the_service(host: Fixture) {
    host.pool(&[NUMBER]).await;
    host.consent(keyword(ConsentAction::OptOut, NUMBER, at(2)), at(2)).await;
    host.queue(PERSON, SERVICE, at(3)).await;
    assert!(matches!(host.claim(at(4)).await, Some(Claim::Suppressed(_))));
}

async fn start_lets_messages_go_again(host: Fixture) {
    host.consent(keyword(ConsentAction::OptOut, NUMBER, at(1)), at(1)).await;
    host.consent(keyword(ConsentAction::OptIn, NUMBER, at(2)), at(2)).await;
    host.queue(PERSON, NUMBER, at(3)).await;
    assert!(matches!(host.claim(at(4)).await, Some(Claim::Cleared(_))));
}

async fn a_message_is_claimed_once_and_a_pair_has_one_in_flight(host: Fixture) {
    let first = host.queue(PERSON, NUMBER, at(1)).await;
    let second = host.queue(PERSON, NUMBER, at(2)).await;
    let claim = host.cleared(at(3)).await;
    assert_eq!(claim.message_id(), first);
    assert_eq!(host.claim(at(3)).await, None, "the second waits for the first");
    host.accept(&claim, "SM1").await;
    assert_eq!(host.cleared(at(4)).await.message_id(), second);
}

async fn a_late_or_repeated_callback_moves_nothing_back(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    host.accept(&claim, "SM1").await;
    assert!(host.news(news("SM1", "delivered", State::Delivered, None)).await);
    for (status, state) in [
        ("sent", State::Sent),
        ("queued", State::Accepted),
        ("failed", State::Failed),
        ("undelivered", State::Undelivered),
        ("delivered", State::Delivered),
    ] {
        assert!(!host.news(news("SM1", status, state, None)).await, "{status} moves nothing");
        assert_eq!(host.state(&id).await, State::Delivered, "after {status}");
    }
    let reports = host.store.reports("SM1").await.expect("the reports");
    let statuses: BTreeSet<_> = reports.iter().map(|report| report.status.as_str()).collect();
    assert_eq!(reports.len(), statuses.len(), "each is recorded once");
    assert_eq!(statuses.len(), 5);
}

async fn a_callback_that_overtakes_the_answer_counts(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    host.news(news("SM1", "delivered", State::Delivered, Some(claim.attempt_id()))).await;
    host.accept(&claim, "SM1").await;
    assert_eq!(host.state(&id).await, State::Delivered);
    let sid = host.store.message(&id).await.expect("a read").expect("the message").sid;
    assert_eq!(sid.as_deref(), Some("SM1"));

    // Without the attempt in its URL it waits until the SID is known.
    let id = host.queue(PERSON, OTHER_NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    let mut tx = host.store.write().await.expect("a transaction");
    let early = StatusNews {
        sid: "SM2".to_owned(),
        attempt_id: None,
        status: "sent".to_owned(),
        state: Some(State::Sent),
        error_code: None,
    };
    tx.record_status(&early, at(3)).await.expect("a record");
    tx.accepted(&claim, "SM2", None, at(4)).await.expect("an answer");
    tx.commit().await.expect("it commits");
    assert_eq!(host.state(&id).await, State::Sent);
}

async fn a_callback_for_another_sid_does_not_touch_the_attempt_in_its_url(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    host.accept(&claim, "SM1").await;
    let stray = StatusNews {
        sid: "SM999".to_owned(),
        attempt_id: Some(claim.attempt_id().to_owned()),
        status: "failed".to_owned(),
        state: Some(State::Failed),
        error_code: Some(30003),
    };
    let mut tx = host.store.write().await.expect("a transaction");
    tx.record_status(&stray, at(4)).await.expect("a record");
    tx.commit().await.expect("it commits");
    assert_eq!(host.state(&id).await, State::Accepted);
}

async fn a_lease_that_ran_out_is_unknown_and_never_queued_again(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    let mut tx = host.store.write().await.expect("a transaction");
    assert!(tx.expired_leases(at(31)).await.expect("a look").is_empty());
    let expired = tx.expired_leases(at(32)).await.expect("a look");
    assert_eq!(expired.len(), 1);
    tx.in_doubt(&expired[0].message_id, &expired[0].attempt_id, "lease_expired", at(37), at(32))
        .await
        .expect("an end");
    tx.commit().await.expect("it commits");
    assert_eq!(host.state(&id).await, State::Unknown);
    assert_eq!(host.claim(at(1000)).await, None, "what is in doubt is not repeated");

    host.queue(PERSON, NUMBER, at(40)).await;
    assert_eq!(host.claim(at(1000)).await, None, "nor does the pair go on before it is known");

    host.news(news("SM1", "delivered", State::Delivered, Some(claim.attempt_id()))).await;
    assert_eq!(host.state(&id).await, State::Delivered, "a callback resolves it");
    assert!(matches!(host.claim(at(1000)).await, Some(Claim::Cleared(_))));
}

async fn what_is_given_back_is_due_again_with_a_new_attempt(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    let mut tx = host.store.write().await.expect("a transaction");
    let error = Some((Some(20429), "too many"));
    tx.requeue(&claim, AttemptState::Refused, error, at(60), at(3)).await.expect("back");
    tx.commit().await.expect("it commits");
    assert_eq!(host.state(&id).await, State::Queued);
    assert_eq!(host.claim(at(59)).await, None);
    let again = host.cleared(at(60)).await;
    assert_eq!(again.attempt(), 2);
    let attempts = host.store.attempts(&id).await.expect("a read");
    assert_eq!(attempts[0].state, AttemptState::Refused);
    assert_eq!(attempts[1].state, AttemptState::Dispatching);
}

async fn a_dropped_transaction_leaves_nothing(host: Fixture) {
    let mut tx = host.store.write().await.expect("a transaction");
    let id = new_id();
    tx.create_message(&id, &message(PERSON, NUMBER), at(1)).await.expect("a message");
    drop(tx);
    assert_eq!(host.store.message(&id).await.expect("a read"), None);
    assert_eq!(host.claim(at(2)).await, None);
}

async fn an_idempotency_key_is_remembered_once(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let key = IdempotencyKey { key: "k".to_owned(), request_hash: "h".to_owned() };
    let mut tx = host.store.write().await.expect("a transaction");
    assert_eq!(tx.remember(&key, &id, "one", at(1)).await.expect("a record"), None);
    let first = tx.remember(&key, &id, "two", at(2)).await.expect("a record");
    assert_eq!(first.expect("the first answer").response, "one");
    tx.commit().await.expect("it commits");
    let remembered = host.store.remembered("k").await.expect("a read").expect("the key");
    assert_eq!(remembered.response, "one");
}
