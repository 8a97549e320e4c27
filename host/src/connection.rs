//! The Twilio account that a host sends by: one that the environment gives, or one that is kept in
//! the database, sealed, and may be connected, changed and taken away while hosts run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use verbatim_core::AccountSid;

use crate::metrics::Times;
use crate::seal::{Vault, VaultError};
use crate::store::{Store, StoreError, StoredAccount};
use crate::twilio::account::{self, AccountError};
use crate::twilio::client::{Account, Client, ClientError};
use crate::twilio::signature::Keys;

/// How long webhooks may still be signed by the token before: what Twilio sent before the change.
const BOTH_VALID_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How often a host looks whether another one has changed the account.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Where the account comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The environment: it stays until the host stops.
    Given,
    /// The database.
    Stored,
}

/// The account in use. Clones are one.
#[derive(Debug, Clone)]
pub struct Connection(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Source,
    base_url: Url,
    /// What else may have signed a webhook, whatever the account's own tokens are.
    others: Keys,
    times: Times,
    line: RwLock<Line>,
    /// Rises with each change.
    generation: AtomicU64,
}

#[derive(Debug, Default)]
struct Line {
    client: Option<Client>,
    tokens: Vec<SecretString>,
    stored: Option<StoredAccount>,
}

/// Why no account was connected.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Twilio refused it, or could not be asked.
    #[error(transparent)]
    Twilio(#[from] AccountError),
    /// It cannot send.
    #[error("expected an account that is active, found `{name}`, which is {status}")]
    NotActive {
        /// Its name.
        name: String,
        /// `suspended` or `closed`.
        status: String,
    },
    /// The environment has given another.
    #[error(
        "the account comes from the environment; take TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN out \
         of it, and start the host again"
    )]
    Given,
    /// Its token cannot be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its client could not be made.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// For what a token is sealed.
fn place_of(sid: &AccountSid) -> String {
    format!("accounts.token:{sid}")
}

impl Connection {
    /// The account that the environment gives, with what else may have signed a webhook.
    ///
    /// # Errors
    /// Its client could not be made.
    pub fn given(account: Account, others: Keys) -> Result<Self, ClientError> {
        let connection = Self::new(Source::Given, account.base_url.clone(), others);
        connection.switch(Some(account), Vec::new(), None)?;
        Ok(connection)
    }

    /// The account in the database, once there is one.
    #[must_use]
    pub fn stored(base_url: Url, others: Keys) -> Self {
        Self::new(Source::Stored, base_url, others)
    }

    fn new(source: Source, base_url: Url, others: Keys) -> Self {
        Self(Arc::new(Inner {
            source,
            base_url,
            others,
            times: Times::of_a_network(),
            line: RwLock::default(),
            generation: AtomicU64::new(0),
        }))
    }

    /// Where the account comes from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.0.source
    }

    /// The client of the account; nothing while none is connected.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        self.read(|line| line.client.clone())
    }

    /// What may have signed a webhook.
    #[must_use]
    pub fn webhook_keys(&self) -> Keys {
        let Keys { tokens, shared } = &self.0.others;
        let tokens = self.read(|line| line.tokens.iter().chain(tokens).cloned().collect());
        Keys { tokens, shared: shared.clone() }
    }

    /// How long requests to send took.
    #[must_use]
    pub fn times(&self) -> &Times {
        &self.0.times
    }

    /// A number that rises with each change of the account.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    fn read<T>(&self, what: impl FnOnce(&Line) -> T) -> T {
        what(&self.0.line.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn switch(
        &self,
        account: Option<Account>,
        previous: Vec<SecretString>,
        stored: Option<StoredAccount>,
    ) -> Result<(), ClientError> {
        let own = account.as_ref().map(|account| account.token.clone());
        let tokens = own.into_iter().chain(previous).collect();
        let client = account.map(|it| Client::with_times(it, self.0.times.clone())).transpose()?;
        let mut line = self.0.line.write().unwrap_or_else(PoisonError::into_inner);
        *line = Line { client, tokens, stored };
        self.0.generation.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Uses the account that the database holds now, or none if it holds none.
    ///
    /// # Errors
    /// Its token does not open, or the database failed.
    pub async fn refresh(&self, store: &Store, vault: &Vault) -> Result<(), ConnectError> {
        if self.source() == Source::Given {
            return Ok(());
        }
        let stored = store.account().await?;
        if self.read(|line| line.stored == stored) {
            return Ok(());
        }
        let Some(stored) = stored else { return Ok(self.switch(None, Vec::new(), None)?) };
        let account = open(&stored, vault, &self.0.base_url)?;
        let previous = match &stored.previous_token {
            Some(sealed) if store.now() < stored.verified_at.plus(BOTH_VALID_FOR) => {
                Some(vault.open(&place_of(&stored.sid), sealed)?)
            }
            Some(_) | None => None,
        };
        Ok(self.switch(Some(account), previous.into_iter().collect(), Some(stored))?)
    }

    /// Follows what other hosts change, for as long as it is polled.
    pub async fn follow(self, store: Store, vault: Vault) {
        if self.source() == Source::Given {
            return;
        }
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Err(error) = self.refresh(&store, &vault).await {
                tracing::error!(%error, "the account in the database cannot be used");
            }
        }
    }

    /// Asks Twilio whether a token is the account's, seals it, keeps it, and uses it.
    ///
    /// # Errors
    /// It is not, the account cannot send, or the environment has given another.
    pub async fn connect(
        &self,
        store: &Store,
        vault: &Vault,
        sid: AccountSid,
        token: SecretString,
    ) -> Result<StoredAccount, ConnectError> {
        if self.source() == Source::Given {
            return Err(ConnectError::Given);
        }
        let account = Account { sid, token, base_url: self.0.base_url.clone() };
        let found = account::fetch(&account).await?;
        if found.status != "active" {
            let (name, status) = (found.friendly_name, found.status);
            return Err(ConnectError::NotActive { name, status });
        }
        let sealed = vault.seal(&place_of(&sid), &account.token)?;
        let before = store.account().await?.filter(|before| before.sid == sid);
        let mut tx = store.write().await?;
        let now = tx.now().await?;
        let stored = StoredAccount {
            sid,
            label: found.friendly_name,
            token: sealed,
            // One that does not open any more is of no use.
            previous_token: before
                .as_ref()
                .map(|before| before.token.clone())
                .filter(|token| vault.open(&place_of(&sid), token).is_ok()),
            verified_at: now,
            created_at: before.map_or(now, |before| before.created_at),
        };
        tx.set_account(&stored).await?;
        tx.commit().await?;
        self.refresh(store, vault).await?;
        Ok(stored)
    }

    /// Takes the account out of the database. Nothing is sent until another is connected. `false`:
    /// there was none.
    ///
    /// # Errors
    /// The environment has given one, or the database failed.
    pub async fn disconnect(&self, store: &Store, vault: &Vault) -> Result<bool, ConnectError> {
        if self.source() == Source::Given {
            return Err(ConnectError::Given);
        }
        let mut tx = store.write().await?;
        let was_there = tx.remove_account().await?;
        tx.commit().await?;
        self.refresh(store, vault).await?;
        Ok(was_there)
    }
}

/// The account that the database holds, for a command that does not run a host.
///
/// # Errors
/// Its token does not open, or the database failed.
pub async fn kept(
    store: &Store,
    vault: &Vault,
    base_url: &Url,
) -> Result<Option<Account>, ConnectError> {
    let stored = store.account().await?;
    stored.map(|stored| open(&stored, vault, base_url)).transpose()
}

fn open(stored: &StoredAccount, vault: &Vault, base_url: &Url) -> Result<Account, ConnectError> {
    let token = vault.open(&place_of(&stored.sid), &stored.token)?;
    Ok(Account { sid: stored.sid, token, base_url: base_url.clone() })
}

/// Seals the token by the first key of a vault.
///
/// # Errors
/// It does not open, or the database failed.
pub async fn reseal(store: &Store, vault: &Vault) -> Result<(), ConnectError> {
    let Some(stored) = store.account().await? else { return Ok(()) };
    let place = place_of(&stored.sid);
    let Some(token) = vault.reseal(&place, &stored.token)? else { return Ok(()) };
    let previous_token = match &stored.previous_token {
        Some(previous) => vault.reseal(&place, previous)?.or(stored.previous_token.clone()),
        None => None,
    };
    let mut tx = store.write().await?;
    tx.set_account(&StoredAccount { token, previous_token, ..stored }).await?;
    Ok(tx.commit().await?)
}
