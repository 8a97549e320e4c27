//! A template's versions: each save is one, and none is ever changed.

use serde::Serialize;

use super::statement::values;
use super::{Store, StoreError, row, sql};
use crate::time::Timestamp;

/// The most versions that a page of them holds.
pub const MAX_VERSIONS: i64 = 100;

/// A version of a template, as it was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TemplateVersion {
    /// From 1.
    pub version: i64,
    /// Its title then.
    pub title: String,
    /// Its body.
    pub body: String,
    /// When it was saved.
    pub created_at: Timestamp,
}

impl Store {
    /// A template's versions, the newest first, only those before a given one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn template_versions(
        &self,
        id: &str,
        before: Option<i64>,
    ) -> Result<Vec<TemplateVersion>, StoreError> {
        let which = values![id, before.unwrap_or(i64::MAX), MAX_VERSIONS];
        let rows: Vec<(i64, String, String, i64)> =
            self.all(&sql::TEMPLATE_VERSIONS, which).await?;
        let version = |(version, title, body, created_at)| TemplateVersion {
            version,
            title,
            body,
            created_at: row::instant(created_at),
        };
        Ok(rows.into_iter().map(version).collect())
    }

    /// The body of one version.
    ///
    /// # Errors
    /// The database failed.
    pub async fn version_body(&self, id: &str, version: i64) -> Result<Option<String>, StoreError> {
        self.value(&sql::TEMPLATE_VERSION_BODY, values![id, version]).await
    }
}
