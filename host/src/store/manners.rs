//! How much was sent lately, as far as good manners ask; and settings by name.

use super::statement::values;
use super::{Store, StoreError, Tx, sql};
use crate::id::{first_id_at, sha256_hex};
use crate::time::Timestamp;

impl Store {
    /// A setting by its name.
    pub(crate) async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.value(&sql::SETTING, values![name]).await
    }
}

impl Tx {
    /// A setting by its name.
    pub(crate) async fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        self.value(&sql::SETTING, values![name]).await
    }

    /// Sets one.
    pub(crate) async fn set_setting(
        &mut self,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::SET_SETTING, values![name, value, now]).await?;
        Ok(())
    }

    /// Whether a person was sent so many messages since a moment, or more.
    pub(crate) async fn has_sent_to(
        &mut self,
        recipient: &str,
        messages: u32,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let most = i64::from(messages);
        let which = values![recipient, first_id_at(since), most];
        let sent: Option<i64> = self.value(&sql::SENT_TO_SINCE, which).await?;
        Ok(sent.is_some_and(|sent| sent >= most))
    }

    /// Whether a person was sent this very text since a moment.
    pub(crate) async fn has_said_to(
        &mut self,
        recipient: &str,
        text: &str,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let which = values![recipient, first_id_at(since), sha256_hex(text.as_bytes())];
        let said: Option<String> = self.value(&sql::SAID_TO_SINCE, which).await?;
        Ok(said.is_some())
    }

    /// Whether so many messages were sent since a moment, or more.
    pub(crate) async fn has_sent(
        &mut self,
        messages: u32,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let most = i64::from(messages);
        let which = values![first_id_at(since), most];
        let sent: Option<i64> = self.value(&sql::SENT_SINCE, which).await?;
        Ok(sent.is_some_and(|sent| sent >= most))
    }
}
