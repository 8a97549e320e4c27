//! A real host with its fake Twilio, in this process, over real sockets; and a small client.

pub(crate) mod postgres;
pub(crate) mod served;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};
use verbatim_host::dev::{Dev, DevSettings, Examples, NUMBERS};
use verbatim_host::engine::Engine;
use verbatim_host::id;
use verbatim_host::message::Environment;
use verbatim_host::sandbox::{Limits, Sandbox};
use verbatim_host::store::Database;
use verbatim_host::time::Timestamp;

pub(crate) const KEY: &str = "a-key-of-the-tests";
/// How long a test waits for what happens by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// A host, its data and a client.
pub(crate) struct Server {
    pub(crate) dev: Dev,
    pub(crate) http: reqwest::Client,
    folder: tempfile::TempDir,
}

/// The module, compiled once for all tests of a file.
pub(crate) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let load = || Engine::new(Sandbox::embedded(Limits::default()).expect("the module"));
    ENGINE.get_or_init(load).clone()
}

/// A status and a body.
pub(crate) type Answer = (StatusCode, Value);

pub(crate) fn sandbox_number() -> &'static str {
    let number = NUMBERS.iter().find(|(environment, _)| *environment == Environment::Sandbox);
    number.expect("a number of the sandbox").1
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_on(None, Examples::Templates).await
    }

    /// A command that asks it.
    pub(crate) fn command(&self, arguments: &[&str]) -> (i32, String, String) {
        let url = self.dev.url();
        served::run(served::verbatim(arguments).args(["--url", url.as_str(), "--api-key", KEY]))
    }

    /// As `verbatim dev` starts for a newcomer.
    pub(crate) async fn start_with_project() -> Self {
        Self::start_on(None, Examples::Project).await
    }

    /// One on a PostgreSQL database of its own.
    pub(crate) async fn start_on_postgres() -> Self {
        Self::start_on(Some(Self::postgres().await), Examples::Templates).await
    }

    pub(crate) async fn start_on_postgres_with_project() -> Self {
        Self::start_on(Some(Self::postgres().await), Examples::Project).await
    }

    async fn postgres() -> Database {
        let url = tokio::task::spawn_blocking(|| postgres::Server::shared().database());
        url.await.expect("a database").parse().expect("its URL")
    }

    async fn start_on(database: Option<Database>, examples: Examples) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = DevSettings {
            api_key: Some(SecretString::from(KEY)),
            database,
            examples,
            ..DevSettings::new(folder.path().join("data"))
        };
        let dev = Dev::start_with(engine(), settings).await.expect("a host");
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self { dev, http, folder }
    }

    pub(crate) fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("data/verbatim.db")
    }

    /// Stops the host, and takes its data along.
    pub(crate) async fn stop(self) {
        self.dev.stop().await;
    }

    /// A key that was let in and is revoked.
    pub(crate) async fn key_to_be_revoked(&self) -> String {
        let key = "a-key-that-is-revoked";
        let store = &self.dev.host().app().store;
        let mut tx = store.write().await.expect("a transaction");
        let now = Timestamp::now();
        let hash = id::hash_of(&SecretString::from(key));
        let made = tx.add_api_key("revoked", &hash, None, now).await.expect("a key");
        tx.revoke_api_key(&made, now).await.expect("a revocation");
        tx.commit().await.expect("it commits");
        key.to_owned()
    }

    pub(crate) fn raw(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.dev.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.raw(Method::GET, path).bearer_auth(KEY)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.raw(Method::POST, path).bearer_auth(KEY).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        answer(self.raw(Method::PUT, path).bearer_auth(KEY).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.raw(Method::DELETE, path).bearer_auth(KEY)).await
    }

    /// Sends free-form text from the sandbox's number, and gives the accepted message.
    pub(crate) async fn send(&self, to: &str, text: &str) -> Value {
        let request = json!({"to": to, "from": sandbox_number(), "content": text});
        let (status, message) = self.post("v1/messages", &request).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{message}");
        message
    }

    /// Waits until a message is in a state.
    pub(crate) async fn wait(&self, message: &Value, state: &str) -> Value {
        let id = message["id"].as_str().expect("an id");
        let start = Instant::now();
        loop {
            let (_, now) = self.get(&format!("v1/messages/{id}")).await;
            if now["state"] == state {
                return now;
            }
            assert!(start.elapsed() < PATIENCE, "it never was `{state}`: {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A person writes to the sandbox's number; gives the replies' texts.
    pub(crate) async fn write(&self, from: &str, text: &str) -> Vec<String> {
        let request = json!({"from": from, "to": sandbox_number(), "body": text});
        let (status, written) = self.post("v1/dev/phone", &request).await;
        assert_eq!(status, StatusCode::OK, "{written}");
        let replies = written["replies"].as_array().expect("replies");
        replies.iter().map(|one| one["body"].as_str().expect("text").to_owned()).collect()
    }

    /// The texts that arrived on a phone, in order.
    pub(crate) async fn phone(&self, number: &str) -> Vec<String> {
        let (_, phone) = self.get(&format!("v1/dev/phone?number=%2B{}", &number[1..])).await;
        let messages = phone["messages"].as_array().expect("messages");
        let arrived = |one: &&Value| one["direction"] != "inbound";
        let text = |one: &Value| one["body"].as_str().expect("text").to_owned();
        messages.iter().filter(arrived).map(text).collect()
    }

    /// What the fake Twilio was asked, oldest first.
    pub(crate) async fn log(&self) -> Vec<Value> {
        let (_, log) = self.get("v1/dev/log").await;
        log["entries"].as_array().expect("entries").clone()
    }

    /// How many messages there are.
    pub(crate) async fn count(&self) -> usize {
        let (_, list) = self.get("v1/messages").await;
        list["messages"].as_array().expect("messages").len()
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
