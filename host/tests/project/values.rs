//! What a send takes from a project, and what its templates may come to.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{PERSON, on_both, put, template};
use crate::support::{KEY, Server, answer};

on_both! {
    a_send_takes_its_values_from_the_request_the_conversation_the_variant_and_the_language,
    what_was_found_for_a_message_is_kept_with_it_to_replay_it,
}

async fn fill(server: &Server) {
    put(server, "v1/variants/London", json!({})).await;
    put(server, "v1/variants/Paris", json!({})).await;
    let hours = json!({"values": {"London": "9 to 5", "Paris": "10 to 6"}});
    put(server, "v1/attributes/opening_hours", hours).await;
    let greeting = json!({"translations": {"en-GB": "Hello", "fr": "Bonjour"}});
    put(server, "v1/translations/greeting", greeting).await;
    template(
        server,
        "open",
        "{{tn:greeting}} {{vrbl:NAME}}: ${variant_opening_hours}, for {{entity:guests}}",
    )
    .await;
}

async fn a_send_takes_its_values_from_the_request_the_conversation_the_variant_and_the_language(
    server: Server,
) {
    fill(&server).await;
    let send = async |mut request: Value| {
        request["to"] = json!(PERSON);
        request["template"] = json!("open");
        server.post("v1/messages", &request).await
    };
    let text = async |request: Value| {
        let (status, message) = send(request).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{message}");
        message["text"].as_str().expect("text").to_owned()
    };
    // The module names what nobody knows.
    let (status, problem) = send(json!({"language": "en"})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("V020")));
    let missing: Vec<_> = problem["missing"].as_array().expect("a list").iter().collect();
    assert_eq!(missing.len(), 2, "{problem}");
    assert_eq!(
        text(json!({"language": "en", "missing": "keep"})).await,
        "Hello {{vrbl:NAME}}: 9 to 5, for {{entity:guests}}"
    );
    let given = json!({"variable": {"NAME": "Zoé"}, "entity": {"guests": "4"}});
    assert_eq!(
        text(json!({"language": "fr-CA", "variant": "Paris", "values": given})).await,
        "Bonjour Zoé: 10 to 6, for 4"
    );
    let (status, problem) = send(json!({"variant": "Rome"})).await;
    assert_eq!(problem["code"], "unknown_variant", "{status} {problem}");

    let change = async |body: Value| {
        let request = server.raw(reqwest::Method::PATCH, "v1/conversations/c1/state");
        answer(request.bearer_auth(KEY).json(&body)).await
    };
    let (status, state) = change(json!({
        "variant": "Paris", "language": "fr",
        "variables": {"NAME": "Ana", "gone": 1}, "entities": {"guests": 2},
    }))
    .await;
    assert_eq!((status, &state["variant"]), (StatusCode::OK, &json!("Paris")), "{state}");
    let (_, state) = change(json!({"variables": {"gone": null}})).await;
    let expected = json!({"variant": "Paris", "language": "fr", "variables": {"NAME": "Ana"},
        "entities": {"guests": 2}});
    assert_eq!(state, expected);
    assert_eq!(server.get("v1/conversations/c1").await.1["state"], expected);
    assert_eq!(change(json!({"variant": "Rome"})).await.1["code"], "unknown_variant");
    assert_eq!(text(json!({"conversation_id": "c1"})).await, "Bonjour Ana: 10 to 6, for 2");
    // The request comes first, in each of them.
    let values = json!({"variable": {"NAME": "Zoé"}, "variant": {"opening_hours": "always"}});
    let first = json!({"conversation_id": "c1", "language": "en", "values": values});
    assert_eq!(text(first).await, "Hello Zoé: always, for 2");
    change(json!({"variant": null, "language": null})).await;
    let (_, problem) = send(json!({"conversation_id": "c1"})).await;
    assert_eq!(problem["missing"], json!([{"kind": "translation", "name": "greeting"}]));
    assert_eq!(
        server.put("v1/project", &json!({"default_language": "en"})).await.0,
        StatusCode::OK
    );
    assert_eq!(text(json!({"conversation_id": "c1"})).await, "Hello Ana: 9 to 5, for 2");

    // A preview says the same.
    let body = "{{tn:greeting}} {{vrbl:NAME}}: ${variant_opening_hours}, for {{entity:guests}}";
    let preview = json!({"body": body, "conversation_id": "c1", "variant": "Paris"});
    let (_, preview) = server.post("v1/preview", &preview).await;
    assert_eq!(preview["text"], "Hello Ana: 10 to 6, for 2");
    server.stop().await;
}

async fn what_was_found_for_a_message_is_kept_with_it_to_replay_it(server: Server) {
    fill(&server).await;
    let values = json!({"variable": {"NAME": "Zoé"}, "entity": {"guests": "4"}});
    let send = json!({"to": PERSON, "template": "open", "language": "en", "values": values});
    let (_, message) = server.post("v1/messages", &send).await;
    // What it was made of is its own, whatever becomes of the project.
    put(&server, "v1/translations/greeting", json!({"translations": {"en": "Hi"}})).await;
    let changed = json!({"is_default": true, "values": {"opening_hours": ""}});
    put(&server, "v1/variants/London", changed).await;
    let store = &server.dev.host().app().store;
    let id = message["id"].as_str().expect("an id");
    let original = store.original(id).await.expect("a read").expect("the message");
    let kept: Value = serde_json::from_str(&original.values).expect("JSON");
    let expected = json!({
        "variant": {"variant_opening_hours": "9 to 5"}, "entity": {"guests": "4"},
        "variable": {"NAME": "Zoé"}, "translation": {"greeting": "Hello"},
    });
    assert_eq!((kept, original.language.as_deref()), (expected, Some("en")));
    server.stop().await;
}

#[tokio::test]
async fn the_bounds_of_a_body_name_the_variant_that_costs_most() {
    let server = Server::start().await;
    put(&server, "v1/variants/London", json!({})).await;
    put(&server, "v1/variants/Paris", json!({})).await;
    let directions = json!({"values": {"London": "by the bridge", "Paris": "à ".repeat(75)}});
    put(&server, "v1/attributes/directions", directions).await;
    let size = json!({"entity_type": "enum", "config": {"options": ["one", "a dozen"]}});
    put(&server, "v1/entities/party_size", size).await;
    put(&server, "v1/translations/bye", json!({"translations": {"en": "Bye", "el": "Γεια"}})).await;
    let body = "${directions}, for {{entity:party_size}}. {{tn:bye}}";
    let check = async |request: Value| {
        let (status, found) = server.post("v1/check", &request).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        found
    };
    let found = check(json!({ "body": body })).await;
    let (least, most) = (&found["bounds"]["min"], &found["bounds"]["max"]);
    assert_eq!((&most["segments"], &most["variant"]), (&json!(3), &json!("Paris")), "{found}");
    assert_eq!(most["witness"]["entity"]["party_size"], "a dozen");
    assert_eq!((&least["segments"], &least["variant"]), (&json!(1), &json!("London")));
    let found = check(json!({"body": body, "language": "en"})).await;
    assert_eq!(found["bounds"]["max"]["segments"], 2, "{found}");
    // A name that does not exist is a finding; a variable is known by the templates.
    template(&server, "code", "{{vrbl:CODE}}").await;
    let found = check(json!({"body": "${nothing} {{vrbl:CODE}} {{vrbl:OTHER}}"})).await;
    let codes: Vec<_> = found["diagnostics"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|it| it["code"] == "V100")
        .map(|it| &it["range"]["bytes"][0])
        .collect();
    assert_eq!(codes, [&json!(0), &json!(25)], "{found}");
    let found = check(json!({"prompt": "{{twilio_sms:cod}}"})).await;
    assert_eq!(found["diagnostics"][0]["code"], "V017");
    let given =
        json!({"body": "{{vrbl:CODE}}", "domains": {"variable": {"CODE": {"min": 1, "max": 9}}}});
    assert_eq!(check(given).await["bounds"]["max"]["segments"], 1);
    server.stop().await;
}
