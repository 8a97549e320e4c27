//! The phone in everybody's hand: read what a number received, and write as its owner.
//!
//! This is the fake's own control API, behind the same HTTP Basic as the rest of it, so that a
//! web page cannot reach it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use verbatim_core::PhoneNumber;

use super::ledger::Direction;
use super::refusal::Refusal;
use super::{Shared, rest, webhooks};
use crate::time::Timestamp;
use crate::twilio::twiml;

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    number: Option<String>,
}

/// `GET /fake/phone?number=`: the messages of a person's phone, oldest first; without a number,
/// each conversation with its last message.
pub(super) async fn read(
    State(shared): State<Arc<Shared>>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    let ledger = shared.ledger();
    Ok(Json(match which.number {
        Some(number) => {
            let messages = ledger.phone(&number);
            json!({ "number": number, "messages": messages })
        }
        None => json!({ "conversations": ledger.conversations() }),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    from: String,
    to: String,
    body: String,
}

/// `POST /fake/phone`: a person writes. The host's replies are on the phone when this answers.
pub(super) async fn write(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(text): Json<Text>,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    for number in [&text.from, &text.to] {
        PhoneNumber::new(number)
            .map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, 21211, error.to_string()))?;
    }
    let now = Timestamp::now();
    let pair = (text.from.as_str(), text.to.as_str());
    let entry = shared.ledger().exchange(Direction::Inbound, pair, &text.body, now);
    let answer = webhooks::report_inbound(&shared, &entry)
        .await
        .map_err(|error| Refusal::new(StatusCode::BAD_GATEWAY, 11200, error))?;
    let back = (text.to.as_str(), text.from.as_str());
    let now = Timestamp::now();
    let mut ledger = shared.ledger();
    let replies: Vec<_> = twiml::messages(&answer)
        .iter()
        .map(|reply| ledger.exchange(Direction::OutboundReply, back, reply, now))
        .collect();
    Ok(Json(json!({ "message": entry, "replies": replies })))
}

/// `GET /fake/log`: exactly what the API received and answered, oldest first.
pub(super) async fn log(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    Ok(Json(json!({ "entries": shared.ledger().log() })))
}
