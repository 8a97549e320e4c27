//! The id of a request: in its answer, in each line that is logged while it is worked on, and, of
//! a request that sends a message, that message's own id. So one id leads from the API through the
//! dispatcher, whose lines name the message, to the callback.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;

use crate::id::new_id;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A UUIDv7 of this host's own making: what a client names its request is not repeated.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// The middleware.
pub(super) async fn name(mut request: Request, next: Next) -> Response {
    let id = new_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id, %method, path);
    request.extensions_mut().insert(RequestId(id.clone()));
    let start = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, time) = (response.status().as_u16(), start.elapsed());
    span.in_scope(|| tracing::debug!(status, ?time, "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(HEADER, id);
    }
    response
}
