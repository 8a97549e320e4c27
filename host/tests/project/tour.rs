//! What a newcomer finds, and the tour of the README: its commands, as they stand there.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::PERSON;
use crate::support::{KEY, Server, answer};

const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));

/// `curl -X PUT $V/variants/Soho -H "$A" --json '{}'`: the method, the path and the body.
fn command(line: &str) -> Option<(Method, String, Value)> {
    let (method, rest) = line.strip_prefix("curl -X ")?.split_once(" $V/")?;
    let (path, rest) = rest.split_once(" -H \"$A\" --json '")?;
    let body = serde_json::from_str(rest.strip_suffix('\'')?).expect(line);
    Some((method.parse().expect(line), format!("v1/{path}"), body))
}

async fn tour(server: Server) {
    let mut last = Value::Null;
    let mut commands = 0;
    for (method, path, body) in README.lines().filter_map(command) {
        let request = server.raw(method, &path).bearer_auth(KEY).json(&body);
        let (status, answered) = answer(request).await;
        assert!(status.is_success(), "{path}: {answered}");
        (last, commands) = (answered, commands + 1);
    }
    assert_eq!(commands, 5);
    let message = server.wait(&last["messages"][0], "delivered").await;
    assert_eq!(message["text"], "¡Bienvenida! Estamos en 7 Dean St.");
    assert_eq!(last["handoff"]["destination"], json!("sip:desk@example.com"));
    server.stop().await;
}

#[tokio::test]
async fn the_tour_of_the_readme_ends_in_the_callers_language_for_a_variant_and_hands_the_call_over()
{
    tour(Server::start_with_project().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_of_the_readme_ends_so_on_postgresql_too() {
    tour(Server::start_on_postgres_with_project().await).await;
}

#[tokio::test]
async fn a_newcomer_finds_a_project_that_fills_all_but_what_a_conversation_says() {
    let server = Server::start_with_project().await;
    for kind in ["actions", "handoffs", "variants", "attributes", "entities", "translations"] {
        let (_, found) = server.get(&format!("v1/{kind}")).await;
        assert!(found[kind].as_array().is_some_and(|all| !all.is_empty()), "{found}");
    }
    let (_, found) = server.get("v1/templates").await;
    let said = json!({
        "entity": {"booking_date": "12 June", "booking_time": "8 pm", "party_size": "4"},
        "variable": {"FIRST_NAME": "Ana", "CONFIRMATION_CODE": "B-17"},
    });
    for template in found["templates"].as_array().expect("templates") {
        let request = json!({"to": PERSON, "template": template["title"], "values": said});
        let (status, message) = server.post("v1/messages", &request).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{message}");
        // Each of its names exists.
        let (_, check) = server.post("v1/check", &json!({"body": template["body"]})).await;
        let found = check["diagnostics"].as_array().expect("findings").iter();
        let unknown = found.filter(|it| it["code"] == "V100").count();
        assert_eq!(unknown, 0, "{check}");
    }
    let (_, done) = server.post("v1/actions/tell_the_way/run", &json!({"to": PERSON})).await;
    assert_eq!(done["handoff"]["name"], "front_desk", "{done}");
    server.stop().await;
}
