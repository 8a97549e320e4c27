//! A person's message: the module decides, and consent, ledger and what it cancels commit at once.
//!
//! It comes by a webhook, or is found in Twilio's list when its webhook was lost: both take this
//! way, and whichever is first counts.

use crate::engine::{Ask, Engine, EngineError, ReceiveAsk, Received};
use crate::keywords::Keywords;
use crate::sandbox::{ConsentAction, Grant, Intent, Pair};
use crate::store::{ConsentSource, Inbound, LedgerEntry, Recorded, Replies, Store, StoreError};
use crate::time::Timestamp;
use crate::twilio::webhook::InboundMessage;

/// What Advanced Opt-Out may say.
const OPT_OUT_TYPES: [&str; 3] = ["STOP", "START", "HELP"];

/// Takes in what people write.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// Where consent is.
    pub store: Store,
    /// The module.
    pub engine: Engine,
    /// Who answers keywords on a number that is not registered.
    pub default_replies: Replies,
}

/// A message could not be taken in; nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The module refused or broke.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl ReceiveError {
    /// Whether this very message is refused, now and again: it is not one that a person can write
    /// to a number of ours.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Engine(EngineError::Refused(_)) | Self::Store(StoreError::Nul))
    }
}

impl Receiver {
    /// Takes a message in and gives the reply. One that came before gets the reply it got then.
    ///
    /// # Errors
    /// The store failed, or the module refused or broke.
    pub async fn receive(&self, message: InboundMessage) -> Result<Option<String>, ReceiveError> {
        if let Some(reply) = self.store.inbound_reply(&message.sid).await? {
            return Ok(reply);
        }
        let pair = Pair { recipient: message.from.clone(), sender: message.to.clone() };
        let at_service =
            message.service.clone().map(|sender| Pair { recipient: message.from.clone(), sender });
        let pairs: Vec<Pair> = std::iter::once(pair.clone()).chain(at_service).collect();
        // A number that nobody registered is not ours to answer for: Twilio does as it is set up.
        let replies = self.store.replies_of(&message.to).await?.unwrap_or(self.default_replies);
        let grant = Grant {
            consent: self.store.consent_of(pairs.clone()).await?,
            send: None,
            record: pairs,
        };
        let ask = ReceiveAsk {
            from: message.from.clone(),
            to: message.to.clone(),
            text: message.text.clone(),
            messaging_service_sid: message.service.clone(),
            opt_out_type: message
                .opt_out_type
                .clone()
                .filter(|kind| OPT_OUT_TYPES.contains(&kind.as_str())),
            rules: Keywords::of(&self.store).await?,
            replies: replies.as_str(),
        };
        let answered = self.engine.ask(Ask::Receive(ask), grant).await?;
        let received: Received = answered.read()?;
        let inbound = Inbound {
            message_sid: message.sid,
            pair,
            service: message.service,
            raw_text: message.text,
            disposition: received.disposition,
            keyword: received.keyword,
            reply: match replies {
                Replies::Verbatim => received.reply,
                Replies::Twilio => None,
            },
            trace: received.trace.get().to_owned(),
            sent_at: message.sent_at,
        };
        let now = self.store.now();
        let entries = self.entries(&inbound, answered.intents, now).await?;
        self.commit(inbound, &entries, now).await
    }

    async fn commit(
        &self,
        inbound: Inbound,
        entries: &[LedgerEntry],
        now: Timestamp,
    ) -> Result<Option<String>, ReceiveError> {
        let mut tx = self.store.write().await?;
        let reply = match tx.record_inbound(&inbound, now).await? {
            Recorded::Now => {
                tx.record_consent(entries, now).await?;
                inbound.reply
            }
            // The same message arrived twice at once: the other one has done all of this.
            Recorded::Before(first) => first,
        };
        tx.commit().await?;
        Ok(reply)
    }

    /// The lines of the ledger that the module's intents ask for. A START also clears every
    /// Messaging Service that holds the number.
    async fn entries(
        &self,
        inbound: &Inbound,
        intents: Vec<Intent>,
        now: Timestamp,
    ) -> Result<Vec<LedgerEntry>, ReceiveError> {
        let mut entries: Vec<LedgerEntry> = Vec::new();
        for intent in intents {
            let (pair, action, keyword, matched) = match intent {
                Intent::RecordConsent { pair, action, keyword, matched } => {
                    (pair, action, keyword, matched)
                }
                Intent::CreateMessage { .. } => {
                    let what = "a message to send, in answer to a received one";
                    return Err(EngineError::Nonsense(what.to_owned()).into());
                }
            };
            let mut senders = vec![pair.sender.clone()];
            if action == ConsentAction::OptIn {
                senders.extend(self.store.services_of_number(&pair.sender).await?);
            }
            for sender in senders {
                let pair = Pair { recipient: pair.recipient.clone(), sender };
                if entries.iter().any(|entry| entry.pair == pair) {
                    continue;
                }
                entries.push(LedgerEntry {
                    pair,
                    action,
                    source: ConsentSource::Inbound,
                    keyword: Some(keyword.clone()),
                    matched: Some(matched.clone()),
                    raw_text: Some(inbound.raw_text.clone()),
                    message_sid: Some(inbound.message_sid.clone()),
                    // Twilio's date, as far as we know it: what was said last counts.
                    happened_at: inbound.sent_at.unwrap_or(now),
                });
            }
        }
        Ok(entries)
    }
}
