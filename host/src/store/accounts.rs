//! The Twilio account that was connected, with its token sealed.

use verbatim_core::AccountSid;

use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::time::Timestamp;

/// An account, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// Its name at Twilio.
    pub sid: AccountSid,
    /// The name that its owner gave it.
    pub label: String,
    /// Its token, sealed.
    pub token: String,
    /// The token before, sealed, which may have signed a webhook.
    pub previous_token: Option<String>,
    /// When Twilio said that the token is right.
    pub verified_at: Timestamp,
    /// When it was connected first.
    pub created_at: Timestamp,
}

row! {
    struct AccountRow {
        sid: String,
        label: String,
        token: String,
        previous_token: Option<String>,
        verified_at: i64,
        created_at: i64,
    }
}

impl Store {
    /// The account, if one is connected.
    ///
    /// # Errors
    /// The database failed.
    pub async fn account(&self) -> Result<Option<StoredAccount>, StoreError> {
        let row: Option<AccountRow> = self.first(&sql::ACCOUNT, values![]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(StoredAccount {
            sid: row::name("Account SID", &row.sid)?,
            label: row.label,
            token: row.token,
            previous_token: row.previous_token,
            verified_at: row::instant(row.verified_at),
            created_at: row::instant(row.created_at),
        }))
    }
}

impl Tx {
    /// Keeps an account, the only one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_account(&mut self, account: &StoredAccount) -> Result<(), StoreError> {
        self.remove_account().await?;
        let values = values![
            account.sid.as_str(),
            &account.label,
            &account.token,
            &account.previous_token,
            account.verified_at,
            account.created_at
        ];
        self.run(&sql::SET_ACCOUNT, values).await?;
        Ok(())
    }

    /// Forgets the account. `false`: there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_account(&mut self) -> Result<bool, StoreError> {
        Ok(self.run(&sql::REMOVE_ACCOUNT, values![]).await? > 0)
    }
}
