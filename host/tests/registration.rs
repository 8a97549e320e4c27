//! A US or Canadian long code sends live when its campaign is registered (A2P 10DLC): what Twilio
//! says is asked, kept and shown, and what carriers would block is refused, or goes with a warning.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use verbatim_host::dev::{OTHER_SERVICE, SERVICE};
use verbatim_host::store::StoredRegistration;

use crate::support::{Server, sandbox_number};

const PERSON: &str = "+15550001111";
const LIVE: &str = "+15550001234";
/// Not the account's, which nobody but Twilio can tell.
const FOREIGN: &str = "+15550009999";
const TOLL_FREE: &str = "+18885550001";

async fn set_campaign(server: &Server, status: &str) {
    let (set, answer) = server.put("v1/dev/chaos", &json!({"campaign": status})).await;
    assert_eq!(set, StatusCode::OK, "{answer}");
    let (looked, answer) = server.post("v1/registrations/look", &json!({})).await;
    assert_eq!(looked, StatusCode::OK, "{answer}");
}

async fn send(server: &Server, to: &str, from: &str, environment: &str) -> (StatusCode, Value) {
    let body = json!({"to": to, "from": from, "content": "x", "environment": environment});
    server.post("v1/messages", &body).await
}

async fn register(server: &Server, environment: &str, sender: &str) {
    let body = json!({"environment": environment, "sender": sender});
    let (status, answer) = server.post("v1/senders", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
}

/// What is known of a sender, as soon as Twilio has been asked about it.
async fn known(server: &Server, sender: &str) -> Value {
    let start = Instant::now();
    loop {
        let list = server.get("v1/registrations").await.1;
        let all = list["registrations"].as_array().expect("registrations");
        let found = all.iter().find(|one| one["sender"] == sender);
        if let Some(found) = found.filter(|one| one["checked_at"].is_string()) {
            return found.clone();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "never asked about {sender}: {list}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_send_from_an_unregistered_long_code_is_refused_or_goes_with_a_warning() {
    let server = Server::start().await;
    let registered = known(&server, LIVE).await;
    assert_eq!(registered["standing"], "registered", "asked at the start: {registered}");
    assert_eq!(
        (&registered["service"], &registered["to_do"]),
        (&json!(OTHER_SERVICE), &json!(null))
    );
    let (status, message) = send(&server, PERSON, LIVE, "live").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    assert!(message.get("warning").is_none(), "{message}");
    server.wait(&message, "delivered").await;

    set_campaign(&server, "FAILED").await;
    let (status, problem) = send(&server, PERSON, LIVE, "live").await;
    let found = (status, problem["code"].as_str());
    assert_eq!(found, (StatusCode::UNPROCESSABLE_ENTITY, Some("a2p_unregistered")), "{problem}");
    let detail = problem["detail"].as_str().expect("a sentence").to_owned();
    let expected = format!(
        "expected an A2P 10DLC campaign that carriers accept for `{LIVE}`, which is a US or Canadian \
         long code, found campaign FAILED, brand APPROVED at "
    );
    assert!(detail.starts_with(&expected), "{detail}");
    assert!(detail.contains("; mend the campaign at console.twilio.com, Messaging"), "{detail}");
    // Another environment is for trying out; a phone elsewhere is no concern of these carriers.
    assert_eq!(send(&server, PERSON, sandbox_number(), "sandbox").await.0, StatusCode::ACCEPTED);
    assert_eq!(send(&server, "+447700900123", LIVE, "live").await.0, StatusCode::ACCEPTED);

    let send_command =
        ["send", "--environment", "live", "--to", PERSON, "--from", LIVE, "--body", "x"];
    let (status, _, error) = server.command(&send_command);
    assert_eq!(status, 1, "{error}");
    assert!(error.contains("(a2p_unregistered)") && error.contains(&expected), "{error}");
    let (status, out, _) = server.command(&["registrations", "list"]);
    assert_eq!(status, 1, "carriers block one: {out}");
    assert!(
        out.contains("failed      campaign FAILED, brand APPROVED; mend the campaign"),
        "{out}"
    );
    let metrics = server.get("metrics").await.1;
    let metrics = metrics.as_str().expect("text");
    assert!(metrics.contains("verbatim_senders{registration=\"failed\"} "), "{metrics}");

    let (status, out, error) = server.command(&["registrations", "set", "warn"]);
    assert_eq!(status, 0, "{error}");
    assert!(out.contains("goes with a warning"), "{out}");
    let (status, message) = send(&server, PERSON, LIVE, "live").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    let warning = message["warning"].as_str().expect("a warning");
    assert!(warning.ends_with("or carriers block it (30034)"), "{warning}");
    let blocked = server.wait(&message, "undelivered").await;
    assert_eq!(blocked["error"]["code"], 30034);

    // What is in the way is put right at Twilio.
    set_campaign(&server, "VERIFIED").await;
    let (status, out, error) = server.command(&["registrations", "set", "refuse"]);
    assert_eq!(status, 0, "{out}{error}");
    let (status, message) = send(&server, PERSON, LIVE, "live").await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    server.wait(&message, "delivered").await;
    assert_eq!(server.command(&["registrations", "look"]).0, 0);
    server.stop().await;
}

#[tokio::test]
async fn what_needs_no_campaign_or_is_not_known_is_never_refused_for_it() {
    let server = Server::start().await;
    for sender in [TOLL_FREE, FOREIGN, SERVICE] {
        register(&server, "live", sender).await;
    }
    set_campaign(&server, "NONE").await;
    for (sender, standing) in
        [(TOLL_FREE, "not_needed"), (FOREIGN, "unknown"), (SERVICE, "missing"), (LIVE, "missing")]
    {
        let known = known(&server, sender).await;
        assert_eq!(known["standing"], standing, "{known}");
        let (status, answer) = send(&server, PERSON, sender, "live").await;
        let refused = standing == "missing";
        assert_eq!(status == StatusCode::UNPROCESSABLE_ENTITY, refused, "{sender}: {answer}");
    }
    // Who has opted out gets nothing, whatever the sender: that stays a success.
    let opt_out = json!({"recipient": PERSON, "sender": LIVE, "reason": "asked by phone"});
    server.post("v1/opt-outs", &opt_out).await;
    let (status, message) = send(&server, PERSON, LIVE, "live").await;
    assert_eq!((status, &message["state"]), (StatusCode::ACCEPTED, &json!("suppressed")));

    // What Twilio said once stays known while it does not answer, and the failure is told.
    server.put("v1/dev/chaos", &json!({"campaign": "VERIFIED", "error_before": 1.0})).await;
    let (status, problem) = server.post("v1/registrations/look", &json!({})).await;
    let found = (status, problem["code"].as_str());
    assert_eq!(found, (StatusCode::BAD_GATEWAY, Some("twilio_failed")), "{problem}");
    let list = server.get("v1/registrations").await.1;
    assert_eq!(list["problem"], problem["detail"]);
    assert_eq!(known(&server, SERVICE).await["standing"], "missing");
    server.stop().await;
}

#[tokio::test]
async fn a_sender_of_a_template_is_asked_about_as_soon_as_it_is_saved_and_an_action_is_refused() {
    let server = Server::start().await;
    set_campaign(&server, "NONE").await;
    register(&server, "live", OTHER_SERVICE).await;
    let senders = json!({"live": OTHER_SERVICE});
    let draft = json!({"title": "ready", "body": "Your table is ready.", "senders": senders});
    let (status, made) = server.post("v1/templates", &draft).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    server.post("v1/templates/ready/publish", &json!({"environment": "live"})).await;
    assert_eq!(known(&server, OTHER_SERVICE).await["standing"], "missing");
    let action = json!({"name": "tell", "prompt": "{{twilio_sms:ready}}"});
    server.put("v1/actions/tell", &action).await;
    let body = json!({"to_number": PERSON, "environment": "live"});
    let (status, problem) = server.post("v1/actions/tell/run", &body).await;
    let found = (status, problem["code"].as_str());
    assert_eq!(found, (StatusCode::UNPROCESSABLE_ENTITY, Some("a2p_unregistered")), "{problem}");
    let detail = problem["detail"].as_str().expect("a sentence");
    assert!(
        detail.contains("which holds a US or Canadian long code, found no campaign"),
        "{detail}"
    );
    server.put("v1/registrations", &json!({"on_unregistered": "warn"})).await;
    let (status, done) = server.post("v1/actions/tell/run", &body).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{done}");
    assert!(done["messages"][0]["warning"].is_string(), "{done}");
    server.stop().await;
}

#[tokio::test]
async fn a_body_is_checked_by_what_the_campaign_of_its_sender_says() {
    let server = Server::start().await;
    let codes = async |body: Value| -> Vec<String> {
        let (status, found) = server.post("v1/check", &body).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        let all = found["diagnostics"].as_array().expect("diagnostics").iter();
        let codes = all.map(|one| one["code"].as_str().expect("a code").to_owned());
        codes.filter(|code| code.starts_with("V14")).collect()
    };
    let text = "See https://example.com/a or call +1 202 555 0123.";
    let by_sender = json!({"body": text, "sender": LIVE});
    assert_eq!(codes(by_sender.clone()).await, [""; 0]);
    let draft = json!({"title": "see", "body": text, "senders": {"live": LIVE}});
    assert_eq!(server.post("v1/templates", &draft).await.0, StatusCode::CREATED);
    let chaos = json!({"campaign_without_links": true, "campaign_without_phone_numbers": true});
    server.put("v1/dev/chaos", &chaos).await;
    server.post("v1/registrations/look", &json!({})).await;
    assert_eq!(codes(by_sender).await, ["V141", "V142"]);
    assert_eq!(codes(json!({"body": text, "title": "see"})).await, ["V141", "V142"]);
    assert_eq!(codes(json!({"body": text})).await, [""; 0]);
    // So is one that nobody sends from yet.
    let (_, foreign) = server.get(&format!("v1/registrations/{OTHER_SERVICE}")).await;
    assert_eq!(
        (&foreign["standing"], &foreign["campaign"]["links"]),
        (&json!("registered"), &json!(false))
    );
    server.stop().await;
}

#[tokio::test]
async fn what_was_said_of_another_account_or_a_day_ago_counts_no_more() {
    let server = Server::start().await;
    known(&server, LIVE).await;
    set_campaign(&server, "NONE").await;
    let store = &server.dev.host().app().store;
    let stored = store.registration(LIVE).await.expect("a read").expect("a row");
    let account = server.dev.twilio().account().sid.to_string();
    let detail = stored.detail.replace(&account, &format!("AC{}", "0".repeat(32)));
    assert_ne!(detail, stored.detail);
    let ago = |hours: u64| StoredRegistration {
        checked_at: stored.checked_at.minus(Duration::from_secs(hours * 60 * 60)),
        ..stored.clone()
    };
    for (row, expected) in [
        (stored.clone(), StatusCode::UNPROCESSABLE_ENTITY),
        (StoredRegistration { detail, ..stored.clone() }, StatusCode::ACCEPTED),
        (ago(23), StatusCode::UNPROCESSABLE_ENTITY),
        (ago(24), StatusCode::ACCEPTED),
    ] {
        let mut tx = store.write().await.expect("a transaction");
        let checked_at = row.checked_at;
        tx.set_registrations(&[(LIVE.to_owned(), row)], checked_at).await.expect("a row");
        tx.commit().await.expect("it commits");
        let (status, answer) = send(&server, PERSON, LIVE, "live").await;
        assert_eq!(status, expected, "{answer}");
    }
    server.stop().await;
}
