//! What a webhook hears: what a person wrote.

use schemars::JsonSchema;
use serde::Serialize;

use crate::time::Timestamp;

/// What a person wrote, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// UUIDv7: the same however often it is posted.
    pub id: String,
    /// Twilio's name for the message.
    pub message_sid: String,
    /// The person, E.164.
    pub from: String,
    /// The number that they wrote to.
    pub to: String,
    /// The Messaging Service that holds the number, if one does.
    pub service: Option<String>,
    /// What they wrote, to the letter.
    pub text: String,
    /// The keyword, if it is one.
    pub keyword: Option<String>,
    /// The conversation of what was sent to them last from there.
    pub conversation_id: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// Twilio's date of it, for one that was found in a list.
    pub sent_at: Option<Timestamp>,
}

/// An event as it is posted, in the form of Standard Webhooks.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EventBody {
    /// `message.received`; `keyword.received` for STOP, START and HELP, if the webhook hears them.
    #[serde(rename = "type")]
    kind: &'static str,
    /// When the message came.
    timestamp: Timestamp,
    data: EventData,
}

/// What a person wrote.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct EventData {
    /// Twilio's name for the message.
    message_sid: String,
    /// The person, E.164.
    from: String,
    /// The number that they wrote to, E.164.
    to: String,
    /// The Messaging Service that holds the number, if one does.
    messaging_service_sid: Option<String>,
    /// What they wrote, to the letter.
    text: String,
    /// `STOP`, `START` or `HELP`.
    keyword: Option<String>,
    /// The conversation of what was sent to them last from there.
    conversation_id: Option<String>,
    /// Twilio's date of the message, for one whose own webhook never came.
    sent_at: Option<Timestamp>,
}

impl Event {
    /// As it is posted: the same bytes each time.
    #[must_use]
    pub fn body(&self) -> EventBody {
        EventBody {
            kind: if self.keyword.is_some() { "keyword.received" } else { "message.received" },
            timestamp: self.received_at,
            data: EventData {
                message_sid: self.message_sid.clone(),
                from: self.from.clone(),
                to: self.to.clone(),
                messaging_service_sid: self.service.clone(),
                text: self.text.clone(),
                keyword: self.keyword.clone(),
                conversation_id: self.conversation_id.clone(),
                sent_at: self.sent_at,
            },
        }
    }
}
