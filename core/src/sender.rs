//! What a message is sent from: a Twilio phone number or a Messaging Service.

use core::{fmt, str};

use crate::{MessagingServiceSid, PhoneNumber, Refusal};

/// A sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// A Twilio phone number.
    Number(PhoneNumber),
    /// A Messaging Service, which picks one of its numbers.
    Service(MessagingServiceSid),
}

impl Sender {
    /// Parses a SID if `text` begins with `MG`, a phone number otherwise.
    ///
    /// # Errors
    /// `V030` or `V031`.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        match text.starts_with("MG") {
            true => MessagingServiceSid::new(text).map(Self::Service),
            false => PhoneNumber::new(text).map(Self::Number),
        }
    }

    /// The number or the SID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Number(number) => number.as_str(),
            Self::Service(sid) => sid.as_str(),
        }
    }
}

impl str::FromStr for Sender {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::new(text)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_sender_is_a_number_or_a_service() {
        let sid = ["MG", &"0".repeat(32)].concat();
        for text in ["+15550001111", &sid] {
            let sender = Sender::new(text).unwrap();
            assert_eq!(matches!(sender, Sender::Service(_)), text == sid);
            assert_eq!((sender.to_string().as_str(), text.parse()), (text, Ok(sender)));
        }
        assert!(Sender::new(&sid.replace("MG", "AC")).is_err());
    }
}
