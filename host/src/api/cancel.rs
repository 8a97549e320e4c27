//! `POST /v1/messages/{id}/cancel`: takes back a message that nobody has begun.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::App;
use super::problem::Problem;
use super::view::MessageView;
use crate::id::is_id;

/// The message, canceled. 409 when it has begun or ended: Twilio may have it by then.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let unknown = || Problem::not_found(format!("there is no message `{id}`"));
    if !is_id(&id) {
        return Err(unknown());
    }
    let mut tx = app.store.write().await?;
    let canceled = tx.cancel(&id, app.store.now()).await?;
    tx.commit().await?;
    let message = app.store.message(&id).await?.ok_or_else(unknown)?;
    if !canceled {
        let detail = format!(
            "expected a message that is `queued`, found one that is `{}`; what has begun cannot be \
             taken back",
            message.state
        );
        return Err(Problem::new(StatusCode::CONFLICT, "not_queued", detail));
    }
    // What waited behind it may begin.
    app.wake.now();
    Ok(Json(MessageView::new(message, None)))
}
