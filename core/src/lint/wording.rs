//! How a body reads: shouting, to nobody in particular, without a way out.

use alloc::string::String;

use super::Desk;
use crate::{Campaign, Code, Template};

/// Letters that a body has at least before it can be said to shout.
const SHOUT: usize = 10;

pub(super) fn lint(desk: &mut Desk<'_>, template: &Template<'_>, campaign: Option<Campaign>) {
    let whole = desk.body.len();
    let letters = || template.literals().flat_map(str::bytes).filter(u8::is_ascii_alphabetic);
    if letters().count() >= SHOUT && letters().all(|byte| byte.is_ascii_uppercase()) {
        let message =
            String::from("all in capitals: it reads as shouting, and filters take it for spam");
        desk.say(Code::AllCapitals, 0, whole, message, None);
    }
    // Whoever opened a token meant one: the error that says so is enough.
    let opened = desk.body.as_bytes().windows(2).any(|two| two == b"${" || two == b"{{");
    if template.tokens().is_empty() && !opened && !desk.body.trim().is_empty() {
        let message = String::from(
            "no token: a message that is the same for everybody is read less and filtered more; \
             add one, such as `${name}`",
        );
        desk.say(Code::NoPersonalToken, 0, whole, message, None);
    }
    if campaign.is_some_and(|campaign| campaign.disclosure) {
        let says = |word: &str| {
            let mut words = desk.body.split(|c: char| !c.is_ascii_alphanumeric());
            words.any(|one| one.eq_ignore_ascii_case(word))
        };
        if !says("STOP") || !says("HELP") {
            let message = String::from(
                "does not say how to stop or get help: expected for example `Reply STOP to \
                 unsubscribe, HELP for help`",
            );
            let fix =
                (String::from("add it at the end"), " Reply STOP to unsubscribe, HELP for help.");
            desk.say(Code::NoDisclosure, whole, whole, message, [fix]);
        }
    }
}
