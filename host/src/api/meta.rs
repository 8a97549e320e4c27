//! What the host is: its module, its health; and a preview by its module.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::App;
use super::input::Input;
use super::problem::Problem;
use crate::engine::{Ask, Previewed, Values};
use crate::metrics::{CONTENT_TYPE, Queue};
use crate::project::{Context, resolve};
use crate::sandbox::Grant;

#[derive(Debug, Deserialize)]
struct Described {
    abi: u32,
    version: String,
}

/// The module that runs here.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Module {
    sha256: String,
    /// In bytes.
    size: usize,
    abi: u32,
    version: String,
    /// Whether this is `verbatim dev`: its Twilio is a fake, and has a phone.
    development: bool,
}

/// `GET /v1/module`.
pub(super) async fn module(State(app): State<Arc<App>>) -> Result<Json<Module>, Problem> {
    let answered = app.engine.ask(Ask::Describe {}, Grant::default()).await?;
    let described: Described = answered.read()?;
    Ok(Json(Module {
        sha256: app.engine.sha256().to_string(),
        size: app.engine.bytes().len(),
        abi: described.abi,
        version: described.version,
        development: app.phone.is_some(),
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Preview {
    body: String,
    #[serde(default)]
    values: Values,
    /// The variant, the conversation and the language of a send: where values come from that are not
    /// given.
    variant: Option<String>,
    conversation_id: Option<String>,
    language: Option<String>,
}

/// `POST /v1/preview`: the module's own answer, byte for byte, with the values that a send would
/// have.
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    input: Input<Preview>,
) -> Result<Response, Problem> {
    let Preview { body, mut values, variant, conversation_id, language } = input.value;
    let context = Context::of(&app.store, conversation_id.as_deref(), variant, language).await?;
    let preview = async |values: &Values| {
        let ask = Ask::Preview { body: body.clone(), values: values.clone() };
        app.engine.ask(ask, Grant::default()).await
    };
    let mut answered = preview(&values).await?;
    let found: Previewed = answered.read()?;
    if !found.missing.is_empty() {
        resolve(&app.store, &context, &found.missing, &mut values).await?;
        answered = preview(&values).await?;
    }
    let json = answered.ok.get().to_owned();
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// `GET /metrics`, for Prometheus, with an API key: how much is sent is nobody else's business,
/// and a second port would be a second thing to guard.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let now = app.store.now();
    let due = app.store.lanes().await?.into_iter().map(|lane| now.since(lane.due_at));
    let overdue = due.max().unwrap_or_default();
    let lanes = app.store.forward_lanes().await?.into_iter();
    let registrations = app.registrations.all().await?;
    let queue = Queue {
        phases: app.store.queue_depth().await?,
        overdue,
        forwards: app.store.forwards_waiting().await?,
        forwards_overdue: lanes.map(|lane| now.since(lane.due_at)).max().unwrap_or_default(),
        senders: registrations.into_iter().map(|known| known.registration.standing).collect(),
    };
    let kind = [(header::CONTENT_TYPE, CONTENT_TYPE)];
    Ok((kind, app.metrics.show(queue)).into_response())
}

/// `GET /readyz`: the database and the module answer.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    app.store.ping().await?;
    Ok(Json(json!({ "ready": true, "module": app.engine.sha256().to_string() })))
}

/// `GET /livez`: the process answers.
pub(super) async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Anything under `/v1` that there is not.
pub(super) async fn no_route() -> Problem {
    Problem::not_found("there is no such route")
}

/// A route that there is, by another method.
pub(super) async fn no_method() -> Problem {
    let detail = "the route is there, and does not answer this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
