//! The Twilio account of a command, and the address by which Twilio reaches this host. The tokens
//! come from the environment alone: arguments are there for everybody on the machine to read.

use reqwest::Url;
use secrecy::SecretString;

use super::CliError;
use crate::address;
use crate::twilio::client::Account;

const TOKEN: &str = "TWILIO_AUTH_TOKEN";
const OTHER_TOKEN: &str = "TWILIO_SECONDARY_AUTH_TOKEN";
/// Hexadecimal digits of an Account SID, after `AC`.
const SID_DIGITS: usize = 32;

/// The account and the addresses.
#[derive(Debug, Clone, clap::Args)]
#[command(
    next_help_heading = "Twilio",
    after_help = "TWILIO_AUTH_TOKEN in the environment holds the Auth Token. While it is being \
        rotated, TWILIO_SECONDARY_AUTH_TOKEN holds another one that may have signed a webhook."
)]
pub struct TwilioArgs {
    /// The Account SID: `AC` and 32 hexadecimal digits
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID", value_parser = account_sid)]
    account_sid: String,
    /// The address of Twilio's API
    #[arg(
        long,
        env = "VERBATIM_TWILIO_URL",
        value_name = "URL",
        default_value = "https://api.twilio.com",
        value_parser = secure_url
    )]
    twilio_url: Url,
    /// The address by which Twilio reaches this host, such as `https://sms.example.com`; Twilio signs it
    #[arg(long, env = "VERBATIM_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub(super) public_url: Url,
}

impl TwilioArgs {
    /// The account, with its token.
    ///
    /// # Errors
    /// The environment holds no token.
    pub(super) fn account(&self) -> Result<Account, CliError> {
        let token = from_environment(TOKEN).ok_or_else(|| {
            CliError::Usage(format!(
                "expected the account's Auth Token in the environment variable {TOKEN}, found \
                 none; it is shown in Twilio's console"
            ))
        })?;
        let (sid, base_url) = (self.account_sid.clone(), self.twilio_url.clone());
        Ok(Account { sid, token, base_url })
    }

    /// The tokens that may have signed a webhook: the account's, and during a rotation another.
    pub(super) fn webhook_tokens(account: &Account) -> Vec<SecretString> {
        std::iter::once(account.token.clone()).chain(from_environment(OTHER_TOKEN)).collect()
    }
}

/// A variable that is set to nothing holds nothing.
pub(super) fn from_environment(name: &str) -> Option<SecretString> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(SecretString::from)
}

fn account_sid(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("AC").unwrap_or_default();
    if digits.len() == SID_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    Err(format!("expected `AC` and {SID_DIGITS} hexadecimal digits"))
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

    #[test]
    fn an_account_sid_has_its_form() {
        let sid = |digits: usize| format!("AC{}", "a".repeat(digits));
        assert!(account_sid(&sid(32)).is_ok());
        for bad in [sid(31), sid(33), format!("SK{}", "a".repeat(32)), "AC".to_owned()] {
            assert!(account_sid(&bad).is_err(), "{bad}");
        }
    }
}
