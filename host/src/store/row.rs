//! Reading rows of either database back into types that can hold nothing else.

use std::str::FromStr;
use std::time::Duration;

use sqlx::Postgres;
use sqlx::postgres::PgRow;

use super::StoreError;
use crate::time::Timestamp;

/// A row that both databases can give.
pub(super) trait Row: Sized + Send + 'static {
    /// Reads it.
    fn of(columns: &Columns<'_>) -> Result<Self, StoreError>;
}

/// The columns of a row, by name or by position.
pub(super) enum Columns<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
}

/// What a column holds: a text or a number, or nothing.
pub(super) trait Cell:
    rusqlite::types::FromSql + for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>
{
}

impl Cell for String {}
impl Cell for i64 {}
impl Cell for Option<String> {}
impl Cell for Option<i64> {}

impl Columns<'_> {
    pub(super) fn get<T, I>(&self, at: I) -> Result<T, StoreError>
    where
        T: Cell,
        I: rusqlite::RowIndex + sqlx::ColumnIndex<PgRow>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.get(at)?,
            Self::Postgres(row) => sqlx::Row::try_get(*row, at)?,
        })
    }
}

/// A field of a row: the column of its name or, for a row in a row, columns of its own.
pub(super) trait Field: Sized {
    fn named(name: &str, columns: &Columns<'_>) -> Result<Self, StoreError>;
}

impl<T: Cell> Field for T {
    fn named(name: &str, columns: &Columns<'_>) -> Result<Self, StoreError> {
        columns.get(name)
    }
}

/// Makes a struct a [`Row`], whose fields are columns of their names.
macro_rules! row {
    ($(#[$of_row:meta])* $shown:vis struct $name:ident {
        $($(#[$of_field:meta])* $field_shown:vis $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$of_row])*
        $shown struct $name {
            $($(#[$of_field])* $field_shown $field: $type),*
        }

        impl crate::store::row::Row for $name {
            fn of(
                columns: &crate::store::row::Columns<'_>,
            ) -> Result<Self, crate::store::StoreError> {
                use crate::store::row::Field;
                Ok(Self { $($field: <$type>::named(stringify!($field), columns)?),* })
            }
        }

        impl crate::store::row::Field for $name {
            fn named(
                _: &str,
                columns: &crate::store::row::Columns<'_>,
            ) -> Result<Self, crate::store::StoreError> {
                crate::store::row::Row::of(columns)
            }
        }
    };
}
pub(super) use row;

macro_rules! tuples {
    ($($($type:ident $at:literal),+;)+) => {
        $(impl<$($type: Cell + Send + 'static),+> Row for ($($type,)+) {
            fn of(columns: &Columns<'_>) -> Result<Self, StoreError> {
                Ok(($(columns.get::<$type, usize>($at)?,)+))
            }
        })+
    };
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}

/// A closed name, e.g. a state.
pub(super) fn name<T: FromStr>(what: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("the {what} `{text}`")))
}

/// An instant.
pub(super) fn instant(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// A while; no less than nothing.
pub(super) fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}
