//! Two hosts on one database at the same time. On SQLite the second host is another user of the
//! same file, and waits for its write lock; on PostgreSQL both are inside at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use verbatim_host::id::new_id;
use verbatim_host::message::State;
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::{Claim, IdempotencyKey, NewMessage, Recorded, Store};

use crate::store::fixture::{
    Fixture, LEASE, NUMBER, OTHER_NUMBER, PERSON, at, inbound, keyword, message, news, on_both,
};

on_both! {
    hosts_that_claim_at_once_never_claim_the_same_message,
    hosts_that_claim_at_once_keep_to_one_rate,
    a_stop_and_a_claim_at_once_have_an_order,
    of_two_requests_with_one_key_the_second_gets_the_first_ones_answer,
    of_two_requests_with_one_key_the_second_counts_if_the_first_fails,
    a_callback_that_arrives_many_times_at_once_counts_once,
    an_answer_and_the_callback_that_overtakes_it_do_not_wait_for_each_other,
    requests_of_several_messages_to_somebody_new_do_not_wait_for_each_other,
    an_inbound_message_that_arrives_many_times_at_once_counts_once,
    many_small_transactions_at_once_are_all_kept_or_refused_one_by_one,
}

mod only_on_postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_claim_passes_by_a_pair_that_a_stop_has_locked() {
        let host = Fixture::postgres().await;
        // A pair that is new is waited for, as nobody can see it before its STOP has committed.
        host.consent(keyword(ConsentAction::OptIn, NUMBER, at(1)), at(1)).await;
        let locked = host.queue(PERSON, NUMBER, at(1)).await;
        let free = host.queue("+15550002222", NUMBER, at(1)).await;
        let mut stop = host.store.write().await.expect("a transaction");
        let entry = keyword(ConsentAction::OptOut, NUMBER, at(2));
        assert_eq!(stop.record_consent(&[entry], at(2)).await.expect("a record"), [locked]);
        // The STOP has not committed: the claim neither takes its message nor waits for it.
        assert_eq!(claim_all(&host.another_host().await, NUMBER).await, [free]);
        stop.commit().await.expect("it commits");
        assert_eq!(claim_all(&host.store, NUMBER).await, [""; 0]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stop_waits_for_the_claim_that_was_first() {
        let host = Fixture::postgres().await;
        host.queue(PERSON, NUMBER, at(1)).await;
        let waiting = host.queue(PERSON, NUMBER, at(1)).await;
        let mut claiming = host.store.write().await.expect("a transaction");
        let claims = claiming.claim(NUMBER, 1, LEASE, at(2)).await.expect("a claim");
        assert_eq!(claims.len(), 1);
        let other = host.another_host().await;
        let stop = tokio::spawn(async move {
            let mut tx = other.write().await.expect("a transaction");
            let entry = keyword(ConsentAction::OptOut, NUMBER, at(3));
            let suppressed = tx.record_consent(&[entry], at(3)).await.expect("a record");
            tx.commit().await.expect("it commits");
            suppressed
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!stop.is_finished(), "it did not wait for the pair's lock");
        claiming.commit().await.expect("it commits");
        assert_eq!(stop.await.expect("a STOP"), [waiting]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_waits_is_let_go_by_an_end_at_the_same_time() {
        let host = Fixture::postgres().await;
        let other = host.another_host().await;
        for round in 0..20 {
            host.queue(PERSON, NUMBER, at(1)).await;
            let claim = host.cleared(at(2)).await;
            let next = host.queue(PERSON, NUMBER, at(3)).await;
            // One host finds the pair busy and lets the message wait, as the other ends the one
            // that it waits for: whichever is first, it must not wait for ever.
            let looking = {
                let other = other.clone();
                tokio::spawn(async move { claim_all(&other, NUMBER).await })
            };
            host.accept(&claim, &format!("SM{round}")).await;
            let looked = looking.await.expect("a look");
            let taken =
                if looked.is_empty() { claim_all(&host.store, NUMBER).await } else { looked };
            assert_eq!(taken, std::slice::from_ref(&next), "round {round}");
            host.news(news(&format!("SX{round}"), "sent", State::Sent, None)).await;
            let mut tx = host.store.write().await.expect("a transaction");
            for lease in tx.expired_leases(at(1_000)).await.expect("a look") {
                let reached =
                    news(&format!("SY{round}"), "sent", State::Sent, Some(&lease.attempt_id));
                tx.record_status(&reached, at(4)).await.expect("a record");
            }
            tx.commit().await.expect("it commits");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn time_is_the_databases() {
        let host = Fixture::postgres().await;
        let mut tx = host.store.write().await.expect("a transaction");
        let (one, two) = (tx.now().await.expect("a time"), tx.now().await.expect("a time"));
        assert!(one < two, "it moves within a transaction");
        let apart = host.store.now().as_micros().abs_diff(two.as_micros());
        assert!(apart < 1_000_000, "{apart} microseconds apart");
    }
}

/// Claims all that one look finds; gives the ids of what was cleared.
async fn claim_all(store: &Store, sender: &str) -> Vec<String> {
    let mut tx = store.write().await.expect("a transaction");
    let claims = tx.claim(sender, 100, LEASE, at(10)).await.expect("claims");
    tx.commit().await.expect("it commits");
    claims
        .into_iter()
        .filter_map(|claim| match claim {
            Claim::Cleared(cleared) => Some(cleared.message_id().to_owned()),
            Claim::Suppressed(_) => None,
        })
        .collect()
}

async fn hosts_that_claim_at_once_never_claim_the_same_message(host: Fixture) {
    let mut queued = BTreeSet::new();
    for person in 0..120 {
        let sender = [NUMBER, OTHER_NUMBER][person % 2];
        queued.insert(host.queue(&format!("+1555010{person:04}"), sender, at(1)).await);
    }
    let mut hosts = JoinSet::new();
    for number in 0..6 {
        let store = if number % 2 == 0 { host.store.clone() } else { host.another_host().await };
        hosts.spawn(async move {
            let mut claimed = Vec::new();
            for round in 0..60 {
                let mut tx = store.write().await.expect("a transaction");
                for sender in [NUMBER, OTHER_NUMBER] {
                    let claims = tx.claim(sender, 1 + round % 4, LEASE, at(2)).await;
                    claimed.extend(claims.expect("claims"));
                }
                tx.commit().await.expect("it commits");
            }
            claimed
        });
    }
    let mut claimed = Vec::new();
    for claims in hosts.join_all().await {
        for claim in claims {
            match claim {
                Claim::Cleared(cleared) => claimed.push(cleared.message_id().to_owned()),
                Claim::Suppressed(id) => panic!("{id} is suppressed"),
            }
        }
    }
    let each: BTreeSet<_> = claimed.iter().cloned().collect();
    assert_eq!(each.len(), claimed.len(), "one was claimed twice");
    assert_eq!(each, queued, "all were claimed");
}

async fn a_stop_and_a_claim_at_once_have_an_order(host: Fixture) {
    let other = host.another_host().await;
    for round in 0..30 {
        let now = at(100 * round);
        host.consent(keyword(ConsentAction::OptIn, NUMBER, now), now).await;
        let id = host.queue(PERSON, NUMBER, now).await;
        let claiming = {
            let other = other.clone();
            tokio::spawn(async move {
                let mut tx = other.write().await.expect("a transaction");
                let claims = tx.claim(NUMBER, 1, LEASE, now).await.expect("claims");
                tx.commit().await.expect("it commits");
                claims
            })
        };
        let stopped = now.plus(Duration::from_secs(1));
        let suppressed =
            host.consent(keyword(ConsentAction::OptOut, NUMBER, stopped), stopped).await;
        let claims = claiming.await.expect("a claim");
        let cleared: Vec<_> = claims
            .iter()
            .filter_map(|claim| match claim {
                Claim::Cleared(cleared) => Some(cleared),
                Claim::Suppressed(_) => None,
            })
            .collect();
        match cleared.as_slice() {
            [] => assert_eq!(host.state(&id).await, State::Suppressed, "round {round}"),
            [cleared] => {
                assert!(suppressed.is_empty(), "round {round}: begun and suppressed");
                assert_eq!(host.state(&id).await, State::Dispatching);
                host.accept(cleared, &format!("SM{round}")).await;
            }
            _ => panic!("round {round}: more than one"),
        }
        assert_eq!(host.claim(stopped).await, None, "nothing begins after the STOP");
    }
}

/// A request with a key: gives the answer that it got.
async fn request(store: &Store, answer: &str) -> String {
    let key = IdempotencyKey { key: "k".to_owned(), request_hash: "h".to_owned() };
    let id = new_id();
    let mut tx = store.write().await.expect("a transaction");
    let first = tx.remember(&key, &id, answer, at(1)).await.expect("a record");
    if first.is_none() {
        tx.create_message(&id, &message(PERSON, NUMBER), at(1)).await.expect("a message");
    }
    tx.commit().await.expect("it commits");
    first.map_or_else(|| answer.to_owned(), |first| first.response)
}

async fn messages(store: &Store) -> usize {
    store.messages(&Default::default()).await.expect("a list").0.len()
}

async fn of_two_requests_with_one_key_the_second_gets_the_first_ones_answer(host: Fixture) {
    let mut requests = JoinSet::new();
    for number in 0..16 {
        let store = if number % 2 == 0 { host.store.clone() } else { host.another_host().await };
        requests.spawn(async move { request(&store, &number.to_string()).await });
    }
    let answers: BTreeSet<_> = requests.join_all().await.into_iter().collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(messages(&host.store).await, 1);
}

async fn of_two_requests_with_one_key_the_second_counts_if_the_first_fails(host: Fixture) {
    let key = IdempotencyKey { key: "k".to_owned(), request_hash: "h".to_owned() };
    let mut first = host.store.write().await.expect("a transaction");
    assert_eq!(first.remember(&key, "1", "first", at(1)).await.expect("a record"), None);
    let store = host.store.clone();
    let second = tokio::spawn(async move { request(&store, "second").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!second.is_finished(), "it waits for the first");
    drop(first);
    assert_eq!(second.await.expect("an answer"), "second");
    assert_eq!(messages(&host.store).await, 1);
}

async fn a_callback_that_arrives_many_times_at_once_counts_once(host: Fixture) {
    let id = host.queue(PERSON, NUMBER, at(1)).await;
    let claim = Arc::new(host.cleared(at(2)).await);
    let mut callbacks = JoinSet::new();
    for number in 0..12 {
        let store = if number % 2 == 0 { host.store.clone() } else { host.another_host().await };
        let claim = Arc::clone(&claim);
        callbacks.spawn(async move {
            let mut tx = store.write().await.expect("a transaction");
            let delivered = news("SM1", "delivered", State::Delivered, Some(claim.attempt_id()));
            let counted = tx.record_status(&delivered, at(3)).await.expect("a record");
            tx.commit().await.expect("it commits");
            counted
        });
    }
    // The answer to the POST comes in the middle of them.
    host.accept(&claim, "SM1").await;
    let counted = callbacks.join_all().await.into_iter().filter(|counted| *counted).count();
    assert_eq!(counted, 1);
    assert_eq!(host.state(&id).await, State::Delivered);
}

async fn an_answer_and_the_callback_that_overtakes_it_do_not_wait_for_each_other(host: Fixture) {
    let other = host.another_host().await;
    for person in 0..100 {
        host.queue(&format!("+1555011{person:04}"), NUMBER, at(1)).await;
    }
    let mut claiming = host.store.write().await.expect("a transaction");
    let claims = claiming.claim(NUMBER, 100, LEASE, at(2)).await.expect("claims");
    claiming.commit().await.expect("it commits");
    let mut both = JoinSet::new();
    for (number, claim) in claims.into_iter().enumerate() {
        let Claim::Cleared(claim) = claim else { panic!("{claim:?}") };
        let sid = format!("SM{}", claim.message_id());
        let delivered = news(&sid, "delivered", State::Delivered, Some(claim.attempt_id()));
        let (here, there) = (host.store.clone(), other.clone());
        both.spawn(async move {
            let mut tx = there.write().await.expect("a transaction");
            assert!(tx.record_status(&delivered, at(3)).await.expect("a record"));
            tx.commit().await.expect("it commits");
        });
        both.spawn(async move {
            let mut tx = here.write().await.expect("a transaction");
            // Into whichever statement of the other.
            tokio::time::sleep(Duration::from_millis(number as u64 % 10)).await;
            tx.accepted(&claim, &sid, Some(1), at(3)).await.expect("an answer");
            tx.commit().await.expect("it commits");
        });
        if both.len() >= 16 {
            while both.join_next().await.transpose().expect("no failure").is_some() {}
        }
    }
    both.join_all().await;
    let left = host.store.queue_depth().await.expect("a count");
    assert_eq!(left, []);
}

async fn requests_of_several_messages_to_somebody_new_do_not_wait_for_each_other(host: Fixture) {
    let other = host.another_host().await;
    for person in 0..20 {
        let recipient = format!("+1555012{person:04}");
        let to = |sender: &str| {
            let conversation_id = Some(recipient.clone());
            (new_id(), NewMessage { conversation_id, ..message(&recipient, sender) })
        };
        let mut requests = JoinSet::new();
        for (store, all) in [
            (host.store.clone(), vec![to(NUMBER), to(OTHER_NUMBER)]),
            (other.clone(), vec![to(OTHER_NUMBER), to(NUMBER)]),
            (other.clone(), vec![to(OTHER_NUMBER)]),
            (host.store.clone(), vec![to(NUMBER)]),
        ] {
            requests.spawn(async move {
                let mut tx = store.write().await.expect("a transaction");
                tx.create_messages(&all, at(1)).await.expect("messages");
                tx.commit().await.expect("it commits");
            });
        }
        requests.join_all().await;
        let (_, log) = host.store.conversation(&recipient).await.expect("a conversation");
        assert_eq!(log.len(), 6, "{recipient}");
    }
}

async fn an_inbound_message_that_arrives_many_times_at_once_counts_once(host: Fixture) {
    let mut webhooks = JoinSet::new();
    for number in 0..12 {
        let store = if number % 2 == 0 { host.store.clone() } else { host.another_host().await };
        webhooks.spawn(async move {
            let reply = number.to_string();
            let mut tx = store.write().await.expect("a transaction");
            let recorded = tx.record_inbound(&inbound("SM7", &reply), at(1)).await;
            tx.commit().await.expect("it commits");
            match recorded.expect("a record") {
                Recorded::Now => (1, Some(reply)),
                Recorded::Before(first) => (0, first),
            }
        });
    }
    let answers = webhooks.join_all().await;
    assert_eq!(answers.iter().map(|(new, _)| new).sum::<i32>(), 1);
    let replies: BTreeSet<_> = answers.into_iter().map(|(_, reply)| reply).collect();
    assert_eq!(replies.len(), 1, "a retry gets the same reply: {replies:?}");
}

async fn many_small_transactions_at_once_are_all_kept_or_refused_one_by_one(host: Fixture) {
    let mut writers = JoinSet::new();
    for number in 0..64 {
        let store = host.store.clone();
        writers.spawn(async move {
            let id = new_id();
            let mut tx = store.write().await.expect("a transaction");
            let recipient = format!("+1555020{number:04}");
            let new = message(&recipient, NUMBER);
            tx.create_message(&id, &new, at(1)).await.expect("a message");
            match number % 4 {
                // Its caller goes away in the middle.
                0 => drop(tx),
                // A statement of it fails: the id is taken.
                1 => {
                    tx.create_message(&id, &new, at(1)).await.expect_err("a taken id");
                    tx.commit().await.expect_err("a failed transaction");
                }
                _ => tx.commit().await.expect("it commits"),
            }
            (id, number % 4 > 1)
        });
    }
    for (id, kept) in writers.join_all().await {
        let message = host.store.message(&id).await.expect("a read");
        assert_eq!(message.is_some(), kept, "what a neighbour did is not its own doing");
    }
}

async fn hosts_that_claim_at_once_keep_to_one_rate(host: Fixture) {
    for number in 0..20 {
        host.queue(&format!("+155500000{number:02}"), NUMBER, at(1)).await;
    }
    let mut tx = host.store.write().await.expect("a transaction");
    tx.set_rate(NUMBER, Some(180)).await.expect("a rate");
    tx.commit().await.expect("it commits");
    let mut hosts = JoinSet::new();
    for _ in 0..6 {
        let other = host.another_host().await;
        hosts.spawn(async move { claim_all(&other, NUMBER).await.len() });
    }
    assert_eq!(hosts.join_all().await.iter().sum::<usize>(), 3, "three segments a second");
}
