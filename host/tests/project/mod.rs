//! What a project holds beside its templates, by the API and on both databases: how it is saved and
//! deleted, what a send takes from it, and what an action does.

mod actions;
mod items;
mod tour;
mod values;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, KEY, Server, answer, sandbox_number};

const PERSON: &str = "+15550001111";

/// Makes two tests of each function: one on a SQLite file, one on PostgreSQL.
macro_rules! on_both {
    ($($name:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() { super::$name(crate::support::Server::start().await).await; })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Server::start_on_postgres().await).await;
            })*
        }
    };
}
use on_both;

/// Saves something, and gives what it is then.
async fn put(server: &Server, path: &str, body: Value) -> Value {
    let (status, saved) = server.put(path, &body).await;
    assert!(status.is_success(), "{path}: {saved}");
    saved
}

/// A request that has a header.
async fn with(
    server: &Server,
    method: Method,
    path: &str,
    header: (&str, &str),
    body: &Value,
) -> Answer {
    let request = server.raw(method, path).bearer_auth(KEY);
    answer(request.header(header.0, header.1).json(body)).await
}

/// A template of the sandbox; gives its id.
async fn template(server: &Server, title: &str, body: &str) -> String {
    let draft = json!({"title": title, "body": body, "senders": {"sandbox": sandbox_number()}});
    let (status, made) = server.post("v1/templates", &draft).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

/// A handoff to a number.
async fn handoff(server: &Server, name: &str) {
    let body = json!({"method": "refer", "destination": "+15550007777"});
    put(server, &format!("v1/handoffs/{name}"), body).await;
}

/// The names in a list.
fn names(list: &Value) -> Vec<&str> {
    let all = list.as_array().expect("a list");
    all.iter().map(|one| one["name"].as_str().expect("a name")).collect()
}
