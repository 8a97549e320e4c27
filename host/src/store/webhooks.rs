//! Where what people write is forwarded to.

use super::Store;
use super::row::row;
use super::statement::values;
use super::{StoreError, Tx, row, sql};
use crate::time::Timestamp;

/// The most webhooks there are: each has requests in flight of its own.
pub const MAX_WEBHOOKS: i64 = 50;

/// A webhook, with its secrets sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// `default`, or whose messages it hears.
    pub scope: String,
    /// Where they are posted to.
    pub url: String,
    /// Whether it hears of keywords, too.
    pub keywords: bool,
    /// What signs them, sealed.
    pub secret: String,
    /// What signs them beside it, sealed, and until when.
    pub previous: Option<(String, Timestamp)>,
    /// When it was set first.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

row! {
    struct WebhookRow {
        sender: String,
        url: String,
        keywords: i64,
        secret: String,
        previous_secret: Option<String>,
        previous_until: Option<i64>,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            scope: row.sender,
            url: row.url,
            keywords: row.keywords == 1,
            secret: row.secret,
            previous: row.previous_secret.zip(row.previous_until.map(row::instant)),
            created_at: row::instant(row.created_at),
            updated_at: row::instant(row.updated_at),
        }
    }
}

impl Store {
    /// Every webhook, by its scope.
    ///
    /// # Errors
    /// The database failed.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows: Vec<WebhookRow> = self.all(&sql::LIST_WEBHOOKS, values![MAX_WEBHOOKS]).await?;
        Ok(rows.into_iter().map(Webhook::from).collect())
    }

    /// One webhook, by its scope.
    ///
    /// # Errors
    /// The database failed.
    pub async fn webhook(&self, scope: &str) -> Result<Option<Webhook>, StoreError> {
        let row: Option<WebhookRow> = self.first(&sql::WEBHOOK, values![scope]).await?;
        Ok(row.map(Webhook::from))
    }
}

impl Tx {
    /// Sets a webhook, which keeps its date of creation if there is one already.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let (previous, until) =
            webhook.previous.as_ref().map(|(it, at)| (it.as_str(), *at)).unzip();
        let values = values![
            &webhook.scope,
            &webhook.url,
            i64::from(webhook.keywords),
            &webhook.secret,
            previous,
            until,
            webhook.updated_at
        ];
        self.run(&sql::SET_WEBHOOK, values).await?;
        Ok(())
    }

    /// Puts the same secrets, sealed anew, in the place of those that were read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reseal_webhook(
        &mut self,
        read: &Webhook,
        secret: &str,
        previous: Option<&str>,
    ) -> Result<(), StoreError> {
        self.run(&sql::RESEAL_WEBHOOK, values![&read.scope, &read.secret, secret, previous])
            .await?;
        Ok(())
    }

    /// Removes a webhook, and gives up what waits for it. `false`: there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_webhook(
        &mut self,
        scope: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.run(&sql::REMOVE_WEBHOOK, values![scope]).await? == 0 {
            return Ok(false);
        }
        let ended = values![scope, "the webhook was removed", now];
        self.run(&sql::END_FORWARDS_OF_WEBHOOK, ended).await?;
        Ok(true)
    }
}
