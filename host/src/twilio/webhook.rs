//! What Twilio tells us: a person's message, or how a message of ours fares.
//!
//! Parsed after the signature was checked. Parameters may be added at any time: the signature
//! covers all of them, and the unknown are ignored.

use super::{field, status};
use crate::message::State;
use crate::time::Timestamp;

/// A person's message to one of our numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// Twilio's name for it.
    pub sid: String,
    /// The person.
    pub from: String,
    /// The Twilio number.
    pub to: String,
    /// What they wrote, to the letter.
    pub text: String,
    /// The Messaging Service that holds the number, if one does.
    pub service: Option<String>,
    /// What Advanced Opt-Out made of it, if it is on.
    pub opt_out_type: Option<String>,
    /// Twilio's date of it; a webhook has none.
    pub sent_at: Option<Timestamp>,
}

/// How a message of ours fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageStatus {
    /// Twilio's name for it.
    pub sid: String,
    /// Twilio's own word.
    pub status: String,
    /// What it means here.
    pub state: Option<State>,
    /// Why it was not delivered.
    pub error_code: Option<i64>,
}

/// A webhook that lacks what it must have, or holds what it must not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A parameter is not there.
    #[error("expected the parameter `{0}`, found none")]
    Lacks(&'static str),
    /// U+0000 cannot be stored.
    #[error("the parameter `{0}` holds the character U+0000")]
    HoldsNul(&'static str),
}

/// A webhook that tells nothing: whoever takes its signature finds that it lacks all the rest.
#[must_use]
pub fn about_nothing() -> Vec<(String, String)> {
    vec![(field::FROM.to_owned(), "verbatim doctor".to_owned())]
}

/// Reads an inbound message's parameters.
///
/// # Errors
/// A parameter that every inbound message has is missing, or one holds U+0000.
pub fn inbound(parameters: &[(String, String)]) -> Result<InboundMessage, Malformed> {
    Ok(InboundMessage {
        sid: required(parameters, field::MESSAGE_SID)?,
        from: required(parameters, field::FROM)?,
        to: required(parameters, field::TO)?,
        text: value(parameters, field::BODY)?.unwrap_or_default(),
        service: value(parameters, field::MESSAGING_SERVICE_SID)?,
        opt_out_type: value(parameters, field::OPT_OUT_TYPE)?,
        sent_at: None,
    })
}

/// Reads a status callback's parameters.
///
/// # Errors
/// The SID or the status is missing, or one holds U+0000.
pub fn message_status(parameters: &[(String, String)]) -> Result<MessageStatus, Malformed> {
    let word = required(parameters, field::MESSAGE_STATUS)?;
    Ok(MessageStatus {
        sid: required(parameters, field::MESSAGE_SID)?,
        state: status::state_of(&word),
        status: word,
        error_code: value(parameters, field::ERROR_CODE)?.and_then(|code| code.parse().ok()),
    })
}

fn required(parameters: &[(String, String)], name: &'static str) -> Result<String, Malformed> {
    value(parameters, name)?.ok_or(Malformed::Lacks(name))
}

/// An empty parameter is Twilio's way of saying that there is none.
fn value(parameters: &[(String, String)], name: &'static str) -> Result<Option<String>, Malformed> {
    let found = parameters.iter().find(|(found, _)| found == name);
    match found {
        Some((_, value)) if value.contains('\0') => Err(Malformed::HoldsNul(name)),
        Some((_, value)) if !value.is_empty() => Ok(Some(value.clone())),
        Some(_) | None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_parameter_is_none() {
        let read = inbound(&parameters(&[
            ("MessageSid", "SM1"),
            ("From", "+1555"),
            ("To", "+1556"),
            ("MessagingServiceSid", ""),
            ("SomethingNew", "x"),
        ]));
        let read = read.expect("an inbound message");
        assert_eq!((read.text.as_str(), read.service), ("", None));
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = message_status(&parameters(&[("MessageSid", "SM1")]));
        assert_eq!(refused, Err(Malformed::Lacks("MessageStatus")));
        let nul = inbound(&parameters(&[("MessageSid", "S\0")]));
        assert_eq!(nul, Err(Malformed::HoldsNul("MessageSid")));
    }
}
