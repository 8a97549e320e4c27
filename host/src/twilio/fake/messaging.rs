//! Numbers, Messaging Services and their registration, as far as Verbatim asks: the messaging API
//! (`messaging.twilio.com/v1`), on the fake's own host.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::chaos::CampaignStatus;
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
    let chaos = shared.dice().chaos();
    let campaign = |status| {
        json!({
            "messaging_service_sid": sid,
            "brand_registration_sid": BRAND,
            "campaign_status": status,
            "has_embedded_links": !chaos.campaign_without_links,
            "has_embedded_phone": !chaos.campaign_without_phone_numbers,
            "message_samples": ["Hi Ada, your table at Trattoria Roma is ready."],
        })
    };
    let campaigns = match chaos.campaign {
        CampaignStatus::Verified => vec![campaign("VERIFIED")],
        CampaignStatus::InProgress => vec![campaign("IN_PROGRESS")],
        CampaignStatus::Failed => vec![campaign("FAILED")],
        CampaignStatus::None => Vec::new(),
    };
    Ok(listed("compliance", &campaigns))
}

/// Whether carriers block what a number sends to another, because nobody registered it: a US or
/// Canadian long code that is in no service, or whose campaign is not verified. Where every number
/// is the account's, each is registered that no service holds.
pub(super) fn is_blocked(shared: &Shared, from: &str, to: &str) -> bool {
    let toll_free = ["800", "833", "844", "855", "866", "877", "888"];
    let is_long_code = |number: &str| {
        let national = number.strip_prefix("+1");
        national.is_some_and(|number| !toll_free.iter().any(|code| number.starts_with(code)))
    };
    let holds = |numbers: &[String]| numbers.iter().any(|number| number == from);
    let is_held = shared.settings.services.iter().any(|(_, numbers)| holds(numbers));
    let is_unregistered = match is_held {
        true => shared.dice().chaos().campaign != CampaignStatus::Verified,
        false => holds(&shared.settings.numbers),
    };
    is_long_code(from) && to.starts_with("+1") && is_unregistered
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
