//! The SID of a Twilio Messaging Service, a pool of senders.

use alloc::format;
use core::{fmt, str};

use crate::diagnostic::quote;
use crate::{Code, Refusal};

/// `MG` and 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessagingServiceSid([u8; 34]);

impl MessagingServiceSid {
    /// Parses `text`.
    ///
    /// # Errors
    /// `V031` for anything else.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        match <[u8; 34]>::try_from(text.as_bytes()) {
            Ok(sid @ [b'M', b'G', hex @ ..]) if hex.iter().all(u8::is_ascii_hexdigit) => {
                Ok(Self(sid))
            }
            _ => Err(Refusal::new(
                Code::NotMessagingServiceSid,
                format!(
                    "expected a Messaging Service SID, `MG` and 32 hexadecimal digits, found {} \
                     ({} characters)",
                    quote(text),
                    text.chars().count()
                ),
            )),
        }
    }

    /// The SID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever held, so the fallback is never taken.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl str::FromStr for MessagingServiceSid {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::new(text)
    }
}

impl fmt::Display for MessagingServiceSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MessagingServiceSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessagingServiceSid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mg_and_32_hex_digits_is_a_sid() {
        let sid = |prefix: &str, digits: usize| {
            let text = [prefix, &"0aF9".repeat(9)[..digits]].concat();
            MessagingServiceSid::new(&text).map(|sid| sid.as_str() == text)
        };
        assert_eq!(sid("MG", 32), Ok(true));
        assert!(sid("MG", 31).is_err());
        assert!(sid("MG", 33).is_err());
        assert!(sid("AC", 32).is_err());
        assert!(sid("MGx", 31).is_err());
        let text = format!("MG{}", "0".repeat(32));
        let sid = MessagingServiceSid::new(&text).unwrap();
        assert_eq!(format!("{sid} {sid:?}"), format!("{text} MessagingServiceSid({text})"));
        assert_eq!(text.parse(), Ok(sid));
    }
}
