//! Running actions.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{PERSON, handoff, on_both, put, template, with};
use crate::support::served::{run, verbatim};
use crate::support::{KEY, Server, sandbox_number};

on_both! {
    an_action_sends_all_that_it_names_and_gives_its_handoff,
    a_handoff_has_its_line_in_the_conversations_log_once,
    an_action_that_cannot_send_all_sends_nothing,
    consent_is_noted_and_never_takes_back_an_opt_out,
    an_action_runs_once_for_one_key,
}

const RUN: &str = "v1/actions/book/run";

/// An action of two templates and a handoff.
async fn fill(server: &Server, needs_consent: bool) {
    template(server, "booked_en", "Booked: {{vrbl:CODE}}").await;
    template(server, "booked_es", "Reservado: {{vrbl:CODE}}").await;
    template(server, "directions", "Go to ${street}").await;
    put(server, "v1/variants/London", json!({})).await;
    put(server, "v1/attributes/street", json!({"values": {"London": "Baker St"}})).await;
    let desk = json!({"method": "refer", "destination": "sip:desk@example.org",
        "headers": [{"key": "X-Reason", "value": "booked"}], "description": "People"});
    put(server, "v1/handoffs/desk", desk).await;
    let prompt = "Send {{twilio_sms:booked}}, {{twilio_sms:directions}} and again \
                  {{twilio_sms:booked}}; then {{ho:desk}}";
    put(server, "v1/actions/book", json!({"prompt": prompt, "needs_consent": needs_consent})).await;
}

fn request() -> Value {
    json!({"to_number": PERSON, "conversation_id": "c1", "language": "es", "variant": "London",
        "values": {"variable": {"CODE": "X7"}}})
}

async fn an_action_sends_all_that_it_names_and_gives_its_handoff(server: Server) {
    fill(&server, false).await;
    let (status, done) = server.post(RUN, &request()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{done}");
    assert_eq!(
        done["handoff"],
        json!({"name": "desk", "description": "People", "method": "refer",
            "destination": "sip:desk@example.org",
            "headers": [{"key": "X-Reason", "value": "booked"}], "config": {}})
    );
    let messages = done["messages"].as_array().expect("messages");
    let templates: Vec<_> = messages.iter().map(|it| &it["template"]).collect();
    assert_eq!(templates, [&json!("booked_es"), &json!("directions")]);
    for (message, text) in messages.iter().zip(["Reservado: X7", "Go to Baker St"]) {
        let message = server.wait(message, "delivered").await;
        assert_eq!((&message["text"], &message["language"]), (&json!(text), &json!("es")));
        assert_eq!(message["conversation_id"], "c1");
    }
    let (_, conversation) = server.get("v1/conversations/c1").await;
    assert_eq!(conversation["messages"].as_array().map(Vec::len), Some(2));
    let (status, _) = server.post("v1/actions/none/run", &request()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    server.stop().await;
}

async fn a_handoff_has_its_line_in_the_conversations_log_once(server: Server) {
    fill(&server, false).await;
    put(&server, "v1/actions/give", json!({"prompt": "{{ho:desk}}"})).await;
    let key = ("idempotency-key", "run-1");
    for _ in 0..2 {
        let (status, done) = with(&server, Method::POST, RUN, key, &request()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{done}");
    }
    let path = "v1/actions/give/run";
    let (_, done) = server.post(path, &json!({"to_number": PERSON, "conversation_id": "c2"})).await;
    assert_eq!(done["messages"], json!([]), "{done}");
    assert_eq!(server.post(path, &json!({"to_number": PERSON})).await.0, StatusCode::ACCEPTED);
    let log = async |conversation: &str| {
        let (_, found) = server.get(&format!("v1/conversations/{conversation}")).await;
        let lines = found["log"].as_array().expect("a log").iter();
        let line = |it: &Value| {
            let text = |member: &str| it[member].as_str().unwrap_or("-").to_owned();
            let of = if it["message_id"].is_null() { "none" } else { "a message" };
            format!("{} {} {} {of}", text("event"), text("action"), text("handoff"))
        };
        lines.map(line).collect::<Vec<_>>()
    };
    let sent = "queued - - a message";
    assert_eq!(log("c1").await, [sent, sent, "handed_over book desk none"]);
    assert_eq!(log("c2").await, ["handed_over give desk none"]);
    server.stop().await;
}

async fn an_action_that_cannot_send_all_sends_nothing(server: Server) {
    fill(&server, true).await;
    template(&server, "bare", "{{entity:nobody_knows}}").await;
    let prompt = "{{twilio_sms:booked}} {{twilio_sms:bare}}";
    put(&server, "v1/actions/book", json!({ "prompt": prompt })).await;
    let mut consented = request();
    consented["consented"] = json!(true);
    let (status, problem) = server.post(RUN, &consented).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["missing"], json!([{"kind": "entity", "name": "nobody_knows"}]));
    assert_eq!(server.count().await, 0, "nothing is sent");
    let (_, ledger) = server.get("v1/consent?recipient=%2B15550001111").await;
    assert_eq!(ledger["lines"], json!([]), "and nothing is noted");
    for (member, value) in [
        ("to_number", json!("555")),
        ("variant", json!("Rome")),
        ("environment", json!("live")),
        ("values", json!({"variable": {"CODE": 7}})),
        ("content", json!("x")),
    ] {
        let mut request = request();
        request[member] = value;
        let (status, problem) = server.post(RUN, &request).await;
        assert!(status.is_client_error(), "{member}: {problem}");
    }
    assert_eq!(server.count().await, 0);
    server.stop().await;
}

async fn consent_is_noted_and_never_takes_back_an_opt_out(server: Server) {
    fill(&server, true).await;
    let (status, problem) = server.post(RUN, &request()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "consent_needed", "{problem}");
    assert_eq!(server.count().await, 0);
    server.write(PERSON, "STOP").await;
    let mut consented = request();
    consented["consented"] = json!(true);
    let (status, done) = server.post(RUN, &consented).await;
    assert_eq!(status, StatusCode::ACCEPTED, "an opt-out is no failure of the caller's: {done}");
    let messages = done["messages"].as_array().expect("messages");
    let suppressed = |it: &Value| it["state"] == "suppressed" && it["reason"] == "opted_out";
    assert!(messages.len() == 2 && messages.iter().all(suppressed), "{done}");
    assert_eq!(done["handoff"]["name"], "desk");
    let pair = format!("v1/opt-outs/{PERSON}/{}", sandbox_number());
    assert_eq!(server.get(&pair).await.1["opted_out"], json!(true));
    let (_, ledger) = server.get("v1/consent?recipient=%2B15550001111").await;
    let lines = ledger["lines"].as_array().expect("lines");
    let sources: Vec<_> = lines.iter().map(|it| it["source"].as_str()).collect();
    // A STOP counts for the number's Messaging Service, too.
    assert_eq!(sources, [Some("action"), Some("inbound"), Some("inbound")]);
    assert_eq!(lines[0]["action"], "consent");
    assert_eq!(ledger["lines"][0]["reason"], "the action `book`, in `c1`");
    server.stop().await;
}

async fn an_action_runs_once_for_one_key(server: Server) {
    fill(&server, false).await;
    let key = ("idempotency-key", "run-1");
    let request = request();
    let run = || with(&server, Method::POST, RUN, key, &request);
    let (first, second) = tokio::join!(run(), run());
    assert_eq!((first.0, &first), (StatusCode::ACCEPTED, &second));
    assert_eq!(run().await, first);
    assert_eq!(server.count().await, 2);
    put(&server, "v1/actions/other", json!({"prompt": "{{twilio_sms:directions}}"})).await;
    let (status, problem) =
        with(&server, Method::POST, "v1/actions/other/run", key, &request).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "idempotency_key_reused");
    let send = json!({"to": PERSON, "from": sandbox_number(), "content": "x"});
    let (_, problem) = with(&server, Method::POST, "v1/messages", key, &send).await;
    assert_eq!(problem["code"], "idempotency_key_reused");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_listed_checked_and_run_from_the_command_line() {
    let server = Server::start().await;
    fill(&server, true).await;
    handoff(&server, "night").await;
    let url = server.dev.url().to_string();
    let command = |arguments: &[&str]| {
        let mut all = vec!["actions"];
        all.extend(arguments);
        run(verbatim(&all).args(["--url", &url]).env("VERBATIM_API_KEY", KEY))
    };
    let (status, out, error) = command(&["list"]);
    assert!(status == 0 && out.starts_with("book, needs consent: Send {{"), "{out}{error}");
    let (status, out, _) = command(&["check", "Send {{twilio_sms:boked}}"]);
    let expected = "1:6: error: no such template: expected `booked_en`, found `boked` (V017)";
    assert!(status == 1 && out.starts_with("1:6: error: no such template"), "{out} {expected}");
    assert_eq!(command(&["check", "Send {{twilio_sms:booked}}"]).0, 0);
    let values = r#"{"variable":{"CODE":"X7"}}"#;
    let arguments = ["run", "book", "--to", PERSON, "--language", "es", "--values", values];
    let (status, _, error) = command(&arguments);
    assert!(status == 1 && error.contains("(consent_needed)"), "{error}");
    let consented = [&arguments[..], &["--consented", "--conversation", "c 1"]].concat();
    let (status, out, error) = command(&consented);
    assert_eq!(status, 0, "{error}");
    assert!(out.contains("`booked_es`") && out.contains("`directions`"), "{out}");
    assert!(out.ends_with("handoff `desk`: refer sip:desk@example.org\n"), "{out}");
    let keyed = [&consented[..], &["--json", "--idempotency-key", "k"]].concat();
    let (first, again) = (command(&keyed), command(&keyed));
    assert_eq!(first, again);
    let done: Value = serde_json::from_str(&first.1).expect("JSON");
    assert_eq!(done["messages"].as_array().map(Vec::len), Some(2));
    server.stop().await;
}
