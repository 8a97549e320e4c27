//! What was not delivered is sent anew if its sender wants that: as a new message, once, and never
//! past a STOP.

use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::ConsentAction;
use verbatim_host::store::{Claim, MessagePage, NewMessage, RegisteredSender, Replies, StatusNews};

use crate::store::fixture::{Fixture, NUMBER, PERSON, at, keyword, message, on_both};

on_both! {
    what_was_not_delivered_is_sent_anew_once_where_its_sender_wants_that,
    nothing_is_sent_anew_that_cannot_help_or_that_nobody_asked_for,
    what_is_sent_anew_asks_for_consent,
    what_failed_and_was_then_undelivered_is_sent_anew_once,
}

/// Twilio's queue was full: worth another try.
const QUEUE_OVERFLOW: i64 = 30001;
/// A landline: not worth it.
const UNREACHABLE_KIND: i64 = 30006;

async fn register(host: &Fixture, resend: bool) {
    let sender = RegisteredSender {
        environment: Environment::Sandbox,
        sender: NUMBER.to_owned(),
        replies: Replies::Verbatim,
    };
    let mut tx = host.store.write().await.expect("a transaction");
    tx.register_sender(&sender, at(1)).await.expect("a sender");
    tx.set_rate(NUMBER, None).await.expect("a rate");
    tx.set_resend_undelivered(NUMBER, resend).await.expect("a choice");
    tx.commit().await.expect("it commits");
}

/// Posts what is due at a moment, and lets Twilio say that it did not arrive.
async fn is_not_delivered(host: &Fixture, sid: &str, code: i64, at_second: i64) {
    let claim = host.cleared(at(at_second)).await;
    host.accept(&claim, sid).await;
    let news = StatusNews {
        sid: sid.to_owned(),
        attempt_id: None,
        status: "undelivered".to_owned(),
        state: Some(State::Undelivered),
        error_code: Some(code),
    };
    assert!(host.news(news).await);
}

async fn all(host: &Fixture) -> Vec<(State, Option<String>)> {
    let (messages, _) = host.store.messages(&MessagePage::default()).await.expect("a list");
    messages.into_iter().map(|message| (message.state, message.resend_of)).collect()
}

async fn what_was_not_delivered_is_sent_anew_once_where_its_sender_wants_that(host: Fixture) {
    register(&host, true).await;
    let conversation = Some("c1".to_owned());
    let first = verbatim_host::id::new_id();
    let new = NewMessage { conversation_id: conversation, ..message(PERSON, NUMBER) };
    let mut tx = host.store.write().await.expect("a transaction");
    tx.create_message(&first, &new, at(2)).await.expect("a message");
    tx.commit().await.expect("it commits");

    is_not_delivered(&host, "SM1", QUEUE_OVERFLOW, 3).await;
    let resend_of = Some(first.clone());
    assert_eq!(all(&host).await, [(State::Queued, resend_of.clone()), (State::Undelivered, None)]);
    // It waits for a while, and says the same in the same conversation.
    assert_eq!(host.claim(at(51)).await, None);
    let (messages, log) = host.store.conversation("c1").await.expect("a conversation");
    assert_eq!(messages[0].text, messages[1].text);
    assert_eq!((messages.len(), log.len()), (2, 2));

    is_not_delivered(&host, "SM2", QUEUE_OVERFLOW, 200).await;
    assert_eq!(all(&host).await, [(State::Undelivered, resend_of), (State::Undelivered, None)]);
}

async fn nothing_is_sent_anew_that_cannot_help_or_that_nobody_asked_for(host: Fixture) {
    register(&host, true).await;
    host.queue(PERSON, NUMBER, at(2)).await;
    is_not_delivered(&host, "SM1", UNREACHABLE_KIND, 3).await;
    register(&host, false).await;
    host.queue(PERSON, NUMBER, at(4)).await;
    is_not_delivered(&host, "SM2", QUEUE_OVERFLOW, 5).await;
    assert_eq!(all(&host).await, [(State::Undelivered, None), (State::Undelivered, None)]);
}

async fn what_is_sent_anew_asks_for_consent(host: Fixture) {
    register(&host, true).await;
    host.queue(PERSON, NUMBER, at(2)).await;
    is_not_delivered(&host, "SM1", QUEUE_OVERFLOW, 3).await;
    let suppressed = host.consent(keyword(ConsentAction::OptOut, NUMBER, at(4)), at(60)).await;
    assert_eq!(suppressed.len(), 1);
    assert!(!matches!(host.claim(at(200)).await, Some(Claim::Cleared(_))));
}

async fn what_failed_and_was_then_undelivered_is_sent_anew_once(host: Fixture) {
    register(&host, true).await;
    let first = host.queue(PERSON, NUMBER, at(2)).await;
    let claim = host.cleared(at(3)).await;
    host.accept(&claim, "SM1").await;
    for (status, state) in [("failed", State::Failed), ("undelivered", State::Undelivered)] {
        let news = StatusNews {
            sid: "SM1".to_owned(),
            attempt_id: None,
            status: status.to_owned(),
            state: Some(state),
            error_code: Some(QUEUE_OVERFLOW),
        };
        assert!(host.news(news).await);
    }
    assert_eq!(all(&host).await, [(State::Queued, Some(first)), (State::Undelivered, None)]);
}
