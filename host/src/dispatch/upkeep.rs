//! What goes on beside the posting, so that neither waits for the other: looking for what is in
//! doubt, and asking how those fare of which no callback tells.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::doubt::{self, Verdict};
use super::{AFTER_FAILURE, Dispatcher};
use crate::store::{Doubt, StatusNews, StoreError};
use crate::twilio::client::Client;
use crate::twilio::list::{AskError, Listed, Query};

/// How often there is something to look at.
const TICK: Duration = Duration::from_secs(1);
/// Questions to Twilio at the same time.
const AT_ONCE: i64 = 8;
/// Questions about a price at the same time, and about as many a second.
const BILLS_AT_ONCE: i64 = 32;
/// How long one host has a message in doubt to itself: longer than it takes to page through a
/// list, and if not, two hosts come to the same end.
const TAKEN: Duration = Duration::from_secs(120);

impl Dispatcher {
    /// Works until it is told to stop. What is cut off in the middle is done again later.
    pub(super) async fn keep_up(self, wake: Arc<Notify>, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            let pause = tokio::select! {
                done = self.look_around(&wake) => match done {
                    Ok(()) => TICK,
                    Err(error) => {
                        tracing::error!(%error, "what is in doubt could not be read");
                        AFTER_FAILURE
                    }
                },
                _ = stopped.changed() => return,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    async fn look_around(&self, wake: &Notify) -> Result<(), StoreError> {
        let Some(client) = self.connection.client() else { return Ok(()) };
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        let doubts = tx.take_doubts(AT_ONCE, now.plus(TAKEN), now).await?;
        let mut asked = tx.take_polls(AT_ONCE, now).await?;
        asked.extend(tx.take_bills(BILLS_AT_ONCE, now).await?);
        tx.commit().await?;
        let mut questions = JoinSet::new();
        for doubt in doubts {
            let (worker, client) = (self.clone(), client.clone());
            questions.spawn(async move { worker.look_for(&client, &doubt).await });
        }
        for sid in asked {
            let (worker, client) = (self.clone(), client.clone());
            questions.spawn(async move { worker.ask_how(&client, &sid).await });
        }
        while let Some(answer) = questions.join_next().await {
            match answer {
                // What waited for this one may begin.
                Ok(Ok(())) => wake.notify_one(),
                Ok(Err(error)) => tracing::error!(%error, "Twilio's answer could not be stored"),
                Err(error) => tracing::error!(%error, "a question to Twilio ended badly"),
            }
        }
        Ok(())
    }

    /// How a message fares of which there has been no news, counted as a callback would be; and
    /// what it costs, which no callback tells.
    async fn ask_how(&self, client: &Client, sid: &str) -> Result<(), StoreError> {
        let (listed, bill) = match client.fetch(sid).await {
            Ok(fetched) => fetched,
            Err(error) => {
                tracing::warn!(%error, sid, "no news of a message");
                return Ok(());
            }
        };
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        tx.record_status(&news(listed, None), now).await?;
        tx.record_bill(sid, &bill).await?;
        tx.commit().await
    }

    /// One look for one message, and what follows from it.
    async fn look_for(&self, client: &Client, doubt: &Doubt) -> Result<(), StoreError> {
        let listed = list_for(client, doubt).await;
        let mut free = Vec::new();
        for one in listed.iter().flatten() {
            if !self.store.is_bound(&one.sid).await? {
                free.push(one.clone());
            }
        }
        let mut tx = self.store.write().await?;
        let now = tx.now().await?;
        let verdict = match listed {
            Ok(_) => doubt::judge(now, doubt, free),
            Err(error) => {
                tracing::warn!(%error, message = doubt.message_id, "in doubt, and not looked for");
                // No answer is no absence.
                let at = doubt::next_look(now, doubt);
                Verdict::LookAgain { at, absences: doubt.absences }
            }
        };
        match verdict {
            Verdict::Found(one) => {
                let segments = one.segments;
                tx.found(doubt, &news(one, Some(doubt)), segments, now).await.map(drop)
            }
            Verdict::LookAgain { at, absences } => tx.look_again(doubt, absences, at).await,
            Verdict::Hold => tx.hold(doubt, now).await.map(drop),
            Verdict::Resend => tx.resend(doubt, now).await.map(drop),
        }?;
        tx.commit().await
    }
}

async fn list_for(client: &Client, doubt: &Doubt) -> Result<Vec<Listed>, AskError> {
    let query = Query {
        to: doubt.pair.recipient.clone(),
        // A service chooses the number, and Twilio has no filter by service.
        from: Some(doubt.pair.sender.clone()).filter(|sender| sender.starts_with('+')),
        created_since: doubt::window(doubt),
        by_day: false,
    };
    Ok(doubt::candidates(doubt, client.list(&query).await?))
}

/// What Twilio says of a message, in the form of a callback.
fn news(listed: Listed, doubt: Option<&Doubt>) -> StatusNews {
    StatusNews {
        sid: listed.sid,
        attempt_id: doubt.map(|doubt| doubt.attempt_id.clone()),
        status: listed.status,
        state: listed.state,
        error_code: listed.error_code,
    }
}
