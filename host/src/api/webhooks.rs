//! What Twilio tells us. Without a valid signature: 403, and no trace but a counter.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::{App, input};
use crate::id::is_id;
use crate::store::StatusNews;
use crate::twilio::webhook::{self, Malformed};
use crate::twilio::{signature, twiml};

/// `POST /twilio/inbound`: a person wrote. The answer is TwiML.
pub(super) async fn inbound(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let parameters = signed(&app, &uri, &headers, body)?;
    let message = webhook::inbound(&parameters).map_err(|error| malformed(&error))?;
    let reply = app.receiver.receive(message).await?;
    let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
    Ok((kind, twiml::response(reply.as_deref())).into_response())
}

/// `POST /twilio/status/{attempt}`: how a message of ours fares.
pub(super) async fn attempt_status(
    State(app): State<Arc<App>>,
    Path(attempt): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let parameters = signed(&app, &uri, &headers, body)?;
    record(&app, Some(attempt).filter(|attempt| is_id(attempt)), &parameters).await
}

/// `POST /twilio/status`: the same for a message whose attempt is not in the URL.
pub(super) async fn status(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let parameters = signed(&app, &uri, &headers, body)?;
    record(&app, None, &parameters).await
}

async fn record(
    app: &App,
    attempt_id: Option<String>,
    parameters: &[(String, String)],
) -> Result<StatusCode, Problem> {
    let status = webhook::message_status(parameters).map_err(|error| malformed(&error))?;
    let news = StatusNews {
        sid: status.sid,
        attempt_id,
        status: status.status,
        state: status.state,
        error_code: status.error_code,
    };
    app.store.record_status(&news, app.store.now()).await?;
    // The next message of the pair may have waited for this one.
    app.wake.now();
    Ok(StatusCode::NO_CONTENT)
}

/// The parameters of a webhook that Twilio signed.
fn signed(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Vec<(String, String)>, Problem> {
    let body = body.map_err(|error| input::unread(&error))?;
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let parameters: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let is_form = text(header::CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", app.public_url);
    let claimed = signature::Claimed {
        url: &url,
        payload: if is_form {
            signature::Payload::Form(&parameters)
        } else {
            signature::Payload::Raw(&body)
        },
        signature: text(signature::SIGNATURE_HEADER),
        settings: text(signature::SETTINGS_HEADER),
    };
    if signature::is_valid(&claimed, &app.connection.webhook_keys()) {
        return Ok(parameters);
    }
    app.metrics.refused_webhooks.inc();
    let detail = "expected a webhook signed by Twilio for this URL, found another";
    Err(Problem::new(StatusCode::FORBIDDEN, "bad_signature", detail))
}

fn malformed(error: &Malformed) -> Problem {
    Problem::unprocessable("bad_field", error.to_string())
}
