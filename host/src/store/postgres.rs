//! How a statement runs on PostgreSQL.

use sqlx::Arguments;
use sqlx::postgres::PgArguments;

use super::StoreError;
use super::connections::Taken;
use super::row::{Columns, Row};
use super::statement::{Statement, Value, refuse_nul};

/// Runs a statement and says how many rows it wrote; no matter which of several in one trip.
pub(super) async fn execute(
    taken: &mut Taken,
    statement: &Statement,
    values: &[Value<'_>],
) -> Result<u64, StoreError> {
    let arguments = arguments(values)?;
    let done = sqlx::query_with(statement.postgres, arguments).execute(taken.connection()).await;
    taken
        .note(done)
        .map(|done| done.rows_affected())
        .map_err(StoreError::from)
        .inspect_err(|error| statement.report(error))
}

/// All rows.
pub(super) async fn all<T: Row>(
    taken: &mut Taken,
    statement: &Statement,
    values: &[Value<'_>],
) -> Result<Vec<T>, StoreError> {
    let arguments = arguments(values)?;
    let rows = sqlx::query_with(statement.postgres, arguments).fetch_all(taken.connection()).await;
    taken
        .note(rows)
        .map_err(StoreError::from)
        .and_then(|rows| rows.iter().map(|row| T::of(&Columns::Postgres(row))).collect())
        .inspect_err(|error| statement.report(error))
}

/// Text as TEXT, numbers as BIGINT.
fn arguments(values: &[Value<'_>]) -> Result<PgArguments, StoreError> {
    refuse_nul(values)?;
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Text(text) => arguments.add(text.as_deref()),
            Value::Number(number) => arguments.add(*number),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
