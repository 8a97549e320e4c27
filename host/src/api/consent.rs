//! The consent ledger: what was said, when, on which number, and how it became known.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use verbatim_core::PhoneNumber;

use super::App;
use super::input::Params;
use super::problem::Problem;
use super::view;
use crate::id::is_id;
use crate::store::LedgerLine;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerQuery {
    /// The person's number, E.164.
    recipient: String,
    /// At most so many: 1 to 1000.
    limit: Option<i64>,
    /// The `next` of the page before.
    before: Option<String>,
}

/// A page of the ledger.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Ledger {
    recipient: String,
    lines: Vec<LedgerLine>,
    /// The `before` of the next page, if there is one.
    next: Option<String>,
}

/// `GET /v1/consent?recipient&limit&before`.
pub(super) async fn ledger(
    State(app): State<Arc<App>>,
    Params(query): Params<LedgerQuery>,
) -> Result<Json<Ledger>, Problem> {
    let LedgerQuery { recipient, limit, before } = query;
    PhoneNumber::new(&recipient).map_err(view::refused)?;
    if before.as_deref().is_some_and(|before| !is_id(before)) {
        return Err(Problem::unprocessable("bad_field", "`before` is no `next` of this list"));
    }
    let (lines, full) = app.store.ledger(&recipient, before.as_deref(), limit).await?;
    let next = lines.last().filter(|_| full).map(|last| last.id.clone());
    Ok(Json(Ledger { recipient, lines, next }))
}
