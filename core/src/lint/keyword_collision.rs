//! A body that asks people to answer with a word which opts them out, opts them in, or never
//! reaches the agent: "Reply CANCEL to cancel your booking".

use alloc::format;

use super::Desk;
use crate::{Code, Keyword, variants};

pub(super) fn lint(desk: &mut Desk<'_>) {
    let body = desk.body;
    let mut words = words(body).peekable();
    while let Some((_, verb)) = words.next() {
        let asks = |all: &[&str]| all.iter().any(|one| one.eq_ignore_ascii_case(verb));
        let surely = asks(&["reply", "respond", "text", "txt"]);
        if !surely && !asks(&["answer", "send", "type"]) {
            continue;
        }
        while words.next_if(|(_, word)| is_filler(word)).is_some() {}
        let Some(&(at, word)) = words.peek() else { continue };
        let found = Keyword::ALL.into_iter().find_map(|keyword| {
            let variant = variants(keyword).iter().find(|one| one.eq_ignore_ascii_case(word))?;
            Some((keyword, *variant))
        });
        let Some((keyword, variant)) = found else { continue };
        // "Send help" asks for help; "send HELP" asks for the word.
        let shouted = word.bytes().all(|byte| byte.is_ascii_uppercase());
        let rest = &body[at + word.len()..];
        let sentence = rest.split(['.', '!', '?', '\n', ';']).next().unwrap_or_default();
        if (!surely && !shouted) || is_meant(keyword, variant, sentence) {
            continue;
        }
        let what = match keyword {
            Keyword::Stop => "opts people out: who answers it gets",
            Keyword::Start => "opts people in and never reaches the agent: who answers it gets",
            Keyword::Help => "never reaches the agent: who answers it gets",
        };
        let message = format!(
            "`{variant}` is a keyword that {what} `{}`; ask for another word",
            keyword.reply()
        );
        let instead = instead(variant);
        let label = format!("ask for `{instead}`");
        desk.say(Code::KeywordCollision, at, at + word.len(), message, [(label, instead)]);
    }
}

/// Words that may stand between "reply" and the word to reply with.
fn is_filler(word: &str) -> bool {
    ["with", "back", "by", "the", "word", "us", "a", "just", "only"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(word))
}

/// Whether the sentence says of the keyword what it does.
fn is_meant(keyword: Keyword, variant: &str, sentence: &str) -> bool {
    let speaks = |stems: &[&str]| {
        words(sentence).any(|(_, word)| {
            stems.iter().any(|stem| {
                word.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem))
            })
        })
    };
    const MESSAGES: &[&str] = &["message", "text", "alert", "sms", "notification", "msg", "update"];
    // A word that has no other use may stand without an explanation.
    let plain = matches!(variant, "STOP" | "STOPALL" | "UNSUBSCRIBE" | "START" | "UNSTOP" | "HELP");
    let bare = plain && words(sentence).next().is_none();
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
