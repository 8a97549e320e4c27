//! The SHA-256 of a module's bytes: its name wherever a module is spoken of.

use std::{fmt, str};

use sha2::Digest as _;

/// The SHA-256 of a module's bytes; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// A text that is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a SHA-256 of 64 hexadecimal digits, found {found}")]
pub struct NotSha256 {
    found: String,
}

impl str::FromStr for Sha256 {
    type Err = NotSha256;

    /// Takes upper-case digits too: other tools print them.
    fn from_str(text: &str) -> Result<Self, NotSha256> {
        if text.len() != 64 {
            return Err(NotSha256 { found: format!("{} characters", text.chars().count()) });
        }
        let mut bytes = [0; 32];
        let digits = text.as_bytes().chunks_exact(2);
        for (byte, pair) in bytes.iter_mut().zip(digits) {
            let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
                return Err(NotSha256 { found: "a character that is no such digit".to_owned() });
            };
            *byte = (high << 4) | low;
        }
        Ok(Self(bytes))
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Sha256::of(b"abc");
        let text = digest.to_string();
        // FIPS 180-4, the example of one block.
        assert_eq!(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(text.parse(), Ok(digest));
        assert_eq!(text.to_uppercase().parse(), Ok(digest));
    }

    #[test]
    fn what_is_no_digest_is_named() {
        let error = |text: &str| text.parse::<Sha256>().map_err(|error| error.to_string());
        let expected = "expected a SHA-256 of 64 hexadecimal digits, found ";
        assert_eq!(error("ba78"), Err(format!("{expected}4 characters")));
        let mut text = "0".repeat(63);
        text.push('g');
        assert_eq!(error(&text), Err(format!("{expected}a character that is no such digit")));
    }
}
