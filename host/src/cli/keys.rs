//! `verbatim keys`: who may use the API. A key is shown once; the database keeps its hash.

use std::io::Write;

use secrecy::ExposeSecret;
use serde_json::json;

use super::database::DatabaseArgs;
use super::{CliError, Done, show};
use crate::id;
use crate::limit::RequestRate;
use crate::seal::SealingKey;
use crate::store::{ApiKey, Revoked};

/// Create, list and revoke API keys
#[derive(Debug, Clone, clap::Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum KeysCommand {
    /// Make a key and print it, once
    Create {
        /// What it is for, so that it is known again in the list: 1 to 100 characters
        #[arg(value_parser = label)]
        label: String,
        /// How often it may ask: `unlimited`, requests a second such as `100`, or those and how many
        /// at once such as `100/500`. Without it, 2500 a second and 5000 at once
        #[arg(long, value_name = "RATE")]
        rate: Option<RequestRate>,
        #[command(flatten)]
        common: Common,
    },
    /// List the keys, without the keys themselves
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a key: it is refused from now on, by every host on this database
    Revoke {
        /// The key's id, from `verbatim keys list`
        id: String,
        #[command(flatten)]
        common: Common,
    },
    /// Make a key that seals secrets in the database, for VERBATIM_SECRET_KEY or a key file
    Secret,
}

#[derive(Debug, Clone, clap::Args)]
struct Common {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The longest label, in characters.
const MAX_LABEL: usize = 100;

fn label(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if (1..=MAX_LABEL).contains(&length) && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(format!("expected 1 to {MAX_LABEL} characters, none of them a control character"))
}

/// Does what it is asked for.
///
/// # Errors
/// The database cannot be used, or there is no such key.
pub async fn run(args: KeysArgs) -> Result<Done, CliError> {
    match args.command {
        KeysCommand::Create { label, rate, common } => create(&label, rate, &common).await,
        KeysCommand::List { common } => list(&common).await,
        KeysCommand::Revoke { id, common } => revoke(&id, &common).await,
        KeysCommand::Secret => secret(),
    }
}

fn secret() -> Result<Done, CliError> {
    let key = SealingKey::generate()
        .map_err(|error| CliError::Refused(format!("could not make a key: {error}")))?;
    writeln!(std::io::stdout(), "{}", key.expose_secret())?;
    Ok(Done::Clean)
}

async fn create(label: &str, rate: Option<RequestRate>, common: &Common) -> Result<Done, CliError> {
    let store = common.database.open().await?;
    let key = id::new_secret(id::KEY_PREFIX)
        .map_err(|error| CliError::Refused(format!("could not make a key: {error}")))?;
    let mut tx = store.write().await?;
    let now = tx.now().await?;
    let id = tx.add_api_key(label, &id::hash_of(&key), rate, now).await?;
    tx.commit().await?;
    let mut out = std::io::stdout().lock();
    if common.json {
        writeln!(out, "{}", json!({ "id": id, "label": label, "key": key.expose_secret() }))?;
    } else {
        eprintln!("verbatim: this is shown once, only its hash is kept; its id is {id}");
        writeln!(out, "{}", key.expose_secret())?;
    }
    Ok(Done::Clean)
}

async fn list(common: &Common) -> Result<Done, CliError> {
    let keys = common.database.open().await?.api_keys().await?;
    let mut out = std::io::stdout().lock();
    if common.json {
        writeln!(out, "{}", json!({ "keys": keys }))?;
        return Ok(Done::Clean);
    }
    for ApiKey { id, label, created_at, revoked_at, rate } in keys {
        let label = show::visible(&label);
        match revoked_at {
            None => writeln!(out, "{id}  created {created_at}  {rate}  {label}")?,
            Some(at) => writeln!(out, "{id}  created {created_at}  {rate}  {label}  revoked {at}")?,
        }
    }
    Ok(Done::Clean)
}

async fn revoke(id: &str, common: &Common) -> Result<Done, CliError> {
    let store = common.database.open().await?;
    let mut tx = store.write().await?;
    let now = tx.now().await?;
    let revoked = tx.revoke_api_key(id, now).await?;
    tx.commit().await?;
    match revoked {
        Revoked::Now(label) => {
            let label = show::visible(&label);
            eprintln!("verbatim: `{label}` is revoked, with the sessions that it opened");
            Ok(Done::Clean)
        }
        Revoked::Before => {
            eprintln!("verbatim: it was revoked before");
            Ok(Done::Clean)
        }
        Revoked::Unknown => Err(CliError::Refused(format!(
            "there is no key `{}`; `verbatim keys list` shows them",
            show::visible(id)
        ))),
    }
}
