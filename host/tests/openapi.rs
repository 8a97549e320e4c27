//! The API's description: what is served is what is checked in, and it is whole.
//! `UPDATE_EXPECT=1 cargo test -p verbatim-host --test host openapi` writes it anew.

use std::collections::BTreeSet;

use expect_test::expect_file;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Server, answer};

#[tokio::test]
async fn the_description_that_is_served_is_the_one_that_is_checked_in() {
    let server = Server::start().await;
    let (status, document) = answer(server.raw(Method::GET, "v1/openapi.json")).await;
    assert_eq!(status, StatusCode::OK);
    let mut text = serde_json::to_string_pretty(&document).expect("JSON");
    text.push('\n');
    expect_file!["openapi.json"].assert_eq(&text);
}

#[test]
fn every_reference_of_the_description_leads_somewhere_and_every_schema_is_used() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(to)) = members.get("$ref") {
                    found.insert(to.clone());
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = verbatim_host::api::describe_api();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let there: BTreeSet<String> =
        schemas.keys().map(|name| format!("#/components/schemas/{name}")).collect();
    assert_eq!(found, there);
}

#[test]
fn every_route_says_what_it_does_and_what_a_refusal_looks_like() {
    let document = verbatim_host::api::describe_api();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let says = operation["summary"].as_str().unwrap_or_default();
            assert!(!says.is_empty(), "{method} {path}");
            let refusal = &operation["responses"]["default"]["content"];
            assert!(refusal["application/problem+json"].is_object(), "{method} {path}");
            let count = path.matches('{').count();
            let parameters = operation["parameters"].as_array().map_or(0, Vec::len);
            assert!(parameters >= count, "{method} {path}");
        }
    }
}
