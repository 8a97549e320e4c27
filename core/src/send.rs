//! Decides whether a message may leave, and what it says. The decision is a proposal: the host
//! makes it durable and checks consent again when it claims the message.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::{
    Code, Environment, Missing, PhoneNumber, Policy, Refusal, Segments, Sender, Values, choose,
    compose, deliverable, segments,
};

/// Decides on one message.
///
/// # Errors
/// Whatever is wrong with the recipient, the sender, the template, its values or its text, and
/// every refusal of the host but "the recipient has opted out", which is [`SendState::Suppressed`].
pub fn send<V: Values + ?Sized>(
    message: &Outbound<'_, V>,
    host: &mut impl Host,
) -> Result<Sent, Refusal> {
    let to = PhoneNumber::new(message.to)?;
    // The template first: whoever names one that does not exist is not helped by its sender.
    let (template, text) = match &message.content {
        Content::Literal(text) => {
            deliverable(text)?;
            (None, Cow::Borrowed(*text))
        }
        Content::Template { candidates, name, language, default_language, values, missing } => {
            let find = |title: &str| candidates.iter().find(|candidate| candidate.title == title);
            let Candidate { title, body } = choose(find, name, *language, *default_language)?;
            let text = compose(body, *values, *missing)?;
            (Some(String::from(*title)), Cow::Owned(text))
        }
    };
    let sender = match message.sender {
        Some(sender) if !sender.is_empty() => Sender::new(sender)?,
        Some(_) | None => {
            let environment = message.environment;
            return Err(Refusal::new(
                Code::NoSender,
                format!(
                    "no sender in `{environment}`: expected a phone number or a Messaging Service \
                     SID; set one for `{environment}`"
                ),
            ));
        }
    };
    let state = propose(&to, &sender, &text, host)?;
    let segments = segments(&text, Policy::Standard);
    Ok(Sent { state, template, text: text.into_owned(), segments })
}

fn propose(
    to: &PhoneNumber,
    sender: &Sender,
    text: &str,
    host: &mut impl Host,
) -> Result<SendState, Refusal> {
    let consent = host.consent(to, sender).map_err(|veto| veto.refusal("looking up consent"))?;
    match consent {
        Consent::OptedOut => return Ok(SendState::Suppressed),
        Consent::NotOptedOut => {}
    }
    match host.create_message(to, sender, text) {
        Ok(()) => Ok(SendState::Proposed),
        Err(Veto::OptedOut) => Ok(SendState::Suppressed),
        Err(veto) => Err(veto.refusal("sending a message")),
    }
}

/// A message that somebody wants to send.
#[derive(Debug, Clone, Copy)]
pub struct Outbound<'a, V: ?Sized> {
    /// The recipient, to be E.164.
    pub to: &'a str,
    /// The sender that the environment has, if it has one.
    pub sender: Option<&'a str>,
    /// The environment.
    pub environment: Environment,
    /// What it says.
    pub content: Content<'a, V>,
}

/// What a message says.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a, V: ?Sized> {
    /// Exactly this: tokens in it are text.
    Literal(&'a str),
    /// A template, filled.
    Template {
        /// The templates that may be meant.
        candidates: &'a [Candidate<'a>],
        /// The title without a language's suffix.
        name: &'a str,
        /// The language of the person.
        language: Option<&'a str>,
        /// The language of the project.
        default_language: Option<&'a str>,
        /// Values from the conversation.
        values: &'a V,
        /// What to do without one.
        missing: Missing,
    },
}

/// A template that may be meant.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its title.
    pub title: &'a str,
    /// Its body.
    pub body: &'a str,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Whether it is to leave.
    pub state: SendState,
    /// The title of the template chosen.
    pub template: Option<String>,
    /// The text.
    pub text: String,
    /// What it costs.
    pub segments: Segments,
}

/// Whether a message is to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendState {
    /// The host has it.
    Proposed,
    /// The recipient has opted out: nothing is delivered.
    Suppressed,
}

impl SendState {
    /// `proposed` or `suppressed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Suppressed => "suppressed",
        }
    }
}

/// What a decision may ask of the host: the guest proposes, the host disposes.
pub trait Host {
    /// Asks the host to send.
    ///
    /// # Errors
    /// The host's veto.
    fn create_message(&mut self, to: &PhoneNumber, sender: &Sender, text: &str)
    -> Result<(), Veto>;

    /// Whether this recipient has opted out of this sender.
    ///
    /// # Errors
    /// The host's veto.
    fn consent(&mut self, recipient: &PhoneNumber, sender: &Sender) -> Result<Consent, Veto>;

    /// Records that a person opted out or in again by `keyword`.
    ///
    /// # Errors
    /// The host's veto.
    fn record(
        &mut self,
        recipient: &PhoneNumber,
        sender: &Sender,
        consent: Consent,
        keyword: crate::Keyword,
        matched: &str,
    ) -> Result<(), Veto>;
}

/// Whether a person wants messages from a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Nothing is delivered until they opt in again.
    OptedOut,
    /// Nobody said stop.
    NotOptedOut,
}

/// Why the host refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Veto {
    /// This call was not granted it (-1).
    NotGranted,
    /// It does not understand (-2).
    Malformed,
    /// A budget of the call is spent (-3).
    OverBudget,
    /// The recipient has opted out (-4).
    OptedOut,
}

impl Veto {
    pub(crate) fn refusal(self, doing: &str) -> Refusal {
        match self {
            Self::NotGranted => Refusal::new(
                Code::NotGranted,
                format!(
                    "the host did not grant {doing}: expected a grant for this very pair of recipient and sender"
                ),
            ),
            Self::Malformed => Refusal::new(
                Code::HostMalformed,
                format!(
                    "the host did not understand {doing}: expected a host that keeps version 1 of the interface"
                ),
            ),
            Self::OverBudget => Refusal::new(
                Code::HostBudget,
                format!("{doing} is over the host's budget for one call"),
            ),
            Self::OptedOut => Refusal::new(
                Code::NotGranted,
                format!("the host refused {doing}: the recipient has opted out"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Keyword, Kind};
    use alloc::vec::Vec;

    /// A host that answers as it is told and notes what it was asked.
    struct Scripted {
        consent: Result<Consent, Veto>,
        create: Result<(), Veto>,
        sent: Vec<String>,
    }

    impl Host for Scripted {
        fn create_message(&mut self, _: &PhoneNumber, _: &Sender, text: &str) -> Result<(), Veto> {
            self.sent.push(String::from(text));
            self.create
        }
        fn consent(&mut self, _: &PhoneNumber, _: &Sender) -> Result<Consent, Veto> {
            self.consent
        }
        fn record(
            &mut self,
            _: &PhoneNumber,
            _: &Sender,
            _: Consent,
            _: Keyword,
            _: &str,
        ) -> Result<(), Veto> {
            Err(Veto::NotGranted)
        }
    }

    const WILLING: Scripted =
        Scripted { consent: Ok(Consent::NotOptedOut), create: Ok(()), sent: Vec::new() };

    fn literal<'a>(to: &'a str, sender: Option<&'a str>, text: &'a str) -> Outbound<'a, ()> {
        let environment = Environment::Sandbox;
        Outbound { to, sender, environment, content: Content::Literal(text) }
    }

    const TO: &str = "+15550002222";
    const FROM: Option<&str> = Some("+15550001111");

    #[test]
    fn content_is_sent_as_it_stands() {
        let mut host = WILLING;
        let sent = send(&literal(TO, FROM, "${not} a {{token}}"), &mut host);
        assert_eq!(sent.map(|sent| sent.state), Ok(SendState::Proposed));
        assert_eq!(host.sent, ["${not} a {{token}}"]);
    }

    #[test]
    fn nothing_is_proposed_to_someone_who_opted_out() {
        let mut host = Scripted { consent: Ok(Consent::OptedOut), ..WILLING };
        let sent = send(&literal(TO, FROM, "hi"), &mut host);
        assert_eq!(sent.map(|sent| sent.state), Ok(SendState::Suppressed));
        assert!(host.sent.is_empty());
        let mut host = Scripted { create: Err(Veto::OptedOut), ..WILLING };
        let sent = send(&literal(TO, FROM, "hi"), &mut host);
        assert_eq!(sent.map(|sent| sent.state), Ok(SendState::Suppressed));
    }

    #[test]
    fn each_veto_and_each_bad_part_refuses() {
        let refused = |message: Outbound<'_, ()>, mut host: Scripted| {
            let refusal = send(&message, &mut host).err().map(|refusal| refusal.code);
            assert!(host.sent.is_empty() || host.create.is_err(), "sent all the same");
            refusal
        };
        let vetoed = |veto| Scripted { create: Err(veto), ..WILLING };
        assert_eq!(refused(literal("0155", FROM, "hi"), WILLING), Some(Code::NotPhoneNumber));
        assert_eq!(refused(literal(TO, None, "hi"), WILLING), Some(Code::NoSender));
        assert_eq!(refused(literal(TO, Some(""), "hi"), WILLING), Some(Code::NoSender));
        let bad = literal(TO, Some("MG123"), "hi");
        assert_eq!(refused(bad, WILLING), Some(Code::NotMessagingServiceSid));
        assert_eq!(refused(literal(TO, FROM, " \n"), WILLING), Some(Code::TextBlank));
        assert_eq!(refused(literal(TO, FROM, &"x".repeat(1601)), WILLING), Some(Code::TextLength));
        assert_eq!(refused(literal(TO, FROM, "a\0"), WILLING), Some(Code::TextNul));
        for (veto, code) in [
            (Veto::NotGranted, Code::NotGranted),
            (Veto::Malformed, Code::HostMalformed),
            (Veto::OverBudget, Code::HostBudget),
        ] {
            assert_eq!(refused(literal(TO, FROM, "hi"), vetoed(veto)), Some(code));
            let blind = Scripted { consent: Err(veto), ..WILLING };
            assert_eq!(refused(literal(TO, FROM, "hi"), blind), Some(code));
        }
    }

    #[test]
    fn a_template_is_chosen_filled_and_reported() {
        let candidates = [
            Candidate { title: "hi", body: "Hi ${name}" },
            Candidate { title: "hi_es", body: "Hola ${name}" },
        ];
        let mut host = WILLING;
        let values = [(Kind::Variant, "name", "Ana")];
        let mut message = Outbound {
            to: TO,
            sender: FROM,
            environment: Environment::Live,
            content: Content::Template {
                candidates: &candidates,
                name: "hi",
                language: Some("es"),
                default_language: None,
                values: &values[..],
                missing: Missing::Refuse,
            },
        };
        let sent = send(&message, &mut host).map(|sent| (sent.template, sent.text));
        assert_eq!(sent, Ok((Some(String::from("hi_es")), String::from("Hola Ana"))));
        let Content::Template { values, .. } = &mut message.content else { return };
        *values = &[];
        let refused = send(&message, &mut host).err().map(|refusal| refusal.code);
        assert_eq!(refused, Some(Code::MissingValue));
        assert_eq!(host.sent, ["Hola Ana"]);
    }
}
