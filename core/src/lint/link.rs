//! Links and phone numbers: those that carriers filter, and those that the campaign has not
//! announced.

use alloc::format;

use super::Desk;
use crate::diagnostic::quote;
use crate::{Campaign, Code, Template};

/// Domains that anyone may shorten links with, and that carriers block for it (CTIA Messaging
/// Principles and Best Practices, 5.3.4; Twilio, "Are you using a public URL shortener?").
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "bitly.com",
    "buff.ly",
    "cutt.ly",
    "goo.gl",
    "is.gd",
    "lnkd.in",
    "ow.ly",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "short.io",
    "shorturl.at",
    "t.co",
    "t.ly",
    "tiny.cc",
    "tinyurl.com",
    "v.gd",
];

/// Digits that make a phone number, at least.
const PHONE_DIGITS: usize = 7;

pub(super) fn lint(desk: &mut Desk<'_>, template: &Template<'_>, campaign: Option<Campaign>) {
    let body = template.body();
    for word in body.split_ascii_whitespace() {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
        let word = word.trim_matches(|c| !part(c));
        let Some(host) = host(word) else { continue };
        let from = word.as_ptr().addr() - body.as_ptr().addr();
        let shortener = SHORTENERS.iter().find(|one| one.eq_ignore_ascii_case(host));
        if let Some(shortener) = shortener {
            let message = format!(
                "`{shortener}` is a public link shortener: carriers block messages with its links; \
                 use the full link or a short domain of your own"
            );
            desk.say(Code::PublicShortener, from, from + word.len(), message, None);
        }
        if campaign.is_some_and(|campaign| campaign.links == Some(false)) {
            let message = format!(
                "{} is a link, and the campaign says that its messages hold none: carriers block \
                 what differs from it",
                quote(word)
            );
            desk.say(Code::UnannouncedLink, from, from + word.len(), message, None);
        }
    }
    if campaign.is_some_and(|campaign| campaign.phone_numbers == Some(false)) {
        for (from, to) in phones(template) {
            let message = format!(
                "{} is a phone number, and the campaign says that its messages hold none: carriers \
                 block what differs from it",
                quote(&body[from..to])
            );
            desk.say(Code::UnannouncedPhone, from, to, message, None);
        }
    }
}

/// The host of a word that is a link, with or without its scheme.
fn host(word: &str) -> Option<&str> {
    word.find('.')?; // Most words end here: a quarter of a check's time, when they did not.
    let after = word.split_once(':').and_then(|(_, rest)| rest.strip_prefix("//"));
    let (scheme, rest) = after.map_or((false, word), |rest| (true, rest));
    let whole = rest.split(['/', '?', '#', ':']).next()?;
    let host = whole.strip_prefix("www.").unwrap_or(whole);
    let (name, top) = host.rsplit_once('.')?;
    let label = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let good = name.split('.').all(label) && top.bytes().all(|b| b.is_ascii_alphabetic());
    // `e.g` and `Inc.Please` are no links: without a scheme or a path, the end must be a top-level
    // domain that people use.
    let known = ["com", "net", "org", "io", "co", "ly", "gl", "me", "info", "biz", "app", "dev"];
    let sure = scheme || rest[whole.len()..].starts_with('/');
    let sure = sure || known.iter().any(|one| one.eq_ignore_ascii_case(top));
    (good && (2..=24).contains(&top.len()) && sure).then_some(host)
}

/// Runs of digits, spaces and the signs of phone numbers, with digits enough.
fn phones(template: &Template<'_>) -> impl Iterator<Item = (usize, usize)> {
    let body = template.body();
    let mut at = 0;
    core::iter::from_fn(move || {
        loop {
            let found = body[at..].find(|c: char| c.is_ascii_digit() || c == '+')?;
            let from = at + found;
            let part = |c: char| matches!(c, '0'..='9' | '+' | '-' | '.' | ' ' | '(' | ')' | '/');
            let run = body[from..].find(|c| !part(c)).map_or(body.len(), |length| from + length);
            let to = from + body[from..run].trim_end_matches(|c: char| !c.is_ascii_digit()).len();
            at = run;
            let digits = body[from..to].bytes().filter(u8::is_ascii_digit).count();
            let in_token = template.tokens().iter().any(|t| (t.start..t.end).contains(&from));
            if digits >= PHONE_DIGITS && !in_token {
                return Some((from, to));
            }
        }
    })
}
