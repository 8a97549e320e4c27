//! The SIDs of Twilio's that Verbatim holds: two letters and 32 hexadecimal digits, each a type that
//! holds nothing else.

use alloc::format;
use core::{fmt, str};

use crate::diagnostic::quote;
use crate::{Code, Refusal};

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident = $prefix:literal, $code:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 34]);

        impl $name {
            /// Parses `text`.
            ///
            /// # Errors
            /// A refusal for anything else.
            pub fn new(text: &str) -> Result<Self, Refusal> {
                parse(text, $prefix).map(Self).ok_or_else(|| refusal(Code::$code, $what, $prefix, text))
            }

            /// The SID.
            #[must_use]
            pub fn as_str(&self) -> &str {
                // Only ASCII is ever held, so the fallback is never taken.
                str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl str::FromStr for $name {
            type Err = Refusal;

            fn from_str(text: &str) -> Result<Self, Refusal> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

sid! {
    /// `MG` and 32 hexadecimal digits: a Messaging Service, a pool of senders. Otherwise `V031`.
    MessagingServiceSid = "MG", NotMessagingServiceSid, "a Messaging Service SID"
}

sid! {
    /// `AC` and 32 hexadecimal digits: a Twilio account. Otherwise `V034`.
    AccountSid = "AC", NotAccountSid, "an Account SID"
}

fn parse(text: &str, prefix: &str) -> Option<[u8; 34]> {
    let hex = text.strip_prefix(prefix)?;
    let good = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.as_bytes().try_into().ok().filter(|_| good)
}

fn refusal(code: Code, what: &str, prefix: &str, text: &str) -> Refusal {
    let (found, chars) = (quote(text), text.chars().count());
    Refusal::new(
        code,
        format!(
            "expected {what}, `{prefix}` and 32 hexadecimal digits, found {found} ({chars} characters)"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_two_letters_and_32_hex_digits_are_a_sid() {
        let text = |prefix: &str, digits: usize| [prefix, &"0aF9".repeat(9)[..digits]].concat();
        for good in [text("MG", 32), text("AC", 32)] {
            let service = MessagingServiceSid::new(&good).map(|sid| sid.as_str() == good);
            let account = AccountSid::new(&good).map(|sid| sid.as_str() == good);
            assert_eq!(service.is_ok(), good.starts_with("MG"));
            assert_eq!(account.is_ok(), good.starts_with("AC"));
            assert_eq!(service.or(account), Ok(true));
        }
        for bad in
            [text("MG", 31), text("MG", 33), text("MGx", 31), text("mg", 32), text("MGé", 30)]
        {
            let refused = MessagingServiceSid::new(&bad).map_err(|refusal| refusal.code);
            assert_eq!(refused, Err(Code::NotMessagingServiceSid), "{bad}");
            let refused = AccountSid::new(&bad.replace("MG", "AC")).map_err(|refusal| refusal.code);
            assert_eq!(refused, Err(Code::NotAccountSid), "{bad}");
        }
    }

    #[test]
    fn a_sid_is_written_as_it_was_read() {
        let text = format!("MG{}", "0".repeat(32));
        let sid = MessagingServiceSid::new(&text).unwrap();
        assert_eq!(format!("{sid} {sid:?}"), format!("{text} MessagingServiceSid({text})"));
        assert_eq!(text.parse(), Ok(sid));
    }
}
