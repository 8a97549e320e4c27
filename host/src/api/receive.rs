//! A person's message: the module decides, and consent, ledger and what it cancels commit at once.

use super::App;
use super::problem::Problem;
use crate::engine::{Ask, EngineError, ReceiveAsk, Received};
use crate::sandbox::{ConsentAction, Grant, Intent, Pair};
use crate::store::{ConsentSource, Inbound, LedgerEntry, Recorded, Replies};
use crate::time::Timestamp;
use crate::twilio::webhook::InboundMessage;

/// What Advanced Opt-Out may say.
const OPT_OUT_TYPES: [&str; 3] = ["STOP", "START", "HELP"];

/// Takes a message in and gives the reply. A message that came before gets the reply it got then.
pub(super) async fn receive(app: &App, message: InboundMessage) -> Result<Option<String>, Problem> {
    if let Some(reply) = app.store.inbound_reply(&message.sid).await? {
        return Ok(reply);
    }
    let pair = Pair { recipient: message.from.clone(), sender: message.to.clone() };
    let at_service =
        message.service.clone().map(|sender| Pair { recipient: message.from.clone(), sender });
    let pairs: Vec<Pair> = std::iter::once(pair.clone()).chain(at_service).collect();
    // A number that nobody registered is not ours to answer for: Twilio does as it is set up.
    let replies = app.store.replies_of(&message.to).await?.unwrap_or(app.default_replies);
    let grant =
        Grant { consent: app.store.consent_of(pairs.clone()).await?, send: None, record: pairs };
    let ask = ReceiveAsk {
        from: message.from.clone(),
        to: message.to.clone(),
        text: message.text.clone(),
        messaging_service_sid: message.service.clone(),
        opt_out_type: message
            .opt_out_type
            .clone()
            .filter(|kind| OPT_OUT_TYPES.contains(&kind.as_str())),
        replies: replies.as_str(),
    };
    let answered = app.engine.ask(Ask::Receive(ask), grant).await?;
    let received: Received = answered.read()?;
    let reply = match replies {
        Replies::Verbatim => received.reply,
        Replies::Twilio => None,
    };
    let inbound = Inbound {
        message_sid: message.sid,
        pair,
        service: message.service,
        raw_text: message.text,
        disposition: received.disposition,
        keyword: received.keyword,
        reply: reply.clone(),
        trace: received.trace.get().to_owned(),
    };
    let now = app.store.now();
    let entries = entries(app, &inbound, answered.intents, now).await?;
    let mut tx = app.store.write().await?;
    let reply = match tx.record_inbound(&inbound, now).await? {
        Recorded::Now => {
            tx.record_consent(&entries, now).await?;
            reply
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
    app: &App,
    inbound: &Inbound,
    intents: Vec<Intent>,
    now: Timestamp,
) -> Result<Vec<LedgerEntry>, Problem> {
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
            senders.extend(app.store.services_of_number(&pair.sender).await?);
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
                happened_at: now,
            });
        }
    }
    Ok(entries)
}
