//! The message API, as far as Verbatim uses it: create, fetch, list; HTTP Basic.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::chaos::{Ceiling, Fate};
use super::ledger::Entry;
use super::refusal::{self, Order, Refusal};
use super::{Shared, webhooks};
use crate::time::Timestamp;
use crate::twilio::client::REQUEST_TIMEOUT;
use crate::twilio::field;

/// After this our client has given up.
const LONGER_THAN_A_CLIENT: Duration = Duration::from_secs(REQUEST_TIMEOUT.as_secs() + 5);
/// Two requests with these in common are the same, by chance's book. What is left out, such as the
/// callback's address, is new each time.
const MADE_OF: [&str; 4] = [field::TO, field::FROM, field::MESSAGING_SERVICE_SID, field::BODY];

/// `POST …/Messages.json`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let at = Timestamp::now();
    let parameters: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let what: Vec<&str> = MADE_OF.into_iter().filter_map(|name| given(&parameters, name)).collect();
    let asked = shared.dice().ask(&what);
    let (latency, fate) = shared.dice().of_request(asked);
    tokio::time::sleep(latency).await;
    let order = authorised(&shared, &headers, Some(&account))
        .and_then(|()| form_only(&headers))
        .and_then(|()| refuse_before(fate))
        .and_then(|()| refusal::order(&parameters, &shared.settings))
        .and_then(|order| allow(&shared, order));
    let (status, answer, made) = match order {
        Ok(order) => {
            let entry = shared.ledger().accept(&order, Timestamp::now());
            let (status, answer) = match fate {
                Fate::TimeoutAfter => (None, Value::Null),
                Fate::ErrorAfter => {
                    let error = broken();
                    (Some(error.status), error.body())
                }
                Fate::Fine | Fate::Throttled | Fate::ErrorBefore => {
                    (Some(StatusCode::CREATED), message_json(&shared, &entry))
                }
            };
            (status, answer, Some((entry, order.status_callback)))
        }
        Err(refusal) => (Some(refusal.status), refusal.body(), None),
    };
    let fields: serde_json::Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    // All of it before anything that waits: whoever gives up drops this.
    shared.ledger().note(json!({
        "at": at,
        "method": "POST",
        "path": uri.path(),
        "body": String::from_utf8_lossy(&body),
        "fields": fields,
        "fate": fate.to_string(),
        "made": made.as_ref().map(|(entry, _)| &entry.sid),
        "status": status.map(|status| status.as_u16()),
        "response": answer,
    }));
    if let Some((entry, url)) = made {
        webhooks::report_statuses(shared, entry, url, asked);
    }
    match status {
        Some(status) => (status, Json(answer)).into_response(),
        None => {
            tokio::time::sleep(LONGER_THAN_A_CLIENT).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}

/// What is read takes its time and fails, too.
pub(super) async fn delay_and_fail_reads(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::GET {
        let asked = shared.dice().ask(&["GET", &request.uri().to_string()]);
        let (latency, fate) = shared.dice().of_request(asked);
        tokio::time::sleep(latency).await;
        if let Err(refusal) = refuse_before(fate) {
            return refusal.into_response();
        }
    }
    next.run(request).await
}

/// Whatever comes before anything is made.
fn refuse_before(fate: Fate) -> Result<(), Refusal> {
    match fate {
        Fate::Throttled => Err(throttled()),
        Fate::ErrorBefore => Err(broken()),
        Fate::Fine | Fate::ErrorAfter | Fate::TimeoutAfter => Ok(()),
    }
}

fn throttled() -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests")
}

fn broken() -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, 20500, "Internal Server Error")
}

/// What depends on what was sent and received before.
fn allow(shared: &Shared, order: Order) -> Result<Order, Refusal> {
    let senders = [Some(&order.from), order.service.as_ref()];
    let ledger = shared.ledger();
    if senders.into_iter().flatten().any(|sender| ledger.is_blocked(&order.to, sender)) {
        let message = "Attempt to send to unsubscribed recipient";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, 21610, message));
    }
    drop(ledger);
    let counted = shared.dice().count(&order.from, Instant::now());
    counted.map_err(|ceiling| match ceiling {
        Ceiling::Sender => throttled(),
        Ceiling::Account => {
            let message = "The account's rate of messages was exceeded";
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, 63017, message)
        }
    })?;
    Ok(order)
}

fn given<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let (_, value) = parameters.iter().find(|(found, _)| found == name)?;
    Some(value)
}

/// `GET …/Messages/{sid}.json`.
pub(super) async fn fetch(
    State(shared): State<Arc<Shared>>,
    Path((account, message)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorised(&shared, &headers, Some(&account))?;
    let found = message.strip_suffix(".json").and_then(|sid| {
        let ledger = shared.ledger();
        ledger.find(sid).map(|entry| message_json(&shared, entry))
    });
    found.map(Json).ok_or_else(|| no_such_resource(&message))
}

/// Anything else.
pub(super) async fn not_found(uri: Uri) -> Refusal {
    no_such_resource(uri.path())
}

/// HTTP Basic with the account's SID and token, compared in constant time.
pub(super) fn authorised(
    shared: &Shared,
    headers: &HeaderMap,
    account: Option<&str>,
) -> Result<(), Refusal> {
    let expected = format!("{}:{}", shared.account_sid, shared.token.expose_secret());
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
        .and_then(|text| BASE64.decode(text).ok())
        .unwrap_or_default();
    if !bool::from(given.ct_eq(expected.as_bytes())) {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, 20003, "Authenticate"));
    }
    match account {
        Some(account) if account != shared.account_sid.as_str() => Err(no_such_resource(account)),
        Some(_) | None => Ok(()),
    }
}

fn form_only(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return Ok(());
    }
    let message = "Content-Type must be application/x-www-form-urlencoded";
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 20415, message))
}

fn no_such_resource(what: &str) -> Refusal {
    let message = format!("The requested resource {what} was not found");
    Refusal::new(StatusCode::NOT_FOUND, 20404, message)
}

pub(super) fn message_json(shared: &Shared, entry: &Entry) -> Value {
    let date = rfc_2822(entry.at);
    let account = shared.account_sid.as_str();
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": entry.body,
        "date_created": date,
        "date_sent": entry.has_left().then_some(&date),
        "date_updated": date,
        "direction": entry.direction,
        "error_code": entry.error_code,
        "error_message": null,
        "from": entry.shown_from(),
        "messaging_service_sid": entry.service,
        "num_media": "0",
        "num_segments": entry.num_segments,
        "price": price(entry),
        "price_unit": "USD",
        "sid": entry.sid,
        "status": entry.status,
        "subresource_uris": {
            "media": format!("/2010-04-01/Accounts/{account}/Messages/{}/Media.json", entry.sid),
        },
        "to": entry.to,
        "uri": format!("/2010-04-01/Accounts/{account}/Messages/{}.json", entry.sid),
    })
}

/// What a message costs that has arrived; until then Twilio does not say.
fn price(entry: &Entry) -> Option<String> {
    const OF_A_SEGMENT: f64 = 0.0079;
    let segments: f64 = entry.num_segments.parse().ok()?;
    (entry.status == "delivered").then(|| format!("-{:.5}", segments * OF_A_SEGMENT))
}

fn rfc_2822(at: Timestamp) -> Option<String> {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    jiff::fmt::rfc2822::to_string(&instant.to_zoned_datetime(jiff::tz::TimeZone::UTC)).ok()
}
