//! Everything on one machine, nothing leaves it: a host, a fake Twilio beside it, senders and
//! templates to start with, and a way in.

mod examples;
pub mod pages;

pub use examples::Examples;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;

use crate::connection::Connection;
use crate::console::Console;
use crate::engine::{Engine, EngineError};
use crate::forward::scope::Scope;
use crate::forward::{self, SetError, Setting, SigningSecret};
use crate::host::{self, Host, HostError, Settings};
use crate::id;
use crate::message::Environment;
use crate::project::ProjectError;
use crate::sandbox::{Limits, LoadError, Sandbox};
use crate::seal::{KeySource, Vault};
use crate::store::{Database, RegisteredSender, Replies, SessionKind, Store, StoreError};
use crate::time::Timestamp;
use crate::twilio::fake::{Chaos, FakeError, FakeSettings, FakeTwilio};
use crate::twilio::signature::Keys;

/// The fake number of each environment.
pub const NUMBERS: [(Environment, &str); 3] = [
    (Environment::Live, "+15550001234"),
    (Environment::PreRelease, "+15550001235"),
    (Environment::Sandbox, "+15550001236"),
];
/// A fake Messaging Service, which holds the sandbox's number: for a template's sender. It is not
/// registered for free-form text, so that the sandbox has one sender to begin with.
pub const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
/// Another one, which holds the other two numbers: a US long code sends by the campaign of a service.
pub const OTHER_SERVICE: &str = "MGfedcba9876543210fedcba9876543210";
/// The database's file in the data folder.
const DATABASE: &str = "verbatim.db";
/// The file of the key that seals secrets, in the data folder.
const KEY_FILE: &str = "verbatim.key";
/// How a sign-in link's token begins.
const LINK_PREFIX: &str = "vl_";
/// The shortest API key that is taken from the environment.
const MIN_KEY: usize = 12;

/// How `dev` is to run.
#[derive(Debug, Clone)]
pub struct DevSettings {
    /// Where to listen; port 0 for any that is free.
    pub listen: SocketAddr,
    /// Where the database's file is, unless another database is given.
    pub data: PathBuf,
    /// The database, if it is not the file in `data`.
    pub database: Option<Database>,
    /// The API key to let in, beside those of earlier starts.
    pub api_key: Option<SecretString>,
    /// The pages.
    pub console: Console,
    /// The port of the fake Twilio; 0 for any that is free.
    pub twilio_port: u16,
    /// What goes wrong there.
    pub chaos: Chaos,
    /// Where what people write is forwarded to.
    pub webhook: Option<Url>,
    /// What the first start brings.
    pub examples: Examples,
}

impl DevSettings {
    /// Any free port, the embedded pages, and a key of the host's own making.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            data,
            database: None,
            api_key: None,
            console: Console::Embedded,
            twilio_port: 0,
            chaos: Chaos::default(),
            webhook: None,
            examples: Examples::default(),
        }
    }
}

/// A host and its fake, at work.
#[derive(Debug)]
pub struct Dev {
    host: Host,
    fake: FakeTwilio,
    api_key: Option<SecretString>,
    link: SecretString,
    webhook_secret: Option<SigningSecret>,
    module: String,
}

/// `dev` could not start.
#[derive(Debug, thiserror::Error)]
pub enum DevError {
    /// The port is taken, or may not be used.
    #[error("could not listen on {address}: {error}; choose another with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The key is too short to be one.
    #[error("expected an API key of at least {MIN_KEY} printable characters, found another")]
    WeakKey,
    /// The host refused.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The fake refused.
    #[error(transparent)]
    Fake(#[from] FakeError),
    /// The webhook could not be set.
    #[error(transparent)]
    Webhook(#[from] SetError),
    /// The module was refused.
    #[error(transparent)]
    Module(#[from] LoadError),
    /// The module refused an example.
    #[error("an example template was refused: {0}")]
    Example(#[from] EngineError),
    /// An example of what fills templates was refused.
    #[error("an example was refused: {0}")]
    ExampleItem(#[from] ProjectError),
    /// The machine gives no randomness.
    #[error("could not make a secret: {0}")]
    Random(#[from] getrandom::Error),
    /// The HTTP library refused.
    #[error("could not set up HTTP: {0}")]
    Http(#[from] reqwest::Error),
}

impl Dev {
    /// Starts everything, with the module that this program carries. It is ready when this
    /// returns.
    ///
    /// # Errors
    /// What could not be started, and why.
    pub async fn start(settings: DevSettings) -> Result<Self, DevError> {
        Self::start_with(load_engine().await?, settings).await
    }

    /// The same with a module that is loaded already.
    ///
    /// # Errors
    /// What could not be started, and why.
    pub async fn start_with(engine: Engine, settings: DevSettings) -> Result<Self, DevError> {
        if let Some(key) = &settings.api_key {
            refuse_weak(key)?;
        }
        let listen = |error| DevError::Listen { address: settings.listen, error };
        let listener = TcpListener::bind(settings.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let file = || Database::File(settings.data.join(DATABASE));
        let store = host::open_store(&settings.database.clone().unwrap_or_else(file)).await?;

        let url = local_url(address);
        let inbound = url.join("twilio/inbound").unwrap_or_else(|_| url.clone());
        let fake = FakeTwilio::start(FakeSettings {
            port: settings.twilio_port,
            chaos: settings.chaos,
            numbers: NUMBERS.map(|(_, number)| number.to_owned()).to_vec(),
            services: vec![
                (SERVICE.to_owned(), vec![number_of(Environment::Sandbox)]),
                (
                    OTHER_SERVICE.to_owned(),
                    vec![number_of(Environment::Live), number_of(Environment::PreRelease)],
                ),
            ],
            ..FakeSettings::new(inbound)
        })
        .await?;
        register_senders(&store).await?;
        examples::bring(settings.examples, &store, &engine).await?;
        let api_key = let_in(&store, settings.api_key).await?;
        let link = new_link(&store).await?;
        let vault = Vault::new(KeySource::File(settings.data.join(KEY_FILE)));
        let webhook_secret = match settings.webhook {
            Some(url) => {
                let (scope, keywords) = (Scope::Default, None);
                let setting = Setting { scope, url, keywords, secret: None };
                forward::set(&store, &vault, setting).await?.made
            }
            None => None,
        };
        let module = engine.sha256().to_string();
        let host = Host::start(Settings {
            listener,
            store,
            engine,
            connection: Connection::given(fake.account(), Keys::default())
                .map_err(HostError::from)?,
            public_url: url,
            vault,
            redact_after: None,
            default_replies: Replies::Verbatim,
            console: settings.console,
            phone: Some(fake.control()?),
        })?;
        Ok(Self { host, fake, api_key, link, webhook_secret, module })
    }

    /// The host's address as a URL, with a slash at its end.
    #[must_use]
    pub fn url(&self) -> Url {
        local_url(self.host.address())
    }

    /// The link that signs a browser in, once.
    #[must_use]
    pub fn console_link(&self) -> String {
        format!("{}sign-in?token={}", self.url(), self.link.expose_secret())
    }

    /// The API key, if it was made now: it is shown once, and only its hash is kept.
    #[must_use]
    pub fn new_api_key(&self) -> Option<&SecretString> {
        self.api_key.as_ref()
    }

    /// The secret of the webhook, if it was made now: it is shown once.
    #[must_use]
    pub fn new_webhook_secret(&self) -> Option<SecretString> {
        self.webhook_secret.as_ref().map(SigningSecret::text)
    }

    /// The SHA-256 of the module, in hexadecimal.
    #[must_use]
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The fake Twilio.
    #[must_use]
    pub fn twilio(&self) -> &FakeTwilio {
        &self.fake
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Finishes what is in flight, and stops.
    pub async fn stop(self) {
        self.host.stop().await;
    }
}

/// Loads the module that this program carries. Compiling takes a moment, so it has its thread.
async fn load_engine() -> Result<Engine, LoadError> {
    let load = || Sandbox::embedded(Limits::default());
    let loaded = tokio::task::spawn_blocking(load).await;
    loaded.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())).map(Engine::new)
}

/// The fake number of an environment.
fn number_of(environment: Environment) -> String {
    let number = NUMBERS.iter().find(|(of, _)| *of == environment);
    number.map(|(_, number)| (*number).to_owned()).unwrap_or_default()
}

/// The address by which this machine reaches a listener, also one that listens everywhere.
fn local_url(mut address: SocketAddr) -> Url {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    Url::parse(&format!("http://{address}/"))
        .unwrap_or_else(|_| unreachable!("a socket address makes a URL"))
}

async fn register_senders(store: &Store) -> Result<(), StoreError> {
    let now = Timestamp::now();
    let mut tx = store.write().await?;
    for (environment, sender) in NUMBERS {
        // Whoever tries it out wants to see a hundred messages arrive, not to wait a hundred
        // seconds for a carrier that is not there. `Tx::set_rate` makes it honest.
        tx.suggest_rate(sender, None).await?;
        let sender = sender.to_owned();
        let sender = RegisteredSender { environment, sender, replies: Replies::Verbatim };
        tx.register_sender(&sender, now).await?;
    }
    tx.set_pool(SERVICE, &[number_of(Environment::Sandbox)], now).await?;
    tx.commit().await
}

/// Lets the given key in, or makes one if nobody could come in otherwise.
async fn let_in(
    store: &Store,
    given: Option<SecretString>,
) -> Result<Option<SecretString>, DevError> {
    let made = match &given {
        Some(_) => None,
        None if store.has_no_api_key().await? => Some(id::new_secret(id::KEY_PREFIX)?),
        None => None,
    };
    if let Some(key) = given.as_ref().or(made.as_ref()) {
        let mut tx = store.write().await?;
        tx.add_api_key("dev", &id::hash_of(key), None, Timestamp::now()).await?;
        tx.commit().await?;
    }
    Ok(made)
}

async fn new_link(store: &Store) -> Result<SecretString, DevError> {
    let link = id::new_secret(LINK_PREFIX)?;
    let mut tx = store.write().await?;
    tx.add_session(&id::hash_of(&link), SessionKind::Link, None, Timestamp::now()).await?;
    tx.commit().await?;
    Ok(link)
}

fn refuse_weak(key: &SecretString) -> Result<(), DevError> {
    let key = key.expose_secret();
    let printable = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.len() >= MIN_KEY && printable { Ok(()) } else { Err(DevError::WeakKey) }
}
