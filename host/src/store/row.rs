//! Reading rows back into types that can hold nothing else.

use std::str::FromStr;
use std::time::Duration;

use super::StoreError;
use crate::time::Timestamp;

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
