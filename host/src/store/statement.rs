//! A statement with a name, for either database, and the values that it takes.
//!
//! One text for both; where they must differ (locks, and several writes in one trip) both texts
//! come from the same pieces.

use std::borrow::Cow;

use super::StoreError;
use crate::time::Timestamp;

/// SQL text with a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement {
    pub(super) name: &'static str,
    /// One after the other.
    pub(super) sqlite: &'static [&'static str],
    pub(super) postgres: &'static str,
}

impl Statement {
    /// Which one failed is for whoever looks into a database's trouble; values stay out of logs.
    pub(super) fn report(&self, error: &StoreError) {
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
/// - `NAME = ["first", "second", "last"] on postgres "text";`: writes of which one depends on
///   another, where PostgreSQL needs a text of its own: its parts do not see what others write.
macro_rules! statements {
    (@postgres [$a:literal, $b:literal]) => { concat!("WITH a AS (", $a, ") ", $b) };
    (@postgres [$a:literal, $b:literal, $c:literal]) => {
        concat!("WITH a AS (", $a, "), b AS (", $b, ") ", $c)
    };
    (@postgres [$a:literal, $b:literal, $c:literal, $d:literal]) => {
        concat!("WITH a AS (", $a, "), b AS (", $b, "), c AS (", $c, ") ", $d)
    };
    (@text $name:ident $text:literal) => {
        Statement { name: stringify!($name), sqlite: &[$text], postgres: $text }
    };
    (@text $name:ident $text:literal $ending:literal) => {
        Statement {
            name: stringify!($name),
            sqlite: &[$text],
            postgres: concat!($text, $ending),
        }
    };
    (@text $name:ident [$($part:literal),+]) => {
        Statement {
            name: stringify!($name),
            sqlite: &[$($part),+],
            postgres: statements!(@postgres [$($part),+]),
        }
    };
    (@text $name:ident [$($part:literal),+] on $postgres:literal) => {
        Statement { name: stringify!($name), sqlite: &[$($part),+], postgres: $postgres }
    };
    ($list:ident: $($(#[$doc:meta])* $name:ident = $text:tt
        $(postgres $ending:literal)? $(on postgres $other:literal)?;)*) => {
        $($(#[$doc])* pub(super) const $name: Statement =
            statements!(@text $name $text $($ending)? $(on $other)?);)*
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

impl Value<'_> {
    /// The same, borrowing nothing.
    pub(super) fn owned(&self) -> Value<'static> {
        match self {
            Self::Text(text) => {
                Value::Text(text.as_ref().map(|text| Cow::Owned(text.clone().into_owned())))
            }
            Self::Number(number) => Value::Number(*number),
        }
    }
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

/// PostgreSQL cannot hold U+0000 in a text, so neither database is given one.
pub(super) fn refuse_nul(values: &[Value<'_>]) -> Result<(), StoreError> {
    let has_nul = |value: &Value<'_>| match value {
        Value::Text(text) => text.as_deref().is_some_and(|text| text.contains('\0')),
        Value::Number(_) => false,
    };
    if values.iter().any(has_nul) { Err(StoreError::Nul) } else { Ok(()) }
}
