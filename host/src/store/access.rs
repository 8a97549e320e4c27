//! Who may come in: API keys, console sessions and the one-time links that open them.
//!
//! The store sees SHA-256 hashes only; the secrets themselves are never written.

use std::time::Duration;

use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
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

/// An API key, without the key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ApiKey {
    /// UUIDv7.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
}

/// What became of a key that was to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// It is refused from now on; its label.
    Now(String),
    /// It was refused already.
    Before,
    /// There is no such key.
    Unknown,
}

impl Store {
    /// Every API key, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<(String, String, i64, Option<i64>)> =
            self.all(&sql::LIST_API_KEYS, values![]).await?;
        let key = |(id, label, created_at, revoked_at): (_, _, _, Option<i64>)| ApiKey {
            id,
            label,
            created_at: row::instant(created_at),
            revoked_at: revoked_at.map(row::instant),
        };
        Ok(rows.into_iter().map(key).collect())
    }

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
    /// Lets an API key in and gives its id; one that is there already stays as it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_api_key(
        &mut self,
        label: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let id = new_id();
        self.run(&sql::INSERT_API_KEY, values![&id, label, hash, now]).await?;
        Ok(id)
    }

    /// Refuses a key, and the sessions that it has opened, from the commit of this on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn revoke_api_key(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<Revoked, StoreError> {
        let label: Option<String> = self.value(&sql::API_KEY_LABEL, values![id]).await?;
        let Some(label) = label else { return Ok(Revoked::Unknown) };
        let done = self.run(&sql::REVOKE_API_KEY, values![id, now]).await?;
        Ok(if done == 1 { Revoked::Now(label) } else { Revoked::Before })
    }

    /// Opens a session, by an API key of this hash if it is by one, or issues a link.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_session(
        &mut self,
        hash: &str,
        kind: SessionKind,
        key_hash: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::FORGET_EXPIRED_SESSIONS, values![now]).await?;
        let end = now.plus(kind.lifetime());
        self.run(&sql::INSERT_SESSION, values![hash, kind.as_str(), key_hash, now, end]).await?;
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
