//! Whether carriers take what the senders in use send (A2P 10DLC), as Twilio said when it was last
//! asked: every hour, and at once when senders or the account are others. It is kept in the database,
//! so that a restart forgets nothing, and a live send asks nobody.
//!
//! What is not known blocks nothing: Twilio is not reached, does not list a sender, or was not asked
//! for a day.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::connection::Connection;
use crate::number::{Kind, kind};
use crate::store::{Store, StoreError, StoredRegistration, Tx};
use crate::time::Timestamp;
use crate::twilio::client::Client;
use crate::twilio::directory::{Cached, Directory};
use crate::twilio::list::AskError;
use crate::twilio::registration::{Campaign, Registration, Standing};

/// How often Twilio is asked.
pub const EVERY: Duration = Duration::from_secs(60 * 60);
/// How long its answer counts, if it does not give another.
pub const GOOD_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How often it is looked whether another host, or a command, has brought a sender.
const TICK: Duration = Duration::from_secs(30);
/// How long Twilio is left alone when it has not answered.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// The setting that holds what becomes of a blocked live message, as JSON.
const SETTING: &str = "on_unregistered";

/// What becomes of a live message that carriers would block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnUnregistered {
    /// It is refused; the default.
    #[default]
    Refuse,
    /// It is accepted, with a warning.
    Warn,
}

impl OnUnregistered {
    /// What a project has set.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(store: &Store) -> Result<Self, StoreError> {
        let Some(text) = store.setting(SETTING).await? else { return Ok(Self::default()) };
        serde_json::from_str(&text).map_err(|_| {
            StoreError::Corrupt(format!("the setting of unregistered senders `{text}`"))
        })
    }

    /// Sets it, from the commit on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set(self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        tx.set_setting(SETTING, &serde_json::json!(self).to_string(), now).await
    }
}

/// What is known of a sender in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// How it is registered.
    pub registration: Registration,
    /// When Twilio said so; nothing if it did not yet.
    pub checked_at: Option<Timestamp>,
}

/// What is to be said against a live message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    known: Known,
    /// What becomes of the message.
    pub then: OnUnregistered,
}

/// Why Twilio's word is not known.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// There is nobody to ask.
    #[error("no account is connected; `PUT /v1/account` connects one")]
    NoAccount,
    /// Twilio did not say.
    #[error(transparent)]
    Twilio(#[from] AskError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is kept beside the two statuses.
#[derive(Serialize, Deserialize)]
struct Detail {
    /// Of which account: what is known of another's senders says nothing.
    account: String,
    standing: Standing,
    service: Option<String>,
    links: Option<bool>,
    phone_numbers: Option<bool>,
    samples: Vec<String>,
}

/// The registrations of the senders in use. Clones are one.
#[derive(Debug, Clone)]
pub struct Registrations(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    connection: Connection,
    directory: Cached,
    wake: Notify,
    /// Held while Twilio is asked, so that no older answer is written over a newer one.
    asking: tokio::sync::Mutex<()>,
    /// Why the last look failed.
    problem: Mutex<Option<String>>,
}

impl Registrations {
    /// Those of a store's senders at the account of a connection.
    #[must_use]
    pub fn new(store: Store, connection: Connection) -> Self {
        Self(Arc::new(Inner {
            store,
            connection,
            directory: Cached::default(),
            wake: Notify::new(),
            asking: tokio::sync::Mutex::default(),
            problem: Mutex::default(),
        }))
    }

    /// What the account has at Twilio, a few minutes old at most, and how old.
    ///
    /// # Errors
    /// There is no account, or Twilio did not say.
    pub async fn directory(&self) -> Result<(Directory, Duration), LookError> {
        Ok(self.0.directory.get(&self.client()?).await?)
    }

    /// Senders or the account may be others: Twilio is asked, if they are.
    pub fn may_have_changed(&self) {
        self.0.wake.notify_one();
    }

    /// Why the last look failed, if it did.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.0.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks Twilio whenever it is time, for as long as it is polled.
    pub async fn keep(self) {
        loop {
            if let Err(error) = self.look_if_due().await {
                tracing::warn!(%error, "the senders' registrations are as they were known");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = self.0.wake.notified() => {}
            }
        }
    }

    async fn look_if_due(&self) -> Result<(), LookError> {
        if self.0.connection.client().is_none() {
            return Ok(());
        }
        let since = self.0.store.now().minus(EVERY);
        let is_known = |known: &Known| known.checked_at.is_some_and(|at| at > since);
        if self.all().await?.iter().all(is_known) { Ok(()) } else { self.look().await }
    }

    /// Asks Twilio now, about every sender in use.
    ///
    /// # Errors
    /// Twilio did not say, or the database failed; then what was known is kept.
    pub async fn look(&self) -> Result<(), LookError> {
        let looked = self.look_now().await;
        let problem = looked.as_ref().err().map(ToString::to_string);
        *self.0.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        looked
    }

    async fn look_now(&self) -> Result<(), LookError> {
        let _asking = self.0.asking.lock().await;
        let client = self.client()?;
        let directory = self.0.directory.anew(&client).await?;
        let senders = self.0.store.registrations().await?;
        let mut tx = self.0.store.write().await?;
        let now = tx.now().await?;
        let account = client.account_sid().to_string();
        let of = |(sender, _): (String, _)| {
            let registration = directory.registration(&sender);
            (sender, stored(account.clone(), registration, now))
        };
        let all: Vec<_> = senders.into_iter().map(of).collect();
        tx.set_registrations(&all, now).await?;
        Ok(tx.commit().await?)
    }

    fn client(&self) -> Result<Client, LookError> {
        self.0.connection.client().ok_or(LookError::NoAccount)
    }

    /// What is known of each sender in use, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(&self) -> Result<Vec<Known>, StoreError> {
        let all = self.0.store.registrations().await?.into_iter();
        all.map(|(sender, stored)| self.known(sender, stored)).collect()
    }

    /// What is known of a sender, in use or not yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn one(&self, sender: &str) -> Result<Known, StoreError> {
        let stored = self.0.store.registration(sender).await?;
        let mut known = self.known(sender.to_owned(), stored)?;
        if known.checked_at.is_none()
            && let Ok((directory, age)) = self.directory().await
        {
            known.registration = directory.registration(sender);
            known.checked_at = Some(self.0.store.now().minus(age));
        }
        Ok(known)
    }

    /// What is to be said against a live message, because carriers would block it: one from a US or
    /// Canadian long code to a phone there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn objection(
        &self,
        sender: &str,
        recipient: &str,
    ) -> Result<Option<Objection>, StoreError> {
        if kind(recipient) == Kind::Other {
            return Ok(None);
        }
        let stored = self.0.store.registration(sender).await?;
        let known = self.known(sender.to_owned(), stored)?;
        if !known.registration.standing.is_blocked() {
            return Ok(None);
        }
        let then = OnUnregistered::of(&self.0.store).await?;
        Ok(Some(Objection { known, then }))
    }

    /// What was kept, as far as it still counts.
    fn known(
        &self,
        sender: String,
        stored: Option<StoredRegistration>,
    ) -> Result<Known, StoreError> {
        let account = self.0.connection.client().map(|client| client.account_sid().to_string());
        let since = self.0.store.now().minus(GOOD_FOR);
        let nothing =
            |sender| Known { sender, registration: Registration::UNKNOWN, checked_at: None };
        let Some(stored) = stored.filter(|stored| stored.checked_at > since) else {
            return Ok(nothing(sender));
        };
        let detail: Detail = serde_json::from_str(&stored.detail)
            .map_err(|_| StoreError::Corrupt(format!("the registration of `{sender}`")))?;
        if account.as_ref() != Some(&detail.account) {
            return Ok(nothing(sender));
        }
        let campaign = stored.campaign.map(|status| Campaign {
            status,
            brand: stored.brand,
            links: detail.links,
            phone_numbers: detail.phone_numbers,
            samples: detail.samples,
        });
        let (standing, service) = (detail.standing, detail.service);
        let registration = Registration { standing, service, campaign };
        Ok(Known { sender, registration, checked_at: Some(stored.checked_at) })
    }
}

fn stored(account: String, registration: Registration, now: Timestamp) -> StoredRegistration {
    let Registration { standing, service, campaign } = registration;
    let (campaign, is_there) = campaign.map_or_else(Default::default, |it| (it, true));
    let Campaign { status, brand, links, phone_numbers, samples } = campaign;
    let detail = Detail { account, standing, service, links, phone_numbers, samples };
    StoredRegistration {
        brand,
        campaign: is_there.then_some(status),
        detail: serde_json::json!(detail).to_string(),
        checked_at: now,
    }
}

/// One sentence: what was expected, what was found, and what to do.
impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Known { sender, registration, checked_at } = &self.known;
        let what = if sender.starts_with('+') { "is" } else { "holds" };
        write!(
            f,
            "expected an A2P 10DLC campaign that carriers accept for `{sender}`, which {what} a US or \
             Canadian long code, found {}",
            registration.found()
        )?;
        if let Some(at) = checked_at {
            write!(f, " at {at}")?;
        }
        registration.to_do().map_or(Ok(()), |to_do| write!(f, "; {to_do}"))?;
        match self.then {
            OnUnregistered::Refuse => {
                f.write_str(", then look again, or let live messages go with a warning")
            }
            OnUnregistered::Warn => f.write_str(", or carriers block it (30034)"),
        }
    }
}
