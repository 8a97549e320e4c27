//! Whose inbound messages a webhook hears.

use std::fmt;
use std::str::FromStr;

use verbatim_core::{Refusal, Sender};

/// How the webhook is called that hears all messages whose sender has none of its own.
pub const DEFAULT: &str = "default";

/// Whose inbound messages a webhook hears. A number's own comes first, then that of the Messaging
/// Service that the message came through, then the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of every number without a webhook of its own.
    Default,
    /// Those of one number, or of one Messaging Service.
    Sender(Sender),
}

impl Scope {
    /// As the store and the API write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Default => DEFAULT,
            Self::Sender(sender) => sender.as_str(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text == DEFAULT { Ok(Self::Default) } else { Sender::new(text).map(Self::Sender) }
    }
}
