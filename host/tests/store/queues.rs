//! The outbox as a set of queues: one for each sender, one in flight for each pair.

use verbatim_host::id::new_id;
use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::{AttemptState, Claim, NewMessage, RegisteredSender, Replies};
use verbatim_host::time::Timestamp;

use crate::store::fixture::{
    Fixture, LEASE, NUMBER, OTHER_NUMBER, PERSON, SERVICE, at, keyword, message, news, on_both,
};

on_both! {
    a_slow_pair_never_stands_before_another,
    what_waits_for_a_pair_goes_when_that_one_is_canceled_or_given_back,
    a_message_is_taken_back_only_before_it_begins,
    every_sender_with_something_to_send_is_a_lane,
    one_claim_takes_one_message_of_each_pair,
    consent_follows_the_date_and_not_the_order_of_arrival,
    a_stop_to_a_number_suppresses_what_its_service_has_queued,
    what_a_service_may_send_is_not_known_without_its_pool,
    a_statement_that_failed_spoils_its_transaction,
    a_sender_sends_no_faster_than_its_rate,
    a_long_message_uses_its_segments_of_the_rate,
    a_registered_long_code_sends_one_segment_a_second_until_told_otherwise,
}

async fn a_slow_pair_never_stands_before_another(host: Fixture) {
    let first = host.queue(PERSON, NUMBER, at(1)).await;
    for _ in 0..50 {
        host.queue(PERSON, NUMBER, at(1)).await;
    }
    let claim = host.cleared(at(2)).await;
    assert_eq!(claim.message_id(), first);
    let other = host.queue("+15550002222", NUMBER, at(3)).await;
    // The first look moves the fifty out of the way; they are not stepped over each time.
    assert_eq!(host.claim(at(4)).await, None);
    assert_eq!(host.cleared(at(4)).await.message_id(), other);
    assert_eq!(host.store.lanes().await.expect("the lanes"), [], "the fifty wait elsewhere");
    host.accept(&claim, "SM1").await;
    assert_ne!(host.cleared(at(5)).await.message_id(), other, "the next of the fifty");
    assert_eq!(host.claim(at(5)).await, None);
}

async fn what_waits_for_a_pair_goes_when_that_one_is_canceled_or_given_back(host: Fixture) {
    let mut ids = Vec::new();
    for second in 1..=3 {
        ids.push(host.queue(PERSON, NUMBER, at(second)).await);
    }
    let claim = host.cleared(at(4)).await;
    assert_eq!(host.claim(at(4)).await, None, "two wait");
    let mut tx = host.store.write().await.expect("a transaction");
    tx.requeue(&claim, AttemptState::Returned, None, at(100), at(5)).await.expect("back");
    // The second is free to go now; it goes for good, and the third takes its place.
    assert!(tx.cancel(&ids[1], at(6)).await.expect("a look"));
    tx.commit().await.expect("it commits");
    assert_eq!(host.state(&ids[1]).await, State::Canceled);
    assert_eq!(host.cleared(at(7)).await.message_id(), ids[2]);
}

async fn a_message_is_taken_back_only_before_it_begins(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    for _ in 0..2 {
        let mut tx = host.store.write().await.expect("a transaction");
        assert!(!tx.cancel(&id, at(3)).await.expect("a look"));
        tx.commit().await.expect("it commits");
        host.accept(&claim, "SM1").await;
    }
    assert_eq!(host.state(&id).await, State::Accepted);
}

async fn every_sender_with_something_to_send_is_a_lane(host: Fixture) {
    host.queue(PERSON, OTHER_NUMBER, at(7)).await;
    host.queue(PERSON, NUMBER, at(9)).await;
    host.queue("+15550002222", NUMBER, at(8)).await;
    let lanes = host.store.lanes().await.expect("the lanes");
    let lanes: Vec<_> = lanes.iter().map(|lane| (lane.sender.as_str(), lane.due_at)).collect();
    assert_eq!(lanes, [(NUMBER, at(8)), (OTHER_NUMBER, at(7))]);
}

async fn one_claim_takes_one_message_of_each_pair(host: Fixture) {
    for recipient in ["+15550000003", "+15550000001", "+15550000003", "+15550000002"] {
        host.queue(recipient, NUMBER, at(1)).await;
    }
    let mut tx = host.store.write().await.expect("a transaction");
    let claims = tx.claim(NUMBER, 10, LEASE, at(2)).await.expect("claims");
    tx.commit().await.expect("it commits");
    let recipients: Vec<_> = claims
        .iter()
        .map(|claim| match claim {
            Claim::Cleared(cleared) => cleared.pair().recipient.as_str(),
            Claim::Suppressed(id) => panic!("{id} is suppressed"),
        })
        .collect();
    assert_eq!(recipients, ["+15550000001", "+15550000002", "+15550000003"]);
}

async fn consent_follows_the_date_and_not_the_order_of_arrival(host: Fixture) {
    host.consent(keyword(ConsentAction::OptIn, NUMBER, at(20)), at(21)).await;
    let id = host.queue(PERSON, NUMBER, at(22)).await;
    // A STOP from before the START is found when Twilio is asked for what was missed.
    assert_eq!(
        host.consent(keyword(ConsentAction::OptOut, NUMBER, at(10)), at(23)).await,
        [] as [&str; 0]
    );
    assert_eq!(host.cleared(at(24)).await.message_id(), id);
    let stop = keyword(ConsentAction::OptOut, NUMBER, at(30));
    host.consent(stop, at(31)).await;
    host.consent(keyword(ConsentAction::OptIn, NUMBER, at(29)), at(32)).await;
    host.queue("+15550002222", NUMBER, at(33)).await;
    let late = host.queue(PERSON, OTHER_NUMBER, at(33)).await;
    assert_eq!(host.state(&late).await, State::Queued);
    let pair = stop_pair();
    let consent = host.store.consent_of(vec![pair]).await.expect("a read");
    assert!(consent[0].1, "the later word counts");
}

fn stop_pair() -> verbatim_host::sandbox::Pair {
    keyword(ConsentAction::OptOut, NUMBER, at(0)).pair
}

async fn a_stop_to_a_number_suppresses_what_its_service_has_queued(host: Fixture) {
    host.pool(&[OTHER_NUMBER, NUMBER]).await;
    let id = host.queue(PERSON, SERVICE, at(2)).await;
    let suppressed = host.consent(keyword(ConsentAction::OptOut, NUMBER, at(3)), at(3)).await;
    assert_eq!(suppressed, [id]);
    let covered = host.store.consent_of_service(PERSON, SERVICE).await.expect("a read");
    assert_eq!(covered, Some(true));
}

async fn what_a_service_may_send_is_not_known_without_its_pool(host: Fixture) {
    assert_eq!(host.store.consent_of_service(PERSON, SERVICE).await.expect("a read"), None);
    let id = host.queue(PERSON, SERVICE, at(1)).await;
    assert_eq!(host.claim(at(2)).await, None, "it waits for the pool");
    assert_eq!(host.state(&id).await, State::Queued);
    host.pool(&[NUMBER]).await;
    assert_eq!(host.cleared(at(200)).await.message_id(), id);
}

async fn a_statement_that_failed_spoils_its_transaction(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let mut tx = host.store.write().await.expect("a transaction");
    assert!(tx.cancel(&id, at(2)).await.expect("a look"));
    let nul = news("SM\0", "sent", State::Sent, None);
    let refused = tx.record_status(&nul, at(2)).await.expect_err("U+0000");
    assert!(refused.to_string().contains("U+0000"), "{refused}");
    assert!(tx.commit().await.is_err(), "half of a transaction is none");
    assert_eq!(host.state(&id).await, State::Queued);
    host.queue(PERSON, NUMBER, at(3)).await;
}

/// How many of its messages a sender may begin.
async fn begins(host: &Fixture, now: Timestamp) -> Vec<String> {
    let mut tx = host.store.write().await.expect("a transaction");
    let claims = tx.claim(NUMBER, 10, LEASE, now).await.expect("claims");
    tx.commit().await.expect("it commits");
    let cleared = |claim| match claim {
        Claim::Cleared(cleared) => cleared.message_id().to_owned(),
        Claim::Suppressed(id) => panic!("{id} is suppressed"),
    };
    claims.into_iter().map(cleared).collect()
}

async fn set_rate(host: &Fixture, segments_per_minute: Option<u32>) {
    let mut tx = host.store.write().await.expect("a transaction");
    tx.set_rate(NUMBER, segments_per_minute).await.expect("a rate");
    tx.commit().await.expect("it commits");
}

async fn a_sender_sends_no_faster_than_its_rate(host: Fixture) {
    set_rate(&host, Some(60)).await;
    // The oldest goes first, though its recipient's number sorts last.
    let mut ids = Vec::new();
    for (second, recipient) in ["+15550000003", "+15550000001", "+15550000002"].iter().enumerate() {
        let second = i64::try_from(second).expect("a number");
        ids.push(host.queue(recipient, NUMBER, at(second)).await);
    }
    assert_eq!(begins(&host, at(10)).await, [ids[0].as_str()]);
    assert_eq!(begins(&host, at(10)).await, [""; 0]);
    let lanes = host.store.lanes().await.expect("the lanes");
    assert_eq!((lanes[0].due_at, lanes[0].begins_at()), (at(1), at(11)));
    assert_eq!(begins(&host, at(11)).await, [ids[1].as_str()]);
    set_rate(&host, None).await;
    assert_eq!(begins(&host, at(11)).await, [ids[2].as_str()], "as fast as it goes");
}

async fn a_long_message_uses_its_segments_of_the_rate(host: Fixture) {
    set_rate(&host, Some(60)).await;
    let mut tx = host.store.write().await.expect("a transaction");
    let long = NewMessage { predicted_segments: 3, ..message(PERSON, NUMBER) };
    tx.create_message(&new_id(), &long, at(1)).await.expect("a message");
    tx.commit().await.expect("it commits");
    host.queue("+15550002222", NUMBER, at(2)).await;
    assert_eq!(begins(&host, at(10)).await.len(), 1);
    assert_eq!(begins(&host, at(12)).await, [""; 0]);
    assert_eq!(begins(&host, at(13)).await.len(), 1);
}

async fn a_registered_long_code_sends_one_segment_a_second_until_told_otherwise(host: Fixture) {
    let sender = RegisteredSender {
        environment: Environment::Sandbox,
        sender: NUMBER.to_owned(),
        replies: Replies::Verbatim,
    };
    host.queue(PERSON, NUMBER, at(1)).await;
    let rate = async || {
        let lanes = host.store.lanes().await.expect("the lanes");
        lanes[0].pace.map(|pace| pace.segments_per_minute)
    };
    for (set, found) in [(None, Some(60)), (Some(Some(6_000)), Some(6_000)), (Some(None), None)] {
        if let Some(rate) = set {
            set_rate(&host, rate).await;
        }
        let mut tx = host.store.write().await.expect("a transaction");
        tx.register_sender(&sender, at(1)).await.expect("a sender");
        tx.commit().await.expect("it commits");
        assert_eq!(rate().await, found);
    }
}
