//! The tour of the README: its commands, as they stand there.

use reqwest::Method;
use serde_json::{Value, json};

use super::on_both;
use crate::support::{KEY, Server, answer};

on_both! {
    the_tour_of_the_readme_ends_in_the_callers_language_for_a_variant_and_hands_the_call_over,
}

const README: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));

/// `curl -X PUT $V/variants/Soho -H "$A" --json '{}'`: the method, the path and the body.
fn command(line: &str) -> Option<(Method, String, Value)> {
    let (method, rest) = line.strip_prefix("curl -X ")?.split_once(" $V/")?;
    let (path, rest) = rest.split_once(" -H \"$A\" --json '")?;
    let body = serde_json::from_str(rest.strip_suffix('\'')?).expect(line);
    Some((method.parse().expect(line), format!("v1/{path}"), body))
}

async fn the_tour_of_the_readme_ends_in_the_callers_language_for_a_variant_and_hands_the_call_over(
    server: Server,
) {
    let mut last = Value::Null;
    let mut commands = 0;
    for (method, path, body) in README.lines().filter_map(command) {
        let request = server.raw(method, &path).bearer_auth(KEY).json(&body);
        let (status, answered) = answer(request).await;
        assert!(status.is_success(), "{path}: {answered}");
        (last, commands) = (answered, commands + 1);
    }
    assert_eq!(commands, 7);
    let message = server.wait(&last["messages"][0], "delivered").await;
    assert_eq!(message["text"], "¡Bienvenida! Estamos en 7 Dean St.");
    assert_eq!(last["handoff"]["destination"], json!("sip:desk@example.com"));
    server.stop().await;
}
