//! Lists and their pages on both databases: messages by each filter, opt-outs, the ledger,
//! versions, keys, and how much waits.

use std::time::Duration;

use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{
    ConsentSource, LedgerEntry, MAX_WALK, MessagePage, Revoked, Saved, Senders, SessionKind,
    Tallied, TallyQuery, TemplateDraft,
};
use verbatim_host::time::Timestamp;

use crate::store::fixture::{Fixture, NUMBER, OTHER_NUMBER, PERSON, at, keyword, on_both};

on_both! {
    a_list_with_a_filter_finds_what_there_is_and_ends,
    a_list_looks_at_so_many_messages_and_says_where_to_go_on,
    messages_are_counted_by_time_state_and_origin,
    opt_outs_are_listed_by_pair_and_the_ledger_says_why,
    a_template_is_saved_from_the_version_that_was_read_or_not_at_all,
    a_revoked_key_takes_its_sessions_along,
    what_waits_is_counted_by_phase,
    only_what_has_committed_is_told,
}

async fn list(host: &Fixture, page: MessagePage) -> (Vec<String>, Option<String>) {
    let (messages, next) = host.store.messages(&page).await.expect("a list");
    (messages.into_iter().map(|message| message.id).collect(), next)
}

async fn a_list_with_a_filter_finds_what_there_is_and_ends(host: Fixture) {
    let mut ids = Vec::new();
    for (number, sender) in [NUMBER, OTHER_NUMBER, NUMBER, OTHER_NUMBER].iter().enumerate() {
        let recipient = if number < 2 { PERSON } else { "+15550002222" };
        ids.insert(0, host.queue(recipient, sender, at(1)).await);
    }
    host.consent(keyword(ConsentAction::OptOut, NUMBER, at(2)), at(2)).await;
    let all = MessagePage::default();
    for (page, expected) in [
        (all.clone(), vec![0, 1, 2, 3]),
        (MessagePage { recipient: Some(PERSON.into()), ..all.clone() }, vec![2, 3]),
        (MessagePage { state: Some(State::Suppressed), ..all.clone() }, vec![3]),
        (MessagePage { state: Some(State::Queued), ..all.clone() }, vec![0, 1, 2]),
        (MessagePage { sender: Some(NUMBER.into()), ..all.clone() }, vec![1, 3]),
        (MessagePage { template: Some("none".into()), ..all.clone() }, vec![]),
        (
            MessagePage {
                recipient: Some(PERSON.into()),
                state: Some(State::Queued),
                sender: Some(OTHER_NUMBER.into()),
                ..all.clone()
            },
            vec![2],
        ),
        (
            MessagePage {
                state: Some(State::Suppressed),
                sender: Some(OTHER_NUMBER.into()),
                ..all
            },
            vec![],
        ),
    ] {
        let expected: Vec<String> = expected.into_iter().map(|at: usize| ids[at].clone()).collect();
        assert_eq!(list(&host, page.clone()).await, (expected.clone(), None), "{page:?}");
        let (mut paged, mut before) = (Vec::new(), None);
        loop {
            let (some, next) =
                list(&host, MessagePage { limit: Some(1), before, ..page.clone() }).await;
            paged.extend(some);
            before = next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(paged, expected, "{page:?}");
    }
}

async fn a_list_looks_at_so_many_messages_and_says_where_to_go_on(host: Fixture) {
    let wanted = host.queue(PERSON, OTHER_NUMBER, at(1)).await;
    let many = usize::try_from(MAX_WALK).expect("a number") + 5;
    let mut tx = host.store.write().await.expect("a transaction");
    for number in 0..many {
        let new = crate::store::fixture::message(&format!("+1555{number:07}"), NUMBER);
        let id = verbatim_host::id::new_id();
        tx.create_message(&id, &new, at(2)).await.expect("a message");
    }
    tx.commit().await.expect("it commits");
    let page = MessagePage { sender: Some(OTHER_NUMBER.into()), ..MessagePage::default() };
    let (none, next) = list(&host, page.clone()).await;
    assert!(none.is_empty() && next.is_some(), "it has not come to the end");
    let span = Duration::from_secs(10);
    let since = Timestamp::now().minus(Duration::from_secs(3_600));
    let query = TallyQuery { since, span, environment: None, sender: None, template: None };
    let Tallied { tallies, complete } = host.store.tally(&query).await.expect("a tally");
    let counted: i64 = tallies.iter().map(|one| one.messages).sum();
    assert_eq!((counted, complete), (MAX_WALK, false));
    assert_eq!(list(&host, MessagePage { before: next, ..page }).await, (vec![wanted], None));
}

async fn messages_are_counted_by_time_state_and_origin(host: Fixture) {
    // Its messages are accepted some seconds after the epoch, and its ids are made now.
    let query = TallyQuery {
        since: Timestamp::now().minus(Duration::from_secs(60)),
        span: Duration::from_secs(10),
        environment: None,
        sender: None,
        template: None,
    };
    let counted = async |query: &TallyQuery| {
        let Tallied { tallies, complete } = host.store.tally(query).await.expect("a tally");
        let told: Vec<_> = tallies
            .into_iter()
            .map(|it| (it.at, it.state, it.sender, it.messages, it.predicted, it.billed))
            .collect();
        (told, complete)
    };
    assert_eq!(counted(&query).await, (vec![], true));
    for (recipient, sender, second) in
        [(PERSON, NUMBER, 1), ("+15550002222", NUMBER, 9), (PERSON, OTHER_NUMBER, 10)]
    {
        host.queue(recipient, sender, at(second)).await;
    }
    let (state, span) = (State::Queued, at(10).since(at(0)));
    let first = (at(0), state, NUMBER.to_owned(), 2, 2, 0);
    let other = (at(0).plus(span), state, OTHER_NUMBER.to_owned(), 1, 1, 0);
    assert_eq!(counted(&query).await, (vec![first.clone(), other.clone()], true));
    host.consent(keyword(ConsentAction::OptOut, OTHER_NUMBER, at(11)), at(11)).await;
    let suppressed = (other.0, State::Suppressed, other.2.clone(), 1, 1, 0);
    assert_eq!(counted(&query).await, (vec![first.clone(), suppressed], true));

    let of = TallyQuery { sender: Some(NUMBER.into()), ..query.clone() };
    assert_eq!(counted(&of).await.0, [first]);
    let of = TallyQuery { template: Some("none".into()), ..query.clone() };
    assert_eq!(counted(&of).await.0, []);
    let of = TallyQuery { environment: Some(Environment::Live), ..query.clone() };
    let all = counted(&query).await.0.len();
    let live = counted(&of).await.0.len();
    let of = TallyQuery { environment: Some(Environment::Sandbox), ..query.clone() };
    assert_eq!(live + counted(&of).await.0.len(), all, "each has one environment");
    let later = Timestamp::now().plus(Duration::from_secs(60));
    assert_eq!(counted(&TallyQuery { since: later, ..query }).await, (vec![], true));
}

async fn opt_outs_are_listed_by_pair_and_the_ledger_says_why(host: Fixture) {
    let pair = |recipient: &str| Pair { recipient: recipient.into(), sender: NUMBER.into() };
    for recipient in ["+15550003333", "+15550001111", "+15550002222"] {
        let entry = LedgerEntry {
            pair: pair(recipient),
            action: ConsentAction::OptOut,
            source: ConsentSource::Operator("by letter".into()),
            keyword: None,
            matched: None,
            raw_text: None,
            message_sid: None,
            happened_at: at(1),
        };
        host.consent(entry, at(2)).await;
    }
    let first = host.store.opt_outs(None, Some(2)).await.expect("a page");
    let names = |page: &[verbatim_host::store::OptOut]| {
        page.iter().map(|one| one.recipient.clone()).collect::<Vec<_>>()
    };
    assert_eq!((names(&first.0), first.1), (vec![PERSON.into(), "+15550002222".into()], true));
    let rest = host.store.opt_outs(Some(&pair("+15550002222")), None).await.expect("a page");
    assert_eq!((names(&rest.0), rest.1), (vec!["+15550003333".into()], false));

    host.consent(keyword(ConsentAction::OptIn, NUMBER, at(3)), at(3)).await;
    let stands = host.store.pair(pair(PERSON)).await.expect("a pair");
    assert!(!stands.opted_out && stands.since == Some(at(3)), "{stands:?}");
    let (lines, more) = host.store.ledger(PERSON, None, Some(1)).await.expect("a page");
    assert_eq!((lines[0].action.as_str(), more), ("opt_in", true));
    let older = host.store.ledger(PERSON, Some(&lines[0].id), None).await.expect("a page").0;
    assert_eq!(older[0].reason.as_deref(), Some("by letter"));
    assert_eq!((older.len(), older[0].source.as_str()), (1, "operator"));
    let nobody = host.store.pair(pair("+15550009999")).await.expect("a pair");
    assert!(!nobody.opted_out && nobody.since.is_none());
}

async fn a_template_is_saved_from_the_version_that_was_read_or_not_at_all(host: Fixture) {
    let draft = |body: &str| TemplateDraft {
        title: "t".into(),
        body: body.into(),
        senders: Senders::default(),
    };
    let mut tx = host.store.write().await.expect("a transaction");
    let id = tx.create_template(&draft("one"), at(1)).await.expect("a template");
    let saved = tx.save_template(&id, &draft("two"), Some(1), at(2)).await.expect("a save");
    assert_eq!(saved, Saved::Now);
    let late = tx.save_template(&id, &draft("three"), Some(1), at(3)).await.expect("a save");
    assert_eq!(late, Saved::Changed(2));
    let any = tx.save_template(&id, &draft("four"), None, at(4)).await.expect("a save");
    assert_eq!(any, Saved::Now);
    let other = TemplateDraft { title: "other".into(), ..draft("five") };
    let lost = tx.save_template("none", &other, Some(1), at(5)).await.expect("an answer");
    assert_eq!(lost, Saved::Unknown);
    tx.commit().await.expect("it commits");
    let versions = host.store.template_versions(&id, None).await.expect("versions");
    let bodies: Vec<_> = versions.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(bodies, ["four", "two", "one"]);
    let older = host.store.template_versions(&id, Some(2)).await.expect("versions");
    assert_eq!(older.len(), 1);
}

async fn a_revoked_key_takes_its_sessions_along(host: Fixture) {
    let mut tx = host.store.write().await.expect("a transaction");
    let id = tx.add_api_key("k", "hash", None, at(1)).await.expect("a key");
    let session = SessionKind::Session;
    tx.add_session("by key", session, Some("hash"), at(1)).await.expect("a session");
    tx.add_session("by link", session, None, at(1)).await.expect("a session");
    tx.commit().await.expect("it commits");
    let lives =
        async |hash| host.store.visitor_by_session(hash, at(2)).await.expect("a read").is_some();
    assert!(lives("by key").await && lives("by link").await);
    let mut tx = host.store.write().await.expect("a transaction");
    let revoked = tx.revoke_api_key(&id, at(3)).await.expect("a revocation");
    assert_eq!(revoked, Revoked::Now("k".into()));
    assert_eq!(tx.revoke_api_key(&id, at(4)).await.expect("an answer"), Revoked::Before);
    assert_eq!(tx.revoke_api_key("none", at(4)).await.expect("an answer"), Revoked::Unknown);
    tx.commit().await.expect("it commits");
    assert!(!lives("by key").await && lives("by link").await);
    assert_eq!(host.store.visitor_by_key("hash").await.expect("a read"), None);
    assert_eq!(host.store.api_keys().await.expect("keys")[0].revoked_at, Some(at(3)));
}

async fn what_waits_is_counted_by_phase(host: Fixture) {
    host.queue(PERSON, NUMBER, at(1)).await;
    host.queue("+15550002222", NUMBER, at(1)).await;
    host.cleared(at(2)).await;
    let depth = host.store.queue_depth().await.expect("a count");
    assert_eq!(depth, [("due".to_owned(), 1), ("leased".to_owned(), 1)]);
}

async fn only_what_has_committed_is_told(host: Fixture) {
    let mut changes = host.store.changes();
    let new = crate::store::fixture::message(PERSON, NUMBER);
    let mut tx = host.store.write().await.expect("a transaction");
    tx.create_message(&verbatim_host::id::new_id(), &new, at(1)).await.expect("a message");
    drop(tx);
    assert!(changes.try_recv().is_err(), "it was rolled back");
    host.queue(PERSON, NUMBER, at(1)).await;
    assert!(changes.try_recv().is_ok());
    assert!(changes.try_recv().is_err(), "once");
}
