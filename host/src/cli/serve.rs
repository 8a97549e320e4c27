//! `verbatim serve`: the production host. No fake and no phone: it sends by a real account.

use std::io::Write;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use serde_json::json;
use tokio::net::TcpListener;
use verbatim_core::Sender;

use super::database::DatabaseArgs;
use super::key_file::KeyArgs;
use super::sandbox::SandboxArgs;
use super::stop::Stop;
use super::twilio::TwilioArgs;
use super::{CliError, Done, webhooks};
use crate::address;
use crate::connection::{self, ConnectError, Connection};
use crate::dev::pages;
use crate::forward;
use crate::host::{Host, Settings};
use crate::message::Environment;
use crate::seal::Vault;
use crate::store::{RegisteredSender, Replies, Store, StoreError};
use crate::twilio::client::Account;

/// A day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest that messages are kept whole, if they are not for ever: ten years.
const MAX_DAYS: i64 = 3_650;

/// Run the host: take messages in, send them by Twilio, and answer its webhooks
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    /// Where to listen; a proxy before it speaks https
    #[arg(long, env = "VERBATIM_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    #[command(flatten)]
    database: DatabaseArgs,
    /// Register a sender for an environment, e.g. live=+15550001234; may be repeated
    #[arg(
        long,
        env = "VERBATIM_SENDERS",
        value_name = "ENVIRONMENT=SENDER",
        value_delimiter = ' '
    )]
    sender: Vec<SenderSetting>,
    /// Who answers STOP, START and HELP, unless a sender's own setting says otherwise
    #[arg(long, env = "VERBATIM_REPLIES", value_name = "twilio|verbatim", default_value_t = Replies::Twilio)]
    replies: Replies,
    /// Take what messages say, and their values, out of the database so many days after they were
    /// accepted or received, once they have ended: 1 to 3650. Hashes stay
    #[arg(
        long,
        env = "VERBATIM_REDACT_AFTER",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=MAX_DAYS)
    )]
    redact_after: Option<u32>,
    /// Forward what people write to this address, unless its sender has a webhook of its own: https,
    /// or http to this machine. VERBATIM_WEBHOOK_SECRET in the environment holds its secret
    #[arg(long, env = "VERBATIM_WEBHOOK", value_name = "URL", value_parser = address::secure)]
    webhook: Option<Url>,
    #[command(flatten)]
    key: KeyArgs,
    /// Write the logs and the line that says it is ready as JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    twilio: TwilioArgs,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// A sender and its environment, as the command line has them.
#[derive(Debug, Clone)]
struct SenderSetting {
    environment: Environment,
    sender: String,
}

impl FromStr for SenderSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (environment, sender) = text.split_once('=').ok_or_else(|| {
            format!(
                "expected an environment and its sender, e.g. live=+15550001234, found `{text}`"
            )
        })?;
        let environment = environment.parse().map_err(|_| {
            format!("expected `live`, `pre_release` or `sandbox`, found `{environment}`")
        })?;
        let sender = Sender::new(sender).map_err(|refusal| refusal.message)?;
        Ok(Self { environment, sender: sender.as_str().to_owned() })
    }
}

/// Runs until it is told to stop.
///
/// # Errors
/// What could not be started, and why.
pub async fn run(args: ServeArgs) -> Result<Done, CliError> {
    // From before the start on, so that a signal while starting is not lost.
    let stop = Stop::new()?;
    let given = args.twilio.given()?;
    let engine = args.sandbox.clone().engine_aside().await?;
    let module = engine.sha256().to_string();
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        CliError::Usage(format!(
            "could not listen on {}: {error}; choose another --listen",
            args.listen
        ))
    })?;
    let store = args.database.open_or_make().await?;
    register(&store, &args).await?;
    let vault = args.key.vault(&args.database.database);
    if let Some(url) = &args.webhook {
        webhooks::set_at_start(&store, &vault, url).await?;
    }
    if let Err(error) = forward::reseal(&store, &vault).await {
        // Sending does not depend on it; what is to be forwarded waits.
        tracing::error!(%error, "the secrets of the webhooks cannot be used");
    }
    if store.has_no_api_key().await? {
        tracing::warn!("no API key lets anybody in; `verbatim keys create` makes one");
    }
    let connection = connect(&store, &vault, given, &args).await?;
    let host = Host::start(Settings {
        listener,
        store,
        engine,
        connection,
        public_url: args.twilio.public_url.clone(),
        vault,
        redact_after: args.redact_after.map(|days| DAY * days),
        default_replies: args.replies,
        console: pages::built(&pages::starts()),
        phone: None,
    })
    .map_err(|error| CliError::Refused(error.to_string()))?;
    announce(&host, &args, &module)?;
    stop.wait().await;
    tracing::info!("finishing what is in flight");
    host.stop().await;
    Ok(Done::Clean)
}

/// The account that the environment gives, or the one in the database. Without either the host
/// runs, and sends nothing yet.
async fn connect(
    store: &Store,
    vault: &Vault,
    given: Option<Account>,
    args: &ServeArgs,
) -> Result<Connection, CliError> {
    let refused = |error: ConnectError| CliError::Refused(error.to_string());
    let others = TwilioArgs::other_keys()?;
    if let Some(account) = given {
        return Connection::given(account, others).map_err(|error| refused(error.into()));
    }
    connection::reseal(store, vault).await.map_err(refused)?;
    let connection = Connection::stored(args.twilio.twilio_url.clone(), others);
    connection.refresh(store, vault).await.map_err(refused)?;
    if connection.client().is_none() {
        tracing::warn!("no Twilio account is connected; `PUT /v1/account` connects one");
    }
    Ok(connection)
}

/// A sender that is registered keeps who answers its keywords: that is set by the API.
async fn register(store: &Store, args: &ServeArgs) -> Result<(), StoreError> {
    for SenderSetting { environment, sender } in args.sender.clone() {
        let replies = store.replies_of(&sender).await?.unwrap_or(args.replies);
        let mut tx = store.write().await?;
        let now = tx.now().await?;
        tx.register_sender(&RegisteredSender { environment, sender, replies }, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn announce(host: &Host, args: &ServeArgs, module: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let public = args.twilio.public_url.as_str().trim_end_matches('/');
    let (address, database) = (host.address(), &args.database.database);
    if args.json {
        let ready = json!({
            "listening": format!("http://{address}/"),
            "public_url": public,
            "inbound_webhook": format!("{public}/twilio/inbound"),
            "database": database.to_string(),
            "module": module,
        });
        writeln!(out, "{ready}")?;
        return out.flush();
    }
    writeln!(out, "Verbatim serves.")?;
    writeln!(out)?;
    writeln!(out, "  listening    http://{address}/")?;
    writeln!(out, "  API          {public}/v1  (Authorization: Bearer <key>)")?;
    writeln!(out, "  webhook      {public}/twilio/inbound  (for each number, at Twilio)")?;
    writeln!(out, "  database     {database}")?;
    writeln!(out, "  module       {module}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_set_for_an_environment() {
        let set: SenderSetting = "live=+15550001234".parse().expect("a setting");
        assert_eq!((set.environment, set.sender.as_str()), (Environment::Live, "+15550001234"));
        for bad in ["+15550001234", "prod=+15550001234", "live=5550001234", "live="] {
            assert!(bad.parse::<SenderSetting>().is_err(), "{bad}");
        }
    }
}
