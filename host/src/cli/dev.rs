//! `verbatim dev`: everything on one machine, nothing leaves it.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::sandbox::SandboxArgs;
use super::stop::Stop;
use super::{CliError, Done};
use crate::address;
use crate::dev::{Dev, DevError, DevSettings, Examples, pages};
use crate::store::Database;
use crate::twilio::fake::Chaos;

/// Run everything on this machine: the host, the console and a fake Twilio. Nothing leaves it
#[derive(Debug, Clone, clap::Args)]
pub struct DevArgs {
    /// Where to listen; port 0 for any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// The folder of the database
    #[arg(long, value_name = "FOLDER", default_value = "verbatim-data")]
    data: PathBuf,
    /// The database: a PostgreSQL URL such as `postgres://user@host/name`, or a SQLite file;
    /// without it, the file `verbatim.db` in that folder
    #[arg(long, value_name = "DATABASE", env = "VERBATIM_DATABASE", hide_env_values = true)]
    database: Option<Database>,
    /// The port of the fake Twilio; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    twilio_port: u16,
    /// What goes wrong at the fake Twilio, e.g. `latency_ms=50..400,timeout_after=0.1,seed=7`;
    /// `PUT /v1/dev/chaos` names all that can be set
    #[arg(long, env = "VERBATIM_CHAOS", value_name = "NAME=VALUE,…", default_value = "")]
    chaos: Chaos,
    /// An API key to let in, instead of one that is made at the first start
    #[arg(long, env = "VERBATIM_API_KEY", hide_env_values = true, value_parser = super::client::secret)]
    api_key: Option<SecretString>,
    /// Forward what the phone writes, and is no keyword, to this address: https, or http to this
    /// machine
    #[arg(long, value_name = "URL", value_parser = address::secure)]
    webhook: Option<Url>,
    /// What the first start brings: nothing, templates alone, or a project that fills them, too
    #[arg(long, value_enum, default_value_t)]
    examples: Examples,
    /// Print one line of JSON when it is ready
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Runs until it is told to stop.
///
/// # Errors
/// What could not be started, and why.
pub async fn run(mut args: DevArgs) -> Result<Done, CliError> {
    // A variable that is set to nothing gives no key.
    args.api_key = args.api_key.filter(|key| !key.expose_secret().is_empty());
    // From before the start on, so that a signal while starting is not lost.
    let stop = Stop::new()?;
    let found = tokio::task::spawn_blocking(|| {
        pages::find(&pages::starts(), |what| eprintln!("verbatim: {what}"))
    })
    .await
    .map_err(|error| CliError::Refused(error.to_string()))?;
    if let Some(notice) = found.notice {
        eprintln!("verbatim: {notice}");
    }
    let engine = args.sandbox.clone().engine_aside().await?;
    let settings = DevSettings {
        listen: args.listen,
        data: args.data.clone(),
        database: args.database.clone(),
        api_key: args.api_key.clone(),
        console: found.console,
        twilio_port: args.twilio_port,
        chaos: args.chaos,
        webhook: args.webhook.clone(),
        examples: args.examples,
    };
    let dev = Dev::start_with(engine, settings).await.map_err(|error| failed(&error))?;
    announce(&dev, &args)?;
    stop.wait().await;
    eprintln!("verbatim: finishing what is in flight");
    dev.stop().await;
    Ok(Done::Clean)
}

fn announce(dev: &Dev, args: &DevArgs) -> std::io::Result<()> {
    let key = dev.new_api_key().map(ExposeSecret::expose_secret);
    let secret = dev.new_webhook_secret();
    let secret = secret.as_ref().map(ExposeSecret::expose_secret);
    let account = dev.twilio().account();
    let mut out = std::io::stdout().lock();
    if args.json {
        let ready = json!({
            "listening": dev.url().as_str(),
            "sign_in": dev.console_link(),
            "api_key": key,
            "fake_twilio": account.base_url.as_str(),
            // Another host may be connected to it.
            "fake_account": {
                "account_sid": account.sid.to_string(),
                "auth_token": account.token.expose_secret(),
            },
            "webhook_secret": secret,
            "module": dev.module(),
        });
        writeln!(out, "{ready}")?;
        return out.flush();
    }
    let key = match (key, &args.api_key) {
        (Some(key), _) => format!("{key}  (shown once: only its hash is kept)"),
        (None, Some(_)) => "the one in VERBATIM_API_KEY".to_owned(),
        (None, None) => "the one that the first start printed".to_owned(),
    };
    writeln!(out, "Verbatim is ready. Nothing leaves this machine.")?;
    writeln!(out)?;
    writeln!(out, "  console      {}", dev.console_link())?;
    writeln!(out, "  API          {}v1  (Authorization: Bearer <key>)", dev.url())?;
    writeln!(out, "  API key      {key}")?;
    writeln!(out, "  fake Twilio  {}", account.base_url)?;
    if let Some(url) = &args.webhook {
        let secret = secret.unwrap_or("signed with the secret that an earlier start printed");
        writeln!(out, "  webhook      {url}  ({secret})")?;
    }
    match &args.database {
        Some(database) => writeln!(out, "  data         {database}")?,
        None => writeln!(out, "  data         {}", args.data.display())?,
    }
    writeln!(out, "  module       {}", dev.module())?;
    writeln!(out)?;
    writeln!(out, "The console link signs one browser in, once. Stop with Ctrl-C.")?;
    out.flush()
}

fn failed(error: &DevError) -> CliError {
    match error {
        DevError::WeakKey | DevError::Listen { .. } => CliError::Usage(error.to_string()),
        DevError::Host(_)
        | DevError::Store(_)
        | DevError::Fake(_)
        | DevError::Webhook(_)
        | DevError::Module(_)
        | DevError::Example(_)
        | DevError::ExampleItem(_)
        | DevError::Random(_)
        | DevError::Http(_) => CliError::Refused(error.to_string()),
    }
}
