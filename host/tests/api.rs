//! The API's promises: one answer for one key, one sentence for one mistake, and nothing stored
//! of what was refused.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{KEY, Server, answer, sandbox_number};

const PERSON: &str = "+15550001111";

#[tokio::test]
async fn the_same_key_and_request_get_the_same_answer() {
    let server = Server::start().await;
    let send = async |body: &str| {
        let request = server
            .raw(Method::POST, "v1/messages")
            .bearer_auth(KEY)
            .header("idempotency-key", "order-7")
            .header("content-type", "application/json")
            .body(body.to_owned());
        let response = request.send().await.expect("an answer");
        (response.status(), response.text().await.expect("a body"))
    };
    let number = sandbox_number();
    let one = format!(r#"{{"to":"{PERSON}","from":"{number}","content":"x"}}"#);
    let same = format!(r#"{{ "content":"x", "from":"{number}", "to":"{PERSON}" }}"#);
    let (first, second) = tokio::join!(send(&one), send(&same));
    assert_eq!(first.0, StatusCode::ACCEPTED);
    assert_eq!(first, second, "also at the same time");
    let message: Value = serde_json::from_str(&first.1).expect("JSON");
    server.wait(&message, "delivered").await;
    assert_eq!(send(&one).await, first, "the 202, verbatim");
    assert_eq!(server.count().await, 1);

    let other = format!(r#"{{"to":"{PERSON}","from":"{number}","content":"y"}}"#);
    let (status, problem) = send(&other).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem.contains("idempotency_key_reused"), "{problem}");
    assert_eq!(server.log().await.len(), 1);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let server = Server::start().await;
    let send = async |to: &str| {
        let body = json!({"to": to, "from": sandbox_number(), "content": "x"});
        let request = server.raw(Method::POST, "v1/messages").bearer_auth(KEY);
        answer(request.header("idempotency-key", "k").json(&body)).await.0
    };
    assert_eq!(send("nobody").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(PERSON).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn every_bad_send_gets_one_sentence_and_stores_nothing() {
    let server = Server::start().await;
    let from = sandbox_number();
    let service = format!("MG{}", "0".repeat(31));
    for (request, code) in [
        (json!({"to": "5550001111", "from": from, "content": "x"}), None),
        (json!({"to": PERSON, "from": "12", "content": "x"}), None),
        (json!({"to": PERSON, "from": service, "content": "x"}), None),
        (json!({"to": PERSON, "from": from, "content": " "}), None),
        (json!({"to": PERSON, "from": from, "content": "a".repeat(1601)}), None),
        (
            json!({"to": PERSON, "from": "+15550009999", "content": "x"}),
            Some("sender_not_registered"),
        ),
        (
            json!({"to": PERSON, "from": format!("MG{}", "a".repeat(32)), "content": "x"}),
            Some("sender_not_registered"),
        ),
        (
            json!({"to": PERSON, "from": from, "content": "x", "environment": "live"}),
            Some("sender_not_registered"),
        ),
        (
            json!({"to": PERSON, "from": from, "content": "x", "environment": "prod"}),
            Some("unknown_environment"),
        ),
        (json!({"to": PERSON, "from": from}), Some("bad_field")),
        (json!({"to": PERSON, "content": "x"}), Some("bad_field")),
        (json!({"to": PERSON, "template": "table_ready", "content": "x"}), Some("bad_field")),
        (json!({"to": PERSON, "from": from, "content": "x", "mising": "keep"}), Some("bad_field")),
        (json!({"to": PERSON, "from": from, "content": "x", "valid_for": 0}), Some("bad_field")),
        (
            json!({"to": PERSON, "from": from, "content": "x", "valid_for": 36_001}),
            Some("bad_field"),
        ),
        (json!({"to": PERSON, "from": from, "content": "x", "on_unknown": "x"}), Some("bad_field")),
        (json!({"to": PERSON, "from": from, "content": "a\u{0}b"}), Some("nul_character")),
        (json!({"to": PERSON, "template": "no_such"}), None),
        (json!({"to": PERSON, "template": "table_ready"}), None),
        (
            json!({"to": PERSON, "template": "table_ready", "environment": "live"}),
            Some("template_not_published"),
        ),
        (
            json!({"to": PERSON, "template": "table_ready", "values": {"vrbl": {}}}),
            Some("bad_field"),
        ),
    ] {
        let (status, problem) = server.post("v1/messages", &request).await;
        assert!(status.is_client_error(), "{request}: {status}");
        one_sentence(&problem);
        if let Some(code) = code {
            assert_eq!(problem["code"], code, "{request}: {problem}");
        } else {
            assert!(problem["code"].as_str().is_some_and(|it| it.starts_with('V')), "{problem}");
        }
    }
    assert_eq!(server.count().await, 0);
    assert!(server.log().await.is_empty());
}

fn one_sentence(problem: &Value) {
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(!detail.is_empty() && !detail.ends_with('.') && !detail.contains('\n'), "{detail}");
    assert!(problem["status"].is_u64() && problem["type"].is_string(), "{problem}");
}

#[tokio::test]
async fn a_missing_value_is_named() {
    let server = Server::start().await;
    let values = json!({"variable": {"FIRST_NAME": "Ana"}, "translation": {"greeting": "Hi"}});
    let request = json!({"to": PERSON, "template": "table_ready", "values": values});
    let (status, problem) = server.post("v1/messages", &request).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem["detail"].as_str().expect("text").contains("party_size"), "{problem}");
    assert_eq!(problem["missing"][0], json!({"kind": "entity", "name": "party_size"}));
    assert_eq!(server.count().await, 0);
}

#[tokio::test]
async fn what_is_no_json_is_refused_with_its_place() {
    let server = Server::start().await;
    let send = async |kind: &str, body: &'static [u8]| {
        let request = server.raw(Method::POST, "v1/messages").bearer_auth(KEY);
        answer(request.header("content-type", kind.to_owned()).body(body)).await
    };
    let (status, problem) = send("application/json", b"{\"to\":\n oops}").await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("not_json")));
    assert!(problem["detail"].as_str().expect("text").contains("line 2"), "{problem}");
    let (status, problem) = send("application/json", b"{\"to\":\"\xff\"}").await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("not_utf8")));
    let (status, _) = send("text/plain", b"{}").await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_bad_template_lists_every_error_and_stores_nothing() {
    let server = Server::start().await;
    let (_, before) = server.get("v1/templates").await;
    let fine = |title: &str, body: &str| json!({"title": title, "body": body});
    for (template, errors) in [
        (fine(&"t".repeat(101), "x"), 1),
        (fine("t", &"a".repeat(501)), 1),
        (fine("t", "{{foo:x}} and {{vrbl:open"), 2),
        (fine("a{b", "${first name}"), 2),
        (fine("t", ""), 1),
    ] {
        let (status, problem) = server.post("v1/templates", &template).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{template}");
        one_sentence(&problem);
        let listed = problem["diagnostics"].as_array().expect("diagnostics");
        let found = listed.iter().filter(|one| one["severity"] == "error").count();
        assert_eq!(found, errors, "{template}: {problem}");
    }
    let mut bad_sender = fine("t", "x");
    bad_sender["senders"] = json!({"live": format!("MG{}", "0".repeat(31))});
    let (status, problem) = server.post("v1/templates", &bad_sender).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem["detail"].as_str().expect("text").contains("33 characters"), "{problem}");
    assert_eq!(server.get("v1/templates").await.1, before);
}

#[tokio::test]
async fn a_template_lives_its_life() {
    let server = Server::start().await;
    let draft = json!({
        "title": "hello", "body": "one", "senders": {"live": "+15550001234"},
    });
    let (status, made) = server.post("v1/templates", &draft).await;
    assert_eq!((status, &made["version"]), (StatusCode::CREATED, &json!(1)));
    let id = made["id"].as_str().expect("an id");
    assert_eq!(server.post("v1/templates", &draft).await.0, StatusCode::CONFLICT);

    let (_, saved) =
        server.put("v1/templates/hello", &json!({"title": "hello", "body": "two"})).await;
    assert_eq!((&saved["version"], &saved["body"]), (&json!(2), &json!("two")));
    assert_eq!(saved["senders"]["live"], "+15550001234", "not mentioned, not changed");

    // An edit is not live until it is published, and no other environment's sender is borrowed.
    let live = json!({"to": PERSON, "template": "hello", "environment": "live"});
    assert_eq!(server.post("v1/messages", &live).await.1["code"], "template_not_published");
    let (_, published) =
        server.post("v1/templates/hello/publish", &json!({"environment": "live"})).await;
    assert_eq!(published["published"], json!({"live": 2, "pre_release": null}));
    server.put(&format!("v1/templates/{id}"), &json!({"title": "hello", "body": "three"})).await;
    let (status, sent) = server.post("v1/messages", &live).await;
    assert_eq!((status, sent["text"].as_str()), (StatusCode::ACCEPTED, Some("two")));
    let sandbox = json!({"to": PERSON, "template": "hello"});
    let (status, refused) = server.post("v1/messages", &sandbox).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "no sender in the sandbox: {refused}");

    let (status, copy) =
        server.post("v1/templates/hello/duplicate", &json!({"title": "hello_2"})).await;
    assert_eq!((status, &copy["body"]), (StatusCode::CREATED, &json!("three")));
    assert_eq!(server.delete("v1/templates/hello").await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.get("v1/templates/hello").await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.post("v1/templates", &draft).await.0, StatusCode::CREATED, "free again");
}

#[tokio::test]
async fn messages_are_listed_newest_first_in_pages() {
    let server = Server::start().await;
    for text in ["1", "2", "3"] {
        server.send(PERSON, text).await;
    }
    let (_, page) = server.get("v1/messages?limit=2").await;
    assert_eq!(
        (&page["messages"][0]["text"], &page["messages"][1]["text"]),
        (&json!("3"), &json!("2"))
    );
    let next = page["next"].as_str().expect("a cursor");
    let (_, rest) = server.get(&format!("v1/messages?before={next}")).await;
    assert_eq!(rest["messages"].as_array().map(Vec::len), Some(1));
    for bad in ["limit=x", "before=x", "befor=x"] {
        let (status, problem) = server.get(&format!("v1/messages?{bad}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        one_sentence(&problem);
    }
}

#[tokio::test]
async fn a_send_that_another_module_previewed_is_refused() {
    let server = Server::start().await;
    let (_, module) = server.get("v1/module").await;
    let ours = module["sha256"].as_str().expect("a digest").to_owned();
    assert_eq!(ours, server.dev.module());
    let mut request = json!({"to": PERSON, "from": sandbox_number(), "content": "x"});
    request["module"] = json!("0".repeat(64));
    let (status, problem) = server.post("v1/messages", &request).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("module_mismatch")));
    request["module"] = json!(ours);
    let (_, sent) = server.post("v1/messages", &request).await;
    assert_eq!(sent["module"], json!(ours));
}

#[tokio::test]
async fn the_module_that_is_served_is_the_one_that_runs() {
    let server = Server::start().await;
    let response = server.raw(Method::GET, "verbatim.wasm").send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/wasm");
    let bytes = response.bytes().await.expect("bytes");
    assert_eq!(verbatim_host::id::sha256_hex(&bytes), server.dev.module());
    let (_, preview) = server
        .post("v1/preview", &json!({"body": "{{vrbl:A}}!", "values": {"variable": {"A": "é"}}}))
        .await;
    assert_eq!(
        (&preview["text"], &preview["segments"]["encoding"]),
        (&json!("é!"), &json!("GSM-7"))
    );
}

#[tokio::test]
async fn only_what_is_queued_can_be_canceled() {
    let server = Server::start().await;
    // One segment a minute, so that the second message waits.
    let store = &server.dev.host().app().store;
    let mut tx = store.write().await.expect("a transaction");
    tx.set_rate(sandbox_number(), Some(1)).await.expect("a rate");
    tx.commit().await.expect("it commits");
    let first = server.send(PERSON, "one").await;
    server.wait(&first, "delivered").await;
    let second = server.send(PERSON, "two").await;
    let cancel = async |message: &Value| {
        let id = message["id"].as_str().expect("an id");
        server.post(&format!("v1/messages/{id}/cancel"), &json!({})).await
    };
    let (status, canceled) = cancel(&second).await;
    assert_eq!((status, &canceled["state"]), (StatusCode::OK, &json!("canceled")));
    for (message, state) in [(&first, "delivered"), (&second, "canceled")] {
        let (status, problem) = cancel(message).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("not_queued")));
        assert!(problem["detail"].as_str().expect("a sentence").contains(state), "{problem}");
    }
    let nobody = json!({"id": "01890000-0000-7000-8000-000000000000"});
    assert_eq!(cancel(&nobody).await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.log().await.len(), 1, "Twilio never heard of the second");
}
