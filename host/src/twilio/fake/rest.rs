//! The message API, as far as Verbatim uses it: create, fetch, list; HTTP Basic.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::ledger::{Direction, Entry};
use super::refusal::{self, Refusal};
use super::{Shared, webhooks};
use crate::time::Timestamp;

/// `POST …/Messages.json`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let now = Timestamp::now();
    let order = authorised(&shared, &headers, Some(&account))
        .and_then(|()| form_only(&headers))
        .and_then(|()| refusal::order(&parameters, &shared.settings.services));
    let (status, answer, accepted) = match order {
        Ok(order) => {
            let entry = shared.ledger().accept(&order, now);
            let answer = message_json(&shared, &entry);
            (StatusCode::CREATED, answer, order.status_callback.map(|url| (entry, url)))
        }
        Err(refusal) => (refusal.status, refusal.body(), None),
    };
    let fields: serde_json::Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    shared.ledger().note(json!({
        "at": now,
        "method": "POST",
        "path": uri.path(),
        "body": String::from_utf8_lossy(&body),
        "fields": fields,
        "status": status.as_u16(),
        "response": answer,
    }));
    if let Some((entry, url)) = accepted {
        webhooks::report_statuses(shared, entry, url);
    }
    (status, Json(answer)).into_response()
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
        "date_sent": match entry.direction {
            Direction::OutboundApi if entry.status == "queued" => None,
            Direction::OutboundApi | Direction::Inbound | Direction::OutboundReply => Some(&date),
        },
        "date_updated": date,
        "direction": entry.direction,
        "error_code": null,
        "error_message": null,
        "from": entry.from,
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
