//! What an operator sees of a running host: its metrics and its log.

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::support::served::{NUMBER, SECONDARY_TOKEN, Served};

const PERSON: &str = "+15550001111";

async fn write(host: &Served, text: &str) {
    let phone = host.fake.url().join("fake/phone").expect("a URL");
    let account = host.fake.account();
    let body = json!({"from": PERSON, "to": NUMBER, "body": text});
    let request = host.http.post(phone).json(&body);
    let request = request.basic_auth(account.sid, Some(account.token.expose_secret()));
    assert_eq!(host.answer(request).await.0, StatusCode::OK);
}

#[tokio::test]
async fn metrics_tell_what_was_sent_refused_received_and_how_long_it_took() {
    let host = Served::start().await;
    let message = host.send(PERSON, "x").await;
    host.wait(&message, "delivered").await;
    let refused = host.send("+15005550001", "x").await;
    host.wait(&refused, "failed").await;
    write(&host, "hello").await;
    write(&host, "STOP").await;
    host.send(PERSON, "y").await;
    let forged = host.http.post(host.at("twilio/inbound")).form(&[("From", PERSON)]);
    assert_eq!(host.answer(forged).await.0, StatusCode::FORBIDDEN);

    let none = host.http.get(host.at("metrics"));
    assert_eq!(host.answer(none).await.0, StatusCode::UNAUTHORIZED);
    let shown = host.request(Method::GET, "metrics").send().await.expect("an answer");
    assert!(shown.headers()["content-type"].to_str().expect("text").contains("openmetrics"));
    let shown = shown.text().await.expect("text");
    for line in [
        "verbatim_messages_total{state=\"queued\"} 2",
        "verbatim_messages_total{state=\"dispatching\"} 2",
        "verbatim_messages_total{state=\"delivered\"} 1",
        "verbatim_messages_total{state=\"failed\"} 1",
        "verbatim_messages_total{state=\"suppressed\"} 1",
        "verbatim_api_failures_total{when=\"api\",code=\"21211\"} 1",
        "verbatim_received_total{keyword=\"none\"} 1",
        "verbatim_received_total{keyword=\"STOP\"} 1",
        "verbatim_refused_webhooks_total 1",
        "verbatim_twilio_seconds_count{kind=\"created\"} 1",
        "verbatim_twilio_seconds_count{kind=\"refused\"} 1",
        "verbatim_sandbox_seconds_count{kind=\"send\"} 3",
        "verbatim_sandbox_seconds_count{kind=\"receive\"} 2",
        "verbatim_queue_overdue_seconds 0",
        "# EOF",
    ] {
        assert!(shown.lines().any(|it| it == line), "expected `{line}` in\n{shown}");
    }
    assert!(!shown.contains("15550001111"), "no number is a label");
}

#[tokio::test]
async fn a_message_that_twilio_counts_otherwise_is_logged_counted_and_listed() {
    let host = Served::start().await;
    let (wrong, right) = (host.send(PERSON, "x").await, host.send("+15550002222", "x").await);
    host.wait(&wrong, "delivered").await;
    host.wait(&right, "delivered").await;
    assert_eq!(host.get("v1/messages?miscounted=true").await.1["messages"], json!([]));
    // As if another module had counted it, and as if the time had come to ask for its price.
    let mut file = sqlx::SqliteConnection::connect(&format!("sqlite://{}", host.database()))
        .await
        .expect("the file");
    sqlx::query(
        "UPDATE messages SET predicted_segments = 5, billed_segments = NULL, poll_at = 0 \
         WHERE id = $1",
    )
    .bind(wrong["id"].as_str())
    .execute(&mut file)
    .await
    .expect("a change");
    let begin = std::time::Instant::now();
    let list = loop {
        let list = host.get("v1/messages?miscounted=true").await.1["messages"].clone();
        if list != json!([]) {
            break list;
        }
        assert!(begin.elapsed().as_secs() < 10, "it never was listed: {}", host.log());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!((list.as_array().map(Vec::len), &list[0]["id"]), (Some(1), &wrong["id"]));
    assert_eq!(
        (&list[0]["predicted_segments"], &list[0]["billed_segments"]),
        (&5.into(), &1.into())
    );
    assert_eq!((&list[0]["miscounted"], &list[0]["price"]), (&true.into(), &"-0.00790".into()));
    assert_eq!(list[0]["price_unit"], "USD");
    let log = host.log();
    let warned = log.lines().any(|line| {
        let line: Value = serde_json::from_str(line).expect(line);
        line["level"] == "WARN" && line["message_id"] == wrong["id"] && line["billed"] == 1
    });
    assert!(warned, "{log}");
    let shown = host.request(Method::GET, "metrics").send().await.expect("an answer");
    let shown = shown.text().await.expect("text");
    assert!(shown.contains("verbatim_miscounted_messages_total 1\n"), "{shown}");
}

#[tokio::test]
async fn one_id_leads_from_the_request_to_the_callback() {
    let host = Served::start().await;
    let body = json!({"to": PERSON, "from": NUMBER, "content": "x"});
    let request = host.request(Method::POST, "v1/messages").json(&body);
    let accepted = request.send().await.expect("an answer");
    let id = accepted.headers()["x-request-id"].to_str().expect("text").to_owned();
    let message: Value = serde_json::from_str(&accepted.text().await.expect("text")).expect("JSON");
    assert_eq!(message["id"], id.as_str(), "a request that sends gives its id to the message");
    host.wait(&message, "delivered").await;
    let log = host.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let moved = |state: &str| {
        lines.iter().find(|line| line["message_id"] == id.as_str() && line["state"] == state)
    };
    let queued = moved("queued").expect("it was queued");
    assert_eq!(queued["span"]["id"], id.as_str());
    assert!(moved("accepted").is_some(), "{log}");
    let delivered = moved("delivered").expect("it was delivered");
    let path = delivered["span"]["path"].as_str().expect("the callback's request");
    assert!(path.starts_with("/twilio/status/"), "{path}");
    let answered = lines.iter().any(|line| {
        line["message"] == "answered" && line["status"] == 202 && line["span"]["id"] == id.as_str()
    });
    assert!(answered, "{log}");
}

#[tokio::test]
async fn no_secret_and_no_whole_number_is_in_the_log() {
    let host = Served::start().await;
    let message = host.send(PERSON, "a text of a person").await;
    host.wait(&message, "delivered").await;
    let refused = host.send("+15005550001", "x").await;
    host.wait(&refused, "failed").await;
    write(&host, "STOP").await;
    let pair = format!("v1/opt-outs/{PERSON}/{NUMBER}");
    assert_eq!(host.get(&pair).await.1["opted_out"], true);
    assert_eq!(host.get("v1/messages?to=%2B15550001111").await.0, StatusCode::OK);
    let sign_in = host.http.post(host.at("v1/session")).json(&json!({ "key": host.key }));
    assert_eq!(host.answer(sign_in).await.0, StatusCode::OK);
    let log = host.log();
    assert!(
        log.contains("/v1/opt-outs/+*******1111/+*******1234"),
        "it is all there, masked: {log}"
    );
    let token = host.fake.account().token.expose_secret().to_owned();
    let secrets =
        [SECONDARY_TOKEN, PERSON, NUMBER, "15005550001", "a text of a person", &host.key, &token];
    for (at, secret) in secrets.into_iter().enumerate() {
        assert!(!log.contains(secret.trim_start_matches('+')), "secret {at} is in the log");
        assert!(!host.out().contains(secret), "secret {at} was printed");
    }
}
