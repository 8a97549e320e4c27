//! The Twilio account: connect, show, disconnect. Its token goes in and never comes out.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use verbatim_core::AccountSid;

use super::App;
use super::input::Input;
use super::problem::Problem;
use super::view;
use crate::connection::{ConnectError, Source};
use crate::store::StoredAccount;
use crate::time::Timestamp;
use crate::twilio::account::AccountError;

/// What stands for a token.
const MASK: &str = "********";

/// The account that the host sends by.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AccountView {
    account_sid: String,
    /// Always the same: a token is never shown.
    auth_token: &'static str,
    /// `environment`, or `database`.
    source: &'static str,
    /// The name that its owner gave it.
    friendly_name: Option<String>,
    /// When Twilio said that the token is right.
    verified_at: Option<Timestamp>,
}

impl From<StoredAccount> for AccountView {
    fn from(account: StoredAccount) -> Self {
        Self {
            account_sid: account.sid.to_string(),
            auth_token: MASK,
            source: "database",
            friendly_name: Some(account.label),
            verified_at: Some(account.verified_at),
        }
    }
}

/// An account and its token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountSetting {
    /// `AC` and 32 hexadecimal digits.
    account_sid: String,
    /// The Auth Token, as Twilio's console shows it.
    #[schemars(with = "String")]
    auth_token: SecretString,
}

/// `GET /v1/account`.
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Json<AccountView>, Problem> {
    let none =
        || Problem::not_found("no Twilio account is connected; `PUT /v1/account` connects one");
    match app.connection.source() {
        Source::Stored => Ok(Json(app.store.account().await?.ok_or_else(none)?.into())),
        Source::Given => Ok(Json(AccountView {
            account_sid: app.connection.client().ok_or_else(none)?.account_sid().to_string(),
            auth_token: MASK,
            source: "environment",
            friendly_name: None,
            verified_at: None,
        })),
    }
}

/// `PUT /v1/account`: kept once Twilio has said that the token is right.
pub(super) async fn connect(
    State(app): State<Arc<App>>,
    input: Input<AccountSetting>,
) -> Result<Json<AccountView>, Problem> {
    let AccountSetting { account_sid, auth_token } = input.value;
    let sid = AccountSid::new(&account_sid).map_err(view::refused)?;
    let account = app.connection.connect(&app.store, &app.vault, sid, auth_token).await?;
    app.wake.now();
    app.registrations.may_have_changed();
    Ok(Json(account.into()))
}

/// `DELETE /v1/account`: nothing is sent until another is connected.
pub(super) async fn disconnect(State(app): State<Arc<App>>) -> Result<StatusCode, Problem> {
    if app.connection.disconnect(&app.store, &app.vault).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found("no Twilio account is connected"))
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        let said = error.to_string();
        match error {
            ConnectError::Twilio(AccountError::Credentials) => {
                Self::unprocessable("wrong_credentials", said)
            }
            ConnectError::NotActive { .. } => Self::unprocessable("account_not_active", said),
            ConnectError::Twilio(_) => Self::new(StatusCode::BAD_GATEWAY, "twilio_failed", said),
            ConnectError::Given => Self::new(StatusCode::CONFLICT, "account_is_given", said),
            ConnectError::Vault(error) => error.into(),
            ConnectError::Store(error) => error.into(),
            ConnectError::Client(error) => {
                tracing::error!(%error, "no client of Twilio");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "twilio_failed", said)
            }
        }
    }
}
