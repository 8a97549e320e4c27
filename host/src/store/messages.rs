//! Messages: written once when accepted, then moved forward only.

use std::time::Duration;

use super::conversations::{ConversationEvent, EventRow};
use super::doubts::OnUnknown;
use super::row::row;
use super::statement::{Statement, values};
use super::{Store, StoreError, Tx, row, sql};
use crate::dispatch::poll;
use crate::id::sha256_hex;
use crate::message::{Environment, State};
use crate::redact::Redact;
use crate::time::Timestamp;
use crate::twilio::bill::Price;

/// The most messages that a conversation shows.
const MAX_CONVERSATION: i64 = 1_000;

/// A message as it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// `Queued`, or `Suppressed` for one whose recipient has opted out.
    pub state: State,
    /// Why it is suppressed.
    pub reason: Option<String>,
    /// E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// The environment of the send.
    pub environment: Environment,
    /// The template's id, its title and the version sent; nothing for free-form text.
    pub template: Option<(String, String, i64)>,
    /// The language asked for.
    pub language: Option<String>,
    /// The text that goes out, byte for byte.
    pub text: String,
    /// The module's count of it, in the module's own JSON.
    pub segments: String,
    /// How many segments that is.
    pub predicted_segments: i64,
    /// The values that it was rendered with as JSON, for `replay`.
    pub values: String,
    /// What was to happen to a missing value.
    pub missing: Option<String>,
    /// The SHA-256 of the module that rendered it, in hexadecimal.
    pub module: String,
    /// The conversation that it belongs to.
    pub conversation_id: Option<String>,
    /// What to do if it is in doubt for good; what is set for its sender, unless given.
    pub on_unknown: Option<OnUnknown>,
    /// How long it may wait at Twilio, in whole seconds; the dispatcher's default, unless given.
    pub valid_for: Option<Duration>,
    /// When what it says is taken out; as it is set for all, unless given.
    pub redact: Option<Redact>,
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// UUIDv7.
    pub id: String,
    /// Where it is in its life.
    pub state: State,
    /// Why it is there, where a state needs a reason.
    pub reason: Option<String>,
    /// E.164.
    pub recipient: String,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// The environment of the send.
    pub environment: Environment,
    /// The template's title as it was.
    pub template: Option<String>,
    /// The version that was sent.
    pub template_version: Option<i64>,
    /// The language asked for.
    pub language: Option<String>,
    /// The text.
    pub text: String,
    /// The module's count of it, in the module's own JSON.
    pub segments: String,
    /// The SHA-256 of the module that rendered it, in hexadecimal.
    pub module: String,
    /// The conversation that it belongs to.
    pub conversation_id: Option<String>,
    /// Twilio's name for it.
    pub sid: Option<String>,
    /// Twilio's error code.
    pub error_code: Option<i64>,
    /// The segments that the module counted.
    pub predicted_segments: i64,
    /// The segments that Twilio counted, once it has.
    pub billed_segments: Option<i64>,
    /// What Twilio bills for it, once it says so.
    pub price: Option<Price>,
    /// The message that it was made of, because that one was not delivered.
    pub resend_of: Option<String>,
    /// When what it said was taken out.
    pub redacted_at: Option<Timestamp>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

row! {
    pub(super) struct MessageRow {
        id: String,
        state: String,
        reason: Option<String>,
        recipient: String,
        sender: String,
        environment: String,
        template: Option<String>,
        template_version: Option<i64>,
        language: Option<String>,
        body: String,
        segments: String,
        module: String,
        conversation_id: Option<String>,
        sid: Option<String>,
        error_code: Option<i64>,
        predicted_segments: i64,
        billed_segments: Option<i64>,
        price: Option<String>,
        price_unit: Option<String>,
        resend_of: Option<String>,
        redacted_at: Option<i64>,
        created_at: i64,
        updated_at: i64,
    }
}

impl TryFrom<MessageRow> for Message {
    type Error = StoreError;

    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        let price = row.price.zip(row.price_unit);
        Ok(Self {
            id: row.id,
            state: row::name("state", &row.state)?,
            reason: row.reason,
            recipient: row.recipient,
            sender: row.sender,
            environment: row::name("environment", &row.environment)?,
            template: row.template,
            template_version: row.template_version,
            language: row.language,
            text: row.body,
            segments: row.segments,
            module: row.module,
            conversation_id: row.conversation_id,
            sid: row.sid,
            error_code: row.error_code,
            predicted_segments: row.predicted_segments,
            billed_segments: row.billed_segments,
            price: price.map(|(amount, unit)| Price { amount, unit }),
            resend_of: row.resend_of,
            redacted_at: row.redacted_at.map(row::instant),
            created_at: row::instant(row.created_at),
            updated_at: row::instant(row.updated_at),
        })
    }
}

impl NewMessage {
    /// What a message will be once it is stored under this id.
    #[must_use]
    pub fn stored_as(&self, id: &str, now: Timestamp) -> Message {
        let (template, template_version) = match &self.template {
            Some((_, title, version)) => (Some(title.clone()), Some(*version)),
            None => (None, None),
        };
        Message {
            id: id.to_owned(),
            state: self.state,
            reason: self.reason.clone(),
            recipient: self.recipient.clone(),
            sender: self.sender.clone(),
            environment: self.environment,
            template,
            template_version,
            language: self.language.clone(),
            text: self.text.clone(),
            segments: self.segments.clone(),
            module: self.module.clone(),
            conversation_id: self.conversation_id.clone(),
            sid: None,
            error_code: None,
            predicted_segments: self.predicted_segments,
            billed_segments: None,
            price: None,
            resend_of: None,
            redacted_at: None,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Store {
    /// One message.
    ///
    /// # Errors
    /// The database failed.
    pub async fn message(&self, id: &str) -> Result<Option<Message>, StoreError> {
        let row: Option<MessageRow> = self.first(&sql::MESSAGE_BY_ID, values![id]).await?;
        row.map(Message::try_from).transpose()
    }

    /// A conversation's messages, oldest first, and its log.
    ///
    /// # Errors
    /// The database failed.
    pub async fn conversation(
        &self,
        id: &str,
    ) -> Result<(Vec<Message>, Vec<ConversationEvent>), StoreError> {
        let which = values![id, MAX_CONVERSATION];
        let rows: Vec<MessageRow> = self.walk(&sql::MESSAGES_OF_CONVERSATION, which).await?;
        let log: Vec<EventRow> = self.walk(&sql::CONVERSATION_LOG, which).await?;
        let messages = rows.into_iter().map(Message::try_from).collect::<Result<_, _>>()?;
        Ok((messages, log.into_iter().map(ConversationEvent::from).collect()))
    }
}

impl Tx {
    /// Stores a message under a new id, with its outbox row if it is to go out and its line in
    /// the conversation's log if it has one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn create_message(
        &mut self,
        id: &str,
        new: &NewMessage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.store_message(id, new, now).await?;
        self.log_message(id, new, now).await
    }

    /// The same of several: first all of them in the order of their pairs, as everywhere, then
    /// their lines in the order in which they are given. Or two requests to somebody new would
    /// wait for each other.
    ///
    /// # Errors
    /// The database failed.
    pub async fn create_messages(
        &mut self,
        all: &[(String, NewMessage)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut by_pair: Vec<_> = all.iter().collect();
        by_pair.sort_by_key(|(_, new)| (&new.sender, &new.recipient));
        for (id, new) in by_pair {
            self.store_message(id, new, now).await?;
        }
        for (id, new) in all {
            self.log_message(id, new, now).await?;
        }
        Ok(())
    }

    async fn store_message(
        &mut self,
        id: &str,
        new: &NewMessage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (template_id, title, version) = match &new.template {
            Some((id, title, version)) => (Some(id.as_str()), Some(title.as_str()), Some(*version)),
            None => (None, None, None),
        };
        let values = values![
            id,
            new.state.as_str(),
            new.state.rank(),
            &new.reason,
            &new.recipient,
            &new.sender,
            new.environment.as_str(),
            template_id,
            title,
            version,
            &new.language,
            &new.conversation_id,
            &new.module,
            new.predicted_segments,
            now,
            &new.text,
            sha256_hex(new.text.as_bytes()),
            &new.segments,
            &new.values,
            &new.missing,
            new.on_unknown.map(OnUnknown::as_str),
            new.valid_for.map(|while_| i64::try_from(while_.as_secs()).unwrap_or(i64::MAX)),
            new.redact.map(|Redact::AtOnce| now)
        ];
        self.run(&sql::STORE_MESSAGE, values).await?;
        self.moved(id, new.state);
        Ok(())
    }

    async fn log_message(
        &mut self,
        id: &str,
        new: &NewMessage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(conversation) = &new.conversation_id {
            let line = ConversationEvent::of_message(id, new.state, now);
            self.log_conversation(conversation, line).await?;
        }
        Ok(())
    }

    /// Takes the SIDs of messages that have been without news for long, and sets when each is to
    /// be asked for again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_polls(
        &mut self,
        at_most: i64,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.take_due(&sql::POLLS_DUE, at_most, now).await
    }

    /// The same for those that have arrived and have no price yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_bills(
        &mut self,
        at_most: i64,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.take_due(&sql::BILLS_DUE, at_most, now).await
    }

    async fn take_due(
        &mut self,
        due: &Statement,
        at_most: i64,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String, Option<String>, i64)> = self.all(due, values![now, at_most]).await?;
        let mut sids = Vec::with_capacity(rows.len());
        for (id, sid, updated_at) in rows {
            let again_at = poll::next(now, row::instant(updated_at)).filter(|_| sid.is_some());
            self.run(&sql::POLL_AT, values![id, again_at]).await?;
            sids.extend(sid);
        }
        Ok(sids)
    }

    /// Moves a message forward by rank; `false`: it was there or further already.
    pub(super) async fn advance(
        &mut self,
        id: &str,
        to: State,
        reason: Option<&str>,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let poll_at = poll_at(to, now);
        let values = values![id, to.as_str(), to.rank(), reason, error_code, poll_at, now];
        let moved = self.run(&sql::ADVANCE_MESSAGE, values).await? == 1;
        if moved {
            self.moved(id, to);
        }
        Ok(moved)
    }

    /// Moves a message from one state to another; `false`: it was not in the first.
    pub(super) async fn shift(
        &mut self,
        id: &str,
        from: State,
        to: State,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let values = values![id, from.as_str(), to.as_str(), to.rank(), reason, now];
        let moved = self.run(&sql::MOVE_MESSAGE, values).await? == 1;
        if moved {
            self.moved(id, to);
        }
        Ok(moved)
    }
}

/// When to ask Twilio for a message that has reached a state: callbacks get lost, and none tells
/// the price.
pub(super) fn poll_at(state: State, now: Timestamp) -> Option<Timestamp> {
    match state {
        State::Accepted | State::Sent | State::Delivered | State::Undelivered => {
            poll::next(now, now)
        }
        State::Queued
        | State::Dispatching
        | State::Unknown
        | State::Failed
        | State::Canceled
        | State::Suppressed => None,
    }
}
