//! `GET /v1/openapi.json`: the API's description, made of the routes themselves.

use axum::Json;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::problem;
use super::route::Route;
use super::routes::routes;

/// `GET /v1/openapi.json`.
pub(super) async fn document() -> Json<Value> {
    Json(describe(&routes()))
}

/// The document, with all its members in one order. OpenAPI 3.1 takes JSON Schema as it is.
#[must_use]
pub fn describe_api() -> Value {
    describe(&routes())
}

/// Requests may leave out what has a default; answers hold every member. So each has its own
/// schemas, of types of different names.
struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

fn describe(routes: &[Route]) -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut schemas = Schemas {
        requests: settings().for_deserialize().into_generator(),
        answers: settings().for_serialize().into_generator(),
    };
    let mut paths = Map::new();
    for route in routes {
        let path = paths.entry(format!("/v1{}", route.path)).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation(route, &mut schemas);
    }
    let mut all = schemas.requests.take_definitions(true);
    all.extend(schemas.answers.take_definitions(true));
    all.insert("Problem".to_owned(), problem::schema().into());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Verbatim",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every refusal is `application/problem+json` with a stable `code`.",
        },
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "schemas": all,
        },
    })
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let mut parameters = in_path(route.path);
    parameters.extend(route.headers.iter().map(|(name, says)| {
        json!({ "in": "header", "name": name, "description": says, "schema": { "type": "string" } })
    }));
    if let Some(query) = route.query {
        parameters.extend(in_query(&query(&mut schemas.requests), &mut schemas.requests));
    }
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let mut done = json!({ "description": route.status.canonical_reason() });
    if let Some((kind, answer)) = route.answer {
        done["content"] = json!({ kind: { "schema": answer(&mut schemas.answers) } });
    }
    let mut operation = json!({
        "summary": route.says,
        "responses": {
            route.status.as_str(): done,
            "default": {
                "description": "a refusal",
                "content": { "application/problem+json": { "schema": problem } },
            },
        },
    });
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some((kind, body)) = route.body {
        let schema = body(&mut schemas.requests);
        operation["requestBody"] =
            json!({ "required": true, "content": { kind: { "schema": schema } } });
    }
    if !route.needs_key {
        operation["security"] = json!([]);
    }
    operation
}

fn in_path(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "in": "path", "name": name, "required": true, "schema": { "type": "string" } })
        })
        .collect()
}

/// The members of a query's type, one parameter each.
fn in_query(schema: &Schema, known: &mut SchemaGenerator) -> Vec<Value> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.rsplit('/').next());
    let object = name.and_then(|name| known.definitions_mut().remove(name)).unwrap_or_default();
    let required = object["required"].as_array().cloned().unwrap_or_default();
    let members = object["properties"].as_object().cloned().unwrap_or_default();
    members
        .into_iter()
        .map(|(name, schema)| {
            let required = required.contains(&json!(name));
            json!({ "in": "query", "name": name, "required": required, "schema": schema })
        })
        .collect()
}

/// The schema of what the module answers: ABI.md has it.
pub(super) fn of_the_module(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "description": "as the module gives it (wasm/ABI.md)" })
}
