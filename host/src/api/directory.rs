//! What the account has at Twilio: numbers, Messaging Services, their registration.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::App;
use super::problem::Problem;
use crate::dispatch::pools::PoolError;
use crate::twilio::directory::Directory;
use crate::twilio::list::AskError;

/// `GET /v1/account/senders`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Directory>, Problem> {
    Ok(Json(app.registrations.directory().await?.0))
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "twilio_failed", error.to_string())
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Twilio(error) => error.into(),
            PoolError::Store(error) => error.into(),
        }
    }
}
