//! Numbers, Messaging Services and their registration, as far as Verbatim asks: the messaging API
//! (`messaging.twilio.com/v1`), on the fake's own host.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Shared, rest};

/// The one brand.
const BRAND: &str = "BN0123456789abcdef0123456789abcdef";

/// `GET …/IncomingPhoneNumbers.json`.
pub(super) async fn numbers(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, Some(&account))?;
    let number = |number: &String| {
        json!({
            "phone_number": number, "friendly_name": number,
            "capabilities": { "sms": true, "mms": true, "voice": true, "fax": false },
        })
    };
    let numbers: Vec<Value> = shared.settings.numbers.iter().map(number).collect();
    Ok(Json(json!({ "incoming_phone_numbers": numbers, "next_page_uri": null })))
}

/// `GET /v1/Services`.
pub(super) async fn services(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    let services = shared.settings.services.iter();
    let services: Vec<Value> = services.map(|(sid, _)| service_json(&shared, sid)).collect();
    Ok(listed("services", &services))
}

/// `GET /v1/Services/{sid}`.
pub(super) async fn service(
    State(shared): State<Arc<Shared>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    numbers_of(&shared, &sid)?;
    Ok(Json(service_json(&shared, &sid)))
}

/// `GET /v1/Services/{sid}/PhoneNumbers`.
pub(super) async fn pool(
    State(shared): State<Arc<Shared>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    let numbers = numbers_of(&shared, &sid)?.iter();
    let numbers = numbers.map(|number| json!({ "phone_number": number, "service_sid": sid }));
    Ok(listed("phone_numbers", &numbers.collect::<Vec<_>>()))
}

/// `GET /v1/Services/{sid}/Compliance/Usa2p`.
pub(super) async fn campaigns(
    State(shared): State<Arc<Shared>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    numbers_of(&shared, &sid)?;
    let campaign = json!({
        "messaging_service_sid": sid,
        "brand_registration_sid": BRAND,
        "campaign_status": shared.settings.campaign,
    });
    Ok(listed("compliance", &[campaign]))
}

/// `GET /v1/a2p/BrandRegistrations/{sid}`.
pub(super) async fn brand(
    State(shared): State<Arc<Shared>>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    match sid == BRAND {
        true => Ok(Json(json!({ "sid": BRAND, "status": "APPROVED" }))),
        false => Err(missing(&sid)),
    }
}

fn service_json(shared: &Shared, sid: &str) -> Value {
    json!({
        "sid": sid,
        "account_sid": shared.account_sid.as_str(),
        "friendly_name": "a service of the fake",
        "smart_encoding": shared.settings.smart_encoding,
    })
}

fn listed(key: &str, all: &[Value]) -> Json<Value> {
    Json(json!({ key: all, "meta": { "key": key, "next_page_url": null } }))
}

fn numbers_of<'a>(shared: &'a Shared, sid: &str) -> Result<&'a Vec<String>, Refusal> {
    let found = shared.settings.services.iter().find(|(known, _)| known == sid);
    found.map(|(_, numbers)| numbers).ok_or_else(|| missing(sid))
}

fn missing(sid: &str) -> Refusal {
    let message = format!("The requested resource {sid} was not found");
    Refusal::new(StatusCode::NOT_FOUND, 20404, message)
}
