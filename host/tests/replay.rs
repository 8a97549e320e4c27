//! `verbatim replay`: a message is rendered again, and whatever is not as it was is named.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection};

use crate::support::postgres;
use crate::support::served::{NUMBER, Served};

const PERSON: &str = "+15550001111";
const BODY: &str = "Hallo ${name}, dein Code: {{vrbl:CODE}} \u{1f44b}";
const TEXT: &str = "Hallo {{vrbl:CODE}}, dein Code: 4\"7 \u{1f44b}";

/// A message by a template, in whose values there is what looks like a token.
async fn send(host: &Served) -> (String, Value) {
    let template = json!({"title": "code", "body": BODY, "senders": {"sandbox": NUMBER}});
    let request = host.request(Method::POST, "v1/templates").json(&template);
    let (status, made) = host.answer(request).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let values = json!({"variant": {"name": "{{vrbl:CODE}}"}, "variable": {"CODE": "4\"7"}});
    let body = json!({"to": PERSON, "template": "code", "language": "de", "values": values});
    let request = host.request(Method::POST, "v1/messages").json(&body);
    let (status, message) = host.answer(request).await;
    assert_eq!((status, &message["text"]), (StatusCode::ACCEPTED, &json!(TEXT)), "{message}");
    (made["id"].as_str().expect("an id").to_owned(), message)
}

/// What `replay --json` says of a message, and its status.
fn replay(host: &Served, id: &str) -> (i32, Value) {
    let (status, out, error) = host.command(&["replay", id, "--json"]);
    (status, serde_json::from_str(&out).unwrap_or(Value::String(error)))
}

async fn a_message_is_replayed(host: Served) {
    let (template, message) = send(&host).await;
    let id = message["id"].as_str().expect("an id");
    // A version is for ever, whatever becomes of its template.
    let path = format!("v1/templates/{template}");
    let edited =
        json!({"title": "code", "body": "Anders: ${name}", "senders": {"sandbox": NUMBER}});
    let edit = host.request(Method::PUT, &path).json(&edited);
    assert_eq!(host.answer(edit).await.0, StatusCode::OK);
    assert!(host.answer(host.request(Method::DELETE, &path)).await.0.is_success());
    let (status, said) = replay(&host, id);
    assert_eq!((status, &said["verdict"], &said["replayed"]), (0, &json!("same"), &json!(TEXT)));
    assert_eq!((&said["module"], &said["replayed_by"]), (&message["module"], &message["module"]));

    let literal = host.send(PERSON, "as it is ${x}").await;
    let (status, said) = replay(&host, literal["id"].as_str().expect("an id"));
    assert_eq!((status, &said["verdict"]), (0, &json!("literal")), "{said}");
    assert_eq!(said["replayed"], Value::Null);
    let (status, said) = replay(&host, "no-such-message");
    assert!(status == 1 && said.to_string().contains("no message `no-such-message`"), "{said}");
}

#[tokio::test]
async fn a_message_is_rendered_again_from_what_was_kept_of_it() {
    a_message_is_replayed(Served::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_postgresql_is_rendered_again_too() {
    let database = tokio::task::spawn_blocking(|| postgres::Server::shared().database());
    let folder = tempfile::tempdir().expect("a folder");
    let host = Served::start_on(database.await.expect("a database"), folder).await;
    a_message_is_replayed(host).await;
}

#[tokio::test]
async fn what_is_not_as_it_was_is_named_and_shown() {
    let host = Served::start().await;
    let (_, message) = send(&host).await;
    let id = message["id"].as_str().expect("an id");
    let url = format!("sqlite://{}", host.database());
    let mut file = sqlx::SqliteConnection::connect(&url).await.expect("the file");
    let mut change = async |sql: String| {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut file).await.expect("a change");
    };
    // As if another module had rendered it, one that says more.
    let other = "0".repeat(64);
    change(format!("UPDATE messages SET module = '{other}'")).await;
    let (status, out, _) = host.command(&["replay", id]);
    assert!(status == 0 && out.starts_with("the same, byte for byte"), "{out}");
    assert!(out.contains("by another module") && out.contains(&other), "{out}");
    let longer = verbatim_host::id::sha256_hex(format!("{TEXT}!").as_bytes());
    change(format!("UPDATE contents SET body = body || '!', body_sha256 = '{longer}'")).await;
    let (status, out, _) = host.command(&["replay", id]);
    assert!(status == 1 && out.starts_with("different\n"), "{out}");
    assert!(out.contains(&format!("{:?}", format!("{TEXT}!"))), "{out}");
    assert!(out.contains(&format!("{TEXT:?}")), "{out}");
    change("UPDATE contents SET body = 'x'".to_owned()).await;
    let (status, said) = replay(&host, id);
    assert_eq!((status, &said["verdict"]), (1, &json!("altered")), "{said}");
}
