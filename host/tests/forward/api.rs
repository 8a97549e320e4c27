//! Webhooks by the API and the command line, with a whole host.

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::json;
use verbatim_host::dev::{Dev, DevSettings};
use verbatim_host::forward::ID_HEADER;

use super::fixture::{Hook, How, secret};
use crate::support::served::{NUMBER, Served};
use crate::support::{KEY, Server, engine, sandbox_number};

const PERSON: &str = "+15550001111";

#[tokio::test]
async fn a_webhook_is_set_hears_and_is_removed_by_the_api() {
    let server = Server::start().await;
    let hook = Hook::listen().await;
    let (status, made) = server.put("v1/webhooks/default", &json!({ "url": hook.url })).await;
    assert_eq!((status, &made["keywords"]), (StatusCode::OK, &json!(false)), "{made}");
    let secret = secret(made["secret"].as_str().expect("a secret"));
    let (_, listed) = server.get("v1/webhooks").await;
    assert_eq!(listed["webhooks"][0]["url"], hook.url);
    assert!(!listed.to_string().contains("whsec_"), "it is shown once: {listed}");

    let stream = server.raw(Method::GET, "v1/events").bearer_auth(KEY).send().await;
    let mut stream = stream.expect("a stream");
    hook.answers(How::Status(503));
    assert_eq!(server.write(PERSON, "Is breakfast included?").await, [""; 0]);
    let heard = hook.hears(1).await.remove(0);
    assert!(heard.is_signed_by(&secret));
    let id = heard.header(ID_HEADER);
    let mut told = String::new();
    while !told.contains("it answered 503") {
        let chunk = stream.chunk().await.expect("a stream").expect("an event");
        told.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(told.contains("event: forward") && told.contains(id), "{told}");
    let (_, one) = server.get(&format!("v1/forwards/{id}")).await;
    assert_eq!((&one["state"], &one["tries"]), (&json!("queued"), &json!(1)), "{one}");
    assert_eq!(one["error"], "it answered 503 Service Unavailable");
    assert!(!one.to_string().contains("stays inside"), "no word of the answer is shown");
    assert_eq!(one["event"], heard.json());
    let (status, _) = server.post(&format!("v1/forwards/{id}/resend"), &json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "it will be posted anyway");

    assert_eq!(server.delete("v1/webhooks/default").await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.delete("v1/webhooks/default").await.0, StatusCode::NOT_FOUND);
    let (_, dead) = server.get("v1/forwards?state=dead").await;
    assert_eq!(dead["forwards"][0]["id"], id);
    hook.answers(How::Status(200));
    let setting = json!({ "url": hook.url, "keywords": true });
    let path = format!("v1/webhooks/{}", sandbox_number());
    assert_eq!(server.put(&path, &setting).await.0, StatusCode::OK);
    let (status, again) = server.post(&format!("v1/forwards/{id}/resend"), &json!({})).await;
    assert_eq!((status, &again["state"]), (StatusCode::OK, &json!("queued")), "{again}");
    assert_eq!(hook.hears(2).await[1].header(ID_HEADER), id, "by which a webhook knows it");
    server.write(PERSON, "Stop!").await;
    assert_eq!(hook.hears(3).await[2].json()["type"], "keyword.received");
    server.write(PERSON, "hello?").await;
    let metrics = server.raw(Method::GET, "metrics").bearer_auth(KEY).send().await;
    let metrics = metrics.expect("an answer").text().await.expect("text");
    for line in ["verbatim_forwards_total{state=\"queued\"}", "verbatim_webhook_seconds_count"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    server.stop().await;
    assert_eq!(hook.heard().len(), 3, "who has opted out is not heard");
}

#[tokio::test]
async fn a_webhook_has_a_safe_address_a_scope_and_a_secret_of_its_form() {
    let server = Server::start().await;
    for (sender, setting) in [
        ("default", json!({"url": "http://hooks.example.com/"})),
        ("default", json!({"url": "http://10.0.0.1/"})),
        ("default", json!({"url": "http://169.254.169.254/latest/meta-data/"})),
        ("default", json!({"url": "https://me:secret@hooks.example.com/"})),
        ("default", json!({"url": "file:///etc/passwd"})),
        ("default", json!({"url": format!("https://hooks.example.com/{}", "x".repeat(2_000))})),
        ("default", json!({"url": "https://hooks.example.com/", "secret": "secret"})),
        ("everybody", json!({"url": "https://hooks.example.com/"})),
        ("5550001111", json!({"url": "https://hooks.example.com/"})),
    ] {
        let (status, refusal) = server.put(&format!("v1/webhooks/{sender}"), &setting).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{setting}: {refusal}");
    }
    assert_eq!(server.get("v1/webhooks").await.1, json!({ "webhooks": [] }));
    let setting = json!({"url": "https://hooks.example.com/"});
    for number in 0..50 {
        let path = format!("v1/webhooks/+1555000{number:04}");
        assert_eq!(server.put(&path, &setting).await.0, StatusCode::OK);
    }
    let (status, refusal) = server.put("v1/webhooks/default", &setting).await;
    assert_eq!((status, &refusal["code"]), (StatusCode::CONFLICT, &json!("too_many_webhooks")));
}

#[tokio::test]
async fn a_secret_is_in_no_file_of_the_database() {
    let server = Server::start().await;
    let hook = Hook::listen().await;
    let given = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    let setting = json!({ "url": hook.url, "secret": given });
    let (status, set) = server.put("v1/webhooks/default", &setting).await;
    assert!(status == StatusCode::OK && set.get("secret").is_none(), "{set}");
    server.write(PERSON, "Hello").await;
    assert!(hook.hears(1).await[0].is_signed_by(&secret(given)));
    let folder = server.database().parent().expect("a folder").to_owned();
    for file in std::fs::read_dir(folder).expect("the folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("its bytes");
        let found = |text: &[u8]| bytes.windows(text.len()).any(|some| some == text);
        assert!(!found(&given.as_bytes()[6..]), "{}", path.display());
        assert!(!found(&(0..24).collect::<Vec<u8>>()), "{}", path.display());
    }
}

#[tokio::test]
async fn dev_forwards_to_the_webhook_that_it_is_started_with() {
    let hook = Hook::listen().await;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = || DevSettings {
        webhook: Some(hook.url.parse().expect("a URL")),
        ..DevSettings::new(folder.path().join("data"))
    };
    let dev = Dev::start_with(engine(), settings()).await.expect("a host");
    let made = dev.new_webhook_secret().expect("a new secret");
    let phone = dev.twilio().control().expect("a phone");
    phone.write(PERSON, sandbox_number(), "Hello").await.expect("an answer");
    assert!(hook.hears(1).await[0].is_signed_by(&secret(made.expose_secret())));
    dev.stop().await;
    let again = Dev::start_with(engine(), settings()).await.expect("a host");
    assert!(again.new_webhook_secret().is_none(), "it keeps its secret");
    again.stop().await;
}

/// A person writes to a served host's number.
async fn write(host: &Served, text: &str) {
    let account = host.fake.account();
    let phone = format!("{}fake/phone", account.base_url);
    let written = json!({"from": PERSON, "to": NUMBER, "body": text});
    let token = Some(account.token.expose_secret());
    let request = host.http.post(phone).basic_auth(account.sid, token).json(&written);
    assert_eq!(host.answer(request).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_survives_a_killed_host_and_webhooks_are_set_from_the_command_line() {
    let mut host = Served::start().await;
    let hook = Hook::listen().await;
    let made = host.command(&["webhooks", "set", &hook.url]).1;
    let made = secret(made.trim());
    hook.answers(How::Status(500));
    write(&host, "Hello").await;
    assert!(hook.hears(1).await[0].is_signed_by(&made), "at once, in a running host");
    host.stop("-KILL").await;
    hook.answers(How::Status(200));
    host.spawn().await;
    let heard = hook.hears(2).await;
    assert_eq!(heard[0].header(ID_HEADER), heard[1].header(ID_HEADER));
    assert_eq!(heard[0].body, heard[1].body);

    let listed = host.command(&["webhooks", "list"]).1;
    assert!(listed.starts_with("default") && listed.trim_end().ends_with(&hook.url), "{listed}");
    let keywords = ["webhooks", "set", &hook.url, "--keywords", "true", "--json"];
    assert_eq!(host.json(&keywords)["secret"], json!(null), "it keeps its secret");
    assert!(host.command(&["webhooks", "list"]).1.contains("with keywords"));
    assert_eq!(host.command(&["webhooks", "remove"]).0, 0);
    let (status, _, error) = host.command(&["webhooks", "remove"]);
    assert!(status == 1 && error.contains("no webhook"), "{error}");
    let (status, _, error) = host.command(&["webhooks", "set", "http://hooks.example.com"]);
    assert!(status == 2 && error.contains("expected an https address"), "{error}");

    host.stop("-TERM").await;
    let given = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    for (value, expected) in [("", "VERBATIM_WEBHOOK_SECRET"), ("x", "Standard Webhooks")] {
        let mut program = host.program();
        program.env("VERBATIM_WEBHOOK", &hook.url).env("VERBATIM_WEBHOOK_SECRET", value);
        assert_eq!(program.status().expect("the program").code(), Some(2));
        assert!(host.log().contains(expected), "{}", host.log());
    }
    host.spawn_with(&[("VERBATIM_WEBHOOK", &hook.url), ("VERBATIM_WEBHOOK_SECRET", given)]).await;
    write(&host, "Hello again").await;
    assert!(hook.hears(3).await[2].is_signed_by(&secret(given)));
}
