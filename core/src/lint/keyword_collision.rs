//! A body that asks people to answer with a word which opts them out, opts them in, or never
//! reaches the agent: "Reply CANCEL to cancel your booking".

use alloc::format;

use super::Desk;
use crate::{Code, Keyword, variants};

pub(super) fn lint(desk: &mut Desk<'_>) {
    let body = desk.body;
    let mut words = words(body).peekable();
    while let Some((_, verb)) = words.next() {
        let Some(surely) = asks(verb) else { continue };
        while words.next_if(|(_, word)| is_filler(word)).is_some() {}
        let Some(&(start, _)) = words.peek() else { continue };
        let sentence = body[start..].split(['.', '!', '?', '\n', ';']).next().unwrap_or_default();
        // The word to reply with, and each one after an `or`: "C to confirm or CANCEL to cancel".
        let mut before = "";
        for (at, word) in self::words(sentence) {
            if asks(word).is_some() {
                break; // It has its own turn.
            }
            // "Send help" asks for help, "or cancel it" for nothing; "send HELP" asks for the word.
            let asked = match before {
                "" => surely || is_shouted(word),
                before => before.eq_ignore_ascii_case("or") && is_shouted(word),
            };
            if let Some((keyword, variant)) = keyword(word).filter(|_| asked) {
                if !is_meant(keyword, variant, clause(&sentence[at + word.len()..], keyword)) {
                    say(desk, keyword, variant, start + at, word);
                }
            }
            before = word;
        }
    }
}

fn say(desk: &mut Desk<'_>, keyword: Keyword, variant: &str, at: usize, word: &str) {
    let what = match keyword {
        Keyword::Stop => "opts people out: who answers it gets",
        Keyword::Start => "opts people in and never reaches the agent: who answers it gets",
        Keyword::Help => "never reaches the agent: who answers it gets",
    };
    let message =
        format!("`{variant}` is a keyword that {what} `{}`; ask for another word", keyword.reply());
    let instead = instead(variant);
    let label = format!("ask for `{instead}`");
    desk.say(Code::KeywordCollision, at, at + word.len(), message, [(label, instead)]);
}

/// Whether a word asks for an answer; if it does, whether it can mean nothing else.
fn asks(word: &str) -> Option<bool> {
    let is = |all: &[&str]| all.iter().any(|one| one.eq_ignore_ascii_case(word));
    match is(&["reply", "respond", "text", "txt"]) {
        true => Some(true),
        false => is(&["answer", "send", "type"]).then_some(false),
    }
}

/// The keyword of the table that `word` is, and its variant.
fn keyword(word: &str) -> Option<(Keyword, &'static str)> {
    Keyword::ALL.into_iter().find_map(|keyword| {
        let variant = variants(keyword).iter().find(|one| one.eq_ignore_ascii_case(word))?;
        Some((keyword, *variant))
    })
}

/// What the rest of a sentence says of a keyword before it: all up to another keyword, and up to an
/// `or`, unless that only names another word for the same one.
fn clause(rest: &str, of: Keyword) -> &str {
    let mut said = false;
    for (at, word) in words(rest) {
        let other = keyword(word).map(|(other, _)| other);
        let ends = match word.eq_ignore_ascii_case("or") {
            true => said,
            false => is_shouted(word) && other.is_some_and(|other| other != of),
        };
        if ends {
            return if said { &rest[..at] } else { "" };
        }
        said |= other.is_none() && !word.eq_ignore_ascii_case("or");
    }
    if said { rest } else { "" }
}

fn is_shouted(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Words that may stand between "reply" and the word to reply with.
fn is_filler(word: &str) -> bool {
    ["with", "back", "by", "the", "word", "us", "a", "just", "only"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(word))
}

/// Whether the clause says of the keyword what it does.
fn is_meant(keyword: Keyword, variant: &str, clause: &str) -> bool {
    let speaks = |stems: &[&str]| {
        words(clause).any(|(_, word)| {
            stems.iter().any(|stem| {
                word.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem))
            })
        })
    };
    const MESSAGES: &[&str] = &["message", "text", "alert", "sms", "notification", "msg", "update"];
    // A word that has no other use may stand without an explanation.
    let plain = matches!(variant, "STOP" | "STOPALL" | "UNSUBSCRIBE" | "START" | "UNSTOP" | "HELP");
    let bare = plain && words(clause).next().is_none();
    bare || speaks(MESSAGES)
        || match keyword {
            Keyword::Stop => speaks(&["unsub", "opt", "stop"]),
            Keyword::Start => speaks(&["resub", "subscri", "opt", "resum"]),
            Keyword::Help => speaks(&["help", "info", "support", "assist"]),
        }
}

/// A word for the same purpose that is no keyword in any set.
fn instead(variant: &str) -> &'static str {
    match variant {
        "YES" => "Y",
        "CANCEL" => "C",
        "END" => "DONE",
        "QUIT" => "LEAVE",
        "START" | "UNSTOP" => "GO",
        "HELP" => "AGENT",
        _ => "NO",
    }
}

/// Words of letters, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let from = at + text[at..].find(|c: char| c.is_alphanumeric())?;
        let to = text[from..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |n| from + n);
        at = to;
        Some((from, &text[from..to]))
    })
}
