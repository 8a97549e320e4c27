//! How senders are registered: of each that is in use, and of no other.

use verbatim_host::message::Environment;
use verbatim_host::store::{RegisteredSender, Replies, Senders, StoredRegistration, TemplateDraft};

use crate::store::fixture::{Fixture, NUMBER, OTHER_NUMBER, SERVICE, at, on_both};

on_both! {
    what_was_said_of_a_sender_in_use_is_kept_until_something_else_is_said,
}

fn said(campaign: Option<&str>, seconds: i64) -> StoredRegistration {
    StoredRegistration {
        brand: campaign.map(|_| "APPROVED".to_owned()),
        campaign: campaign.map(str::to_owned),
        detail: "{}".to_owned(),
        checked_at: at(seconds),
    }
}

async fn note(host: &Fixture, all: &[(&str, StoredRegistration)], seconds: i64) {
    let all: Vec<_> =
        all.iter().map(|(sender, said)| ((*sender).to_owned(), said.clone())).collect();
    let mut tx = host.store.write().await.expect("a transaction");
    tx.set_registrations(&all, at(seconds)).await.expect("it is noted");
    tx.commit().await.expect("it commits");
}

async fn what_was_said_of_a_sender_in_use_is_kept_until_something_else_is_said(host: Fixture) {
    let mut tx = host.store.write().await.expect("a transaction");
    for environment in [Environment::Live, Environment::Sandbox] {
        let (sender, replies) = (NUMBER.to_owned(), Replies::Twilio);
        let sender = RegisteredSender { environment, sender, replies };
        tx.register_sender(&sender, at(1)).await.expect("a sender");
    }
    let draft = |title: &str, live: &str| TemplateDraft {
        title: title.to_owned(),
        body: "x".to_owned(),
        senders: Senders { live: Some(live.to_owned()), ..Senders::default() },
    };
    tx.create_template(&draft("kept", SERVICE), at(1)).await.expect("a template");
    let deleted = tx.create_template(&draft("gone", OTHER_NUMBER), at(1)).await.expect("another");
    tx.delete_template(&deleted, at(1)).await.expect("it goes");
    tx.commit().await.expect("it commits");
    let all = async || host.store.registrations().await.expect("a read");
    let row = |sender: &str, said: Option<StoredRegistration>| (sender.to_owned(), said);
    assert_eq!(all().await, [row(NUMBER, None), row(SERVICE, None)], "each in use, once");

    note(&host, &[(NUMBER, said(None, 2)), (SERVICE, said(Some("FAILED"), 2))], 2).await;
    assert_eq!(
        all().await,
        [row(NUMBER, Some(said(None, 2))), row(SERVICE, Some(said(Some("FAILED"), 2)))]
    );
    note(&host, &[(NUMBER, said(Some("VERIFIED"), 3))], 3).await;
    let again = host.another_host().await;
    let one = async |sender| again.registration(sender).await.expect("a read");
    assert_eq!(one(NUMBER).await, Some(said(Some("VERIFIED"), 3)));
    assert_eq!(one(SERVICE).await, None, "what was said before is forgotten");
}
