//! Secrets as the database keeps them: sealed by XChaCha20-Poly1305, so that a copy of the database
//! alone, a backup too, gives none of them away. Each is bound to its place: moved to another row,
//! it opens no more.
//!
//! `v1.<the key's id>.<base64 of 24 bytes of nonce and the ciphertext with its tag>`. A nonce is
//! random; at 192 bits no two are the same.

mod vault;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use crate::id::{hex, sha256_hex};

pub use vault::{KeySource, Vault, VaultError};

/// The version of the form.
const VERSION: &str = "v1";
/// How a key begins in text, so that a leaked one is recognised.
const KEY_PREFIX: &str = "vsk_";
/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce.
const NONCE_BYTES: usize = 24;
/// Hexadecimal digits of a key's id: enough to tell an operator's few keys apart.
const ID_DIGITS: usize = 8;

/// A key that seals and opens.
#[derive(Debug)]
pub struct SealingKey {
    bytes: SecretBox<[u8; KEY_BYTES]>,
    id: String,
}

/// Why a sealed secret stays closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was changed, or stands in another place than it was sealed for.
    #[error("what is sealed as `{0}` was changed, or moved there from elsewhere; set it again")]
    Broken(String),
    /// The machine gives no randomness.
    #[error("could not make a nonce: {0}")]
    Random(String),
}

impl SealingKey {
    /// A new one, as text for a key file.
    ///
    /// # Errors
    /// The operating system gave no randomness.
    pub fn generate() -> Result<SecretString, getrandom::Error> {
        crate::id::new_secret(KEY_PREFIX)
    }

    /// Reads `vsk_` and 64 hexadecimal digits; nothing if it is anything else.
    #[must_use]
    pub fn parse(text: &SecretString) -> Option<Self> {
        let digits = text.expose_secret().trim().strip_prefix(KEY_PREFIX)?;
        let mut bytes = SecretBox::new(Box::new([0; KEY_BYTES]));
        decode(digits, secrecy::ExposeSecretMut::expose_secret_mut(&mut bytes))?;
        // The key's own hash must not be told, so the id is one of something else.
        let named = SecretString::from(format!("verbatim sealing key {digits}"));
        let id = sha256_hex(named.expose_secret().as_bytes())[..ID_DIGITS].to_owned();
        Some(Self { bytes, id })
    }

    /// By which a sealed secret names its key.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals a secret for a place, e.g. `accounts.token:AC…`.
    ///
    /// # Errors
    /// The operating system gave no randomness.
    pub fn seal(&self, place: &str, secret: &SecretString) -> Result<String, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| SealError::Random(error.to_string()))?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Broken(place.to_owned()))?;
        let bytes = [&nonce[..], &sealed].concat();
        Ok(format!("{VERSION}.{}.{}", self.id, BASE64.encode(bytes)))
    }

    /// Opens what [`Self::seal`] made for the same place.
    ///
    /// # Errors
    /// It was changed, or belongs elsewhere.
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString, SealError> {
        let broken = || SealError::Broken(place.to_owned());
        let (_, text) = sealed.rsplit_once('.').ok_or_else(broken)?;
        let bytes = BASE64.decode(text).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(broken)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| broken())?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let opened = self.cipher().decrypt(&XNonce::from(nonce), payload).map_err(|_| broken())?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| broken())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes.expose_secret().into())
    }
}

/// The id of the key that sealed it; nothing if it was not sealed in this form.
fn sealed_by(sealed: &str) -> Option<&str> {
    let mut parts = sealed.split('.');
    let (version, key) = (parts.next()?, parts.next()?);
    (version == VERSION).then_some(key)
}

fn decode(digits: &str, bytes: &mut [u8; KEY_BYTES]) -> Option<()> {
    if digits.len() != bytes.len() * 2 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    debug_assert_eq!(hex(bytes), digits.to_ascii_lowercase());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: &str) -> SealingKey {
        let text = format!("{KEY_PREFIX}{}", byte.repeat(KEY_BYTES));
        SealingKey::parse(&SecretString::from(text)).expect("a key")
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_by_its_key_and_nowhere_else() {
        let secret = SecretString::from("the token");
        let sealed = key("0a").seal("accounts.token:AC1", &secret).expect("a seal");
        assert!(!sealed.contains("the token"));
        let opened = key("0a").open("accounts.token:AC1", &sealed).expect("the secret");
        assert_eq!(opened.expose_secret(), "the token");
        assert!(key("0a").open("accounts.token:AC2", &sealed).is_err(), "another row");
        assert!(key("0b").open("accounts.token:AC1", &sealed).is_err(), "another key");
        for at in (0..sealed.len()).filter(|at| *at > 12) {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(key("0a").open("accounts.token:AC1", &changed).is_err(), "{at}");
        }
    }

    #[test]
    fn a_secret_is_sealed_anew_each_time() {
        let secret = SecretString::from("x");
        let sealed = || key("0a").seal("p", &secret).expect("a seal");
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn the_cipher_is_the_one_of_its_draft() {
        // draft-irtf-cfrg-xchacha-03, A.3.1.
        let bytes: Vec<u8> = (0x80..0xa0).collect();
        let text = SecretString::from(format!("{KEY_PREFIX}{}", hex(&bytes)));
        let key = SealingKey::parse(&text).expect("a key");
        let nonce: [u8; NONCE_BYTES] = std::array::from_fn(|at| 0x40 + at as u8);
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let msg = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
            for the future, sunscreen would be it.";
        let made = key.cipher().encrypt(&XNonce::from(nonce), Payload { msg, aad: &aad });
        let made = hex(&made.expect("a ciphertext"));
        assert!(made.starts_with("bd6d179d3e83d43b9576579493c0e939"), "{made}");
        assert!(made.ends_with("c0875924c1c7987947deafd8780acf49"), "{made}");
    }

    #[test]
    fn a_key_is_its_prefix_and_64_digits() {
        let generated = SealingKey::generate().expect("randomness");
        assert!(SealingKey::parse(&generated).is_some());
        for bad in ["", "vsk_", "vsk_0g", &"0".repeat(64), &format!("vsk_{}", "0".repeat(63))] {
            assert!(SealingKey::parse(&SecretString::from(bad)).is_none(), "{bad}");
        }
        assert!(!format!("{:?}", key("0a")).contains("0a0a"));
    }
}
