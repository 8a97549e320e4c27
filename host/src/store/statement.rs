//! A statement with a name, and what runs it on either database.
//!
//! One text for both; where they must differ (locks, and several writes in one trip) both texts
//! come from the same pieces. Values go in by position and rows come out typed.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, FromRow};

use super::StoreError;
use crate::time::Timestamp;

/// SQL text with a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    pub(super) name: &'static str,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Statement {
    /// Which one failed is for whoever looks into a database's trouble; values stay out of logs.
    fn report(&self, error: &StoreError) {
        tracing::debug!(statement = self.name, %error, "a statement failed");
    }
}

/// Makes `const NAME: Statement` of each, and `ALL`, in which a test finds them.
///
/// - `NAME = "text";`: the same text on both.
/// - `NAME = "text" postgres " FOR UPDATE";`: PostgreSQL adds an ending. SQLite needs none: it has
///   one writer at a time.
/// - `NAME = ["first", "second", "last"];`: independent writes in one trip. SQLite runs them one
///   after the other; on PostgreSQL all but the last are `WITH` parts of the last.
macro_rules! statements {
    (@sqlite [$first:literal $(, $rest:literal)*]) => { concat!($first $(, "; ", $rest)*) };
    (@postgres [$a:literal, $b:literal]) => { concat!("WITH a AS (", $a, ") ", $b) };
    (@postgres [$a:literal, $b:literal, $c:literal]) => {
        concat!("WITH a AS (", $a, "), b AS (", $b, ") ", $c)
    };
    (@text $name:ident $text:literal) => {
        Statement { name: stringify!($name), sqlite: $text, postgres: $text }
    };
    (@text $name:ident $text:literal $ending:literal) => {
        Statement { name: stringify!($name), sqlite: $text, postgres: concat!($text, $ending) }
    };
    (@text $name:ident [$($part:literal),+]) => {
        Statement {
            name: stringify!($name),
            sqlite: statements!(@sqlite [$($part),+]),
            postgres: statements!(@postgres [$($part),+]),
        }
    };
    ($list:ident: $($(#[$doc:meta])* $name:ident = $text:tt $(postgres $ending:literal)?;)*) => {
        $($(#[$doc])* pub(super) const $name: Statement =
            statements!(@text $name $text $($ending)?);)*
        #[cfg(test)]
        pub(super) const $list: &[Statement] = &[$($name),*];
    };
}
pub(super) use statements;

/// What a statement takes: text or a number, or nothing of either.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Text(Option<Cow<'a, str>>),
    Number(Option<i64>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        Self::from(text.as_deref())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(instant: Timestamp) -> Self {
        Self::Number(Some(instant.as_micros()))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(instant: Option<Timestamp>) -> Self {
        Self::Number(instant.map(Timestamp::as_micros))
    }
}

/// The values of a statement, in the order of `$1`, `$2`, ….
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$(crate::store::statement::Value::from($value)),*] };
}
pub(super) use values;

/// A row that both databases can give.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// A connection to either database.
#[derive(Debug)]
pub(super) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection<'_> {
    /// Runs a statement and says how many rows it wrote.
    pub(super) async fn execute(
        self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let done = self.try_execute(statement, values).await;
        done.inspect_err(|error| statement.report(error))
    }

    /// All rows.
    pub(super) async fn all<T: Row>(
        self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.try_all(statement, values).await;
        rows.inspect_err(|error| statement.report(error))
    }

    async fn try_execute(
        self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        refuse_nul(values)?;
        let done = match self {
            Self::Sqlite(connection) => {
                sqlx::query_with(statement.sqlite, arguments::<SqliteArguments>(values)?)
                    .execute(connection)
                    .await?
                    .rows_affected()
            }
            Self::Postgres(connection) => {
                sqlx::query_with(statement.postgres, arguments::<PgArguments>(values)?)
                    .execute(connection)
                    .await?
                    .rows_affected()
            }
        };
        Ok(done)
    }

    async fn try_all<T: Row>(
        self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        refuse_nul(values)?;
        Ok(match self {
            Self::Sqlite(connection) => {
                sqlx::query_as_with(statement.sqlite, arguments::<SqliteArguments>(values)?)
                    .fetch_all(connection)
                    .await?
            }
            Self::Postgres(connection) => {
                sqlx::query_as_with(statement.postgres, arguments::<PgArguments>(values)?)
                    .fetch_all(connection)
                    .await?
            }
        })
    }
}

/// Both databases take the same values: text as TEXT, numbers as BIGINT.
fn arguments<A>(values: &[Value<'_>]) -> Result<A, StoreError>
where
    A: Arguments,
    for<'t> Option<&'t str>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    for<'t> Option<i64>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
{
    let mut arguments = A::default();
    for value in values {
        let added = match value {
            Value::Text(text) => arguments.add(text.as_deref()),
            Value::Number(number) => arguments.add(*number),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// PostgreSQL cannot hold U+0000 in a text, so neither database is given one.
fn refuse_nul(values: &[Value<'_>]) -> Result<(), StoreError> {
    let has_nul = |value: &Value<'_>| match value {
        Value::Text(text) => text.as_deref().is_some_and(|text| text.contains('\0')),
        Value::Number(_) => false,
    };
    if values.iter().any(has_nul) { Err(StoreError::Nul) } else { Ok(()) }
}
