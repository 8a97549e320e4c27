//! A store on either database, and what tests do with it.

use std::time::Duration;

use verbatim_host::id::new_id;
use verbatim_host::message::{Environment, State};
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::{
    Claim, Cleared, ConsentSource, Database, Disposition, Inbound, LedgerEntry, NewMessage,
    StatusNews, Store,
};
use verbatim_host::time::Timestamp;

use crate::support::postgres::Server;

pub(crate) const LEASE: Duration = Duration::from_secs(30);
pub(crate) const PERSON: &str = "+15550001111";
pub(crate) const NUMBER: &str = "+15550001234";
pub(crate) const OTHER_NUMBER: &str = "+15550009999";
pub(crate) const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) database: Database,
    _folder: Option<tempfile::TempDir>,
}

/// Makes two tests of each function: one on a SQLite file, one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::store::fixture::Fixture::sqlite().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::store::fixture::Fixture::postgres().await).await; })*
        }
    };
}
pub(crate) use on_both;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

pub(crate) fn message(recipient: &str, sender: &str) -> NewMessage {
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
        predicted_segments: 1,
        values: "{}".to_owned(),
        missing: None,
        module: "00".to_owned(),
        conversation_id: None,
        on_unknown: None,
        valid_for: None,
        redact: None,
    }
}

pub(crate) fn keyword(action: ConsentAction, sender: &str, said_at: Timestamp) -> LedgerEntry {
    LedgerEntry {
        pair: Pair { recipient: PERSON.to_owned(), sender: sender.to_owned() },
        action,
        source: ConsentSource::Inbound,
        keyword: None,
        matched: None,
        raw_text: Some("STOP".to_owned()),
        message_sid: Some("SM1".to_owned()),
        happened_at: said_at,
    }
}

pub(crate) fn inbound(sid: &str, reply: &str) -> Inbound {
    Inbound {
        message_sid: sid.to_owned(),
        pair: Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() },
        service: None,
        raw_text: "Stop!".to_owned(),
        disposition: Disposition::Intercepted,
        keyword: Some("STOP".to_owned()),
        reply: Some(reply.to_owned()),
        trace: "[]".to_owned(),
        sent_at: None,
    }
}

pub(crate) fn news(sid: &str, status: &str, state: State, attempt: Option<&str>) -> StatusNews {
    StatusNews {
        sid: sid.to_owned(),
        attempt_id: attempt.map(str::to_owned),
        status: status.to_owned(),
        state: Some(state),
        error_code: None,
    }
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("verbatim.db"));
        Self::open(database, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| Server::shared().database()).await;
        let database = url.expect("a database").parse().expect("a URL");
        Self::open(database, None).await
    }

    async fn open(database: Database, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&database).await.expect("a database");
        Self { store, database, _folder: folder }
    }

    /// Another host on the same database; on SQLite another user of the same file.
    pub(crate) async fn another_host(&self) -> Store {
        Store::open(&self.database).await.expect("the same database")
    }

    pub(crate) async fn queue(&self, recipient: &str, sender: &str, now: Timestamp) -> String {
        let id = new_id();
        let mut tx = self.store.write().await.expect("a transaction");
        tx.create_message(&id, &message(recipient, sender), now).await.expect("a message");
        tx.commit().await.expect("it commits");
        id
    }

    /// The next that any sender may send.
    pub(crate) async fn claim(&self, now: Timestamp) -> Option<Claim> {
        let mut tx = self.store.write().await.expect("a transaction");
        let mut claims = Vec::new();
        for lane in tx.lanes().await.expect("the lanes") {
            if claims.is_empty() {
                claims = tx.claim(&lane.sender, 1, LEASE, now).await.expect("a look");
            }
        }
        tx.commit().await.expect("it commits");
        claims.pop()
    }

    pub(crate) async fn cleared(&self, now: Timestamp) -> Cleared {
        match self.claim(now).await {
            Some(Claim::Cleared(cleared)) => cleared,
            other => panic!("expected a cleared claim, found {other:?}"),
        }
    }

    pub(crate) async fn consent(&self, entry: LedgerEntry, now: Timestamp) -> Vec<String> {
        let mut tx = self.store.write().await.expect("a transaction");
        let suppressed = tx.record_consent(&[entry], now).await.expect("a record");
        tx.commit().await.expect("it commits");
        suppressed
    }

    pub(crate) async fn news(&self, news: StatusNews) -> bool {
        let mut tx = self.store.write().await.expect("a transaction");
        let counted = tx.record_status(&news, at(50)).await.expect("a record");
        tx.commit().await.expect("it commits");
        counted
    }

    pub(crate) async fn accept(&self, claim: &Cleared, sid: &str) {
        let mut tx = self.store.write().await.expect("a transaction");
        tx.accepted(claim, sid, Some(1), at(3)).await.expect("an answer");
        tx.commit().await.expect("it commits");
    }

    pub(crate) async fn pool(&self, numbers: &[&str]) {
        let numbers: Vec<String> = numbers.iter().map(|it| (*it).to_owned()).collect();
        let mut tx = self.store.write().await.expect("a transaction");
        tx.set_pool(SERVICE, &numbers, at(1)).await.expect("a pool");
        tx.commit().await.expect("it commits");
    }

    pub(crate) async fn state(&self, id: &str) -> State {
        self.store.message(id).await.expect("a read").expect("the message").state
    }
}
