//! How things of a project are saved, renamed and deleted.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{handoff, names, on_both, put, template, with};
use crate::support::Server;

on_both! {
    a_thing_is_saved_from_the_version_that_was_read_or_not_at_all,
    a_new_name_is_written_in_every_prompt_at_once,
    what_actions_name_is_not_deleted_and_its_uses_are_listed,
    an_attribute_has_one_value_for_each_variant,
}

async fn a_thing_is_saved_from_the_version_that_was_read_or_not_at_all(server: Server) {
    let desk = json!({"description": "People", "method": "refer", "destination": "+15550007777",
        "headers": [{"key": "X-Reason", "value": "escalation"}], "config": {"a": [1]},
        "extra": {"kept": {"as": "it is"}}});
    let (status, made) = server.put("v1/handoffs/front_desk", &desk).await;
    assert_eq!((status, &made["version"]), (StatusCode::CREATED, &json!(1)), "{made}");
    let read = server.get("v1/handoffs/front_desk").await.1;
    assert_eq!(read, made);
    for member in ["description", "method", "destination", "headers", "config", "extra"] {
        assert_eq!(read[member], desk[member], "{member}");
    }
    let path = "v1/handoffs/front_desk";
    let new = ("if-none-match", "*");
    let (status, problem) = with(&server, Method::PUT, path, new, &desk).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PRECONDITION_FAILED, &json!("changed")));
    let first = ("if-match", "\"1\"");
    let (status, saved) = with(&server, Method::PUT, path, first, &desk).await;
    assert_eq!((status, &saved["version"]), (StatusCode::OK, &json!(2)));
    for method in [Method::PUT, Method::DELETE] {
        let (status, problem) = with(&server, method, path, first, &desk).await;
        assert_eq!((status, &problem["version"]), (StatusCode::PRECONDITION_FAILED, &json!(2)));
    }
    assert_eq!(server.put("v1/handoffs/front_desk", &desk).await.0, StatusCode::OK);
    let (_, list) = server.get("v1/handoffs").await;
    assert_eq!(names(&list["handoffs"]), ["front_desk"]);

    handoff(&server, "night").await;
    let taken = json!({"name": "night", "method": "bye"});
    let (status, problem) = server.put("v1/handoffs/front_desk", &taken).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("name_taken")));
    let (status, _) = server.put("v1/handoffs/none", &taken).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "what there is not has no other name");
    // The first is the default, which moves and is never given up.
    assert_eq!(server.get(path).await.1["is_default"], json!(true));
    let (status, problem) = server.delete(path).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("default_needed")));
    put(&server, "v1/handoffs/night", json!({"method": "bye", "is_default": true})).await;
    assert_eq!(server.get(path).await.1["is_default"], json!(false));
    assert_eq!(server.delete(path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.delete(path).await.0, StatusCode::NOT_FOUND);
    server.stop().await;
}

async fn a_new_name_is_written_in_every_prompt_at_once(server: Server) {
    let details = template(&server, "details", "Here: {{vrbl:LINK}}").await;
    template(&server, "details_2", "More").await;
    handoff(&server, "desk").await;
    let prompt = "Send {{twilio_sms:details}} or {{twilio_sms:details_2}}, then \
                  {{twilio_sms:details}} \u{1f44b} {{ho:desk}}";
    put(&server, "v1/actions/more", json!({"prompt": prompt, "topic": "Details"})).await;
    put(&server, "v1/actions/less", json!({"prompt": "{{ho:desk}} only"})).await;

    let path = format!("v1/templates/{details}");
    let draft = json!({"title": "the \"details\"", "body": "Here: {{vrbl:LINK}}"});
    assert_eq!(server.put(&path, &draft).await.0, StatusCode::OK);
    let desk = json!({"name": "front-desk", "method": "bye"});
    put(&server, "v1/handoffs/desk", desk).await;
    let renamed = "Send {{twilio_sms:the \"details\"}} or {{twilio_sms:details_2}}, then \
                   {{twilio_sms:the \"details\"}} \u{1f44b} {{ho:front-desk}}";
    let (_, more) = server.get("v1/actions/more").await;
    assert_eq!((&more["prompt"], &more["version"]), (&json!(renamed), &json!(3)));
    assert_eq!(server.get("v1/actions/less").await.1["prompt"], "{{ho:front-desk}} only");
    // What refers to it is known by its new name.
    let (_, uses) = server.get(&format!("{path}/uses")).await;
    assert_eq!(uses["uses"], json!([{"action": "more", "reference": "the \"details\""}]));
    let (_, uses) = server.get("v1/handoffs/front-desk/uses").await;
    assert_eq!(uses["uses"].as_array().map(Vec::len), Some(2));

    // A save that is refused renames nothing.
    let draft = json!({"title": "details", "body": "{{foo:x}}"});
    assert_eq!(server.put(&path, &draft).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let late = json!({"title": "details", "body": "x"});
    let (status, _) = with(&server, Method::PUT, &path, ("if-match", "\"1\""), &late).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(server.get("v1/actions/more").await.1["prompt"], renamed);
    server.stop().await;
}

async fn what_actions_name_is_not_deleted_and_its_uses_are_listed(server: Server) {
    let english = template(&server, "hello_en", "Hello").await;
    let spanish = template(&server, "hello_es", "Hola").await;
    handoff(&server, "desk").await;
    let greet = json!({"prompt": "{{twilio_sms:hello}} {{ho:desk}}"});
    put(&server, "v1/actions/greet%20them", greet).await;

    // One language may go, the last one not.
    let path = |id: &str| format!("v1/templates/{id}");
    assert_eq!(server.get(&format!("{}/uses", path(&english))).await.1["uses"], json!([]));
    assert_eq!(server.delete(&path(&english)).await.0, StatusCode::NO_CONTENT);
    let (status, problem) = server.delete(&path(&spanish)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("in_use")), "{problem}");
    assert_eq!(problem["uses"], json!([{"action": "greet them", "reference": "hello"}]));
    let renamed = json!({"title": "hola", "body": "Hola"});
    let (status, problem) = server.put(&path(&spanish), &renamed).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("in_use")), "{problem}");
    assert_eq!(server.get(&path(&spanish)).await.1["title"], "hello_es");
    let renamed = json!({"title": "hello_es-MX", "body": "Hola"});
    assert_eq!(server.put(&path(&spanish), &renamed).await.0, StatusCode::OK);
    let (status, problem) = server.delete("v1/handoffs/desk").await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("in_use")), "{problem}");

    // An action by another name, then none: everything may go.
    let greet = json!({"name": "greet", "prompt": "{{twilio_sms:hello}} {{ho:desk}}"});
    put(&server, "v1/actions/greet%20them", greet).await;
    let (_, uses) = server.get("v1/handoffs/desk/uses").await;
    assert_eq!(uses["uses"], json!([{"action": "greet", "reference": "desk"}]));
    assert_eq!(server.get("v1/actions/greet%20them").await.0, StatusCode::NOT_FOUND);
    assert_eq!(server.delete("v1/actions/greet").await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.delete(&path(&spanish)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.delete("v1/handoffs/desk").await.0, StatusCode::NO_CONTENT);
    server.stop().await;
}

async fn an_attribute_has_one_value_for_each_variant(server: Server) {
    let refused = async |path: &str, body: Value, code: &str, names: &str| {
        let (status, problem) = server.put(path, &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|it| it.contains(names)), "{problem}");
    };
    put(&server, "v1/variants/London", json!({})).await;
    put(&server, "v1/attributes/city", json!({"kind": "text", "values": {"London": "London"}}))
        .await;
    refused("v1/variants/Paris", json!({}), "value_missing", "city").await;
    let paris = json!({"values": {"city": "Paris", "hours": "9"}});
    refused("v1/variants/Paris", paris, "unknown_attribute", "hours").await;
    put(&server, "v1/variants/Paris", json!({"values": {"city": "Paris"}})).await;
    let one = json!({"values": {"London": "9"}});
    refused("v1/attributes/hours", one, "value_missing", "Paris").await;
    let three = json!({"values": {"London": "9", "Paris": "", "Rome": "9"}});
    refused("v1/attributes/hours", three, "unknown_variant", "Rome").await;
    put(&server, "v1/attributes/hours", json!({"values": {"London": "9", "Paris": ""}})).await;

    let city = async || server.get("v1/attributes/city").await.1["values"].clone();
    put(&server, "v1/variants/Paris", json!({"name": "Lutetia", "is_default": true})).await;
    assert_eq!(city().await, json!({"London": "London", "Lutetia": "Paris"}));
    // What is not said of the default stays.
    put(&server, "v1/variants/Lutetia", json!({"values": {"city": "Lutetia"}})).await;
    let given_up = server.put("v1/variants/Lutetia", &json!({"is_default": false})).await;
    assert_eq!((given_up.0, &given_up.1["code"]), (StatusCode::CONFLICT, &json!("default_needed")));
    assert_eq!(city().await, json!({"London": "London", "Lutetia": "Lutetia"}));
    let (_, list) = server.get("v1/variants").await;
    let defaults: Vec<_> =
        list["variants"].as_array().expect("variants").iter().map(|it| &it["is_default"]).collect();
    assert_eq!(defaults, [&json!(false), &json!(true)]);
    assert_eq!(server.delete("v1/variants/Lutetia").await.0, StatusCode::CONFLICT);
    assert_eq!(server.delete("v1/variants/London").await.0, StatusCode::NO_CONTENT);
    assert_eq!(city().await, json!({"Lutetia": "Lutetia"}));
    server.stop().await;
}

#[tokio::test]
async fn whatever_cannot_be_is_refused_with_one_sentence_and_not_stored() {
    let server = Server::start().await;
    template(&server, "details", "x").await;
    handoff(&server, "desk").await;
    handoff(&server, "night").await;
    let long = "x".repeat(10_001);
    for (path, body, code) in [
        ("actions/a", json!({"prompt": "{{twilio_sms:detials}}"}), "V017"),
        ("actions/a", json!({"prompt": "{{ho:desk}} {{ho:night}}"}), "V018"),
        ("actions/a", json!({"prompt": "{{ho:des"}), "V011"),
        ("actions/a", json!({ "prompt": long }), "bad_field"),
        ("actions/a%7Bb", json!({"prompt": "x"}), "V002"),
        ("handoffs/x", json!({"method": "refer", "destination": "front desk"}), "V030"),
        ("handoffs/x", json!({"method": "refer"}), "bad_field"),
        ("handoffs/x", json!({"method": "push", "destination": "+15550007777"}), "bad_field"),
        ("handoffs/a%20b", json!({"method": "bye"}), "bad_field"),
        ("handoffs/x", json!({"method": "bye", "unknown": 1}), "bad_field"),
        ("entities/x", json!({"entity_type": ""}), "bad_field"),
        ("entities/x", json!({"entity_type": "numeric", "domain": {"min": 2, "max": 1}}), "V097"),
        ("entities/x", json!({"entity_type": "enum", "domain": {"values": []}}), "V097"),
        ("translations/x", json!({"translations": {}}), "bad_field"),
        ("translations/x", json!({"translations": {"english": "Hi"}}), "bad_field"),
        ("translations/x", json!({"translations": {"en": "{{tn:x}}"}}), "token_in_translation"),
        ("attributes/a-b", json!({"values": {}}), "bad_field"),
        ("attributes/x", json!({"values": {}, "config": {"x": "y".repeat(70_000)}}), "bad_field"),
    ] {
        let path = format!("v1/{path}");
        let (status, problem) = server.put(&path, &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {problem}");
        assert_eq!(problem["code"], code, "{path} {problem}");
        assert_eq!(server.get(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let typo = json!({"prompt": "{{twilio_sms:detials}}"});
    let (_, problem) = server.put("v1/actions/a", &typo).await;
    let fix = &problem["diagnostics"][0]["fixes"][0]["edits"][0]["text"];
    assert_eq!(fix, "{{twilio_sms:details}}", "{problem}");
    server.stop().await;
}
