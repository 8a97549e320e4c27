//! What the store promises, asked of the store itself: nothing begins after a STOP, nothing moves
//! back, nothing is claimed twice, nothing in doubt is repeated.

use std::time::Duration;

use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{
    AttemptState, Claim, Cleared, ConsentSource, IdempotencyKey, LedgerEntry, NewMessage,
    StatusNews, Store,
};
use verbatim_host::time::Timestamp;

const LEASE: Duration = Duration::from_secs(30);
const PERSON: &str = "+15550001111";
const NUMBER: &str = "+15550001234";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";

struct Fixture {
    store: Store,
    _folder: tempfile::TempDir,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn message(recipient: &str, sender: &str) -> NewMessage {
    NewMessage {
        state: State::Queued,
        reason: None,
        recipient: recipient.to_owned(),
        sender: sender.to_owned(),
        environment: Environment::Sandbox,
        template: None,
        language: None,
        text: "Hello".to_owned(),
        segments: "{}".to_owned(),
        values: "{}".to_owned(),
        missing: None,
        module: "00".to_owned(),
        conversation_id: None,
    }
}

fn keyword(action: ConsentAction, sender: &str) -> LedgerEntry {
    LedgerEntry {
        pair: Pair { recipient: PERSON.to_owned(), sender: sender.to_owned() },
        action,
        source: ConsentSource::Inbound,
        keyword: None,
        matched: None,
        raw_text: Some("STOP".to_owned()),
        message_sid: Some("SM1".to_owned()),
    }
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("verbatim.db")).await.expect("a database");
        Self { store, _folder: folder }
    }

    async fn queue(&self, recipient: &str, sender: &str, now: Timestamp) -> String {
        let mut tx = self.store.write().await.expect("a transaction");
        let id = tx.create_message(&message(recipient, sender), now).await.expect("a message");
        tx.commit().await.expect("it commits");
        id
    }

    async fn claim(&self, now: Timestamp) -> Option<Claim> {
        let mut tx = self.store.write().await.expect("a transaction");
        let claim = tx.claim_next(now, LEASE).await.expect("a look at the outbox");
        tx.commit().await.expect("it commits");
        claim
    }

    async fn cleared(&self, now: Timestamp) -> Cleared {
        match self.claim(now).await {
            Some(Claim::Cleared(cleared)) => cleared,
            other => panic!("expected a cleared claim, found {other:?}"),
        }
    }

    async fn consent(&self, entry: &LedgerEntry, now: Timestamp) -> Vec<String> {
        let mut tx = self.store.write().await.expect("a transaction");
        let suppressed = tx.record_consent(entry, now).await.expect("a record");
        tx.commit().await.expect("it commits");
        suppressed
    }

    async fn news(&self, status: &str, state: State, attempt: Option<&str>) -> bool {
        let news = StatusNews {
            sid: "SM1".to_owned(),
            attempt_id: attempt.map(str::to_owned),
            status: status.to_owned(),
            state: Some(state),
            error_code: None,
        };
        let mut tx = self.store.write().await.expect("a transaction");
        let counted = tx.record_status(&news, at(50)).await.expect("a record");
        tx.commit().await.expect("it commits");
        counted
    }

    async fn accept(&self, claim: &Cleared) {
        let mut tx = self.store.write().await.expect("a transaction");
        tx.accepted(claim, "SM1", Some(1), at(3)).await.expect("an answer");
        tx.commit().await.expect("it commits");
    }

    async fn state(&self, id: &str) -> State {
        self.store.message(id).await.expect("a read").expect("the message").state
    }
}

#[tokio::test]
async fn nothing_is_claimed_after_a_stop_has_committed() {
    let host = Fixture::new().await;
    let before = host.queue(PERSON, NUMBER, at(1)).await;
    let suppressed = host.consent(&keyword(ConsentAction::OptOut, NUMBER), at(2)).await;
    assert_eq!(suppressed, std::slice::from_ref(&before));
    assert_eq!(host.state(&before).await, State::Suppressed);

    // A message that was accepted while the STOP was on its way is stopped by the claim itself.
    let after = host.queue(PERSON, NUMBER, at(3)).await;
    assert_eq!(host.claim(at(4)).await, Some(Claim::Suppressed(after.clone())));
    assert_eq!(host.state(&after).await, State::Suppressed);
    assert_eq!(host.claim(at(4)).await, None);
}

#[tokio::test]
async fn another_number_of_ours_still_reaches_someone_who_stopped_one() {
    let host = Fixture::new().await;
    host.consent(&keyword(ConsentAction::OptOut, NUMBER), at(1)).await;
    host.queue(PERSON, "+15550009999", at(2)).await;
    assert!(matches!(host.claim(at(3)).await, Some(Claim::Cleared(_))));
}

#[tokio::test]
async fn a_stop_to_one_number_of_a_service_stops_the_service() {
    let host = Fixture::new().await;
    let mut tx = host.store.write().await.expect("a transaction");
    tx.add_service_number(SERVICE, NUMBER, at(1)).await.expect("a pool");
    tx.commit().await.expect("it commits");
    host.consent(&keyword(ConsentAction::OptOut, NUMBER), at(2)).await;
    host.queue(PERSON, SERVICE, at(3)).await;
    assert!(matches!(host.claim(at(4)).await, Some(Claim::Suppressed(_))));
}

#[tokio::test]
async fn start_lets_messages_go_again() {
    let host = Fixture::new().await;
    host.consent(&keyword(ConsentAction::OptOut, NUMBER), at(1)).await;
    host.consent(&keyword(ConsentAction::OptIn, NUMBER), at(2)).await;
    host.queue(PERSON, NUMBER, at(3)).await;
    assert!(matches!(host.claim(at(4)).await, Some(Claim::Cleared(_))));
}

#[tokio::test]
async fn a_message_is_claimed_once_and_a_pair_has_one_in_flight() {
    let host = Fixture::new().await;
    let first = host.queue(PERSON, NUMBER, at(1)).await;
    let second = host.queue(PERSON, NUMBER, at(2)).await;
    let claim = host.cleared(at(3)).await;
    assert_eq!(claim.message_id(), first);
    assert_eq!(host.claim(at(3)).await, None, "the second waits for the first");
    host.accept(&claim).await;
    assert_eq!(host.cleared(at(4)).await.message_id(), second);
}

#[tokio::test]
async fn a_late_or_repeated_callback_moves_nothing_back() {
    let host = Fixture::new().await;
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    host.accept(&claim).await;
    assert!(host.news("delivered", State::Delivered, None).await);
    for (status, state) in [
        ("sent", State::Sent),
        ("queued", State::Accepted),
        ("failed", State::Failed),
        ("undelivered", State::Undelivered),
    ] {
        assert!(host.news(status, state, None).await, "{status} is recorded");
        assert_eq!(host.state(&id).await, State::Delivered, "after {status}");
    }
    assert!(!host.news("delivered", State::Delivered, None).await, "each counts once");
}

#[tokio::test]
async fn a_callback_that_overtakes_the_answer_counts() {
    let host = Fixture::new().await;
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    host.news("delivered", State::Delivered, Some(claim.attempt_id())).await;
    host.accept(&claim).await;
    assert_eq!(host.state(&id).await, State::Delivered);
    let sid = host.store.message(&id).await.expect("a read").expect("the message").sid;
    assert_eq!(sid.as_deref(), Some("SM1"));

    // Without the attempt in its URL it waits until the SID is known.
    let id = host.queue(PERSON, "+15550009999", at(1)).await;
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

#[tokio::test]
async fn a_callback_for_another_sid_does_not_touch_the_attempt_in_its_url() {
    let host = Fixture::new().await;
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    host.accept(&claim).await;
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

#[tokio::test]
async fn a_lease_that_ran_out_is_unknown_and_never_queued_again() {
    let host = Fixture::new().await;
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = host.cleared(at(2)).await;
    let mut tx = host.store.write().await.expect("a transaction");
    assert!(tx.expired_leases(at(31)).await.expect("a look").is_empty());
    let expired = tx.expired_leases(at(32)).await.expect("a look");
    assert_eq!(expired.len(), 1);
    tx.in_doubt(&expired[0].message_id, &expired[0].attempt_id, "lease_expired", at(32))
        .await
        .expect("an end");
    tx.commit().await.expect("it commits");
    assert_eq!(host.state(&id).await, State::Unknown);
    assert_eq!(host.claim(at(1000)).await, None, "what is in doubt is not repeated");

    host.queue(PERSON, NUMBER, at(40)).await;
    assert_eq!(host.claim(at(1000)).await, None, "nor does the pair go on before it is known");

    host.news("delivered", State::Delivered, Some(claim.attempt_id())).await;
    assert_eq!(host.state(&id).await, State::Delivered, "a callback resolves it");
    assert!(matches!(host.claim(at(1000)).await, Some(Claim::Cleared(_))));
}

#[tokio::test]
async fn what_is_given_back_is_due_again_with_a_new_attempt() {
    let host = Fixture::new().await;
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

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let host = Fixture::new().await;
    let mut tx = host.store.write().await.expect("a transaction");
    let id = tx.create_message(&message(PERSON, NUMBER), at(1)).await.expect("a message");
    drop(tx);
    assert_eq!(host.store.message(&id).await.expect("a read"), None);
    assert_eq!(host.claim(at(2)).await, None);
}

#[tokio::test]
async fn an_idempotency_key_is_remembered_once() {
    let host = Fixture::new().await;
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let key = IdempotencyKey { key: "k".to_owned(), request_hash: "h".to_owned() };
    let mut tx = host.store.write().await.expect("a transaction");
    assert!(tx.remember(&key, &id, "one", at(1)).await.expect("a record"));
    assert!(!tx.remember(&key, &id, "two", at(2)).await.expect("a record"));
    tx.commit().await.expect("it commits");
    let remembered = host.store.remembered("k").await.expect("a read").expect("the key");
    assert_eq!(remembered.response, "one");
}
