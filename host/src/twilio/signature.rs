//! The signature of every webhook: base64(HMAC-SHA1(auth token, URL + sorted parameters)).
//!
//! Compared in constant time (`Mac::verify_slice`). The URL is the public one, whatever a proxy
//! did to the request on its way.

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

/// Whether one of the tokens signed the webhook. Two are valid while a token is being rotated.
#[must_use]
pub fn is_valid(claimed: &Claimed<'_>, tokens: &[SecretString]) -> bool {
    // The newer form names its algorithm and a shared key. We hold no shared key yet, so
    // whatever it names is unknown, and an unknown algorithm is refused, not ignored.
    if claimed.settings.is_some() {
        return false;
    }
    let Some(signature) = claimed.signature.and_then(|text| BASE64.decode(text).ok()) else {
        return false;
    };
    if let Payload::Raw(body) = claimed.payload
        && !body_hash_matches(claimed.url, body)
    {
        return false;
    }
    let mut valid = false;
    for token in tokens {
        for url in spellings(claimed.url) {
            valid |= mac(token, &url, &claimed.payload).verify_slice(&signature).is_ok();
        }
    }
    valid
}

/// Signs a webhook as Twilio does: for the fake.
#[must_use]
pub fn sign(token: &SecretString, url: &str, payload: &Payload<'_>) -> String {
    BASE64.encode(mac(token, url, payload).finalize().into_bytes())
}

fn mac(token: &SecretString, url: &str, payload: &Payload<'_>) -> Hmac<Sha1> {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.expose_secret().as_bytes())
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
        is_valid(&claimed, &[token()])
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
        assert!(is_valid(&claimed, &[SecretString::from("new"), token()]));
        assert!(!is_valid(&claimed, &[SecretString::from("new")]));
        assert!(!is_valid(&claimed, &[]));
    }

    #[test]
    fn a_named_algorithm_that_is_not_known_is_refused() {
        for settings in ["key=KY1,algorithm=HMAC_SHA256", "algorithm=none", ""] {
            let claimed = Claimed {
                url: URL,
                payload: Payload::Form(&call()),
                signature: Some(SIGNATURE),
                settings: Some(settings),
            };
            assert!(!is_valid(&claimed, &[token()]), "{settings}");
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
            is_valid(&claimed, &[token()])
        };
        assert!(check(&url, body));
        assert!(!check(&url, br#"{"a":2}"#));
        assert!(!check("https://x.example/hook", body), "a URL without the hash");
    }
}
