//! How senders are registered, as Twilio said when it was last asked. What that means is not known
//! here.

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::time::Timestamp;

/// The most senders that are asked about.
const MAX_LISTED: i64 = 10_000;

/// What was said of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRegistration {
    /// The brand's status.
    pub brand: Option<String>,
    /// The campaign's.
    pub campaign: Option<String>,
    /// All else, as JSON.
    pub detail: String,
    /// When Twilio said so.
    pub checked_at: Timestamp,
}

row! {
    struct RegistrationRow {
        sender: String,
        brand: Option<String>,
        campaign: Option<String>,
        detail: Option<String>,
        checked_at: Option<i64>,
    }
}

impl RegistrationRow {
    fn read(self) -> (String, Option<StoredRegistration>) {
        let Self { sender, brand, campaign, detail, checked_at } = self;
        let known = detail.zip(checked_at).map(|(detail, checked_at)| StoredRegistration {
            brand,
            campaign,
            detail,
            checked_at: row::instant(checked_at),
        });
        (sender, known)
    }
}

impl Store {
    /// Every sender that an environment or a template has, by name, with what was said of it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn registrations(
        &self,
    ) -> Result<Vec<(String, Option<StoredRegistration>)>, StoreError> {
        let rows: Vec<RegistrationRow> =
            self.all(&sql::LIST_REGISTRATIONS, values![MAX_LISTED]).await?;
        Ok(rows.into_iter().map(RegistrationRow::read).collect())
    }

    /// What was said of one sender.
    ///
    /// # Errors
    /// The database failed.
    pub async fn registration(
        &self,
        sender: &str,
    ) -> Result<Option<StoredRegistration>, StoreError> {
        let row: Option<RegistrationRow> = self.first(&sql::REGISTRATION, values![sender]).await?;
        Ok(row.and_then(|row| row.read().1))
    }
}

impl Tx {
    /// Notes what was said of senders, and forgets what was said of others before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_registrations(
        &mut self,
        all: &[(String, StoredRegistration)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (sender, StoredRegistration { brand, campaign, detail, checked_at }) in all {
            let values = values![sender, brand, campaign, detail, *checked_at];
            self.run(&sql::SET_REGISTRATION, values).await?;
        }
        self.run(&sql::FORGET_REGISTRATIONS, values![now]).await?;
        Ok(())
    }
}
