//! Who may come in: API keys, console sessions and the one-time links that open them.
//!
//! The store sees SHA-256 hashes only; the secrets themselves are never written.

use std::time::Duration;

use super::statement::values;
use super::{Store, StoreError, Tx, sql};
use crate::id::new_id;
use crate::time::Timestamp;

/// What a row of the sessions stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// A link that opens one session, once.
    Link,
    /// A browser that is signed in.
    Session,
}

impl SessionKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Session => "session",
        }
    }

    const fn lifetime(self) -> Duration {
        const HOUR: u64 = 60 * 60;
        match self {
            Self::Link => Duration::from_secs(24 * HOUR),
            Self::Session => Duration::from_secs(30 * 24 * HOUR),
        }
    }
}

impl Store {
    /// The stored hash of an API key that is not revoked, to be compared in constant time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn api_key_hash(&self, hash: &str) -> Result<Option<String>, StoreError> {
        self.value(&sql::API_KEY_HASH, values![hash]).await
    }

    /// Whether there is no API key yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_no_api_key(&self) -> Result<bool, StoreError> {
        let any: Option<String> = self.value(&sql::ANY_API_KEY, values![]).await?;
        Ok(any.is_none())
    }

    /// The stored hash of a session that has not expired, to be compared in constant time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session_hash(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        self.value(&sql::SESSION_HASH, values![hash, now]).await
    }
}

impl Tx {
    /// Lets an API key in; one that is let in already stays so.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_api_key(
        &mut self,
        label: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::INSERT_API_KEY, values![new_id(), label, hash, now]).await?;
        Ok(())
    }

    /// Opens a session, or issues a link.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_session(
        &mut self,
        hash: &str,
        kind: SessionKind,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::FORGET_EXPIRED_SESSIONS, values![now]).await?;
        let end = now.plus(kind.lifetime());
        self.run(&sql::INSERT_SESSION, values![hash, kind.as_str(), now, end]).await?;
        Ok(())
    }

    /// Uses a link up. `false`: it was used, it has expired, or it never was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn use_link(&mut self, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        let done = self.run(&sql::USE_LINK, values![hash, now]).await?;
        Ok(done == 1)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_session(&mut self, hash: &str) -> Result<(), StoreError> {
        self.run(&sql::END_SESSION, values![hash]).await?;
        Ok(())
    }
}
