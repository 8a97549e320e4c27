//! A phone number in E.164, the only form in which Verbatim holds one.

use alloc::format;
use core::{fmt, str};

use crate::diagnostic::quote;
use crate::{Code, Refusal};

/// `+`, then 2 to 15 digits, the first of which is not 0 (ITU-T E.164; Twilio's own shape).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber {
    text: [u8; 16],
    len: u8,
}

impl PhoneNumber {
    /// Parses `text`.
    ///
    /// # Errors
    /// `V030` for anything else.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::new(
                Code::NotPhoneNumber,
                format!(
                    "expected a phone number in E.164, `+` and 2 to 15 digits such as \
                     `+15550001234`, found {}",
                    quote(text)
                ),
            )
        };
        let [b'+', b'1'..=b'9', rest @ ..] = text.as_bytes() else { return Err(refused()) };
        if rest.is_empty() || text.len() > 16 || !rest.iter().all(u8::is_ascii_digit) {
            return Err(refused());
        }
        let mut number = Self { text: [0; 16], len: 0 };
        for (slot, byte) in number.text.iter_mut().zip(text.bytes()) {
            *slot = byte;
            number.len += 1;
        }
        Ok(number)
    }

    /// The number, with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever written to it, so the fallback is never taken.
        str::from_utf8(&self.text[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl str::FromStr for PhoneNumber {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Self::new(text)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_e164_is_a_phone_number() {
        for good in ["+15550001234", "+12", "+123456789012345"] {
            assert_eq!(PhoneNumber::new(good).map(|n| n.as_str() == good), Ok(true));
        }
        let bad = ["", "+", "+1", "+1234567890123456", "15550001234", "+05550001234"];
        for bad in bad.into_iter().chain(["+1 555 000", "+1555000123a", "+१२३४५", " +15550001234"])
        {
            assert!(PhoneNumber::new(bad).is_err(), "{bad}");
        }
        let number = PhoneNumber::new("+123").unwrap();
        assert_eq!(format!("{number} {number:?}"), "+123 PhoneNumber(+123)");
        assert_eq!("+123".parse(), Ok(number));
    }
}
