//! A template's versions, and which of them an environment sends.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use super::templates::{find, tagged};
use super::view;
use crate::message::Environment;
use crate::store::{MAX_VERSIONS, TemplateVersion};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionQuery {
    /// The `next` of the page before.
    before: Option<i64>,
}

/// A page of versions.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct VersionList {
    versions: Vec<TemplateVersion>,
    /// The `before` of the next page, if there is one.
    next: Option<i64>,
}

/// `GET /v1/templates/{id}/versions?before`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Params(query): Params<VersionQuery>,
) -> Result<Json<VersionList>, Problem> {
    let template = find(&app, &id).await?;
    let versions = app.store.template_versions(&template.id, query.before).await?;
    let full = i64::try_from(versions.len()) == Ok(MAX_VERSIONS);
    let next = versions.last().filter(|_| full).map(|last| last.version);
    Ok(Json(VersionList { versions, next }))
}

/// What an environment is to send.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Publish {
    /// `live` or `pre_release`; `sandbox` always sends the newest.
    environment: String,
    /// The version; without it, the newest. An older one goes back to it.
    version: Option<i64>,
}

/// `POST /v1/templates/{id}/publish`: the environment sends that version from now on.
pub(super) async fn publish(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    input: Input<Publish>,
) -> Result<Response, Problem> {
    let template = find(&app, &id).await?;
    let environment = view::environment(Some(&input.value.environment))?;
    match environment {
        Environment::Live | Environment::PreRelease => {}
        Environment::Sandbox => {
            let detail = "expected `live` or `pre_release`; `sandbox` always sends the newest";
            return Err(Problem::unprocessable("bad_field", detail));
        }
    }
    let version = input.value.version.unwrap_or(template.version);
    if app.store.version_body(&template.id, version).await?.is_none() {
        let detail = format!("`{}` has no version {version}", template.title);
        return Err(Problem::unprocessable("unknown_version", detail));
    }
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    tx.publish_template(&template.id, environment, version, now).await?;
    tx.commit().await?;
    Ok(tagged(find(&app, &template.id).await?))
}
