//! Templates: list, read, create, save, duplicate, delete, publish.
//!
//! What is saved is what the module's `check` lets pass: a finding of severity `error` stores
//! nothing, and the answer lists all of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use verbatim_core::{Sender, Title};

use super::App;
use super::input::Input;
use super::problem::Problem;
use super::view::{self, TemplateView};
use crate::engine::{Ask, Checked};
use crate::finding::Severity;
use crate::message::Environment;
use crate::sandbox::Grant;
use crate::store::{Senders, StoreError, Template, TemplateDraft};
use crate::time::Timestamp;

/// What a writer sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    title: String,
    body: String,
    #[serde(default)]
    senders: Option<SendersInput>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SendersInput {
    live: Option<String>,
    pre_release: Option<String>,
    sandbox: Option<String>,
}

/// `GET /v1/templates`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let templates: Vec<TemplateView> =
        app.store.templates().await?.into_iter().map(TemplateView::from).collect();
    Ok(Json(json!({ "templates": templates })))
}

/// `GET /v1/templates/{id}`, by id or title.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<TemplateView>, Problem> {
    Ok(Json(find(&app, &id).await?.into()))
}

/// `POST /v1/templates`.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    input: Input<Draft>,
) -> Result<(StatusCode, Json<TemplateView>), Problem> {
    let draft = checked(&app, input.value, Senders::default()).await?;
    let id = store_new(&app, &draft).await?;
    Ok((StatusCode::CREATED, Json(find(&app, &id).await?.into())))
}

/// `PUT /v1/templates/{id}`: saves the next version. Without `senders` they stay as they are.
pub(super) async fn save(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    input: Input<Draft>,
) -> Result<Json<TemplateView>, Problem> {
    let template = find(&app, &id).await?;
    let draft = checked(&app, input.value, template.senders).await?;
    let mut tx = app.store.write().await?;
    if !tx.save_template(&template.id, &draft, Timestamp::now()).await? {
        return Err(unknown(&id));
    }
    tx.commit().await?;
    Ok(Json(find(&app, &template.id).await?.into()))
}

/// `DELETE /v1/templates/{id}`.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let template = find(&app, &id).await?;
    let mut tx = app.store.write().await?;
    if !tx.delete_template(&template.id, Timestamp::now()).await? {
        return Err(unknown(&id));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Duplicate {
    title: String,
}

/// `POST /v1/templates/{id}/duplicate`: the newest version under another title.
pub(super) async fn duplicate(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    input: Input<Duplicate>,
) -> Result<(StatusCode, Json<TemplateView>), Problem> {
    let template = find(&app, &id).await?;
    let draft = Draft { title: input.value.title, body: template.body, senders: None };
    let draft = checked(&app, draft, template.senders).await?;
    let id = store_new(&app, &draft).await?;
    Ok((StatusCode::CREATED, Json(find(&app, &id).await?.into())))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Publish {
    environment: String,
}

/// `POST /v1/templates/{id}/publish`: the environment sends the newest version from now on.
pub(super) async fn publish(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    input: Input<Publish>,
) -> Result<Json<TemplateView>, Problem> {
    let template = find(&app, &id).await?;
    let environment = view::environment(Some(&input.value.environment))?;
    match environment {
        Environment::Live | Environment::PreRelease => {}
        Environment::Sandbox => {
            let detail = "expected `live` or `pre_release`; `sandbox` always sends the newest";
            return Err(Problem::unprocessable("bad_field", detail));
        }
    }
    let mut tx = app.store.write().await?;
    let now = Timestamp::now();
    tx.publish_template(&template.id, environment, template.version, now).await?;
    tx.commit().await?;
    Ok(Json(find(&app, &template.id).await?.into()))
}

async fn find(app: &App, id: &str) -> Result<Template, Problem> {
    app.store.template(id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(format!("there is no template `{id}`"))
}

async fn store_new(app: &App, draft: &TemplateDraft) -> Result<String, StoreError> {
    let mut tx = app.store.write().await?;
    let id = tx.create_template(draft, Timestamp::now()).await?;
    tx.commit().await?;
    Ok(id)
}

/// The draft, if neither the module nor its senders have an error in it.
async fn checked(app: &App, draft: Draft, senders: Senders) -> Result<TemplateDraft, Problem> {
    let ask = Ask::Check { title: Some(draft.title.clone()), body: draft.body.clone() };
    let found: Checked = app.engine.ask(ask, Grant::default()).await?.read()?;
    let errors: Vec<_> =
        found.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    if let Some(first) = errors.first() {
        let detail = match errors.len() {
            1 => first.message.clone(),
            count => format!("{}, and {} more", first.message, count - 1),
        };
        let problem = Problem::unprocessable(&first.code, detail);
        return Err(problem.with("diagnostics", json!(found.diagnostics)));
    }
    let title = Title::new(&draft.title)
        .map_err(|error| Problem::unprocessable(&error.code.to_string(), error.message))?;
    let senders = match draft.senders {
        Some(given) => Senders {
            live: sender("live", given.live)?,
            pre_release: sender("pre_release", given.pre_release)?,
            sandbox: sender("sandbox", given.sandbox)?,
        },
        None => senders,
    };
    Ok(TemplateDraft { title: title.as_str().to_owned(), body: draft.body, senders })
}

/// An empty field of a form is no sender.
fn sender(environment: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match Sender::new(&text) {
            Ok(_) => Ok(Some(text)),
            Err(error) => {
                let detail = format!("the sender of `{environment}`: {}", error.message);
                Err(Problem::unprocessable(&error.code.to_string(), detail))
            }
        },
    }
}
