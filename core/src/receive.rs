//! Decides what a received message means: a keyword is intercepted and answered, whatever else
//! an opted-out person writes is dropped, the rest is for the agent.

use alloc::string::String;

use crate::{
    Classification, Consent, Host, Keyword, MessagingServiceSid, PhoneNumber, Refusal, Rules,
    Sender, classify,
};

/// Decides on one received message.
///
/// # Errors
/// `V030`, `V031` for a number or SID that is none, and every refusal of the host.
pub fn receive<'a>(
    inbound: &Inbound<'a>,
    rules: &'a Rules,
    host: &mut impl Host,
) -> Result<Received<'a>, Refusal> {
    let from = PhoneNumber::new(inbound.from)?;
    let number = Sender::new(inbound.to)?;
    let service = inbound.messaging_service_sid.map(MessagingServiceSid::new).transpose()?;
    // Consent is kept for the number and, where the message names one, for the service.
    let senders = [Some(number), service.map(Sender::Service)];

    let classification = classify(inbound.text, rules);
    // What Twilio has already decided counts, whatever our own table says of the text.
    let told = inbound.opt_out_type.map(OptOutType::keyword);
    let mut keyword = told.or(classification.keyword);

    let opted_out = |host: &mut _| -> Result<bool, Refusal> {
        for sender in senders.iter().flatten() {
            match consent(host, &from, sender)? {
                Consent::OptedOut => return Ok(true),
                Consent::NotOptedOut => {}
            }
        }
        Ok(false)
    };
    let is_yes = told.is_none() && classification.matched == Some("YES");
    if is_yes && rules.yes_only_when_opted_out && !opted_out(host)? {
        keyword = None;
    }

    let Some(keyword) = keyword else {
        let disposition = match opted_out(host)? {
            true => Disposition::Dropped,
            false => Disposition::Forward,
        };
        return Ok(Received { disposition, keyword: None, reply: None, classification });
    };
    let consent = match keyword {
        Keyword::Stop => Some(Consent::OptedOut),
        Keyword::Start => Some(Consent::NotOptedOut),
        Keyword::Help => None,
    };
    if let Some(consent) = consent {
        let matched = classification.matched.unwrap_or(keyword.as_str());
        for sender in senders.iter().flatten() {
            host.record(&from, sender, consent, keyword, matched)
                .map_err(|veto| veto.refusal("recording consent"))?;
        }
    }
    let reply = match inbound.answerer {
        Answerer::Verbatim => Some(String::from(rules.replies.to(keyword))),
        Answerer::Twilio => None,
    };
    let disposition = Disposition::Intercepted;
    Ok(Received { disposition, keyword: Some(keyword), reply, classification })
}

fn consent(host: &mut impl Host, from: &PhoneNumber, sender: &Sender) -> Result<Consent, Refusal> {
    host.consent(from, sender).map_err(|veto| veto.refusal("looking up consent"))
}

/// A received message.
#[derive(Debug, Clone, Copy)]
pub struct Inbound<'a> {
    /// The person, to be E.164.
    pub from: &'a str,
    /// The Twilio number.
    pub to: &'a str,
    /// What they wrote.
    pub text: &'a str,
    /// The service that the number belongs to, if the webhook names one.
    pub messaging_service_sid: Option<&'a str>,
    /// What Advanced Opt-Out made of it, if it is on.
    pub opt_out_type: Option<OptOutType>,
    /// Who answers keywords.
    pub answerer: Answerer,
}

/// Who answers keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answerer {
    /// We do.
    Verbatim,
    /// Twilio does: we record and stay silent.
    Twilio,
}

/// What Twilio's Advanced Opt-Out says a message was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOutType {
    /// The person opted out.
    Stop,
    /// The person opted in again.
    Start,
    /// The person asked for help.
    Help,
}

impl OptOutType {
    const fn keyword(self) -> Keyword {
        match self {
            Self::Stop => Keyword::Stop,
            Self::Start => Keyword::Start,
            Self::Help => Keyword::Help,
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received<'a> {
    /// Where the message goes.
    pub disposition: Disposition,
    /// The keyword that it is.
    pub keyword: Option<Keyword>,
    /// What is answered.
    pub reply: Option<String>,
    /// How its text was read.
    pub classification: Classification<'a>,
}

/// Where a received message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// A keyword: it never reaches the agent.
    Intercepted,
    /// From an opted-out person: it reaches nobody.
    Dropped,
    /// To the agent.
    Forward,
}

impl Disposition {
    /// `intercepted`, `dropped` or `forward`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intercepted => "intercepted",
            Self::Dropped => "dropped",
            Self::Forward => "forward",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Veto;
    use alloc::format;
    use alloc::vec::Vec;

    #[derive(Default)]
    struct Memory {
        out: Vec<String>,
        log: Vec<String>,
    }

    impl Host for Memory {
        fn create_message(&mut self, _: &PhoneNumber, _: &Sender, _: &str) -> Result<(), Veto> {
            Err(Veto::NotGranted)
        }
        fn consent(&mut self, _: &PhoneNumber, sender: &Sender) -> Result<Consent, Veto> {
            let out = self.out.iter().any(|one| one == sender.as_str());
            Ok(if out { Consent::OptedOut } else { Consent::NotOptedOut })
        }
        fn record(
            &mut self,
            _: &PhoneNumber,
            sender: &Sender,
            consent: Consent,
            _: Keyword,
            matched: &str,
        ) -> Result<(), Veto> {
            self.log.push(format!("{matched} {}", &sender.as_str()[..2]));
            self.out.retain(|one| one != sender.as_str());
            if consent == Consent::OptedOut {
                self.out.push(String::from(sender.as_str()));
            }
            Ok(())
        }
    }

    fn inbound(text: &str) -> Inbound<'_> {
        Inbound {
            from: "+15550002222",
            to: "+15550001111",
            text,
            messaging_service_sid: None,
            opt_out_type: None,
            answerer: Answerer::Verbatim,
        }
    }

    fn check(host: &mut Memory, message: &Inbound<'_>, rules: &Rules, expected: Disposition) {
        let found = receive(message, rules, host).map(|received| received.disposition);
        assert_eq!(found, Ok(expected), "{:?}", message.text);
    }

    #[test]
    fn an_opted_out_person_reaches_nobody_until_start() {
        let (mut host, rules) = (Memory::default(), Rules::default());
        check(&mut host, &inbound("hello"), &rules, Disposition::Forward);
        check(&mut host, &inbound("Stop!"), &rules, Disposition::Intercepted);
        check(&mut host, &inbound("hello"), &rules, Disposition::Dropped);
        check(&mut host, &inbound("help"), &rules, Disposition::Intercepted);
        check(&mut host, &inbound("hello"), &rules, Disposition::Dropped);
        check(&mut host, &inbound("yes"), &rules, Disposition::Intercepted);
        check(&mut host, &inbound("hello"), &rules, Disposition::Forward);
        assert_eq!(host.log, ["STOP +1", "YES +1"]);
    }

    #[test]
    fn a_service_is_opted_out_with_its_number() {
        let (mut host, rules) = (Memory::default(), Rules::default());
        let sid = format!("MG{}", "0".repeat(32));
        let message = Inbound { messaging_service_sid: Some(&sid), ..inbound("STOP") };
        check(&mut host, &message, &rules, Disposition::Intercepted);
        assert_eq!(host.log, ["STOP +1", "STOP MG"]);
    }

    #[test]
    fn twilios_own_verdict_counts_and_is_not_answered_twice() {
        let (mut host, rules) = (Memory::default(), Rules::default());
        let message = Inbound {
            opt_out_type: Some(OptOutType::Stop),
            answerer: Answerer::Twilio,
            ..inbound("baja")
        };
        let received = receive(&message, &rules, &mut host);
        let received = received.map(|r| (r.disposition, r.keyword, r.reply));
        assert_eq!(received, Ok((Disposition::Intercepted, Some(Keyword::Stop), None)));
        assert_eq!(host.log, ["STOP +1"]);
    }

    #[test]
    fn yes_may_be_left_to_the_agent() {
        let rules = Rules { yes_only_when_opted_out: true, ..Rules::default() };
        let mut host = Memory::default();
        check(&mut host, &inbound("Yes"), &rules, Disposition::Forward);
        check(&mut host, &inbound("START"), &rules, Disposition::Intercepted);
        check(&mut host, &inbound("stop"), &rules, Disposition::Intercepted);
        check(&mut host, &inbound("Yes"), &rules, Disposition::Intercepted);
        assert!(host.out.is_empty());
    }
}
