//! Idempotency keys: the same key and the same request get the same answer, for ever.

use super::{Store, StoreError, Tx, sql};
use crate::time::Timestamp;

/// A request that its caller may repeat without sending twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// What the caller sent in `Idempotency-Key`.
    pub key: String,
    /// The SHA-256 of the request's canonical JSON, in hexadecimal.
    pub request_hash: String,
}

/// What is remembered of a key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Remembered {
    /// The SHA-256 of the request that it came with.
    pub request_hash: String,
    /// The body of the 202 that answered it.
    pub response: String,
}

impl Store {
    /// What is remembered of a key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remembered(&self, key: &str) -> Result<Option<Remembered>, StoreError> {
        Ok(sqlx::query_as(sql::IDEMPOTENT_ANSWER).bind(key).fetch_optional(&self.readers).await?)
    }
}

impl Tx {
    /// Remembers an answer. `false`: another request with this key has committed first, and this
    /// transaction is to be dropped.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remember(
        &mut self,
        key: &IdempotencyKey,
        message_id: &str,
        response: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(sql::RECORD_IDEMPOTENT_ANSWER)
            .bind(&key.key)
            .bind(&key.request_hash)
            .bind(message_id)
            .bind(response)
            .bind(now.as_micros())
            .execute(&mut *self.0)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
