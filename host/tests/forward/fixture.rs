//! Webhooks that listen on real sockets and answer as they are told, beside a store on either
//! database and a forwarder.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use secrecy::SecretString;
use serde_json::Value;
use verbatim_host::forward::{
    Forwarder, Forwarding, ID_HEADER, SIGNATURE_HEADER, Setting, SigningSecret, TIMESTAMP_HEADER,
    WasSet, set,
};
use verbatim_host::id::new_id;
use verbatim_host::sandbox::Pair;
use verbatim_host::seal::{KeySource, SealingKey, Vault};
use verbatim_host::store::{Disposition, Forward, ForwardState, Inbound, Store};
use verbatim_host::time::Timestamp;

pub(crate) const PERSON: &str = "+15550001111";
pub(crate) const NUMBER: &str = "+15550001234";
/// How long a test waits for what happens by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// A POST as a webhook got it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Whether one of its signatures is by this secret.
    pub(crate) fn is_signed_by(&self, secret: &SigningSecret) -> bool {
        let at = self.header(TIMESTAMP_HEADER).parse().expect("seconds");
        let right = secret.sign(self.header(ID_HEADER), at, &self.body);
        self.header(SIGNATURE_HEADER).split(' ').any(|signature| signature == right)
    }
}

/// How a webhook answers.
#[derive(Debug, Clone)]
pub(crate) enum How {
    Status(u16),
    RedirectTo(String),
    After(Duration),
}

/// A webhook that listens.
pub(crate) struct Hook {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    how: Arc<Mutex<How>>,
}

impl Hook {
    pub(crate) async fn listen() -> Self {
        let (heard, how) = (Arc::default(), Arc::new(Mutex::new(How::Status(204))));
        let (notes, told): (Arc<Mutex<Vec<Heard>>>, Arc<Mutex<How>>) =
            (Arc::clone(&heard), Arc::clone(&how));
        let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            notes.lock().expect("the notes").push(Heard { headers, body });
            let how = told.lock().expect("how").clone();
            async move {
                match how {
                    How::Status(status) => {
                        let status = StatusCode::from_u16(status).expect("a status");
                        (status, HeaderMap::new(), "what is inside stays inside")
                    }
                    How::RedirectTo(url) => {
                        let location = (header::LOCATION, url.parse().expect("a header"));
                        (StatusCode::TEMPORARY_REDIRECT, HeaderMap::from_iter([location]), "")
                    }
                    How::After(pause) => {
                        tokio::time::sleep(pause).await;
                        (StatusCode::OK, HeaderMap::new(), "")
                    }
                }
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook?a=1", listener.local_addr().expect("its address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, heard, how }
    }

    pub(crate) fn answers(&self, how: How) {
        *self.how.lock().expect("how") = how;
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("the notes").clone()
    }

    /// Waits until it has heard so many.
    pub(crate) async fn hears(&self, count: usize) -> Vec<Heard> {
        let begun = Instant::now();
        while self.heard().len() < count {
            assert!(begun.elapsed() < PATIENCE, "it has heard {} alone", self.heard().len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.heard()
    }
}

/// A vault with a key of its own.
pub(crate) fn vault() -> Vault {
    Vault::new(KeySource::Given(SealingKey::generate().expect("a key")))
}

/// Sets a webhook, and gives its secret.
pub(crate) async fn listens(
    store: &Store,
    vault: &Vault,
    scope: &str,
    hook: &Hook,
    keywords: bool,
) -> SigningSecret {
    let setting = Setting {
        scope: scope.parse().expect("a scope"),
        url: hook.url.parse().expect("a URL"),
        keywords: Some(keywords),
        secret: None,
    };
    let WasSet { made, .. } = set(store, vault, setting).await.expect("a webhook");
    made.expect("a new secret")
}

pub(crate) fn secret(text: &str) -> SigningSecret {
    SigningSecret::parse(&SecretString::from(text)).expect("a secret")
}

pub(crate) fn start(store: &Store, vault: &Vault) -> Forwarding {
    Forwarder::new(store.clone(), vault.clone()).expect("a forwarder").start()
}

/// What a person has written to a number.
pub(crate) fn written(to: &str, text: &str, disposition: Disposition) -> Inbound {
    let keyword = match disposition {
        Disposition::Intercepted => Some(text.to_owned()),
        Disposition::Forward | Disposition::Dropped => None,
    };
    Inbound {
        message_sid: format!("SM{}", new_id()),
        pair: Pair { recipient: PERSON.to_owned(), sender: to.to_owned() },
        service: None,
        raw_text: text.to_owned(),
        disposition,
        keyword,
        reply: None,
        trace: "[]".to_owned(),
        sent_at: None,
    }
}

pub(crate) async fn record(store: &Store, inbound: &Inbound, now: Timestamp) {
    let mut tx = store.write().await.expect("a transaction");
    tx.record_inbound(inbound, now).await.expect("a record");
    tx.commit().await.expect("it commits");
}

/// A person writes something that the agent is to hear.
pub(crate) async fn write(store: &Store, to: &str, text: &str) {
    record(store, &written(to, text, Disposition::Forward), Timestamp::now()).await;
}

pub(crate) async fn all(store: &Store) -> Vec<Forward> {
    store.forwards(None, None, None).await.expect("a read").0
}

/// Waits until the one event there is stands so.
pub(crate) async fn wait(store: &Store, reached: impl Fn(&Forward) -> bool) -> Forward {
    let begun = Instant::now();
    loop {
        let forwards = all(store).await;
        assert_eq!(forwards.len(), 1);
        if reached(&forwards[0]) {
            return forwards[0].clone();
        }
        assert!(begun.elapsed() < PATIENCE, "it never was: {forwards:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(crate) fn is(state: ForwardState) -> impl Fn(&Forward) -> bool {
    move |forward| forward.state == state
}
