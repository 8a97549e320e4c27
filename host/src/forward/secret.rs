//! The signature of what is forwarded, by the specification of Standard Webhooks
//! (standardwebhooks.com): `v1,` and base64(HMAC-SHA256(secret, id.timestamp.body)). Libraries in
//! every language check it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

/// The header with the event's id: the same each time that it is posted.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the seconds since 1970 at which it was posted this time.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures, between spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How a secret begins.
const PREFIX: &str = "whsec_";
/// Bytes of a secret, as the specification has them.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Bytes of one that is made here.
const MADE_BYTES: usize = 32;

/// A webhook's secret.
#[derive(Debug, Clone)]
pub struct SigningSecret(SecretSlice<u8>);

impl SigningSecret {
    /// A new one.
    ///
    /// # Errors
    /// The operating system gave no randomness.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = vec![0; MADE_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.into()))
    }

    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// What was expected; never what was found.
    pub fn parse(text: &SecretString) -> Result<Self, String> {
        let bytes = text.expose_secret().strip_prefix(PREFIX);
        let bytes = bytes.and_then(|text| BASE64.decode(text).ok());
        match bytes.filter(|bytes| BYTES.contains(&bytes.len())) {
            Some(bytes) => Ok(Self(bytes.into())),
            None => Err(format!(
                "expected a secret of Standard Webhooks: `{PREFIX}` and base64 of {} to {} bytes",
                BYTES.start(),
                BYTES.end()
            )),
        }
    }

    /// As it is shown to its owner, once.
    #[must_use]
    pub fn text(&self) -> SecretString {
        SecretString::from(format!("{PREFIX}{}", BASE64.encode(self.0.expose_secret())))
    }

    /// The signature of one POST.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret())
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_s_own_vector_is_signed_as_it_says() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let secret = SigningSecret::parse(&secret).expect("a secret");
        let (id, at, body) =
            ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(secret.sign(id, at, body), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_its_form_and_never_shows_itself() {
        let made = SigningSecret::generate().expect("randomness");
        let again = SigningSecret::parse(&made.text()).expect("a secret");
        assert_eq!(again.text().expose_secret(), made.text().expose_secret());
        assert!(!format!("{made:?}").contains("whsec_"));
        let of = |bytes: usize| format!("{PREFIX}{}", BASE64.encode(vec![7; bytes]));
        for (text, fine) in [
            (of(23), false),
            (of(24), true),
            (of(64), true),
            (of(65), false),
            (BASE64.encode([7; 32]), false),
            ("whsec_*".to_owned(), false),
        ] {
            assert_eq!(
                SigningSecret::parse(&SecretString::from(text.as_str())).is_ok(),
                fine,
                "{text}"
            );
        }
    }
}
