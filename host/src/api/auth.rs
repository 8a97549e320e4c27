//! Who may use the API: an API key in `Authorization: Bearer`, or a browser that has signed in.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use crate::id;
use crate::store::{SessionKind, Visitor};
use crate::time::Timestamp;

/// The session's cookie. Cookies know no ports, so the name is our own.
const COOKIE: &str = "verbatim_session";
/// How a session's secret begins.
const SESSION_PREFIX: &str = "vs_";
/// A session's life in the browser, in seconds; the store has the last word.
const COOKIE_SECONDS: u64 = 30 * 24 * 60 * 60;

/// The middleware of `/v1`.
pub(super) async fn require(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let headers = request.headers();
    if let Some(key) = bearer(headers) {
        let visitor = by_key(&app, &key).await?;
        count(&app, &visitor)?;
        return Ok(next.run(request).await);
    }
    if let Some(session) = cookie(headers)
        && let Some(visitor) = by_session(&app, &session).await?
    {
        count(&app, &visitor)?;
        // A cookie travels by itself, so whatever changes something must come from our own page.
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        if reads || app.own.is_from_our_page(headers) {
            return Ok(next.run(request).await);
        }
        let detail = "a session may change something only from the console's own page";
        return Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", detail));
    }
    Err(unauthorised("expected an API key in `Authorization: Bearer …`, found none"))
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    token: String,
}

/// `GET /sign-in?token=`: a one-time link opens a session; used or expired, it leads to the console.
pub(super) async fn sign_in_by_link(
    State(app): State<Arc<App>>,
    Params(link): Params<Link>,
) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let mut tx = app.store.write().await?;
    if !tx.use_link(&id::hash_of(&SecretString::from(link.token)), now).await? {
        // A person reads this, in a browser: the console says it, or is open there already.
        let home = [(header::LOCATION, HeaderValue::from_static("/?link=used"))];
        return Ok((StatusCode::SEE_OTHER, home).into_response());
    }
    let cookie = open_session(tx, None, now).await?;
    let home = [(header::LOCATION, HeaderValue::from_static("/")), (header::SET_COOKIE, cookie)];
    Ok((StatusCode::SEE_OTHER, home).into_response())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    #[serde(alias = "api_key")]
    #[schemars(with = "String")]
    key: SecretString,
}

/// Whether one is signed in; who is not gets a refusal.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Session {
    signed_in: bool,
}

/// `POST /v1/session`: an API key opens a session.
pub(super) async fn sign_in_by_key(
    State(app): State<Arc<App>>,
    input: Input<Credentials>,
) -> Result<Response, Problem> {
    count(&app, &by_key(&app, &input.value.key).await?)?;
    let key = id::hash_of(&input.value.key);
    let tx = app.store.write().await?;
    let cookie = open_session(tx, Some(&key), Timestamp::now()).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Session { signed_in: true })).into_response())
}

/// `GET /v1/session`: answers only to who is signed in.
pub(super) async fn session() -> Json<Session> {
    Json(Session { signed_in: true })
}

/// `DELETE /v1/session`.
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(session) = cookie(&headers) {
        let mut tx = app.store.write().await?;
        tx.end_session(&id::hash_of(&session)).await?;
        tx.commit().await?;
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// `key`: the hash of the API key that opens it, if one does.
async fn open_session(
    mut tx: crate::store::Tx,
    key: Option<&str>,
    now: Timestamp,
) -> Result<HeaderValue, Problem> {
    use secrecy::ExposeSecret;
    let secret = id::new_secret(SESSION_PREFIX).map_err(|error| {
        tracing::error!(%error, "no randomness for a session");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "no_randomness", "try again")
    })?;
    tx.add_session(&id::hash_of(&secret), SessionKind::Session, key, now).await?;
    tx.commit().await?;
    let cookie = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={COOKIE_SECONDS}",
        secret.expose_secret()
    );
    let mut value = HeaderValue::try_from(cookie)
        .unwrap_or_else(|_| unreachable!("hexadecimal digits make a header"));
    value.set_sensitive(true);
    Ok(value)
}

async fn by_key(app: &App, key: &SecretString) -> Result<Visitor, Problem> {
    let hash = id::hash_of(key);
    let found = matching(&hash, app.store.visitor_by_key(&hash).await?);
    found.ok_or_else(|| unauthorised("expected a valid API key, found another"))
}

async fn by_session(app: &App, session: &SecretString) -> Result<Option<Visitor>, Problem> {
    let hash = id::hash_of(session);
    Ok(matching(&hash, app.store.visitor_by_session(&hash, Timestamp::now()).await?))
}

/// The database's own comparison need not be constant in time: what it sees is a hash, of which
/// nobody can choose a prefix. This one is, and has the last word.
fn matching(hash: &str, found: Option<Visitor>) -> Option<Visitor> {
    found.filter(|found| found.hash.as_bytes().ct_eq(hash.as_bytes()).into())
}

/// Refuses a request that is one too many: 429, with the time to wait in `Retry-After`.
fn count(app: &App, visitor: &Visitor) -> Result<(), Problem> {
    app.limits.admit(&visitor.who, visitor.rate, Instant::now()).map_err(|wait| {
        app.metrics.limited_requests.inc();
        let detail = format!(
            "expected at most {} requests a second and at once of this key, found more; ask again \
             after the time in `Retry-After`, or make a key with another `--rate`",
            visitor.rate
        );
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail);
        problem.retry_after(wait)
    })
}

fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| SecretString::from(key.trim()))
}

fn cookie(headers: &HeaderMap) -> Option<SecretString> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .map(SecretString::from)
}

fn unauthorised(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorised", detail)
}
