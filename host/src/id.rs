//! Names for rows and secrets: UUIDv7 for rows, so that they sort by creation; 32 random bytes,
//! shown in hexadecimal, for secrets, of which the store keeps the SHA-256 alone.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::time::Timestamp;

/// Bytes of randomness in a key, a session or a sign-in link.
const SECRET_BYTES: usize = 32;

/// How an API key begins, so that a leaked one is recognised.
pub const KEY_PREFIX: &str = "vk_";

/// A new row's id: a UUIDv7 in lower-case text.
#[must_use]
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// The first id that may be made at an instant, to the millisecond: all that were made before sort
/// before it.
#[must_use]
pub fn first_id_at(instant: Timestamp) -> String {
    let millis = u64::try_from(instant.as_micros() / 1_000).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string()
}

/// Whether a text has the form of an id, so that a malformed one is told from an unknown one.
#[must_use]
pub fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok()
}

/// A new secret that begins with `prefix`, which tells a reader of logs what leaked.
///
/// # Errors
/// The operating system gave no randomness.
pub fn new_secret(prefix: &str) -> Result<SecretString, getrandom::Error> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(SecretString::from(format!("{prefix}{}", hex(&bytes))))
}

/// The SHA-256 of a secret in lower-case hexadecimal: what the store keeps of it.
///
/// Plain SHA-256 is enough: these secrets hold 256 random bits, so there is nothing to guess.
#[must_use]
pub fn hash_of(secret: &SecretString) -> String {
    sha256_hex(secret.expose_secret().as_bytes())
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_creation() {
        let ids: Vec<String> = (0..100).map(|_| new_id()).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| is_id(id)));
    }

    #[test]
    fn an_id_is_found_by_its_time() {
        let before = first_id_at(Timestamp::now());
        let id = new_id();
        let after = first_id_at(Timestamp::now().plus(std::time::Duration::from_millis(2)));
        assert!(before <= id && id < after, "{before} {id} {after}");
        assert!(is_id(&before) && first_id_at(Timestamp::from_micros(-1)) < before);
    }

    #[test]
    fn a_secret_never_shows_itself() {
        let secret = new_secret("vb_").expect("randomness");
        assert!(!format!("{secret:?}").contains(secret.expose_secret()));
        assert_eq!(hash_of(&secret).len(), 64);
    }
}
