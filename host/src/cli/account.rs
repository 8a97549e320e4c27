//! `verbatim account`: what the account has at Twilio to send from.

use std::io::Write;

use super::twilio::TwilioArgs;
use super::{CliError, Done, show};
use crate::twilio::client::Client;
use crate::twilio::directory::{Number, Service};

/// List the account's numbers and Messaging Services at Twilio, and how their registration stands
#[derive(Debug, Clone, clap::Args)]
pub struct AccountArgs {
    #[command(flatten)]
    twilio: TwilioArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Asks Twilio, and prints.
///
/// # Errors
/// It was called wrongly, or Twilio did not say.
pub async fn run(args: AccountArgs) -> Result<Done, CliError> {
    let refused = |error: &dyn std::error::Error| CliError::Refused(error.to_string());
    let account = args.twilio.given()?.ok_or_else(|| {
        CliError::Usage(
            "expected an account in TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, found none; of an \
             account in the database, a host says it: `GET /v1/account/senders`"
                .to_owned(),
        )
    })?;
    let client = Client::new(account).map_err(|error| refused(&error))?;
    let directory = client.directory().await.map_err(|error| refused(&error))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let json = serde_json::to_string(&directory).map_err(|error| refused(&error))?;
        writeln!(out, "{json}")?;
        return Ok(Done::Clean);
    }
    for Number { number, name, sms, registration } in &directory.numbers {
        let kind = if *sms { "SMS" } else { "no SMS" };
        writeln!(out, "{number}  {kind}  {}", show::visible(name))?;
        writeln!(out, "  {}", show::visible(&registration.to_string()))?;
    }
    for service in &directory.services {
        let Service { sid, name, numbers, smart_encoding, registration, .. } = service;
        writeln!(out, "{sid}  {}", show::visible(name))?;
        writeln!(out, "  {}", show::visible(&registration.to_string()))?;
        if *smart_encoding {
            writeln!(out, "  smart encoding is on: switch it off, for it changes what it sends")?;
        }
        for number in numbers {
            writeln!(out, "  {number}")?;
        }
    }
    Ok(Done::Clean)
}
