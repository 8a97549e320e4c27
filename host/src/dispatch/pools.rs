//! Keeps what is known of Messaging Services' numbers: a STOP to one of them covers the service, so
//! a number that was added at Twilio must be known here.

use std::time::Duration;

use tokio::sync::watch;
use verbatim_core::Sender;

use super::Dispatcher;
use crate::store::{Store, StoreError};
use crate::twilio::client::Client;
use crate::twilio::directory::Service;
use crate::twilio::list::AskError;

/// How often each service is asked about.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// Why a pool could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// Twilio did not say.
    #[error(transparent)]
    Twilio(#[from] AskError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks Twilio which numbers a service holds, and notes them.
///
/// # Errors
/// Twilio did not say, or the database failed; then what was known is kept.
pub async fn refresh(client: &Client, store: &Store, sid: &str) -> Result<Service, PoolError> {
    let service = client.service(sid).await?;
    if service.smart_encoding {
        let name = &service.name;
        tracing::warn!(
            sid,
            name,
            "the Messaging Service has smart encoding on; each request says SmartEncoded=false, \
             so that what was previewed is what goes out; switch it off at Twilio as well"
        );
    }
    let mut known = store.numbers_of_service(sid).await?;
    let mut numbers = service.numbers.clone();
    known.sort_unstable();
    numbers.sort_unstable();
    if known != numbers {
        let mut tx = store.write().await?;
        let now = tx.now().await?;
        tx.set_pool(sid, &numbers, now).await?;
        tx.commit().await?;
        tracing::info!(sid, numbers = numbers.len(), "the Messaging Service's numbers are noted");
    }
    Ok(service)
}

impl Dispatcher {
    /// Brings every registered service up to date, until the host stops.
    pub(super) async fn keep_pools(self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            tokio::select! {
                done = self.refresh_all() => if let Err(error) = done {
                    tracing::error!(%error, "the senders could not be read");
                },
                _ = stopped.changed() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stopped.changed() => return,
            }
        }
    }

    async fn refresh_all(&self) -> Result<(), StoreError> {
        let Some(client) = self.connection.client() else { return Ok(()) };
        let mut services: Vec<String> = self
            .store
            .senders()
            .await?
            .into_iter()
            .map(|it| it.registered.sender)
            .filter(|sender| matches!(Sender::new(sender), Ok(Sender::Service(_))))
            .collect();
        services.sort_unstable();
        services.dedup();
        for service in services {
            if let Err(error) = refresh(&client, &self.store, &service).await {
                tracing::warn!(%error, service, "its numbers are as they were known");
            }
        }
        Ok(())
    }
}
