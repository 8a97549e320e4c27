//! The Twilio account of a command, and the address by which Twilio reaches this host. The tokens
//! come from the environment alone: arguments are there for everybody on the machine to read.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use verbatim_core::AccountSid;

use super::CliError;
use crate::address;
use crate::twilio::client::Account;
use crate::twilio::signature::Keys;

const TOKEN: &str = "TWILIO_AUTH_TOKEN";
const OTHER_TOKEN: &str = "TWILIO_SECONDARY_AUTH_TOKEN";
const SHARED_KEY: &str = "TWILIO_WEBHOOKS_SHARED_KEY";

/// The account and the addresses.
#[derive(Debug, Clone, clap::Args)]
#[command(
    next_help_heading = "Twilio",
    after_help = "TWILIO_AUTH_TOKEN in the environment holds the Auth Token. While it is being \
        rotated, TWILIO_SECONDARY_AUTH_TOKEN holds another one that may have signed a webhook. \
        TWILIO_WEBHOOKS_SHARED_KEY=NAME=SECRET holds a shared key, if Twilio signs its webhooks by \
        one (HMAC_SHA256)."
)]
pub struct TwilioArgs {
    /// The Account SID: `AC` and 32 hexadecimal digits. Without it and a token, the account is the
    /// one that `PUT /v1/account` has connected
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID")]
    account_sid: Option<AccountSid>,
    /// The address of Twilio's API
    #[arg(
        long,
        env = "VERBATIM_TWILIO_URL",
        value_name = "URL",
        default_value = "https://api.twilio.com",
        value_parser = secure_url
    )]
    pub(super) twilio_url: Url,
    /// The address by which Twilio reaches this host, such as `https://sms.example.com`; Twilio signs it
    #[arg(long, env = "VERBATIM_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub(super) public_url: Url,
}

impl TwilioArgs {
    /// The account that the environment gives, with its token; nothing if it gives neither.
    ///
    /// # Errors
    /// It gives one of both.
    pub(super) fn given(&self) -> Result<Option<Account>, CliError> {
        let base_url = self.twilio_url.clone();
        match (self.account_sid, from_environment(TOKEN)) {
            (Some(sid), Some(token)) => Ok(Some(Account { sid, token, base_url })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(CliError::Usage(format!(
                "expected the account's Auth Token in the environment variable {TOKEN}, found \
                 none; it is shown in Twilio's console"
            ))),
            (None, Some(_)) => Err(CliError::Usage(format!(
                "expected the account of {TOKEN} as --account-sid or TWILIO_ACCOUNT_SID, found \
                 none; take the token out of the environment to use the account in the database"
            ))),
        }
    }

    /// What else may have signed a webhook: during a rotation another token, and a shared key, if
    /// Twilio has been told to use one.
    ///
    /// # Errors
    /// The shared key is not of its form.
    pub(super) fn other_keys() -> Result<Keys, CliError> {
        let shared = from_environment(SHARED_KEY)
            .map(|text| text.expose_secret().parse())
            .transpose()
            .map_err(|error: String| CliError::Usage(format!("{SHARED_KEY}: {error}")))?;
        let tokens = from_environment(OTHER_TOKEN).into_iter().collect();
        Ok(Keys { tokens, shared: shared.into_iter().collect() })
    }
}

/// A variable that is set to nothing holds nothing.
pub(super) fn from_environment(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(SecretString::from)
}

/// The same without a query: paths are added to it.
fn secure_url(text: &str) -> Result<Url, String> {
    let url = address::secure(text)?;
    if url.query().is_some() {
        return Err("expected an address without `?`".to_owned());
    }
    Ok(url)
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = secure_url(text)?;
    if url.host_str().is_some_and(|host| host.contains('_')) {
        // Twilio would take no StatusCallback there.
        return Err("expected a host name without `_`, which Twilio refuses".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_has_a_name_that_twilio_takes_and_no_query() {
        for (url, fine) in [
            ("https://sms.example.com", true),
            ("https://sms.example.com:8443/verbatim", true),
            ("http://127.0.0.1:8470", true),
            ("http://sms.example.com", false),
            ("https://sms.example.com/?x=1", false),
            ("https://my_sms.example.com", false),
        ] {
            assert_eq!(public_url(url).is_ok(), fine, "{url}");
        }
    }
}
