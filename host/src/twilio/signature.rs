//! The signature of every webhook: base64(HMAC-SHA1(auth token, URL + sorted parameters)); or, if
//! a header says so, HMAC-SHA256 by a shared key.
//!
//! Compared in constant time (`Mac::verify_slice`). The URL is the public one, whatever a proxy
//! did to the request on its way.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::id::hex;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-twilio-signature";
/// The header by which a newer form of signature names its key and its algorithm.
pub const SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";
/// The query parameter that holds a raw body's SHA-256.
const BODY_HASH: &str = "bodySHA256";

/// What was signed, beside the URL.
#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    /// The parameters of a form, decoded, in any order.
    Form(&'a [(String, String)]),
    /// A raw body: the URL alone is signed, and its `bodySHA256` speaks for the body.
    Raw(&'a [u8]),
}

/// A webhook as it claims to be.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    /// The public URL, with its query to the letter.
    pub url: &'a str,
    /// What came with it.
    pub payload: Payload<'a>,
    /// The header [`SIGNATURE_HEADER`].
    pub signature: Option<&'a str>,
    /// The header [`SETTINGS_HEADER`].
    pub settings: Option<&'a str>,
}

/// What may have signed a webhook.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Auth Tokens; two while a token is being rotated.
    pub tokens: Vec<SecretString>,
    /// Keys that Twilio shares with us for its webhooks alone.
    pub shared: Vec<SharedKey>,
}

/// A key for webhooks alone, which a webhook names.
#[derive(Debug, Clone)]
pub struct SharedKey {
    /// Its name, e.g. `webhooks_sharedkey_…`.
    pub id: String,
    /// The secret.
    pub secret: SecretString,
}

impl FromStr for SharedKey {
    type Err = String;

    /// The name, `=`, the secret.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((id, secret)) if !id.is_empty() && !secret.is_empty() => {
                Ok(Self { id: id.to_owned(), secret: SecretString::from(secret) })
            }
            _ => Err("expected a shared key's name, `=`, and its secret".to_owned()),
        }
    }
}

/// How a webhook is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// With an Auth Token.
    HmacSha1,
    /// With a shared key.
    HmacSha256,
}

/// Whether one of the keys signed the webhook.
#[must_use]
pub fn is_valid(claimed: &Claimed<'_>, keys: &Keys) -> bool {
    // An unknown algorithm is refused, not ignored.
    let Some(named) = Named::read(claimed.settings.unwrap_or_default()) else { return false };
    let secrets: Vec<&SecretString> = match named.algorithm {
        Algorithm::HmacSha1 => keys.tokens.iter().collect(),
        Algorithm::HmacSha256 => {
            let is_named = |key: &&SharedKey| named.key.is_none_or(|id| id == key.id);
            keys.shared.iter().filter(is_named).map(|key| &key.secret).collect()
        }
    };
    let Some(signature) = claimed.signature.and_then(|text| BASE64.decode(text).ok()) else {
        return false;
    };
    if let Payload::Raw(body) = claimed.payload
        && !body_hash_matches(claimed.url, body)
    {
        return false;
    }
    let mut valid = false;
    for secret in secrets {
        for url in spellings(claimed.url) {
            valid |= match named.algorithm {
                Algorithm::HmacSha1 => {
                    let mac = mac::<Hmac<Sha1>>(secret, &url, &claimed.payload);
                    mac.verify_slice(&signature).is_ok()
                }
                Algorithm::HmacSha256 => {
                    let mac = mac::<Hmac<Sha256>>(secret, &url, &claimed.payload);
                    mac.verify_slice(&signature).is_ok()
                }
            };
        }
    }
    valid
}

/// Signs a webhook as Twilio does with an Auth Token: for the fake.
#[must_use]
pub fn sign(token: &SecretString, url: &str, payload: &Payload<'_>) -> String {
    sign_by(Algorithm::HmacSha1, token, url, payload)
}

/// Signs a webhook as Twilio does, by either algorithm.
#[must_use]
pub fn sign_by(
    algorithm: Algorithm,
    secret: &SecretString,
    url: &str,
    payload: &Payload<'_>,
) -> String {
    match algorithm {
        Algorithm::HmacSha1 => {
            BASE64.encode(mac::<Hmac<Sha1>>(secret, url, payload).finalize().into_bytes())
        }
        Algorithm::HmacSha256 => {
            BASE64.encode(mac::<Hmac<Sha256>>(secret, url, payload).finalize().into_bytes())
        }
    }
}

/// What the header [`SETTINGS_HEADER`] says: `key=…,algorithm=…`.
struct Named<'a> {
    key: Option<&'a str>,
    algorithm: Algorithm,
}

impl<'a> Named<'a> {
    /// A header that names no algorithm means the older one, as in Twilio's own packages.
    fn read(header: &'a str) -> Option<Self> {
        let value = |wanted: &str| {
            let pairs = header.split(',').filter_map(|part| part.split_once('='));
            let mut found = pairs.filter(|(name, _)| name.trim() == wanted);
            found.next().map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let algorithm = match value("algorithm") {
            None => Algorithm::HmacSha1,
            Some(name) if name.eq_ignore_ascii_case("HMAC_SHA1") => Algorithm::HmacSha1,
            Some(name) if name.eq_ignore_ascii_case("HMAC_SHA256") => Algorithm::HmacSha256,
            Some(_) => return None,
        };
        Some(Self { key: value("key"), algorithm })
    }
}

fn mac<M: Mac + KeyInit>(secret: &SecretString, url: &str, payload: &Payload<'_>) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose_secret().as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(url.as_bytes());
    match payload {
        Payload::Form(parameters) => {
            let mut parameters: Vec<&(String, String)> = parameters.iter().collect();
            // By name in byte order; the values of a repeated name sorted and each once.
            parameters.sort();
            parameters.dedup();
            for (name, value) in parameters {
                mac.update(name.as_bytes());
                mac.update(value.as_bytes());
            }
        }
        Payload::Raw(_) => {}
    }
    mac
}

/// The URL as it is, and with its scheme's default port written out or left out.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return spellings };
    let port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return spellings,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    if let Some(host) = authority.strip_suffix(port) {
        spellings.push(format!("{scheme}://{host}{tail}"));
    } else if !has_port(authority) {
        spellings.push(format!("{scheme}://{authority}{port}{tail}"));
    }
    spellings
}

fn has_port(authority: &str) -> bool {
    // In `[::1]` the colons belong to the address.
    authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'))
}

fn body_hash_matches(url: &str, body: &[u8]) -> bool {
    let Some((_, query)) = url.split_once('?') else { return false };
    let query = query.split('#').next().unwrap_or_default();
    let Some((_, claimed)) =
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == BODY_HASH)
    else {
        return false;
    };
    let found = hex(&Sha256::digest(body));
    claimed.as_bytes().ct_eq(found.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> SecretString {
        SecretString::from("12345")
    }

    fn keys(tokens: &[&str]) -> Keys {
        let tokens = tokens.iter().copied().map(SecretString::from).collect();
        Keys { tokens, shared: Vec::new() }
    }

    fn form(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        parameters.iter().map(owned).collect()
    }

    fn call() -> Vec<(String, String)> {
        form(&[
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
        ])
    }

    fn valid(url: &str, parameters: &[(String, String)], signature: &str) -> bool {
        let claimed = Claimed {
            url,
            payload: Payload::Form(parameters),
            signature: Some(signature),
            settings: None,
        };
        is_valid(&claimed, &keys(&["12345"]))
    }

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    #[test]
    fn twilios_own_vector_is_valid() {
        assert!(valid(URL, &call(), SIGNATURE));
        assert_eq!(sign(&token(), URL, &Payload::Form(&call())), SIGNATURE);
    }

    #[test]
    fn values_of_a_repeated_name_count_once_and_sorted() {
        let parameters = form(&[("a", "2"), ("B", "x"), ("a", "1"), ("a", "2")]);
        let url = "https://mycompany.com/myapp.php";
        assert!(valid(url, &parameters, "F6k/qQtOjuyF//i9elmgGCwZVPQ="));
    }

    #[test]
    fn the_default_port_may_be_written_or_not() {
        let written = "https://mycompany.com:443/myapp.php?foo=1&bar=2";
        assert!(valid(written, &call(), SIGNATURE));
        assert!(valid(URL, &call(), &sign(&token(), written, &Payload::Form(&call()))));
        let other = "https://mycompany.com:8443/myapp.php?foo=1&bar=2";
        assert!(!valid(other, &call(), SIGNATURE));
        let address = "http://[::1]/x";
        let signed = sign(&token(), "http://[::1]:80/x", &Payload::Form(&[]));
        assert!(valid(address, &[], &signed));
    }

    #[test]
    fn one_changed_byte_anywhere_is_refused() {
        assert!(!valid("https://mycompany.com/myapp.php?foo=1&bar=3", &call(), SIGNATURE));
        let mut parameters = call();
        parameters.push(("Body".to_owned(), String::new()));
        assert!(!valid(URL, &parameters, SIGNATURE));
        assert!(!valid(URL, &call(), "RSOYDt4T1cUTdK1PDd93/VVr8B9="));
        assert!(!valid(URL, &call(), ""));
        assert!(!valid(URL, &call(), "not base64!"));
    }

    #[test]
    fn either_token_is_valid_during_a_rotation() {
        let claimed = Claimed {
            url: URL,
            payload: Payload::Form(&call()),
            signature: Some(SIGNATURE),
            settings: None,
        };
        assert!(is_valid(&claimed, &keys(&["new", "12345"])));
        assert!(!is_valid(&claimed, &keys(&["new"])));
        assert!(!is_valid(&claimed, &keys(&[])));
    }

    #[test]
    fn a_webhook_is_judged_by_the_algorithm_and_the_key_that_it_names() {
        let secret = SecretString::from("a secret");
        let mut keys = keys(&["12345", "a secret"]);
        keys.shared.push("KY1=a secret".parse().expect("a key"));
        let shared = sign_by(Algorithm::HmacSha256, &secret, URL, &Payload::Form(&call()));
        for (settings, signature, fine) in [
            ("", SIGNATURE, true),
            ("key=KY1", SIGNATURE, true),
            ("algorithm=HMAC_SHA1", SIGNATURE, true),
            ("key=KY1,algorithm=HMAC_SHA256", &shared, true),
            ("algorithm = hmac_sha256 , key = KY1", &shared, true),
            ("algorithm=HMAC_SHA256", &shared, true),
            ("key=KY2,algorithm=HMAC_SHA256", &shared, false),
            ("key=KY1,algorithm=HMAC_SHA256", SIGNATURE, false),
            ("key=KY1,algorithm=HMAC_SHA512", &shared, false),
            ("algorithm=none", SIGNATURE, false),
            ("", &shared, false),
        ] {
            let claimed = Claimed {
                url: URL,
                payload: Payload::Form(&call()),
                signature: Some(signature),
                settings: Some(settings),
            };
            assert_eq!(is_valid(&claimed, &keys), fine, "{settings}");
        }
        keys.shared.clear();
        let claimed = Claimed {
            url: URL,
            payload: Payload::Form(&call()),
            signature: Some(&shared),
            settings: Some("key=KY1,algorithm=HMAC_SHA256"),
        };
        assert!(!is_valid(&claimed, &keys), "an Auth Token is no shared key");
        for bad in ["", "KY1", "=secret", "KY1="] {
            assert!(bad.parse::<SharedKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_raw_body_is_bound_by_its_hash() {
        let body = br#"{"a":1}"#;
        let url = format!("https://x.example/hook?bodySHA256={}", crate::id::sha256_hex(body));
        let check = |url: &str, body: &[u8]| {
            let payload = Payload::Raw(body);
            let signature = sign(&token(), url, &payload);
            let claimed = Claimed { url, payload, signature: Some(&signature), settings: None };
            is_valid(&claimed, &keys(&["12345"]))
        };
        assert!(check(&url, body));
        assert!(!check(&url, br#"{"a":2}"#));
        assert!(!check("https://x.example/hook", body), "a URL without the hash");
    }
}
