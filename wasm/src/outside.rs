//! What a decision of `verbatim-core` may ask of the host, over the four imports of ABI.md.

use serde::Serialize;
use verbatim_core as core;
use verbatim_core::{Consent, Keyword, PhoneNumber, Sender, Veto};

use crate::imports;

/// The host on the other side of the imports.
#[derive(Debug, Clone, Copy)]
pub struct Outside;

impl core::Host for Outside {
    fn create_message(
        &mut self,
        to: &PhoneNumber,
        sender: &Sender,
        text: &str,
    ) -> Result<(), Veto> {
        let (from, service) = match sender {
            Sender::Number(number) => (Some(number.as_str()), None),
            Sender::Service(sid) => (None, Some(sid.as_str())),
        };
        let message =
            CreateMessage { to: to.as_str(), from, messaging_service_sid: service, body: text };
        match imports::create_message(&json(&message)) {
            0 => Ok(()),
            other => Err(veto(other)),
        }
    }

    fn consent(&mut self, recipient: &PhoneNumber, sender: &Sender) -> Result<Consent, Veto> {
        let pair = Pair { recipient: recipient.as_str(), sender: sender.as_str() };
        match imports::opt_out_lookup(&json(&pair)) {
            0 => Ok(Consent::NotOptedOut),
            1 => Ok(Consent::OptedOut),
            other => Err(veto(other)),
        }
    }

    fn record(
        &mut self,
        recipient: &PhoneNumber,
        sender: &Sender,
        consent: Consent,
        keyword: Keyword,
        matched: &str,
    ) -> Result<(), Veto> {
        let record = Record {
            recipient: recipient.as_str(),
            sender: sender.as_str(),
            action: match consent {
                Consent::OptedOut => "opt_out",
                Consent::NotOptedOut => "opt_in",
            },
            keyword: keyword.as_str(),
            matched,
        };
        match imports::opt_out_record(&json(&record)) {
            0 => Ok(()),
            other => Err(veto(other)),
        }
    }
}

/// The numbers of ABI.md, "Negative results"; a number that is none of them grants nothing.
const fn veto(number: i32) -> Veto {
    match number {
        -2 => Veto::Malformed,
        -3 => Veto::OverBudget,
        -4 => Veto::OptedOut,
        _ => Veto::NotGranted,
    }
}

/// Strings alone, so that writing them cannot fail; if it did, the host would refuse the nothing.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

#[derive(Serialize)]
struct CreateMessage<'a> {
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messaging_service_sid: Option<&'a str>,
    body: &'a str,
}

#[derive(Serialize)]
struct Pair<'a> {
    recipient: &'a str,
    sender: &'a str,
}

#[derive(Serialize)]
struct Record<'a> {
    recipient: &'a str,
    sender: &'a str,
    action: &'a str,
    keyword: &'a str,
    matched: &'a str,
}
