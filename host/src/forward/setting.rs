//! Setting a webhook: its address, what it hears, and its secret.

use std::time::Duration;

use reqwest::Url;
use secrecy::ExposeSecret;

use super::scope::Scope;
use super::secret::SigningSecret;
use crate::seal::{Vault, VaultError};
use crate::store::{MAX_WEBHOOKS, Store, StoreError, Webhook};
use crate::time::Timestamp;

/// How long the secret before still signs beside a new one.
const BOTH_SIGN_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest address, in bytes.
const MAX_URL: usize = 2_000;

/// What is to be set.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Whose messages it hears.
    pub scope: Scope,
    /// Where they are posted to: an address that [`crate::address::secure`] has read.
    pub url: Url,
    /// Whether it hears of keywords, too; as it was, unless given: not, to begin with.
    pub keywords: Option<bool>,
    /// What signs them; as it was, unless given: a new one, to begin with.
    pub secret: Option<SigningSecret>,
}

/// A webhook that was set.
#[derive(Debug, Clone)]
pub struct WasSet {
    /// As it stands.
    pub webhook: Webhook,
    /// The secret that was made for it now.
    pub made: Option<SigningSecret>,
}

/// Why none was set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The address is too long.
    #[error("expected an address of at most {MAX_URL} bytes, found {0}")]
    Long(usize),
    /// There are as many as there may be.
    #[error("expected at most {MAX_WEBHOOKS} webhooks, found as many already; remove one")]
    TooMany,
    /// The secret cannot be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No randomness for a secret.
    #[error("could not make a secret: {0}")]
    Random(#[from] getrandom::Error),
}

/// For what its secrets are sealed.
pub(super) fn place_of(scope: &str) -> String {
    format!("webhooks.secret:{scope}")
}

/// Sets a webhook. Another secret than before signs beside that for a day, so that whoever checks
/// it can be told.
///
/// # Errors
/// There are too many, the secret cannot be sealed, or the database failed.
pub async fn set(store: &Store, vault: &Vault, setting: Setting) -> Result<WasSet, SetError> {
    let Setting { scope, url, keywords, secret } = setting;
    let length = url.as_str().len();
    if length > MAX_URL {
        return Err(SetError::Long(length));
    }
    let known = store.webhook(scope.as_str()).await?;
    let all = if known.is_none() { store.webhooks().await?.len() } else { 0 };
    if i64::try_from(all).is_ok_and(|all| all >= MAX_WEBHOOKS) {
        return Err(SetError::TooMany);
    }
    let made = match (&known, &secret) {
        (None, None) => Some(SigningSecret::generate()?),
        (Some(_), _) | (None, Some(_)) => None,
    };
    let place = place_of(scope.as_str());
    let mut tx = store.write().await?;
    let now = tx.now().await?;
    let (secret, previous) = match (secret.or_else(|| made.clone()), &known) {
        (None, Some(known)) => (known.secret.clone(), known.previous.clone()),
        (Some(secret), None) => (vault.seal(&place, &secret.text())?, None),
        (Some(secret), Some(known)) => another(vault, &place, &secret, known, now)?,
        (None, None) => unreachable!("one was made"),
    };
    let webhook = Webhook {
        scope: scope.as_str().to_owned(),
        url: url.to_string(),
        keywords: keywords.or(known.as_ref().map(|it| it.keywords)).unwrap_or_default(),
        secret,
        previous,
        created_at: known.map_or(now, |known| known.created_at),
        updated_at: now,
    };
    tx.set_webhook(&webhook).await?;
    tx.commit().await?;
    Ok(WasSet { webhook, made })
}

/// Sealed secrets: the new one, and the one before, unless it is the same.
fn another(
    vault: &Vault,
    place: &str,
    secret: &SigningSecret,
    known: &Webhook,
    now: Timestamp,
) -> Result<(String, Option<(String, Timestamp)>), VaultError> {
    // One that does not open any more is replaced: that mends a lost key.
    let before = vault.open(place, &known.secret).ok();
    let text = secret.text();
    if before.as_ref().is_some_and(|it| it.expose_secret() == text.expose_secret()) {
        return Ok((known.secret.clone(), known.previous.clone()));
    }
    let previous = before.map(|_| (known.secret.clone(), now.plus(BOTH_SIGN_FOR)));
    Ok((vault.seal(place, &text)?, previous))
}

/// Seals the secrets of all webhooks by the first key of a vault.
///
/// # Errors
/// One does not open, or the database failed.
pub async fn reseal(store: &Store, vault: &Vault) -> Result<(), SetError> {
    for webhook in store.webhooks().await? {
        let place = place_of(&webhook.scope);
        let Some(secret) = vault.reseal(&place, &webhook.secret)? else { continue };
        let previous = match &webhook.previous {
            Some((previous, _)) => match vault.reseal(&place, previous)? {
                Some(anew) => Some(anew),
                None => Some(previous.clone()),
            },
            None => None,
        };
        let mut tx = store.write().await?;
        tx.reseal_webhook(&webhook, &secret, previous.as_deref()).await?;
        tx.commit().await?;
    }
    Ok(())
}
