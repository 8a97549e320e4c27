//! Takes in what people wrote while nobody listened, in the way in which webhooks are taken in.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Dispatcher, reconcile};
use crate::receive::ReceiveError;
use crate::store::{InboundCheck, StoreError};
use crate::twilio::list::{AskError, Listed, Query};
use crate::twilio::webhook::InboundMessage;

/// How often there may be a number to ask about.
const TICK: Duration = Duration::from_secs(5);
/// Numbers asked about at the same time.
const AT_ONCE: usize = 8;

/// Why a number could not be asked about.
#[derive(Debug, thiserror::Error)]
enum Missed {
    #[error("no account is connected")]
    NoAccount,
    #[error(transparent)]
    Twilio(#[from] AskError),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Dispatcher {
    /// Asks about every number, until each has been answered for, the account is another one or the
    /// host stops. Nothing is dispatched before: whoever wrote STOP while the host was down gets
    /// nothing more.
    pub(super) async fn catch_up(&self, account: u64, stopped: &mut watch::Receiver<bool>) {
        while !*stopped.borrow() && self.connection.generation() == account {
            match self.ask_about_all().await {
                Ok(true) => return,
                Ok(false) => tracing::warn!("nothing is dispatched before Twilio has answered"),
                Err(error) => tracing::error!(%error, "the numbers could not be read"),
            }
            tokio::select! {
                () = tokio::time::sleep(reconcile::AFTER_FAILURE) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    async fn ask_about_all(&self) -> Result<bool, StoreError> {
        let checks = self.store.inbound_checks().await?;
        Ok(self.ask_about(checks).await)
    }

    /// Asks about each number again in its time, until the host stops.
    pub(super) async fn keep_listening(self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                _ = stopped.changed() => return,
            }
            if self.connection.client().is_none() {
                continue;
            }
            let due = self.store.inbound_checks_due(self.store.now()).await;
            tokio::select! {
                _ = async {
                    match due {
                        Ok(checks) => self.ask_about(checks).await,
                        Err(error) => {
                            tracing::error!(%error, "the numbers could not be read");
                            false
                        }
                    }
                } => {}
                _ = stopped.changed() => return,
            }
        }
    }

    /// Whether all of them were answered for.
    async fn ask_about(&self, checks: Vec<InboundCheck>) -> bool {
        let mut all = true;
        for some in checks.chunks(AT_ONCE) {
            let mut questions = JoinSet::new();
            for check in some {
                let (worker, check) = (self.clone(), check.clone());
                questions.spawn(async move { (worker.ask_about_one(&check).await, check) });
            }
            while let Some(answer) = questions.join_next().await {
                match answer {
                    Ok((Ok(()), _)) => {}
                    Ok((Err(error), check)) => {
                        all = false;
                        let number = check.number;
                        tracing::error!(%error, number, "what was written to it is not known");
                    }
                    Err(error) => {
                        all = false;
                        tracing::error!(%error, "a question to Twilio ended badly");
                    }
                }
            }
        }
        all
    }

    async fn ask_about_one(&self, check: &InboundCheck) -> Result<(), Missed> {
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        // If this fails, it is asked again soon, and by one host at a time.
        tx.begin_inbound_check(&check.number, now.plus(reconcile::AFTER_FAILURE), now).await?;
        tx.commit().await?;
        let query = Query {
            to: check.number.clone(),
            from: None,
            created_since: reconcile::since(check.checked_till, now),
            by_day: true,
        };
        let client = self.connection.client().ok_or(Missed::NoAccount)?;
        for one in reconcile::written(client.list(&query).await?) {
            self.take_in(one).await?;
        }
        let mut tx = self.store.write().await?;
        tx.end_inbound_check(&check.number, now, now.plus(reconcile::EVERY)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn take_in(&self, listed: Listed) -> Result<(), Missed> {
        let (sid, sent_at) = (listed.sid.clone(), Some(listed.created_at));
        let message = InboundMessage {
            sid: listed.sid,
            from: listed.from.unwrap_or_default(),
            to: listed.to,
            text: listed.text,
            service: listed.service,
            opt_out_type: None,
            sent_at,
        };
        match self.receiver.receive(message).await {
            Ok(_) => Ok(()),
            // A webhook of it would be refused in the same way: it is of no pair that we know.
            Err(error) if error.is_refusal() => {
                tracing::warn!(%error, sid, "a message to us cannot be read");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}
