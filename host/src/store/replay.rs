//! What a message was made of, to make it again.

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, row, sql};
use crate::message::Environment;

/// A message and what it was rendered from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// The environment of the send.
    pub environment: Environment,
    /// The title and the body of the template's version; nothing for text that was given as it is.
    pub template: Option<(String, String)>,
    /// The language asked for.
    pub language: Option<String>,
    /// The values as JSON.
    pub values: String,
    /// What was to happen to a missing value.
    pub missing: Option<String>,
    /// The text that went out, byte for byte.
    pub text: String,
    /// The SHA-256 of the text as it was accepted, in hexadecimal.
    pub text_sha256: String,
    /// Whether text and values were taken out.
    pub is_redacted: bool,
    /// The SHA-256 of the module that rendered it, in hexadecimal.
    pub module: String,
}

row! {
    struct OriginalRow {
        recipient: String,
        sender: String,
        environment: String,
        template: Option<String>,
        template_body: Option<String>,
        language: Option<String>,
        token_values: String,
        missing: Option<String>,
        body: String,
        body_sha256: String,
        redacted_at: Option<i64>,
        module: String,
    }
}

impl Store {
    /// A message and what it was rendered from. Versions of a template are never changed, and stay
    /// when it is deleted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn original(&self, message_id: &str) -> Result<Option<Original>, StoreError> {
        let row: Option<OriginalRow> = self.first(&sql::ORIGINAL, values![message_id]).await?;
        let Some(row) = row else { return Ok(None) };
        let template = match (row.template, row.template_body) {
            (Some(title), Some(body)) => Some((title, body)),
            (None, _) => None,
            (Some(title), None) => {
                let missing = format!("a message of `{title}` without the version of it");
                return Err(StoreError::Corrupt(missing));
            }
        };
        Ok(Some(Original {
            recipient: row.recipient,
            sender: row.sender,
            environment: row::name("environment", &row.environment)?,
            template,
            language: row.language,
            values: row.token_values,
            missing: row.missing,
            text: row.body,
            text_sha256: row.body_sha256,
            is_redacted: row.redacted_at.is_some(),
            module: row.module,
        }))
    }
}
