//! `verbatim webhooks`: where what people write is forwarded to.

use std::io::Write;

use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::json;

use super::database::DatabaseArgs;
use super::key_file::KeyArgs;
use super::twilio::from_environment;
use super::{CliError, Done};
use crate::address;
use crate::forward::scope::{DEFAULT, Scope};
use crate::forward::{SetError, Setting, SigningSecret, WasSet, set};
use crate::seal::Vault;
use crate::store::Store;

/// Holds the secret of a webhook.
const SECRET: &str = "VERBATIM_WEBHOOK_SECRET";

/// Set, list and remove the webhooks that hear what people write
#[derive(Debug, Clone, clap::Args)]
pub struct WebhooksArgs {
    #[command(subcommand)]
    command: WebhooksCommand,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum WebhooksCommand {
    /// Set a webhook, and print its secret if it is new. VERBATIM_WEBHOOK_SECRET in the environment
    /// holds a secret of your own
    Set {
        /// An https address, or http to this machine
        #[arg(value_parser = address::secure)]
        url: Url,
        #[command(flatten)]
        which: Which,
        /// Whether it hears of STOP, START and HELP, too
        #[arg(long, value_name = "true|false")]
        keywords: Option<bool>,
        #[command(flatten)]
        key: KeyArgs,
        #[command(flatten)]
        common: Common,
    },
    /// List the webhooks
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Remove a webhook, and give up what waits for it
    Remove {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct Which {
    /// Whose messages it hears: a number, a Messaging Service, or `default` for all that have none
    /// of their own
    #[arg(long, value_name = "SENDER", default_value = DEFAULT)]
    sender: Scope,
}

#[derive(Debug, Clone, clap::Args)]
struct Common {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Does what it is asked for.
///
/// # Errors
/// The database or the key cannot be used, or there is no such webhook.
pub async fn run(args: WebhooksArgs) -> Result<Done, CliError> {
    let mut out = std::io::stdout();
    match args.command {
        WebhooksCommand::Set { url, which, keywords, key, common } => {
            let store = common.database.open().await?;
            let vault = key.vault(&common.database.database);
            let setting = Setting { scope: which.sender, url, keywords, secret: secret()? };
            let WasSet { webhook, made } = set(&store, &vault, setting).await?;
            let made = made.map(|secret| secret.text());
            let made = made.as_ref().map(ExposeSecret::expose_secret);
            if common.json {
                let shown = json!({ "sender": webhook.scope, "url": webhook.url, "secret": made });
                writeln!(out, "{shown}")?;
            } else if let Some(secret) = made {
                eprintln!("verbatim: this signs what is posted; it is shown once");
                writeln!(out, "{secret}")?;
            }
        }
        WebhooksCommand::List { common } => list(&common, &mut out).await?,
        WebhooksCommand::Remove { which, common } => {
            let mut tx = common.database.open().await?.write().await?;
            let now = tx.now().await?;
            if !tx.remove_webhook(which.sender.as_str(), now).await? {
                let sender = which.sender;
                return Err(CliError::Refused(format!("there is no webhook of `{sender}`")));
            }
            tx.commit().await?;
        }
    }
    Ok(Done::Clean)
}

async fn list(common: &Common, out: &mut impl Write) -> Result<(), CliError> {
    let webhooks = common.database.open().await?.webhooks().await?;
    if common.json {
        let webhooks: Vec<_> = webhooks
            .iter()
            .map(|it| json!({ "sender": it.scope, "url": it.url, "keywords": it.keywords }))
            .collect();
        writeln!(out, "{}", json!({ "webhooks": webhooks }))?;
        return Ok(());
    }
    for webhook in webhooks {
        let keywords = if webhook.keywords { "  with keywords" } else { "" };
        writeln!(out, "{:<34}  {}{keywords}", webhook.scope, webhook.url)?;
    }
    Ok(())
}

/// Sets the webhook that `--webhook` names, with the secret of the environment or the one that it
/// has. A host that starts shows no secret, so none is made.
pub(super) async fn set_at_start(store: &Store, vault: &Vault, url: &Url) -> Result<(), CliError> {
    let secret = secret()?;
    if secret.is_none() && store.webhook(DEFAULT).await?.is_none() {
        return Err(CliError::Usage(format!(
            "expected a secret for --webhook in the environment variable {SECRET}, found none; \
             `verbatim webhooks set {url}` makes one and shows it"
        )));
    }
    let setting = Setting { scope: Scope::Default, url: url.clone(), keywords: None, secret };
    set(store, vault, setting).await?;
    Ok(())
}

fn secret() -> Result<Option<SigningSecret>, CliError> {
    let secret = from_environment(SECRET).as_ref().map(SigningSecret::parse).transpose();
    secret.map_err(|why| CliError::Usage(format!("{SECRET}: {why}")))
}

impl From<SetError> for CliError {
    fn from(error: SetError) -> Self {
        Self::Refused(error.to_string())
    }
}
