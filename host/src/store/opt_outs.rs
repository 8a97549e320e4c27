//! Reading consent: who has opted out of whom, and the ledger that says why.

use serde::Serialize;

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, row, sql};
use crate::sandbox::Pair;
use crate::time::Timestamp;

/// The most lines that a page holds.
const MAX_PAGE: i64 = 1_000;
/// Sorts after every UUIDv7.
const AFTER_ALL_IDS: &str = "~";

/// A pair that is opted out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OptOut {
    /// The person's number, E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// How a pair stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PairConsent {
    /// The person's number, E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// Whether nothing may be sent.
    pub opted_out: bool,
    /// When it was said last; nothing if it never was.
    pub since: Option<Timestamp>,
}

row! {
    struct LedgerRow {
        id: String,
        recipient: String,
        sender: String,
        action: String,
        source: String,
        reason: Option<String>,
        keyword: Option<String>,
        matched: Option<String>,
        raw_text: Option<String>,
        message_sid: Option<String>,
        happened_at: i64,
        recorded_at: i64,
    }
}

/// A line of the consent ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LedgerLine {
    /// UUIDv7, by the order of recording.
    pub id: String,
    /// The person's number, E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// `opt_out`, `opt_in`, or `consent`, which changes neither.
    pub action: String,
    /// How it became known: `inbound`, `twilio_refusal`, `operator`, `import` or `action`.
    pub source: String,
    /// Why an operator, a file or an action says so.
    pub reason: Option<String>,
    /// The keyword, e.g. `STOP`.
    pub keyword: Option<String>,
    /// The variant that matched.
    pub matched: Option<String>,
    /// What was received, to the letter.
    pub raw_text: Option<String>,
    /// The message that it was received in, by Twilio's name for it.
    pub message_sid: Option<String>,
    /// When it was said.
    pub happened_at: Timestamp,
    /// When it became known here.
    pub recorded_at: Timestamp,
}

impl From<LedgerRow> for LedgerLine {
    fn from(row: LedgerRow) -> Self {
        Self {
            id: row.id,
            recipient: row.recipient,
            sender: row.sender,
            action: row.action,
            source: row.source,
            reason: row.reason,
            keyword: row.keyword,
            matched: row.matched,
            raw_text: row.raw_text,
            message_sid: row.message_sid,
            happened_at: row::instant(row.happened_at),
            recorded_at: row::instant(row.recorded_at),
        }
    }
}

/// At most so many, and never more than a page.
fn capped(limit: Option<i64>) -> i64 {
    limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE)
}

impl Store {
    /// A page of those who have opted out, by recipient and sender, only those after a pair; and
    /// whether there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn opt_outs(
        &self,
        after: Option<&Pair>,
        limit: Option<i64>,
    ) -> Result<(Vec<OptOut>, bool), StoreError> {
        let limit = capped(limit);
        let (recipient, sender) =
            after.map_or(("", ""), |pair| (pair.recipient.as_str(), pair.sender.as_str()));
        let rows: Vec<(String, String, Option<i64>)> =
            self.walk(&sql::LIST_OPT_OUTS, values![recipient, sender, limit]).await?;
        let full = i64::try_from(rows.len()) == Ok(limit);
        let opt_out = |(recipient, sender, since): (_, _, Option<i64>)| OptOut {
            recipient,
            sender,
            since: since.map(row::instant),
        };
        Ok((rows.into_iter().map(opt_out).collect(), full))
    }

    /// How a pair stands, by its own row: for a Messaging Service, not by those of its numbers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pair(&self, pair: Pair) -> Result<PairConsent, StoreError> {
        let found: Option<(i64, Option<i64>)> =
            self.first(&sql::PAIR, values![&pair.recipient, &pair.sender]).await?;
        let (opted_out, since) = found.unwrap_or((0, None));
        Ok(PairConsent {
            recipient: pair.recipient,
            sender: pair.sender,
            opted_out: opted_out == 1,
            since: since.map(row::instant),
        })
    }

    /// A page of a person's lines in the ledger, the newest first, only those before a line; and
    /// whether there may be more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ledger(
        &self,
        recipient: &str,
        before: Option<&str>,
        limit: Option<i64>,
    ) -> Result<(Vec<LedgerLine>, bool), StoreError> {
        let limit = capped(limit);
        let which = values![recipient, before.unwrap_or(AFTER_ALL_IDS), limit];
        let rows: Vec<LedgerRow> = self.walk(&sql::LEDGER_OF_RECIPIENT, which).await?;
        let full = i64::try_from(rows.len()) == Ok(limit);
        Ok((rows.into_iter().map(LedgerLine::from).collect(), full))
    }
}
