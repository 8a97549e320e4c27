//! What a project holds beside its templates: each kind is listed, read, saved and deleted alike.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};
use verbatim_core::Sender;

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use super::templates::version_read;
use super::view;
use crate::engine::{Announced, Ask};
use crate::project::{
    self, Condition, Domains, Item, Names, ProjectError, Put, Stored, Use, uses_of_handoff,
};
use crate::sandbox::Grant;

/// All of a kind, in a member that is named by it.
#[derive(Debug)]
pub(super) struct List<T>(Vec<Stored<T>>);

impl<T: Item> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        object.serialize_entry(T::KIND.plural(), &self.0)?;
        object.end()
    }
}

impl<T: Item> JsonSchema for List<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let of = generator.subschema_for::<Vec<Stored<T>>>();
        let plural = T::KIND.plural();
        json_schema!({ "type": "object", "required": [plural], "properties": { plural: of } })
    }
}

/// `GET /v1/{kind}`: by name.
pub(super) async fn list<T: Item>(State(app): State<Arc<App>>) -> Result<Json<List<T>>, Problem> {
    Ok(Json(List(project::all(&app.store).await?)))
}

/// `GET /v1/{kind}/{name}`.
pub(super) async fn one<T: Item>(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    tagged::<T>(&app, &name).await
}

/// `PUT /v1/{kind}/{name}`: creates it, or saves it over what there is.
pub(super) async fn put<T: Item>(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    input: Input<T>,
) -> Result<(StatusCode, Response), Problem> {
    let condition = condition(&headers)?;
    let saved = project::save(&app.store, &app.engine, &name, input.value, condition).await?;
    let (status, name) = match saved {
        Put::Created(name) => (StatusCode::CREATED, name),
        Put::Saved(name) => (StatusCode::OK, name),
    };
    Ok((status, tagged::<T>(&app, &name).await?))
}

/// `DELETE /v1/{kind}/{name}`.
pub(super) async fn delete<T: Item>(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    project::delete::<T>(&app.store, &name, condition(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One with its version as its tag.
async fn tagged<T: Item>(app: &App, name: &str) -> Result<Response, Problem> {
    let found = project::one::<T>(&app.store, name).await?;
    let tag = format!("\"{}\"", found.version);
    Ok(([(header::ETAG, tag)], Json(found)).into_response())
}

/// What `If-Match` or `If-None-Match: *` demands.
fn condition(headers: &HeaderMap) -> Result<Condition, Problem> {
    match headers.get(header::IF_NONE_MATCH) {
        None => Ok(version_read(headers)?.map_or(Condition::Any, Condition::Version)),
        Some(tag) if tag == "*" => Ok(Condition::New),
        Some(_) => {
            let detail = "expected `*` as `If-None-Match`, which saves only what is new";
            Err(Problem::unprocessable("bad_field", detail))
        }
    }
}

/// Which actions name something.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Uses {
    pub(super) uses: Vec<Use>,
}

/// `GET /v1/handoffs/{name}/uses`.
pub(super) async fn handoff_uses(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<Uses>, Problem> {
    project::one::<project::Handoff>(&app.store, &name).await?;
    Ok(Json(Uses { uses: uses_of_handoff(&app.store, &name).await? }))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WholeQuery {
    /// The language of the translations; without it, any.
    language: Option<String>,
}

/// What exists in the project and what it may hold, as the module's `check` takes it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Whole {
    /// The language of what there is in no other.
    default_language: Option<String>,
    #[schemars(schema_with = "super::openapi::of_the_module")]
    names: Names,
    #[schemars(schema_with = "super::openapi::of_the_module")]
    domains: Domains,
}

/// `GET /v1/project`.
pub(super) async fn whole(
    State(app): State<Arc<App>>,
    Params(query): Params<WholeQuery>,
) -> Result<Json<Whole>, Problem> {
    Ok(Json(Whole {
        default_language: app.store.default_language().await?,
        names: project::names(&app.store, &app.engine).await?,
        domains: project::domains(&app.store, query.language.as_deref()).await?,
    }))
}

/// What is set for the whole project.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectSetting {
    /// The language of what there is in no other, e.g. `en`; `null` for none.
    default_language: Option<String>,
}

/// `PUT /v1/project`.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    input: Input<ProjectSetting>,
) -> Result<Json<ProjectSetting>, Problem> {
    let setting = input.value;
    if let Some(language) = &setting.default_language {
        project::check_language(language)?;
    }
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    tx.set_default_language(setting.default_language.as_deref(), now).await?;
    tx.commit().await?;
    Ok(Json(setting))
}

/// A body as it is being written, or an action's prompt.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckRequest {
    /// The template's title.
    title: Option<String>,
    /// The body of a template.
    body: Option<String>,
    /// An action's prompt, in the place of a body.
    prompt: Option<String>,
    /// The language of the translations; without it, any.
    language: Option<String>,
    /// What tokens may hold, before what the project says of them.
    domains: Option<Domains>,
    /// The sender whose campaign says what its messages hold; without it, the live sender of the
    /// template of this title.
    sender: Option<String>,
}

/// `POST /v1/check`: the module's own answer, byte for byte, about a body or a prompt in this
/// project, with the fewest and the most segments of any message.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    input: Input<CheckRequest>,
) -> Result<Response, Problem> {
    let CheckRequest { title, body, prompt, language, domains, sender } = input.value;
    let ask = match (body, prompt) {
        (Some(body), None) => {
            let names = project::names(&app.store, &app.engine).await?;
            // No token names them, and they may be more than the module takes.
            let names = Names { template: None, handoff: None, ..names };
            let mut all = project::domains(&app.store, language.as_deref()).await?;
            all.prefer(domains.unwrap_or_default());
            let campaign = announced(&app, title.as_deref(), sender).await?;
            Ask::CheckIn { title, body, names: Box::new(names), domains: Box::new(all), campaign }
        }
        (None, Some(prompt)) => {
            let names = project::prompt_names(&app.store).await?;
            Ask::CheckPrompt { prompt, names }
        }
        (Some(_), Some(_)) | (None, None) => {
            let detail = "expected either `body` or `prompt`";
            return Err(Problem::unprocessable("bad_field", detail));
        }
    };
    let answered = app.engine.ask(ask, Grant::default()).await?;
    let json = answered.ok.get().to_owned();
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// What the campaign of a sender says of its messages; nothing if there is none, or nothing is known.
async fn announced(
    app: &App,
    title: Option<&str>,
    sender: Option<String>,
) -> Result<Option<Announced>, Problem> {
    let sender = match (sender, title) {
        (Some(sender), _) => Some(Sender::new(&sender).map_err(view::refused)?.to_string()),
        (None, Some(title)) => {
            let template = app.store.template(title).await?;
            template.and_then(|template| template.senders.live)
        }
        (None, None) => None,
    };
    let Some(sender) = sender else { return Ok(None) };
    let campaign = app.registrations.one(&sender).await?.registration.campaign;
    Ok(campaign.map(|it| Announced { links: it.links, phone_numbers: it.phone_numbers }))
}

impl From<ProjectError> for Problem {
    fn from(error: ProjectError) -> Self {
        let detail = error.to_string();
        match error {
            ProjectError::Invalid { code, diagnostics, .. } => {
                let problem = Self::unprocessable(&code, detail);
                match diagnostics.is_empty() {
                    true => problem,
                    false => problem.with("diagnostics", json!(diagnostics)),
                }
            }
            ProjectError::Conflict { code, .. } => Self::new(StatusCode::CONFLICT, code, detail),
            ProjectError::InUse { uses, .. } => {
                Self::new(StatusCode::CONFLICT, "in_use", detail).with("uses", json!(uses))
            }
            ProjectError::Changed { version, .. } => {
                Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail)
                    .with("version", Value::from(version))
            }
            ProjectError::NotFound(_) => Self::not_found(detail),
            ProjectError::Store(error) => error.into(),
            ProjectError::Engine(error) => error.into(),
        }
    }
}
