//! Twilio's list of messages, as our client reads it from the fake: whole, filtered, page by page.

use std::time::Duration;

use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::{Answer, Client, MAX_VALIDITY, Outgoing};
use verbatim_host::twilio::fake::{FakeSettings, FakeTwilio};
use verbatim_host::twilio::list::{AskError, Direction, Query};

const PERSON: &str = "+15550001111";
const NUMBER: &str = "+15550001234";
const OTHER_NUMBER: &str = "+15550009999";

struct Twilio {
    fake: FakeTwilio,
    client: Client,
}

impl Twilio {
    async fn start() -> Self {
        // Nobody listens there: what the fake reports is lost.
        let nobody = "http://127.0.0.1:1/twilio/inbound".parse().expect("a URL");
        let fake = FakeTwilio::start(FakeSettings::new(nobody)).await.expect("a fake");
        let client = Client::new(fake.account()).expect("a client");
        Self { fake, client }
    }

    async fn send(&self, sender: &str, text: &str) -> String {
        let outgoing = Outgoing {
            recipient: PERSON,
            sender,
            text,
            status_callback: "http://127.0.0.1:1/twilio/status",
            valid_for: MAX_VALIDITY,
        };
        let answer = self.client.create_message(&outgoing).await;
        let Answer::Created(created) = answer else { panic!("{answer:?}") };
        created.sid
    }
}

fn to(number: &str) -> Query {
    let created_since = Timestamp::now().minus(Duration::from_secs(60));
    Query { to: number.to_owned(), from: None, created_since, by_day: false }
}

#[tokio::test]
async fn a_list_of_many_pages_is_read_whole_and_newest_first() {
    let twilio = Twilio::start().await;
    let mut sids = Vec::new();
    for number in 0..205 {
        sids.push(twilio.send(NUMBER, &format!("{number} \u{1f44b} \"x\"")).await);
        if number % 50 == 0 {
            twilio.send(OTHER_NUMBER, "another sender's").await;
        }
    }
    sids.reverse();
    let query = Query { from: Some(NUMBER.to_owned()), ..to(PERSON) };
    let listed = twilio.client.list(&query).await.expect("a list");
    let found: Vec<&str> = listed.iter().map(|one| one.sid.as_str()).collect();
    assert_eq!(found, sids);
    assert_eq!(listed[0].text, "204 \u{1f44b} \"x\"");
    assert_eq!(listed[0].direction, Direction::OutboundApi);
    assert_eq!(twilio.client.list(&to(PERSON)).await.expect("a list").len(), 210);
}

#[tokio::test]
async fn what_is_older_than_asked_for_is_not_listed() {
    let twilio = Twilio::start().await;
    twilio.send(NUMBER, "x").await;
    let later = Timestamp::now().plus(Duration::from_secs(2));
    let query = Query { created_since: later, ..to(PERSON) };
    assert_eq!(twilio.client.list(&query).await, Ok(vec![]));
}

#[tokio::test]
async fn a_persons_message_is_listed_also_when_its_webhook_was_lost() {
    let twilio = Twilio::start().await;
    let control = twilio.fake.control().expect("a control");
    control.write(PERSON, NUMBER, "STOP").await.expect_err("nobody takes the webhook");
    let query = Query { by_day: true, ..to(NUMBER) };
    let listed = twilio.client.list(&query).await.expect("a list");
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].direction, listed[0].text.as_str()), (Direction::Inbound, "STOP"));
    assert_eq!(listed[0].from.as_deref(), Some(PERSON));
}

#[tokio::test]
async fn one_message_is_fetched_by_its_sid() {
    let twilio = Twilio::start().await;
    let sid = twilio.send(NUMBER, "x").await;
    let (fetched, bill) = twilio.client.fetch(&sid).await.expect("a message");
    assert_eq!((fetched.sid, fetched.to.as_str()), (sid, PERSON));
    assert_eq!((bill.segments, bill.price), (Some(1), None), "the price is set later");
    let refused = twilio.client.fetch("SM0").await.expect_err("there is none");
    assert!(matches!(&refused, AskError::Refused(why) if why.contains("20404")), "{refused}");
}
