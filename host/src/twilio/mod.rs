//! Twilio: what it is asked, what it answers, what it sends us, and a fake of it for one machine.
//!
//! Nothing outside this folder knows a Twilio field name.

pub mod account;
pub mod bill;
pub mod client;
pub mod directory;
pub mod error;
pub mod fake;
pub mod list;
pub mod registration;
pub mod signature;
pub mod status;
pub mod twiml;
pub mod webhook;

/// The field names of Twilio's API and webhooks, written once.
pub(crate) mod field {
    pub(crate) const BODY: &str = "Body";
    pub(crate) const ERROR_CODE: &str = "ErrorCode";
    pub(crate) const FROM: &str = "From";
    pub(crate) const MESSAGE_SID: &str = "MessageSid";
    pub(crate) const MESSAGE_STATUS: &str = "MessageStatus";
    pub(crate) const MESSAGING_SERVICE_SID: &str = "MessagingServiceSid";
    pub(crate) const NUM_SEGMENTS: &str = "NumSegments";
    pub(crate) const OPT_OUT_TYPE: &str = "OptOutType";
    pub(crate) const PAGE_SIZE: &str = "PageSize";
    /// With its value it reads `DateSent>=2026-11-24`.
    pub(crate) const SENT_SINCE: &str = "DateSent>";
    pub(crate) const SMART_ENCODED: &str = "SmartEncoded";
    pub(crate) const STATUS_CALLBACK: &str = "StatusCallback";
    pub(crate) const TO: &str = "To";
    pub(crate) const VALIDITY_PERIOD: &str = "ValidityPeriod";
}
