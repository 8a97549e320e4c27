//! What a decision of `verbatim-core` may ask of the host, over the four imports of ABI.md.

use alloc::vec::Vec;

use verbatim_core as core;
use verbatim_core::{Consent, Keyword, PhoneNumber, Sender, Veto};

use crate::imports;
use crate::writer::Writer;

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
        let sender_field = match sender {
            Sender::Number(_) => "from",
            Sender::Service(_) => "messaging_service_sid",
        };
        let message =
            object(&[("to", to.as_str()), (sender_field, sender.as_str()), ("body", text)]);
        match imports::create_message(&message) {
            0 => Ok(()),
            other => Err(veto(other)),
        }
    }

    fn consent(&mut self, recipient: &PhoneNumber, sender: &Sender) -> Result<Consent, Veto> {
        let pair = object(&[("recipient", recipient.as_str()), ("sender", sender.as_str())]);
        match imports::opt_out_lookup(&pair) {
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
        let action = match consent {
            Consent::OptedOut => "opt_out",
            Consent::NotOptedOut => "opt_in",
        };
        let record = object(&[
            ("recipient", recipient.as_str()),
            ("sender", sender.as_str()),
            ("action", action),
            ("keyword", keyword.as_str()),
            ("matched", matched),
        ]);
        match imports::opt_out_record(&record) {
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

/// What a host refuses anyhow is an object that was too long to be written: nothing.
fn object(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Writer::new();
    out.object(|out| {
        for (name, text) in fields {
            out.name(name).text(text);
        }
    });
    out.finish().unwrap_or_default().into_bytes()
}
