//! Opt-outs as a file: CSV with the columns `recipient` and `sender`, and, if they are there,
//! `reason` and `since` (RFC 3339). What is exported is imported elsewhere as it is; to import a
//! file again changes nothing.

use std::io::{Read, Write};

use serde::Serialize;
use verbatim_core::{PhoneNumber, Sender};

use crate::sandbox::{ConsentAction, Pair};
use crate::store::{ConsentSource, LedgerEntry, OptOut, Store, StoreError};
use crate::time::Timestamp;

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;
/// Rows recorded in one transaction.
const CHUNK: usize = 500;
const COLUMNS: [&str; 4] = ["recipient", "sender", "reason", "since"];

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pair: Pair,
    reason: Option<String>,
    since: Option<Timestamp>,
}

/// What an import has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Imported {
    /// Pairs that are opted out now and were not before.
    pub added: usize,
    /// Pairs that were opted out already, or have opted in again since.
    pub unchanged: usize,
}

/// A file that is not what it is to be.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct BadRow {
    /// The line, from 1.
    pub line: u64,
    /// What was expected and what was found.
    pub message: String,
}

impl BadRow {
    fn new(line: u64, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl From<csv::Error> for BadRow {
    fn from(error: csv::Error) -> Self {
        let line = error.position().map_or(1, csv::Position::line);
        Self::new(line, error.to_string())
    }
}

/// The reason, if it is one.
///
/// # Errors
/// One sentence.
pub fn reason(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if (1..=MAX_REASON).contains(&length) && !text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    Err(format!("expected a reason of 1 to {MAX_REASON} characters, found {length}"))
}

/// Reads a file row by row; after its first error there is nothing more.
///
/// # Errors
/// Its header lacks a column, or has one that is none of these.
pub fn read(input: impl Read) -> Result<impl Iterator<Item = Result<Row, BadRow>>, BadRow> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let header = reader.headers()?.clone();
    if let Some(unknown) = header.iter().find(|name| !COLUMNS.contains(name)) {
        let expected = COLUMNS.join("`, `");
        let message = format!("expected the columns `{expected}`, found `{unknown}`");
        return Err(BadRow::new(1, message));
    }
    let column = |name: &str| header.iter().position(|found| found == name);
    let needed = |name| {
        column(name)
            .ok_or_else(|| BadRow::new(1, format!("expected a column `{name}`, found none")))
    };
    let (recipient, sender) = (needed("recipient")?, needed("sender")?);
    let (reason, since) = (column("reason"), column("since"));
    Ok(reader.into_records().map(move |record| {
        let record = record?;
        let line = record.position().map_or(1, csv::Position::line);
        let field = |at: usize| record.get(at).unwrap_or_default();
        let given = |at: Option<usize>| at.map(field).filter(|text| !text.is_empty());
        let row = || -> Result<Row, String> {
            let recipient = PhoneNumber::new(field(recipient)).map_err(|it| it.message)?;
            let sender = Sender::new(field(sender)).map_err(|it| it.message)?;
            let since = given(since).map(|text| {
                Timestamp::parse(text).ok_or_else(|| {
                    format!("expected an instant such as 2026-11-24T03:16:00Z, found `{text}`")
                })
            });
            Ok(Row {
                pair: Pair {
                    recipient: recipient.as_str().to_owned(),
                    sender: sender.as_str().to_owned(),
                },
                reason: given(reason).map(self::reason).transpose()?,
                since: since.transpose()?,
            })
        };
        row().map_err(|message| BadRow::new(line, message))
    }))
}

/// Records rows, some hundred in a transaction. Interrupted, it is repeated from the start: what
/// was recorded is not recorded again.
///
/// # Errors
/// The database failed; the transactions before are kept.
pub async fn import(
    store: &Store,
    rows: impl Iterator<Item = Row>,
) -> Result<Imported, StoreError> {
    let mut imported = Imported::default();
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let mut chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect();
        let key = |row: &Row| (row.pair.recipient.clone(), row.pair.sender.clone());
        chunk.sort_by_cached_key(key);
        let all = chunk.len();
        chunk.dedup_by(|a, b| a.pair == b.pair);
        imported.unchanged += all - chunk.len();
        record(store, chunk, &mut imported).await?;
    }
    Ok(imported)
}

async fn record(store: &Store, chunk: Vec<Row>, imported: &mut Imported) -> Result<(), StoreError> {
    let mut entries = Vec::with_capacity(chunk.len());
    let now = store.now();
    for row in chunk {
        let stands = store.pair(row.pair.clone()).await?;
        let since = row.since.unwrap_or(now);
        // An older word than the last one changes nothing, so it needs no line in the ledger.
        if stands.opted_out || stands.since.is_some_and(|last| since < last) {
            imported.unchanged += 1;
            continue;
        }
        imported.added += 1;
        entries.push(LedgerEntry {
            pair: row.pair,
            action: ConsentAction::OptOut,
            source: ConsentSource::Import(row.reason),
            keyword: None,
            matched: None,
            raw_text: None,
            message_sid: None,
            happened_at: since,
        });
    }
    if entries.is_empty() {
        return Ok(());
    }
    let mut tx = store.write().await?;
    tx.record_consent(&entries, now).await?;
    tx.commit().await
}

/// Writes every opt-out there is, and says how many.
///
/// # Errors
/// The database or the output failed.
pub async fn export(store: &Store, output: impl Write) -> Result<u64, ExportError> {
    let mut writer = csv::Writer::from_writer(output);
    writer.write_record(["recipient", "sender", "since"])?;
    let (mut after, mut count) = (None, 0);
    loop {
        let (page, full) = store.opt_outs(after.as_ref(), None).await?;
        for OptOut { recipient, sender, since } in &page {
            let since = since.map(|since| since.to_string()).unwrap_or_default();
            writer.write_record([recipient, sender, &since])?;
            count += 1;
        }
        after = page
            .into_iter()
            .last()
            .map(|OptOut { recipient, sender, .. }| Pair { recipient, sender });
        if !full {
            writer.flush().map_err(csv::Error::from)?;
            return Ok(count);
        }
    }
}

/// An export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output failed.
    #[error("could not write the opt-outs: {0}")]
    Output(#[from] csv::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Row>, BadRow> {
        read(text.as_bytes())?.collect()
    }

    #[test]
    fn a_row_is_a_pair_with_a_reason_and_a_date_if_it_has_them() {
        let all = rows(
            "sender,recipient,reason,since\n+15550001234,+15550001111,wrote,2026-11-24T00:00:00Z\n\
             +15550001234,+15550001112,,\n",
        )
        .expect("rows");
        assert_eq!(all[0].pair.recipient, "+15550001111");
        assert_eq!(all[0].reason.as_deref(), Some("wrote"));
        assert!(all[0].since.is_some());
        assert_eq!((&all[1].reason, all[1].since), (&None, None));
        assert_eq!(rows("recipient,sender\n").expect("no rows"), []);
    }

    #[test]
    fn a_bad_row_is_told_by_its_line() {
        let head = "recipient,sender,since\n+15550001111,+15550001234,\n";
        for (line, bad) in [
            (3, "5550001111,+15550001234,"),
            (3, "+15550001111,MG1,"),
            (3, "+15550001111,+15550001234,yesterday"),
            (3, "+15550001111"),
        ] {
            let error = rows(&format!("{head}{bad}\n")).expect_err(bad);
            assert_eq!(error.line, line, "{error}");
        }
        for bad in ["recipient\n", "recipient,sender,extra\n", ""] {
            assert_eq!(rows(bad).expect_err(bad).line, 1);
        }
    }
}
