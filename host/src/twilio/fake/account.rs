//! The account itself: `GET /2010-04-01/Accounts/{sid}.json`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Shared, rest};

/// `GET …/Accounts/{sid}.json`.
pub(super) async fn fetch(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let sid = account.strip_suffix(".json").unwrap_or(&account);
    rest::authorised(&shared, &headers, Some(sid))?;
    Ok(Json(json!({
        "sid": sid,
        "friendly_name": "the fake of verbatim",
        "status": "active",
        "type": "Full",
    })))
}
