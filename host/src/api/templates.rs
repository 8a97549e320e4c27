//! Templates: list, read, create, save, duplicate, delete.
//!
//! What is saved is what the module's `check` lets pass: a finding of severity `error` stores
//! nothing, and the answer lists all of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use verbatim_core::{Sender, Title};

use super::App;
use super::input::Input;
use super::problem::Problem;
use super::project::Uses;
use super::view::TemplateView;
use crate::engine::{Ask, Checked};
use crate::finding::Severity;
use crate::project::{refuse_used_template, rename_template, uses_of_template};
use crate::sandbox::Grant;
use crate::store::{Saved, Senders, StoreError, Template, TemplateDraft};
use crate::time::Timestamp;

/// What a writer sends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    title: String,
    body: String,
    #[serde(default)]
    senders: Option<SendersInput>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct SendersInput {
    live: Option<String>,
    pre_release: Option<String>,
    sandbox: Option<String>,
}

/// Every template, by title.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TemplateList {
    templates: Vec<TemplateView>,
}

/// `GET /v1/templates`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<TemplateList>, Problem> {
    let templates = app.store.templates().await?.into_iter().map(TemplateView::from).collect();
    Ok(Json(TemplateList { templates }))
}

/// `GET /v1/templates/{id}`, by id or title.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(tagged(find(&app, &id).await?))
}

/// `POST /v1/templates`.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    input: Input<Draft>,
) -> Result<(StatusCode, Response), Problem> {
    let draft = checked(&app, input.value, Senders::default()).await?;
    let id = store_new(&app, &draft).await?;
    Ok((StatusCode::CREATED, tagged(find(&app, &id).await?)))
}

/// `PUT /v1/templates/{id}`: saves the next version. Without `senders` they stay as they are; with
/// `If-Match`, only if nobody has saved since its version was read. With another title, the prompts
/// that name it name it by that.
pub(super) async fn save(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    input: Input<Draft>,
) -> Result<Response, Problem> {
    let read = version_read(&headers)?;
    let template = find(&app, &id).await?;
    let draft = checked(&app, input.value, template.senders).await?;
    let mut tx = app.store.write().await?;
    tx.hold_project().await?;
    let now = Timestamp::now();
    let title = tx.template_title(&template.id).await?;
    match tx.save_template(&template.id, &draft, read, now).await? {
        Saved::Now => {
            rename_template(&mut tx, &title.unwrap_or_default(), &draft.title, now).await?;
            tx.commit().await?;
            app.registrations.may_have_changed();
        }
        Saved::Unknown => return Err(unknown(&id)),
        Saved::Changed(version) => {
            let detail = format!(
                "another has saved `{}` since: it has version {version} now; read it again",
                template.title
            );
            let problem = Problem::new(StatusCode::PRECONDITION_FAILED, "template_changed", detail);
            return Err(problem.with("version", json!(version)));
        }
    }
    Ok(tagged(find(&app, &template.id).await?))
}

/// `DELETE /v1/templates/{id}`: not one that actions name.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let template = find(&app, &id).await?;
    let mut tx = app.store.write().await?;
    tx.hold_project().await?;
    if let Some(title) = tx.template_title(&template.id).await? {
        refuse_used_template(&mut tx, &title).await?;
    }
    if !tx.delete_template(&template.id, Timestamp::now()).await? {
        return Err(unknown(&id));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/templates/{id}/uses`.
pub(super) async fn uses(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Uses>, Problem> {
    let template = find(&app, &id).await?;
    Ok(Json(Uses { uses: uses_of_template(&app.store, &template.title).await? }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Duplicate {
    title: String,
}

/// `POST /v1/templates/{id}/duplicate`: the newest version under another title.
pub(super) async fn duplicate(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    input: Input<Duplicate>,
) -> Result<(StatusCode, Response), Problem> {
    let template = find(&app, &id).await?;
    let draft = Draft { title: input.value.title, body: template.body, senders: None };
    let draft = checked(&app, draft, template.senders).await?;
    let id = store_new(&app, &draft).await?;
    Ok((StatusCode::CREATED, tagged(find(&app, &id).await?)))
}

/// A template with its version as its tag.
pub(super) fn tagged(template: Template) -> Response {
    let tag = format!("\"{}\"", template.version);
    ([(header::ETAG, tag)], Json(TemplateView::from(template))).into_response()
}

/// The version that `If-Match` names; nothing if it names none, or any.
pub(super) fn version_read(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let tag = value.to_str().unwrap_or_default();
    if tag == "*" {
        return Ok(None);
    }
    let version = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')?.parse().ok());
    let strange = || {
        let detail = format!("expected the ETag that was read as `If-Match`, found `{tag}`");
        Problem::unprocessable("bad_field", detail)
    };
    version.map(Some).ok_or_else(strange)
}

pub(super) async fn find(app: &App, id: &str) -> Result<Template, Problem> {
    app.store.template(id).await?.ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(format!("there is no template `{id}`"))
}

async fn store_new(app: &App, draft: &TemplateDraft) -> Result<String, StoreError> {
    let mut tx = app.store.write().await?;
    let id = tx.create_template(draft, Timestamp::now()).await?;
    tx.commit().await?;
    app.registrations.may_have_changed();
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
