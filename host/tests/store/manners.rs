//! Limits of good manners count what was sent to a person and by the project, and nothing that was
//! held back.

use std::time::Duration;

use verbatim_host::id::new_id;
use verbatim_host::manners::{Manners, Quota, Window, over_limit};
use verbatim_host::message::State;
use verbatim_host::store::NewMessage;
use verbatim_host::time::Timestamp;

use crate::store::fixture::{Fixture, NUMBER, OTHER_NUMBER, PERSON, message, on_both};

on_both! {
    what_a_person_gets_is_limited_whatever_the_sender,
    the_same_text_to_the_same_person_waits,
    what_a_project_sends_is_limited_and_what_was_held_back_does_not_count,
}

const HOUR: u32 = 60 * 60;

/// What becomes of a message that is accepted now: its reason, if it is over a limit.
async fn accept(host: &Fixture, mut new: NewMessage) -> Option<&'static str> {
    let now = Timestamp::now();
    let mut tx = host.store.write().await.expect("a transaction");
    let reason = over_limit(&mut tx, &new, now).await.expect("an answer");
    if let Some(reason) = reason {
        new = NewMessage { state: State::Suppressed, reason: Some(reason.to_owned()), ..new };
    }
    tx.create_message(&new_id(), &new, now).await.expect("a message");
    tx.commit().await.expect("it commits");
    reason
}

async fn set(host: &Fixture, manners: Manners) {
    let mut tx = host.store.write().await.expect("a transaction");
    manners.set(&mut tx, Timestamp::now()).await.expect("a setting");
    tx.commit().await.expect("it commits");
    assert_eq!(Manners::of(&host.store).await.expect("a read"), manners);
}

fn says(text: &str, recipient: &str, sender: &str) -> NewMessage {
    NewMessage { text: text.to_owned(), ..message(recipient, sender) }
}

async fn what_a_person_gets_is_limited_whatever_the_sender(host: Fixture) {
    assert_eq!(accept(&host, says("a", PERSON, NUMBER)).await, None);
    let per_recipient = Some(Quota { messages: 2, seconds: HOUR });
    set(&host, Manners { per_recipient, ..Manners::default() }).await;
    assert_eq!(accept(&host, says("b", PERSON, OTHER_NUMBER)).await, None);
    assert_eq!(accept(&host, says("c", PERSON, NUMBER)).await, Some("recipient_limit"));
    assert_eq!(accept(&host, says("c", "+15550002222", NUMBER)).await, None);
    // What was sent before the window does not count.
    let per_recipient = Some(Quota { messages: 2, seconds: 1 });
    set(&host, Manners { per_recipient, ..Manners::default() }).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(accept(&host, says("d", PERSON, NUMBER)).await, None);
}

async fn the_same_text_to_the_same_person_waits(host: Fixture) {
    set(&host, Manners { same_text: Some(Window { seconds: HOUR }), ..Manners::default() }).await;
    assert_eq!(accept(&host, says("a", PERSON, NUMBER)).await, None);
    assert_eq!(accept(&host, says("a", PERSON, OTHER_NUMBER)).await, Some("same_text"));
    assert_eq!(accept(&host, says("b", PERSON, NUMBER)).await, None);
    assert_eq!(accept(&host, says("a", "+15550002222", NUMBER)).await, None);
}

async fn what_a_project_sends_is_limited_and_what_was_held_back_does_not_count(host: Fixture) {
    let same_text = Some(Window { seconds: HOUR });
    let per_project = Some(Quota { messages: 2, seconds: HOUR });
    set(&host, Manners { same_text, per_project, per_recipient: None }).await;
    assert_eq!(accept(&host, says("a", PERSON, NUMBER)).await, None);
    assert_eq!(accept(&host, says("a", PERSON, NUMBER)).await, Some("same_text"));
    assert_eq!(accept(&host, says("b", PERSON, NUMBER)).await, None);
    assert_eq!(accept(&host, says("b", "+15550002222", NUMBER)).await, Some("project_limit"));
}
