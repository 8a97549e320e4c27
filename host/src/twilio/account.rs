//! Asks Twilio what it knows of the account: whether its token is right, and whether it may send.

use reqwest::{StatusCode, Url};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::client::{Account, ClientError, http_client};

/// What Twilio says of an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AccountState {
    /// Its name, as its owner gave it.
    pub friendly_name: String,
    /// `active`, `suspended` or `closed`.
    pub status: String,
    /// `Full` or `Trial`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Why nothing is known of the account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The token is not the account's.
    #[error("Twilio refused the credentials; check the Account SID and the Auth Token (20003)")]
    Credentials,
    /// Something else answers there.
    #[error("Twilio answered {0}")]
    Status(StatusCode),
    /// Nothing that makes sense.
    #[error("could not ask Twilio: {0}")]
    Http(reqwest::Error),
}

/// Fetches the account.
///
/// # Errors
/// Twilio cannot be reached, or refused.
pub async fn fetch(account: &Account) -> Result<AccountState, AccountError> {
    let mut url: Url = account.base_url.clone();
    url.path_segments_mut()
        .map_err(|()| ClientError::BaseUrl(account.base_url.clone()))?
        .pop_if_empty()
        .extend(["2010-04-01", "Accounts", &format!("{}.json", account.sid)]);
    let http = http_client(&account.base_url).map_err(ClientError::Http)?;
    let request = http.get(url).basic_auth(account.sid, Some(account.token.expose_secret()));
    // Its URL holds the account's SID.
    let without_url = |error: reqwest::Error| AccountError::Http(error.without_url());
    let response = request.send().await.map_err(without_url)?;
    match response.status() {
        StatusCode::OK => response.json().await.map_err(without_url),
        StatusCode::UNAUTHORIZED => Err(AccountError::Credentials),
        status => Err(AccountError::Status(status)),
    }
}
