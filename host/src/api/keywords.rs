//! `/v1/keywords`: what counts as a keyword beside the table, and what is answered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::App;
use super::input::Input;
use super::problem::Problem;
use crate::keywords::{BadKeywords, Keywords};

/// `GET /v1/keywords`.
pub(super) async fn get(State(app): State<Arc<App>>) -> Result<Json<Keywords>, Problem> {
    Ok(Json(Keywords::of(&app.store).await?))
}

/// `PUT /v1/keywords`: all of it at once; what is not there does not count any more.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    input: Input<Keywords>,
) -> Result<Json<Keywords>, Problem> {
    let keywords = input.value;
    keywords.check(&app.engine).await.map_err(|error| match error {
        BadKeywords::Field(message) => Problem::unprocessable("bad_field", message),
        BadKeywords::Engine(error) => error.into(),
    })?;
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    keywords.set(&mut tx, now).await?;
    tx.commit().await?;
    Ok(Json(keywords))
}
