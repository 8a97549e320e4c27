//! The phone in everybody's hand: read what a number received, and write as its owner. Beside it,
//! the log, and what goes wrong.
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

use super::chaos::{Chaos, Dice};
use super::keywords::Keyword;
use super::ledger::{Direction, Entry};
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
    let back = (text.to.as_str(), text.from.as_str());
    let entry = shared.ledger().exchange(Direction::Inbound, pair, &text.body, now);
    let mut replies: Vec<Entry> = answer_keyword(&shared, &entry).into_iter().collect();
    let answer = webhooks::report_inbound(&shared, &entry)
        .await
        .map_err(|error| Refusal::new(StatusCode::BAD_GATEWAY, 11200, error))?;
    let now = Timestamp::now();
    let mut ledger = shared.ledger();
    // Whoever has opted out at Twilio gets no reply of the host's either.
    if !ledger.is_blocked(&text.from, &text.to) {
        let texts = twiml::messages(&answer);
        let reply = |reply: &String| ledger.exchange(Direction::OutboundReply, back, reply, now);
        replies.extend(texts.iter().map(reply));
    }
    Ok(Json(json!({ "message": entry, "replies": replies })))
}

/// Does what Twilio does with a keyword, if it is set to.
fn answer_keyword(shared: &Shared, entry: &Entry) -> Option<Entry> {
    let keyword = Keyword::of(&entry.body).filter(|_| shared.dice().chaos().answers_keywords)?;
    let (person, number) = (entry.from.as_str(), entry.to.as_str());
    // A STOP to one number of a service is a STOP to the service.
    let services = shared.settings.services.iter();
    let services = services.filter(|(_, numbers)| numbers.contains(&entry.to));
    let senders: Vec<&str> =
        services.map(|(service, _)| service.as_str()).chain([number]).collect();
    let mut ledger = shared.ledger();
    match keyword {
        Keyword::Stop => senders.iter().for_each(|sender| ledger.block(person, sender)),
        Keyword::Start => senders.iter().for_each(|sender| ledger.unblock(person, sender)),
        Keyword::Help => {}
    }
    let back = (number, person);
    Some(ledger.exchange(Direction::OutboundReply, back, keyword.reply(), Timestamp::now()))
}

/// `GET /fake/chaos`: what goes wrong.
pub(super) async fn chaos(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<Chaos>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    Ok(Json(shared.dice().chaos()))
}

/// `PUT /fake/chaos`: sets all of it, and begins the run of its seed again.
pub(super) async fn set_chaos(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(chaos): Json<Chaos>,
) -> Result<Json<Chaos>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    *shared.dice() = Dice::new(chaos);
    Ok(Json(chaos))
}

/// `GET /fake/log`: exactly what the API received and answered, oldest first.
pub(super) async fn log(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    rest::authorised(&shared, &headers, None)?;
    Ok(Json(json!({ "entries": shared.ledger().log() })))
}
