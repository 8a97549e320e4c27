//! `GET …/Messages.json`: what there is, newest first, filtered and in pages as Twilio does it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Shared;
use super::ledger::Entry;
use super::refusal::Refusal;
use super::rest::{authorised, message_json};

/// Twilio's default size of a page.
const PAGE: usize = 50;
/// And its greatest.
const MAX_PAGE: usize = 1000;

/// The filters that Twilio has; a day for each of those by date.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Filter {
    to: Option<String>,
    from: Option<String>,
    #[serde(rename = "DateSent")]
    sent_on: Option<String>,
    #[serde(rename = "DateSent>")]
    sent_since: Option<String>,
    #[serde(rename = "DateSent<")]
    sent_until: Option<String>,
    page_size: Option<usize>,
    page: Option<usize>,
    /// The SID that the page before ended with.
    page_token: Option<String>,
}

/// A page of messages.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(account): Path<String>,
    Query(filter): Query<Filter>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorised(&shared, &headers, Some(&account))?;
    let size = filter.page_size.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let wanted = wanted(&filter)?;
    let ledger = shared.ledger();
    let mut rest = ledger.newest();
    if let Some(token) = &filter.page_token {
        rest.by_ref().find(|entry| entry.sid == *token);
    }
    let mut rest = rest.filter(|entry| wanted(entry));
    let page: Vec<&Entry> = rest.by_ref().take(size).collect();
    let number = filter.page.unwrap_or_default();
    let last = page.last().filter(|_| rest.next().is_some());
    let next = last.map(|last| page_uri(&account, &filter, (size, number + 1), Some(&last.sid)));
    let messages: Vec<Value> = page.iter().map(|entry| message_json(&shared, entry)).collect();
    let first = page_uri(&account, &filter, (size, 0), None);
    let start = number * size;
    Ok(Json(json!({
        "messages": messages,
        "uri": uri.path_and_query().map(PathAndQuery::as_str),
        "page": number,
        "page_size": size,
        "start": start,
        "end": (start + messages.len()).saturating_sub(1).max(start),
        "first_page_uri": first,
        "next_page_uri": next,
        // Twilio goes back in pages too; nobody here asks for it.
        "previous_page_uri": null,
    })))
}

/// Which entries a filter lets through.
fn wanted(filter: &Filter) -> Result<impl Fn(&Entry) -> bool, Refusal> {
    let (to, from) = (filter.to.clone(), filter.from.clone());
    let (on, since, until) =
        (day(&filter.sent_on)?, day(&filter.sent_since)?, day(&filter.sent_until)?);
    Ok(move |entry: &Entry| {
        let sent = sent_on(entry);
        to.as_ref().is_none_or(|to| *to == entry.to)
            && from.as_ref().is_none_or(|from| entry.shown_from() == Some(from))
            // What has not been sent has no day, and no filter by day finds it.
            && on.is_none_or(|day| sent == Some(day))
            && since.is_none_or(|day| sent.is_some_and(|sent| sent >= day))
            && until.is_none_or(|day| sent.is_some_and(|sent| sent <= day))
    })
}

fn sent_on(entry: &Entry) -> Option<jiff::civil::Date> {
    if !entry.has_left() {
        return None;
    }
    let at = jiff::Timestamp::from_microsecond(entry.at.as_micros()).ok()?;
    Some(at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date())
}

fn day(text: &Option<String>) -> Result<Option<jiff::civil::Date>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = format!("expected a day as YYYY-MM-DD, found `{text}`");
        Refusal::new(StatusCode::BAD_REQUEST, 20001, message)
    })
}

/// The same list from the beginning, or from where a page ends, as a path of the same host.
fn page_uri(
    account: &str,
    filter: &Filter,
    (size, number): (usize, usize),
    last: Option<&str>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("To", &filter.to),
        ("From", &filter.from),
        ("DateSent", &filter.sent_on),
        ("DateSent>", &filter.sent_since),
        ("DateSent<", &filter.sent_until),
    ] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.append_pair("PageSize", &size.to_string());
    query.append_pair("Page", &number.to_string());
    if let Some(last) = last {
        query.append_pair("PageToken", last);
    }
    format!("/2010-04-01/Accounts/{account}/Messages.json?{}", query.finish())
}
