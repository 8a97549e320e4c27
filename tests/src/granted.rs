//! The host of a case: it answers by what the case grants and notes what it is asked to do.
//!
//! One for the engines whose imports are ours to answer; `tests/corpus/engine/simulated.mjs` is the same for
//! those of JavaScript, and `verbatim_host::sandbox` has the real one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use verbatim_core::{Consent, Host, Keyword, PhoneNumber, Sender, Veto};

/// What a host grants one request.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Granted {
    /// Recipient, sender, and whether the recipient is opted out.
    pub consent: Vec<(String, String, bool)>,
    /// Recipient, sender, and how many messages at most.
    pub send: Option<(String, String, u32)>,
    /// Recipient and sender whose consent may be changed.
    pub record: Vec<(String, String)>,
}

/// The host of one request.
#[derive(Debug, Default)]
pub struct Simulated {
    granted: Granted,
    sent: u32,
    /// What was granted and asked for, each as `{"import":{…}}`.
    pub intents: Vec<String>,
}

/// The numbers of ABI.md.
const NOT_GRANTED: i32 = -1;
const MALFORMED: i32 = -2;
const OVER_BUDGET: i32 = -3;
const OPTED_OUT: i32 = -4;

impl Simulated {
    /// That of a case.
    #[must_use]
    pub fn new(granted: &Granted) -> Self {
        Self { granted: granted.clone(), ..Self::default() }
    }

    /// Answers the import of this name.
    ///
    /// # Panics
    /// If it is none that answers.
    pub fn answer(&mut self, import: &str, json: &[u8]) -> i32 {
        let answered = match import {
            "opt_out_lookup" => parse(json).map(|pair| self.opt_out_lookup(&pair)),
            "opt_out_record" => parse(json).map(|pair| self.opt_out_record(&pair)),
            "twilio_create_message" => parse(json).map(|message| self.create_message(&message)),
            unknown => panic!("{unknown} is no import that answers"),
        };
        let answer = answered.unwrap_or(MALFORMED);
        if answer == 0 && import != "opt_out_lookup" {
            let json = String::from_utf8_lossy(json);
            self.intents.push(format!(r#"{{"{import}":{json}}}"#));
        }
        answer
    }

    fn opt_out_lookup(&self, pair: &Pair) -> i32 {
        match self.opted_out(&pair.recipient, &pair.sender) {
            Some(opted_out) => i32::from(opted_out),
            None => NOT_GRANTED,
        }
    }

    fn create_message(&mut self, message: &Message) -> i32 {
        let sender = message.from.as_ref().or(message.messaging_service_sid.as_ref());
        let (Some((to, from, times)), Some(sender)) = (&self.granted.send, sender) else {
            return NOT_GRANTED;
        };
        if (to, from) != (&message.to, sender) {
            return NOT_GRANTED;
        }
        if self.opted_out(to, from) == Some(true) {
            return OPTED_OUT;
        }
        if self.sent >= *times {
            return OVER_BUDGET;
        }
        self.sent += 1;
        0
    }

    fn opt_out_record(&self, pair: &Pair) -> i32 {
        let pair = (pair.recipient.clone(), pair.sender.clone());
        if self.granted.record.contains(&pair) { 0 } else { NOT_GRANTED }
    }

    fn opted_out(&self, recipient: &str, sender: &str) -> Option<bool> {
        let mut known = self.granted.consent.iter();
        known.find(|(r, s, _)| (r.as_str(), s.as_str()) == (recipient, sender)).map(|known| known.2)
    }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

/// What a lookup and a record name.
#[derive(Deserialize)]
struct Pair {
    recipient: String,
    sender: String,
}

#[derive(Deserialize)]
struct Message {
    to: String,
    from: Option<String>,
    messaging_service_sid: Option<String>,
}

/// The core's own door, for the guest that runs natively: it writes what the guest would write.
impl Host for Simulated {
    fn create_message(
        &mut self,
        to: &PhoneNumber,
        sender: &Sender,
        body: &str,
    ) -> Result<(), Veto> {
        let field = match sender {
            Sender::Number(_) => "from",
            Sender::Service(_) => "messaging_service_sid",
        };
        let [to, sender, body] = [to.as_str(), sender.as_str(), body].map(|text| json!(text));
        let json = format!(r#"{{"to":{to},"{field}":{sender},"body":{body}}}"#);
        allowed(self.answer("twilio_create_message", json.as_bytes())).map(drop)
    }

    fn consent(&mut self, recipient: &PhoneNumber, sender: &Sender) -> Result<Consent, Veto> {
        let pair = json!({ "recipient": recipient.as_str(), "sender": sender.as_str() });
        match allowed(self.answer("opt_out_lookup", pair.to_string().as_bytes()))? {
            0 => Ok(Consent::NotOptedOut),
            _ => Ok(Consent::OptedOut),
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
        let [recipient, sender, keyword, matched] =
            [recipient.as_str(), sender.as_str(), keyword.as_str(), matched]
                .map(|text| json!(text));
        let json = format!(
            r#"{{"recipient":{recipient},"sender":{sender},"action":"{action}","keyword":{keyword},"matched":{matched}}}"#
        );
        allowed(self.answer("opt_out_record", json.as_bytes())).map(drop)
    }
}

fn allowed(answer: i32) -> Result<i32, Veto> {
    match answer {
        0.. => Ok(answer),
        MALFORMED => Err(Veto::Malformed),
        OVER_BUDGET => Err(Veto::OverBudget),
        OPTED_OUT => Err(Veto::OptedOut),
        _ => Err(Veto::NotGranted),
    }
}
