//! The console's pages, the module and its glue: the same bytes that the host runs.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use super::problem::Problem;
use crate::console::Page;

/// What a page may do: run scripts of this origin and the module, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// The middleware: every answer of this host carries the same strict headers, and nothing is
/// kept by a browser unless the answer says otherwise.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// `GET /verbatim.wasm`: the bytes that the sandbox was loaded from.
pub(super) async fn module(State(app): State<Arc<App>>) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "application/wasm"), (header::CACHE_CONTROL, "no-cache")];
    (kind, app.engine.bytes().to_vec())
}

/// `GET /verbatim.js`: the glue by which a page loads it.
pub(super) async fn glue() -> impl IntoResponse {
    let kind = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (kind, verbatim_module::GLUE_JS)
}

/// Any other address: a page of the console.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Problem> {
    let path = request.uri().path();
    match app.console.page(path).await {
        Some(Page { kind, bytes }) => Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response()),
        None if path == "/" => {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            Ok((StatusCode::OK, kind, crate::console::HOW_TO_GET_IT).into_response())
        }
        None => Err(Problem::not_found(format!("there is no page `{path}`"))),
    }
}
