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
