//! Who may come in: API keys, console sessions and the one-time links that open them.
//!
//! The store sees SHA-256 hashes only; the secrets themselves are never written.

use std::time::Duration;

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::id::new_id;
use crate::limit::RequestRate;
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
    /// How often it may ask.
    #[serde(serialize_with = "shown")]
    pub rate: RequestRate,
}

fn shown<S: serde::Serializer>(rate: &RequestRate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(rate)
}

/// Whoever may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The stored hash of the key or session, to be compared in constant time.
    pub hash: String,
    /// By whom requests are counted: a key's sessions count with it.
    pub who: String,
    /// How often they may ask.
    pub rate: RequestRate,
}

row! {
    struct VisitorRow {
        hash: String,
        who: String,
        requests_per_second: Option<i64>,
        burst: Option<i64>,
    }
}

impl From<VisitorRow> for Visitor {
    fn from(row: VisitorRow) -> Self {
        Self { hash: row.hash, who: row.who, rate: rate(row.requests_per_second, row.burst) }
    }
}

/// As it is stored: 0 for any number, nothing for the default.
fn rate(per_second: Option<i64>, burst: Option<i64>) -> RequestRate {
    let number = |it: Option<i64>| it.and_then(|it| u32::try_from(it).ok());
    match (number(per_second), number(burst)) {
        (Some(0), _) => RequestRate::Unlimited,
        (Some(per_second), Some(burst)) => RequestRate::Limited { per_second, burst },
        (Some(_), None) | (None, _) => RequestRate::default(),
    }
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

row! {
    struct KeyRow {
        id: String,
        label: String,
        created_at: i64,
        revoked_at: Option<i64>,
        requests_per_second: Option<i64>,
        burst: Option<i64>,
    }
}

impl From<KeyRow> for ApiKey {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id,
            label: row.label,
            created_at: row::instant(row.created_at),
            revoked_at: row.revoked_at.map(row::instant),
            rate: rate(row.requests_per_second, row.burst),
        }
    }
}

impl Store {
    /// Every API key, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let rows: Vec<KeyRow> = self.all(&sql::LIST_API_KEYS, values![]).await?;
        Ok(rows.into_iter().map(ApiKey::from).collect())
    }

    /// Whoever has the API key of this hash, which is not revoked.
    ///
    /// # Errors
    /// The database failed.
    pub async fn visitor_by_key(&self, hash: &str) -> Result<Option<Visitor>, StoreError> {
        let row: Option<VisitorRow> = self.first(&sql::API_KEY_HASH, values![hash]).await?;
        Ok(row.map(Visitor::from))
    }

    /// Whether there is no API key yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_no_api_key(&self) -> Result<bool, StoreError> {
        let any: Option<String> = self.value(&sql::ANY_API_KEY, values![]).await?;
        Ok(any.is_none())
    }

    /// Whoever has the session of this hash, which has not expired.
    ///
    /// # Errors
    /// The database failed.
    pub async fn visitor_by_session(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<Visitor>, StoreError> {
        let row: Option<VisitorRow> = self.first(&sql::SESSION_HASH, values![hash, now]).await?;
        Ok(row.map(Visitor::from))
    }
}

impl Tx {
    /// Lets an API key in, which may ask so often or by default, and gives its id; one that is there
    /// already stays as it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_api_key(
        &mut self,
        label: &str,
        hash: &str,
        rate: Option<RequestRate>,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let id = new_id();
        let (per_second, burst) = match rate {
            None => (None, None),
            Some(RequestRate::Unlimited) => (Some(0), None),
            Some(RequestRate::Limited { per_second, burst }) => {
                (Some(i64::from(per_second)), Some(i64::from(burst)))
            }
        };
        let values = values![&id, label, hash, now, per_second, burst];
        self.run(&sql::INSERT_API_KEY, values).await?;
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
