//! Who has opted out: list, look up, add, import.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use verbatim_core::{PhoneNumber, Sender};

use super::App;
use super::input::{self, Input, Params};
use super::problem::Problem;
use super::view;
use crate::opt_outs::{self, BadRow, Imported};
use crate::sandbox::{ConsentAction, Pair};
use crate::store::{ConsentSource, LedgerEntry, OptOut, PairConsent};

/// The content type of a file.
pub(super) const CSV: &str = "text/csv";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// At most so many: 1 to 1000.
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of opt-outs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct OptOutList {
    opt_outs: Vec<OptOut>,
    /// The `after` of the next page, if there is one.
    next: Option<String>,
}

/// `GET /v1/opt-outs?limit&after`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Params(query): Params<ListQuery>,
) -> Result<Json<OptOutList>, Problem> {
    let after = query.after.map(|cursor| {
        let read = cursor.split_once('~').map(|(recipient, sender)| pair(recipient, sender));
        let strange = || Problem::unprocessable("bad_field", "`after` is no `next` of this list");
        read.and_then(Result::ok).ok_or_else(strange)
    });
    let (opt_outs, full) = app.store.opt_outs(after.transpose()?.as_ref(), query.limit).await?;
    let last = opt_outs.last().filter(|_| full);
    let next = last.map(|last| format!("{}~{}", last.recipient, last.sender));
    Ok(Json(OptOutList { opt_outs, next }))
}

/// `GET /v1/opt-outs/{recipient}/{sender}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path((recipient, sender)): Path<(String, String)>,
) -> Result<Json<PairConsent>, Problem> {
    Ok(Json(app.store.pair(pair(&recipient, &sender)?).await?))
}

/// An opt-out that came by letter, by phone, or from elsewhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Addition {
    /// The person's number, E.164.
    recipient: String,
    /// E.164, or a Messaging Service SID.
    sender: String,
    /// Why, for the ledger: 1 to 500 characters.
    reason: String,
}

/// `POST /v1/opt-outs`.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    input: Input<Addition>,
) -> Result<(StatusCode, Json<PairConsent>), Problem> {
    let Addition { recipient, sender, reason } = input.value;
    let pair = pair(&recipient, &sender)?;
    let reason =
        opt_outs::reason(&reason).map_err(|detail| Problem::unprocessable("bad_field", detail))?;
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    let entry = LedgerEntry {
        pair: pair.clone(),
        action: ConsentAction::OptOut,
        source: ConsentSource::Operator(reason),
        keyword: None,
        matched: None,
        raw_text: None,
        message_sid: None,
        happened_at: now,
    };
    tx.record_consent(&[entry], now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(app.store.pair(pair).await?)))
}

/// `POST /v1/opt-outs/import`: a whole file, or nothing of it if a row is bad.
pub(super) async fn import(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Imported>, Problem> {
    input::only(&headers, CSV, "not_csv")?;
    let body = body.map_err(|error| input::unread(&error))?;
    let rows: Vec<_> = opt_outs::read(&body[..])
        .and_then(Iterator::collect::<Result<_, BadRow>>)
        .map_err(|bad| {
        let detail = format!("{bad}; nothing of the file was recorded");
        Problem::unprocessable("bad_row", detail).with("line", json!(bad.line))
    })?;
    Ok(Json(opt_outs::import(&app.store, rows.into_iter()).await?))
}

fn pair(recipient: &str, sender: &str) -> Result<Pair, Problem> {
    let recipient = PhoneNumber::new(recipient).map_err(view::refused)?;
    let sender = Sender::new(sender).map_err(view::refused)?;
    Ok(Pair { recipient: recipient.as_str().to_owned(), sender: sender.as_str().to_owned() })
}
