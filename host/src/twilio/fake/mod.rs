//! A Twilio for one machine, over real HTTP on a loopback port: nothing leaves the machine.
//!
//! It speaks the message API with its error bodies and test numbers, signs its webhooks, and has
//! a phone for every number, through which a person reads and answers. What goes wrong at it can
//! be set ([`Chaos`]). It shares no code with what it is there to check: it counts segments by
//! itself, and has Twilio's own opt-outs, if any.

mod account;
mod chaos;
mod control;
mod keywords;
mod ledger;
mod list;
mod messaging;
mod phone;
mod refusal;
mod rest;
mod segments;
mod webhooks;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use reqwest::Url;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use verbatim_core::AccountSid;

use super::client::Account;
use chaos::Dice;
use ledger::Ledger;

pub use chaos::{CampaignStatus, Chance, Chaos, ChaosError, Latency, MAX_LATENCY_MS};
pub use control::{Control, ControlError};
pub use refusal::TEST_NUMBERS;

/// The largest request that the fake reads.
const MAX_BODY: usize = 256 * 1024;

/// How the fake behaves.
#[derive(Debug, Clone)]
pub struct FakeSettings {
    /// The port to listen on; 0 for any that is free.
    pub port: u16,
    /// Where inbound messages are reported.
    pub inbound_webhook: Url,
    /// The numbers of the account; with none, every number is the account's.
    pub numbers: Vec<String>,
    /// The Messaging Services that exist, each with its numbers.
    pub services: Vec<(String, Vec<String>)>,
    /// How long after one status the next one follows.
    pub step: Duration,
    /// Which statuses it reports.
    pub reports: Reports,
    /// Whether the services replace characters of their own accord.
    pub smart_encoding: bool,
    /// What goes wrong to begin with.
    pub chaos: Chaos,
}

/// Which statuses of a message the fake reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reports {
    /// `sent`, and the one that it ends in.
    Each,
    /// The one that it ends in.
    Last,
}

impl FakeSettings {
    /// A fake that reports inbound messages to `webhook`, and delivers at once.
    #[must_use]
    pub fn new(webhook: Url) -> Self {
        Self {
            port: 0,
            inbound_webhook: webhook,
            numbers: Vec::new(),
            services: Vec::new(),
            step: Duration::from_millis(60),
            reports: Reports::Each,
            smart_encoding: false,
            chaos: Chaos::default(),
        }
    }
}

/// A running fake; it stops when this is dropped.
#[derive(Debug)]
pub struct FakeTwilio {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// What every part of the fake sees.
#[derive(Debug)]
struct Shared {
    account_sid: AccountSid,
    token: SecretString,
    settings: FakeSettings,
    http: reqwest::Client,
    ledger: Mutex<Ledger>,
    dice: Mutex<Dice>,
}

/// The fake could not start.
#[derive(Debug, thiserror::Error)]
pub enum FakeError {
    /// No port.
    #[error("could not open a port for the fake Twilio: {0}")]
    Listen(#[from] std::io::Error),
    /// No HTTP client.
    #[error("could not set up the fake Twilio's HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// No randomness.
    #[error("could not make the fake Twilio's token: {0}")]
    Random(#[from] getrandom::Error),
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // A panic elsewhere leaves the ledger as it was: each change is one push.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dice(&self) -> MutexGuard<'_, Dice> {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FakeTwilio {
    /// Starts a fake on a loopback port, with an account and a token of its own.
    ///
    /// # Errors
    /// The port is taken, or the machine gives no randomness.
    pub async fn start(settings: FakeSettings) -> Result<Self, FakeError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
        let address = listener.local_addr()?;
        let mut sid = [0; 16];
        getrandom::fill(&mut sid)?;
        let shared = Arc::new(Shared {
            account_sid: AccountSid::new(&format!("AC{}", crate::id::hex(&sid)))
                .unwrap_or_else(|_| unreachable!("16 bytes make 32 digits")),
            token: crate::id::new_secret("")?,
            http: super::client::http_client(&settings.inbound_webhook)?,
            dice: Mutex::new(Dice::new(settings.chaos)),
            settings,
            ledger: Mutex::new(Ledger::default()),
        });
        let app = router(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the fake Twilio stopped");
            }
        });
        Ok(Self { address, shared, server })
    }

    /// The loopback address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The account, as a client needs it.
    #[must_use]
    pub fn account(&self) -> Account {
        Account {
            sid: self.shared.account_sid,
            token: self.shared.token.clone(),
            base_url: self.url(),
        }
    }

    /// The fake's address as a URL.
    #[must_use]
    pub fn url(&self) -> Url {
        let mut url = Url::parse("http://127.0.0.1/")
            .unwrap_or_else(|_| unreachable!("a constant that is a URL"));
        // Cannot fail: an http URL with a host takes a port.
        let _ = url.set_port(Some(self.address.port()));
        url
    }
}

impl Drop for FakeTwilio {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/2010-04-01/Accounts/{account}", get(account::fetch))
        .route("/2010-04-01/Accounts/{account}/Messages.json", post(rest::create).get(list::list))
        .route("/2010-04-01/Accounts/{account}/Messages/{message}", get(rest::fetch))
        .route("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", get(messaging::numbers))
        .route("/v1/Services", get(messaging::services))
        .route("/v1/Services/{sid}", get(messaging::service))
        .route("/v1/Services/{sid}/PhoneNumbers", get(messaging::pool))
        .route("/v1/Services/{sid}/Compliance/Usa2p", get(messaging::campaigns))
        .route("/v1/a2p/BrandRegistrations/{sid}", get(messaging::brand))
        .layer(from_fn_with_state(Arc::clone(&shared), rest::delay_and_fail_reads))
        .route("/fake/chaos", get(phone::chaos).put(phone::set_chaos))
        .route("/fake/phone", get(phone::read).post(phone::write))
        .route("/fake/log", get(phone::log))
        .fallback(rest::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(shared)
}
