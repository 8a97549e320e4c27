//! Idempotency keys: the same key and the same request get the same answer, for ever.

use super::row::row;
use super::statement::values;
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

row! {
    /// What is remembered of a key.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Remembered {
        /// The SHA-256 of the request that it came with.
        pub request_hash: String,
        /// The body of the 202 that answered it.
        pub response: String,
    }
}

impl Store {
    /// What is remembered of a key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remembered(&self, key: &str) -> Result<Option<Remembered>, StoreError> {
        self.first(&sql::IDEMPOTENT_ANSWER, values![key]).await
    }
}

impl Tx {
    /// Remembers the answer to a key's first request, or gives the answer that the first got: a
    /// second one at the same time waits here until the first has ended. Before all
    /// else that its transaction writes, which ends by a commit in both cases.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remember(
        &mut self,
        key: &IdempotencyKey,
        message_id: &str,
        response: &str,
        now: Timestamp,
    ) -> Result<Option<Remembered>, StoreError> {
        let values = values![&key.key, &key.request_hash, message_id, response, now];
        if self.run(&sql::RECORD_IDEMPOTENT_ANSWER, values).await? == 1 {
            return Ok(None);
        }
        let lost = || StoreError::Corrupt("no answer for an idempotency key".to_owned());
        let first = self.first(&sql::IDEMPOTENT_ANSWER, values![&key.key]).await?;
        first.map(Some).ok_or_else(lost)
    }
}
