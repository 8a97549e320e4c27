//! A Twilio that does as it is told, a store on either database, and a dispatcher between them.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use secrecy::SecretString;
use serde_json::{Value, json};
use verbatim_host::connection::Connection;
use verbatim_host::dispatch::{Dispatcher, Dispatching};
use verbatim_host::engine::Engine;
use verbatim_host::id::new_id;
use verbatim_host::message::{Environment, State};
use verbatim_host::receive::Receiver;
use verbatim_host::sandbox::{ConsentAction, Limits, Pair, Sandbox};
use verbatim_host::store::{
    ConsentSource, Database, LedgerEntry, NewMessage, RegisteredSender, Replies, Store,
};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::Account;
use verbatim_host::twilio::signature::Keys;

use crate::support::postgres::Server;

pub(crate) const PERSON: &str = "+15550001111";
pub(crate) const NUMBER: &str = "+15550001234";
pub(crate) const CREATED: (u16, &str) = (201, r#"{"sid":"SM1","num_segments":"1"}"#);
pub(crate) const THROTTLED: (u16, &str) = (429, r#"{"code":20429,"message":"slow down"}"#);

/// A Twilio that does as it is told.
pub(crate) struct Twilio {
    account: Account,
    /// How often it was asked to send.
    pub(crate) posts: Arc<AtomicUsize>,
    /// What its lists hold, whatever they are asked for.
    listed: Arc<Mutex<Vec<Value>>>,
    /// How long it takes for a POST, in milliseconds.
    pub(crate) takes: Arc<AtomicU64>,
    /// Whether it gives no lists.
    pub(crate) is_silent: Arc<AtomicBool>,
}

/// A Twilio that gives these answers to POSTs in turn, the last one for ever, and counts them.
pub(crate) async fn twilio(answers: &'static [(u16, &'static str)]) -> Twilio {
    let (posts, listed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let is_silent = Arc::new(AtomicBool::new(false));
    let takes = Arc::new(AtomicU64::new(0));
    let slow = Arc::clone(&takes);
    let (counter, list) = (Arc::clone(&posts), Arc::clone(&listed));
    let silent = Arc::clone(&is_silent);
    let app = Router::new().fallback(move |method: Method, path: Uri| {
        let mut pause = Duration::ZERO;
        let (status, body) = if method == Method::POST {
            let number = counter.fetch_add(1, Ordering::SeqCst);
            let (status, body) = answers[number.min(answers.len() - 1)];
            pause = Duration::from_millis(slow.load(Ordering::SeqCst));
            // Each message has a SID of its own.
            (status, body.replace("SM1", &format!("SM{}", number + 1)))
        } else if silent.load(Ordering::SeqCst) {
            (500, String::new())
        } else {
            let list: Vec<Value> = list.lock().expect("the list").clone();
            let asked = path.path().rsplit_once("/Messages/");
            let answer = match asked.and_then(|(_, file)| file.strip_suffix(".json")) {
                Some(sid) => list.into_iter().find(|one| one["sid"] == sid).expect("its SID"),
                None => json!({ "messages": list, "next_page_uri": null }),
            };
            (200, answer.to_string())
        };
        async move {
            tokio::time::sleep(pause).await;
            (StatusCode::from_u16(status).expect("a status"), body)
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("its address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let account = Account {
        sid: format!("AC{}", "0".repeat(32)).parse().expect("a SID"),
        token: SecretString::from("token"),
        base_url: base.parse().expect("a URL"),
    };
    Twilio { account, posts, listed, takes, is_silent }
}

impl Twilio {
    /// It has a message of ours, made now.
    pub(crate) fn has(&self, sid: &str, text: &str, status: &str) {
        self.list(json!({
            "sid": sid, "direction": "outbound-api", "from": NUMBER, "to": PERSON, "body": text,
            "status": status, "num_segments": "1", "date_created": date(Duration::ZERO),
        }));
    }

    /// A person wrote to us so long ago, and no webhook told us.
    pub(crate) fn was_told(&self, sid: &str, text: &str, ago: Duration) {
        self.list(json!({
            "sid": sid, "direction": "inbound", "from": PERSON, "to": NUMBER, "body": text,
            "status": "received", "num_segments": "1", "date_created": date(ago),
        }));
    }

    /// As Twilio lists: newest first.
    pub(crate) fn list(&self, message: Value) {
        self.listed.lock().expect("the list").insert(0, message);
    }
}

pub(crate) fn date(ago: Duration) -> String {
    let then = jiff::Timestamp::now() - ago;
    let then = then.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&then).expect("a date")
}

/// Makes the number one of ours.
pub(crate) async fn register(store: &Store) {
    let sender = RegisteredSender {
        environment: Environment::Sandbox,
        sender: NUMBER.to_owned(),
        replies: Replies::Verbatim,
    };
    let mut tx = store.write().await.expect("a transaction");
    tx.register_sender(&sender, Timestamp::now()).await.expect("a sender");
    tx.commit().await.expect("it commits");
}

pub(crate) async fn on_sqlite() -> (Store, Option<tempfile::TempDir>) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::File(folder.path().join("verbatim.db"));
    (Store::open(&database).await.expect("a database"), Some(folder))
}

pub(crate) async fn on_postgres() -> (Store, Option<tempfile::TempDir>) {
    let url = tokio::task::spawn_blocking(|| Server::shared().database());
    let database: Database = url.await.expect("a server").parse().expect("a URL");
    (Store::open(&database).await.expect("a database"), None)
}

/// Makes two tests of each function: one on a SQLite file, one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod with_sqlite {
            $(#[tokio::test]
            async fn $name() {
                let (store, _folder) = crate::dispatch::fixture::on_sqlite().await;
                super::$name(store).await;
            })*
        }
        mod with_postgres {
            $(#[tokio::test]
            async fn $name() {
                let (store, _folder) = crate::dispatch::fixture::on_postgres().await;
                super::$name(store).await;
            })*
        }
    };
}
pub(crate) use on_both;

pub(crate) fn message() -> NewMessage {
    NewMessage {
        state: State::Queued,
        reason: None,
        recipient: PERSON.to_owned(),
        sender: NUMBER.to_owned(),
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

pub(crate) async fn queue(store: &Store) -> String {
    queue_at(store, &message(), Timestamp::now()).await
}

pub(crate) async fn queue_at(store: &Store, message: &NewMessage, at: Timestamp) -> String {
    let mut tx = store.write().await.expect("a transaction");
    let id = new_id();
    tx.create_message(&id, message, at).await.expect("a message");
    tx.commit().await.expect("it commits");
    id
}

/// A keyword of the person's.
pub(crate) fn said(action: ConsentAction, at: Timestamp) -> LedgerEntry {
    LedgerEntry {
        pair: Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() },
        action,
        source: ConsentSource::Inbound,
        keyword: None,
        matched: None,
        raw_text: None,
        message_sid: Some("SM9".to_owned()),
        happened_at: at,
    }
}

/// The module, compiled once for all tests.
fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let load = || Engine::new(Sandbox::embedded(Limits::default()).expect("the module"));
    ENGINE.get_or_init(load).clone()
}

pub(crate) fn start(store: &Store, twilio: &Twilio) -> Dispatching {
    let connection = Connection::given(twilio.account.clone(), Keys::default()).expect("a client");
    let status_callback = "http://127.0.0.1:1/twilio/status/".to_owned();
    let receiver =
        Receiver { store: store.clone(), engine: engine(), default_replies: Replies::Verbatim };
    Dispatcher { store: store.clone(), receiver, connection, status_callback }.start()
}

pub(crate) async fn wait(store: &Store, id: &str, reached: impl Fn(State) -> bool) -> State {
    let begin = Instant::now();
    loop {
        let state = store.message(id).await.expect("a read").expect("the message").state;
        if reached(state) {
            return state;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "it is still {state}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
