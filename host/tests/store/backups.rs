//! A restored backup: what was queued in it may have been sent since, so it is not sent again.

use verbatim_host::message::State;
use verbatim_host::store::{Database, Store, backup, restore};

use crate::store::fixture::{Fixture, NUMBER, PERSON, at};

#[tokio::test]
async fn what_was_queued_in_a_backup_is_canceled_by_name_when_it_is_restored() {
    let host = Fixture::sqlite().await;
    let first = host.queue(PERSON, NUMBER, at(1)).await;
    let behind_it = host.queue(PERSON, NUMBER, at(2)).await;
    let claim = host.cleared(at(3)).await;
    assert_eq!(claim.message_id(), first);
    let Database::File(file) = &host.database else { unreachable!("a file") };
    let (copy, target) = (file.with_file_name("copy.db"), file.with_file_name("restored.db"));
    backup(file, &copy).expect("a backup");
    let after = host.queue("+15550002222", NUMBER, at(4)).await;

    let canceled = restore(&copy, &target).await.expect("a database");
    assert_eq!(canceled, [behind_it.as_str()]);
    let store = Store::open(&Database::File(target)).await.expect("a store");
    let message = store.message(&behind_it).await.expect("a read").expect("the message");
    assert_eq!((message.state, message.reason.as_deref()), (State::Canceled, Some("restored")));
    // A POST may have been on the wire: its lease runs out, and it is looked for.
    let begun = store.message(&first).await.expect("a read").expect("the message");
    assert_eq!(begun.state, State::Dispatching);
    assert!(store.message(&after).await.expect("a read").is_none(), "it came after the backup");
    assert_eq!(host.state(&behind_it).await, State::Queued, "the source is as it was");
}
