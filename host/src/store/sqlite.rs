//! A connection to a SQLite file, and how a statement runs on it: where it is called, because it
//! takes microseconds, and a way to another thread and back takes more. What takes longer (to
//! commit, to walk through many rows) has a thread of its own in [`super::group`] and
//! [`super::readers`].

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};

use super::StoreError;
use super::row::{Columns, Row};
use super::statement::{Statement, Value, refuse_nul};

/// How long a connection waits for another process's lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept for each connection: more than there are.
const STATEMENTS: usize = 512;

/// Opens a file for writing, and makes it if it is missing.
pub(super) fn open_to_write(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = open(file, flags)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: what was answered with 202 survives a power cut, not only a crash.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What was redacted is overwritten in the file, too, and not only no longer shown.
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

/// Opens a file for reading.
pub(super) fn open_to_read(file: &Path) -> Result<Connection, StoreError> {
    open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(file: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    // Each connection has one holder at a time, so SQLite need not lock it.
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A plan is made once. SQLite as it is built here has histograms of each index (STAT4), of which
    // nobody makes any, and would plan anew whenever a value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Runs a statement and says how many rows it wrote; no matter which of several in one trip.
pub(super) fn execute(
    connection: &Connection,
    statement: &Statement,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let written = refuse_nul(values).and_then(|()| {
        let mut written = 0;
        for part in statement.sqlite {
            let mut prepared = connection.prepare_cached(part)?;
            bind(&mut prepared, values)?;
            let mut rows = prepared.raw_query();
            while rows.next()?.is_some() {}
            written += connection.changes();
        }
        Ok(written)
    });
    written.inspect_err(|error| statement.report(error))
}

/// All rows of a statement in one part.
pub(super) fn all<T: Row>(
    connection: &Connection,
    statement: &Statement,
    values: &[Value<'_>],
) -> Result<Vec<T>, StoreError> {
    let read = refuse_nul(values).and_then(|()| {
        let mut found = Vec::new();
        for part in statement.sqlite {
            let mut prepared = connection.prepare_cached(part)?;
            bind(&mut prepared, values)?;
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next()? {
                found.push(T::of(&Columns::Sqlite(row))?);
            }
        }
        Ok(found)
    });
    read.inspect_err(|error| statement.report(error))
}

/// `$3` is the third value wherever it stands; to SQLite it is a name like any other.
fn bind(
    prepared: &mut rusqlite::Statement<'_>,
    values: &[Value<'_>],
) -> Result<(), rusqlite::Error> {
    for index in 1..=prepared.parameter_count() {
        let number = prepared.parameter_name(index).and_then(|name| name.get(1..)?.parse().ok());
        let value = number.and_then(|number: usize| values.get(number.checked_sub(1)?));
        let missing = || rusqlite::Error::InvalidParameterCount(values.len(), index);
        prepared.raw_bind_parameter(index, value.ok_or_else(missing)?)?;
    }
    Ok(())
}

/// Text as TEXT, numbers as INTEGER.
impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Number(Some(number)) => ValueRef::Integer(*number),
            Self::Text(None) | Self::Number(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
