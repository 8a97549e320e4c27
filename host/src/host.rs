//! A running host: its store, its module, its dispatcher and its HTTP server, started and
//! stopped as one.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::api::{self, App, Events, Own, Refused};
use crate::connection::Connection;
use crate::console::Console;
use crate::dispatch::{Dispatcher, Dispatching};
use crate::engine::Engine;
use crate::forward::{Forwarder, Forwarding};
use crate::limit::RequestLimits;
use crate::metrics::Metrics;
use crate::receive::Receiver;
use crate::redact::{Redacting, Redactor};
use crate::registration::Registrations;
use crate::seal::Vault;
use crate::server;
use crate::store::{Database, Replies, Store, StoreError};
use crate::twilio::client::ClientError;
use crate::twilio::fake::Control;

/// What a host is made of.
#[derive(Debug)]
pub struct Settings {
    /// Where it listens.
    pub listener: TcpListener,
    /// The database.
    pub store: Store,
    /// The module.
    pub engine: Engine,
    /// The account that sends.
    pub connection: Connection,
    /// The address by which Twilio reaches this host.
    pub public_url: Url,
    /// Seals and opens the secrets in the database.
    pub vault: Vault,
    /// How long after a message was accepted or received what it says is taken out.
    pub redact_after: Option<Duration>,
    /// Who answers keywords on a number that is not registered.
    pub default_replies: Replies,
    /// The pages.
    pub console: Console,
    /// The fake's phone, in `dev`.
    pub phone: Option<Control>,
}

/// A host at work.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    app: Arc<App>,
    dispatching: Dispatching,
    forwarding: Forwarding,
    redacting: Redacting,
    following: JoinHandle<()>,
    looking: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// A host could not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The data folder cannot be used.
    #[error("could not use the data folder `{folder}`: {error}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        error: std::io::Error,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The listener has no address.
    #[error("could not listen: {0}")]
    Listen(#[from] std::io::Error),
    /// Twilio's client could not be made.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl Host {
    /// Starts to serve and to dispatch.
    ///
    /// # Errors
    /// The address or the account cannot be used.
    pub fn start(settings: Settings) -> Result<Self, HostError> {
        let address = settings.listener.local_addr()?;
        let public_url = settings.public_url.as_str().trim_end_matches('/').to_owned();
        let forwarder = Forwarder::new(settings.store.clone(), settings.vault.clone())
            .map_err(ClientError::Http)?;
        let metrics = Metrics::new(
            settings.store.counts(),
            settings.engine.times(),
            settings.connection.times(),
            forwarder.times(),
        );
        let forwarding = forwarder.start();
        let redacting =
            Redactor { store: settings.store.clone(), after: settings.redact_after }.start();
        let receiver = Receiver {
            store: settings.store.clone(),
            engine: settings.engine.clone(),
            default_replies: settings.default_replies,
        };
        let dispatching = Dispatcher {
            store: settings.store.clone(),
            receiver: receiver.clone(),
            connection: settings.connection.clone(),
            status_callback: format!("{public_url}/twilio/status/"),
        }
        .start();
        let following = settings.connection.clone();
        let following = following.follow(settings.store.clone(), settings.vault.clone());
        let registrations = Registrations::new(settings.store.clone(), settings.connection.clone());
        let looking = tokio::spawn(registrations.clone().keep());
        let app = Arc::new(App {
            store: settings.store,
            engine: settings.engine,
            wake: dispatching.wake(),
            own: Own::new(address, &settings.public_url),
            public_url,
            connection: settings.connection,
            vault: settings.vault,
            limits: RequestLimits::default(),
            receiver,
            console: settings.console,
            phone: settings.phone,
            registrations,
            events: Events::default(),
            metrics,
        });
        let following = tokio::spawn(following);
        let router = api::router(Arc::clone(&app));
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stopped = async {
                // An error means that the host is gone, and then serving ends as well.
                let _ = stopped.await;
            };
            server::serve(settings.listener, router, server::Limits::default(), stopped).await;
        });
        Ok(Self {
            address,
            app,
            dispatching,
            forwarding,
            redacting,
            following,
            looking,
            stop,
            server,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its handlers see.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// `send_sms` and `send_sms_template` without HTTP: takes what `POST /v1/messages` takes and
    /// gives what it answers, once the message is durable. With a key the same message is accepted
    /// once, however often it is asked for.
    ///
    /// # Errors
    /// What the API would refuse with; then nothing was stored.
    pub async fn send(
        &self,
        message: &serde_json::Value,
        idempotency_key: Option<&str>,
    ) -> Result<serde_json::Value, Refused> {
        api::send_in_process(&self.app, message, idempotency_key).await
    }

    /// Takes no more, finishes what is in flight, and closes the database.
    pub async fn stop(self) {
        // In this order: callbacks for what is in flight are still taken.
        self.following.abort();
        self.looking.abort();
        tokio::join!(self.dispatching.stop(), self.forwarding.stop(), self.redacting.stop());
        self.app.events.end();
        let _ = self.stop.send(());
        let abort = self.server.abort_handle();
        // A connection that is kept alive does not hold the host up.
        if tokio::time::timeout(GRACE, self.server).await.is_err() {
            abort.abort();
        }
        self.app.store.close().await;
    }
}

/// How long open connections may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Opens the store. The folder of a file is created for this user alone if it is missing.
///
/// # Errors
/// The folder or the database cannot be used.
pub async fn open_store(database: &Database) -> Result<Store, HostError> {
    if let Database::File(file) = database
        && let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        create_folder(folder)?;
    }
    Ok(Store::open(database).await?)
}

fn create_folder(folder: &Path) -> Result<(), HostError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        // Messages and numbers are nobody else's business on a shared machine.
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .map_err(|error| HostError::Folder { folder: folder.display().to_string(), error })
}
