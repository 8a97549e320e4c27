//! `/v1/manners`: how much one person gets, and all together.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::App;
use super::input::Input;
use super::problem::Problem;
use crate::manners::Manners;

/// `GET /v1/manners`.
pub(super) async fn get(State(app): State<Arc<App>>) -> Result<Json<Manners>, Problem> {
    Ok(Json(Manners::of(&app.store).await?))
}

/// `PUT /v1/manners`: all of them at once; what is not there does not count any more.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    input: Input<Manners>,
) -> Result<Json<Manners>, Problem> {
    let manners = input.value;
    manners.check().map_err(|error| Problem::unprocessable("bad_field", error.to_string()))?;
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    manners.set(&mut tx, now).await?;
    tx.commit().await?;
    Ok(Json(manners))
}
