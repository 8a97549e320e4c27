//! Handoffs: where a call goes to when the agent gives it away.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use verbatim_core::{PhoneNumber, quote};

use super::default::{self, Defaulted};
use super::item::{Change, Item, Kind};
use super::{ProjectError, Target, uses};
use crate::engine::Engine;
use crate::store::{Store, Tx};
use crate::time::Timestamp;

/// The longest address and the longest header, in characters.
const MAX_TEXT: usize = 255;
/// The most headers.
const MAX_HEADERS: usize = 20;

/// A handoff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handoff {
    /// The name by which prompts refer to it; another than the route's renames it, and every
    /// reference to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// How the call is given away.
    pub method: Method,
    /// Where it goes to: E.164, or a `sip:` or `sips:` address; nothing for `bye`.
    #[serde(default)]
    pub destination: Option<String>,
    /// SIP headers that go along.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// Whether it is taken where none is named: of all, one is. Without it, as it was.
    #[serde(default)]
    pub is_default: Option<bool>,
    /// What else the voice platform needs, e.g. `outbound_endpoint` and `outbound_encryption`.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// What other programs keep of it.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

/// How a call is given away, by SIP's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// A new call is begun.
    Invite,
    /// The call is transferred.
    Refer,
    /// The call is ended.
    Bye,
}

/// A SIP header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Its name, e.g. `X-Reason`.
    pub key: String,
    /// Its value.
    pub value: String,
}

impl Item for Handoff {
    const KIND: Kind = Kind::Handoff;

    fn name(&mut self) -> &mut Option<String> {
        &mut self.name
    }

    async fn check(&mut self, _: &Engine, _: &Store) -> Result<(), ProjectError> {
        check_destination(self.method, self.destination.as_deref())?;
        check_headers(&self.headers)
    }

    async fn settle(
        &mut self,
        tx: &mut Tx,
        change: &mut Change<'_, Self>,
    ) -> Result<(), ProjectError> {
        default::settle(self, tx, change).await?;
        if let Some(before) = change.renamed_from() {
            uses::rename(tx, Target::Handoff, before, change.name, change.now).await?;
        }
        Ok(())
    }

    async fn leave(self, tx: &mut Tx, name: &str, _: Timestamp) -> Result<(), ProjectError> {
        uses::refuse_used_handoff(tx, name).await?;
        default::leave(self, tx, name).await
    }
}

impl Defaulted for Handoff {
    fn is_default(&mut self) -> &mut Option<bool> {
        &mut self.is_default
    }
}

fn check_destination(method: Method, destination: Option<&str>) -> Result<(), ProjectError> {
    match (method, destination) {
        (Method::Bye, None) => Ok(()),
        (Method::Bye, Some(found)) => {
            let found = quote(found);
            let message =
                format!("expected no destination for `bye`, which ends the call, found {found}");
            Err(ProjectError::field(message))
        }
        (Method::Invite | Method::Refer, None) => {
            let message = "expected a destination: a number in E.164, or a `sip:` address; only \
                           `bye` needs none";
            Err(ProjectError::field(message))
        }
        (Method::Invite | Method::Refer, Some(found)) if is_sip(found) => Ok(()),
        (Method::Invite | Method::Refer, Some(found)) => {
            PhoneNumber::new(found).map(drop).map_err(|refusal| {
                let message = format!(
                    "the destination is neither a number nor a `sip:` address: {}",
                    refusal.message
                );
                ProjectError::invalid(&refusal.code.to_string(), message)
            })
        }
    }
}

/// `sip:` or `sips:`, then something without white space.
fn is_sip(text: &str) -> bool {
    let rest = ["sip:", "sips:"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
    let is_fine = |rest: &str| {
        let graphic = |c: char| !c.is_whitespace() && !c.is_control();
        (1..=MAX_TEXT).contains(&rest.chars().count()) && rest.chars().all(graphic)
    };
    rest.is_some_and(is_fine)
}

fn check_headers(headers: &[Header]) -> Result<(), ProjectError> {
    let count = headers.len();
    if count > MAX_HEADERS {
        let message = format!("expected at most {MAX_HEADERS} headers, found {count}");
        return Err(ProjectError::field(message));
    }
    for Header { key, value } in headers {
        let is_key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.is_empty() || key.len() > MAX_TEXT || !key.chars().all(is_key) {
            let message = format!(
                "expected a header's key of letters, digits, `-` and `_`, found {}",
                quote(key)
            );
            return Err(ProjectError::field(message));
        }
        // A line break in a value would begin another header.
        if value.chars().count() > MAX_TEXT || value.chars().any(char::is_control) {
            let message = format!(
                "expected the header `{key}` to hold at most {MAX_TEXT} characters on one line"
            );
            return Err(ProjectError::field(message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_goes_to_a_number_or_a_sip_address_or_ends() {
        use Method::{Bye, Invite, Refer};
        for (method, destination, fine) in [
            (Refer, Some("+15551234567"), true),
            (Invite, Some("sip:desk@example.org"), true),
            (Invite, Some("sips:desk@example.org;transport=tls"), true),
            (Bye, None, true),
            (Bye, Some("+15551234567"), false),
            (Refer, None, false),
            (Refer, Some("front desk"), false),
            (Refer, Some("555 1234"), false),
            (Invite, Some("sip:"), false),
            (Invite, Some("sip:a b"), false),
        ] {
            let found = check_destination(method, destination);
            assert_eq!(found.is_ok(), fine, "{method:?} {destination:?}");
        }
    }

    #[test]
    fn a_header_is_one_line() {
        let header = |key: &str, value: &str| [Header { key: key.into(), value: value.into() }];
        assert!(check_headers(&header("X-Reason", "escalation")).is_ok());
        for (key, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("X", "a\r\nVia: y")] {
            assert!(check_headers(&header(key, value)).is_err(), "{key} {value}");
        }
    }
}
