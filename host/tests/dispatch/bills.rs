//! What Twilio bills: asked for after a message has arrived, stored beside our count, and told
//! when the two differ.

use std::time::{Duration, Instant};

use serde_json::json;
use verbatim_host::message::State;
use verbatim_host::metrics::{Metrics, Queue, Times};
use verbatim_host::store::{Change, Claim, Message, MessagePage, StatusNews, Store};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::bill::{Bill, Price};

use crate::dispatch::fixture::{
    CREATED, NUMBER, PERSON, Twilio, date, on_both, queue, start, twilio,
};

on_both! {
    a_bill_is_asked_for_after_the_end_and_a_difference_is_told_and_listed,
    a_bill_that_agrees_is_counted_once_and_asked_for_until_it_has_its_price,
}

/// A message that Twilio accepted and delivered ten minutes ago, with what it counted then.
async fn delivered(store: &Store, sid: &str, counted: Option<i64>) -> String {
    let id = queue(store).await;
    let then = Timestamp::now().minus(Duration::from_secs(600));
    let mut tx = store.write().await.expect("a transaction");
    let claims = tx.claim(NUMBER, 1, Duration::from_secs(30), Timestamp::now()).await;
    let claims = claims.expect("a claim");
    let [Claim::Cleared(claim)] = claims.as_slice() else { panic!("{claims:?}") };
    tx.accepted(claim, sid, counted, then).await.expect("an answer");
    let news = StatusNews {
        sid: sid.to_owned(),
        attempt_id: None,
        status: "delivered".to_owned(),
        state: Some(State::Delivered),
        error_code: None,
    };
    tx.record_status(&news, then).await.expect("a record");
    tx.commit().await.expect("it commits");
    id
}

fn bills(twilio: &Twilio, sid: &str, segments: &str, price: &str) {
    twilio.list(json!({
        "sid": sid, "direction": "outbound-api", "from": NUMBER, "to": PERSON, "body": "Hello",
        "status": "delivered", "num_segments": segments, "price": price, "price_unit": "USD",
        "date_created": date(Duration::ZERO),
    }));
}

async fn miscounted(store: &Store) -> Vec<String> {
    let page = MessagePage { miscounted: true, ..MessagePage::default() };
    let (messages, next) = store.messages(&page).await.expect("a list");
    assert_eq!(next, None);
    messages.into_iter().map(|message| message.id).collect()
}

fn shown(store: &Store) -> String {
    let network = Times::of_a_network();
    let metrics = Metrics::new(store.counts(), &Times::of_the_sandbox(), &network, &network);
    metrics.show(Queue {
        senders: Vec::new(),
        phases: Vec::new(),
        overdue: Duration::ZERO,
        forwards: 0,
        forwards_overdue: Duration::ZERO,
    })
}

async fn with_price(store: &Store, id: &str) -> Message {
    let begin = Instant::now();
    loop {
        let message = store.message(id).await.expect("a read").expect("the message");
        if message.price.is_some() {
            return message;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "no price: {message:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_bill_is_asked_for_after_the_end_and_a_difference_is_told_and_listed(store: Store) {
    let twilio = twilio(&[CREATED]).await;
    let mut changes = store.changes();
    let id = delivered(&store, "SM1", None).await;
    let same = delivered(&store, "SM2", None).await;
    bills(&twilio, "SM1", "2", "-0.01580");
    bills(&twilio, "SM2", "1", "-0.00790");
    let dispatching = start(&store, &twilio);
    let message = with_price(&store, &id).await;
    with_price(&store, &same).await;
    dispatching.stop().await;
    assert_eq!((message.predicted_segments, message.billed_segments), (1, Some(2)));
    let price = Price { amount: "-0.01580".to_owned(), unit: "USD".to_owned() };
    assert_eq!(message.price, Some(price));
    assert_eq!(miscounted(&store).await, std::slice::from_ref(&id));
    let other = MessagePage {
        recipient: Some("+15550002222".to_owned()),
        miscounted: true,
        ..MessagePage::default()
    };
    assert_eq!(store.messages(&other).await.expect("a list"), (vec![], None));

    // What is said again is no news.
    let mut tx = store.write().await.expect("a transaction");
    let again = Bill { segments: Some(2), price: None };
    tx.record_bill("SM1", &again).await.expect("a record");
    tx.commit().await.expect("it commits");
    let told = Change::Counted { message_id: id, predicted: 1, billed: 2, billed_before: None };
    let mut all = std::iter::from_fn(|| changes.try_recv().ok());
    assert!(all.any(|change| change == told));
    let shown = shown(&store);
    for line in [
        "verbatim_segments_total{counted_by=\"verbatim\"} 2",
        "verbatim_segments_total{counted_by=\"twilio\"} 3",
        "verbatim_miscounted_messages_total 1",
    ] {
        assert!(shown.lines().any(|it| it == line), "expected `{line}` in\n{shown}");
    }
    let paid = shown.lines().find_map(|it| it.strip_prefix("verbatim_price_total{unit=\"USD\"} "));
    let paid: f64 = paid.expect("a price").parse().expect("a number");
    assert!((paid - 0.0237).abs() < 1e-9, "{paid}");
}

async fn a_bill_that_agrees_is_counted_once_and_asked_for_until_it_has_its_price(store: Store) {
    let id = delivered(&store, "SM1", Some(1)).await;
    let early = Bill { segments: Some(1), price: None };
    let price = Price { amount: "-0.00790".to_owned(), unit: "USD".to_owned() };
    let whole = Bill { price: Some(price), ..early.clone() };
    let mut now = Timestamp::now();
    for (bill, asked) in [(early, true), (whole.clone(), true), (whole, false)] {
        let mut tx = store.write().await.expect("a transaction");
        let due = tx.take_bills(10, now).await.expect("a look");
        assert_eq!(due.len(), usize::from(asked), "{due:?}");
        assert_eq!(tx.take_polls(10, now).await.expect("a look"), [""; 0], "it has arrived");
        tx.record_bill("SM1", &bill).await.expect("a record");
        tx.record_bill("SM of nobody", &bill).await.expect("no harm");
        tx.commit().await.expect("it commits");
        now = now.plus(Duration::from_secs(60 * 60));
    }
    let message = store.message(&id).await.expect("a read").expect("the message");
    assert_eq!((message.state, message.billed_segments), (State::Delivered, Some(1)));
    assert_eq!(miscounted(&store).await, [""; 0]);
    let shown = shown(&store);
    for line in [
        "verbatim_segments_total{counted_by=\"verbatim\"} 1",
        "verbatim_segments_total{counted_by=\"twilio\"} 1",
        "verbatim_miscounted_messages_total 0",
        "verbatim_price_total{unit=\"USD\"} 0.0079",
    ] {
        assert!(shown.lines().any(|it| it == line), "expected `{line}` in\n{shown}");
    }
}
