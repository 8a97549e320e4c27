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
            if let Some((keyword, variant)) = keyword(word).filter(|_| asked)
                && !is_meant(keyword, variant, clause(&sentence[at + word.len()..], keyword))
            {
                say(desk, keyword, variant, start + at, word);
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

/// Words of letters and digits, with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let from = at + text[at..].find(is_of_a_word)?;
        let to = text[from..].find(|c| !is_of_a_word(c)).map_or(text.len(), |n| from + n);
        at = to;
        Some((from, &text[from..to]))
    })
}

/// Whether `c` is of a word: in ASCII a letter or a digit, elsewhere what is no punctuation, symbol
/// or space. A combining mark is of the word whose letter it is on. `char::is_alphanumeric` would
/// bring 2,500 bytes of tables into the module, compressed, to know the letters of every script.
#[inline]
fn is_of_a_word(c: char) -> bool {
    match c.is_ascii() {
        true => c.is_ascii_alphanumeric(),
        false => is_of_a_word_beyond_ascii(c),
    }
}

/// Apart from the letters of nearly every body, whose test is then short enough to stand in place.
fn is_of_a_word_beyond_ascii(c: char) -> bool {
    match c {
        // Latin-1; from general punctuation to arrows and symbols; Chinese and Japanese.
        'ª' | 'µ' | 'º' | '々'..='〇' | '〡'..='〩' | '〱'..='〵' | '〸'..='〼' => true,
        '\u{80}'..='\u{BF}' | '×' | '÷' => false,
        '\u{2000}'..='\u{2BFF}' | '\u{2E00}'..='\u{2E7F}' => false,
        '\u{3000}'..='\u{303F}' | '・' => false,
        // Signs of Greek, Armenian, Hebrew, Arabic, Urdu, Hindi, Thai, Georgian, Amharic, Burmese,
        // Khmer.
        '\u{37E}' | '\u{387}' | '\u{55A}'..='\u{55F}' | '\u{589}' | '\u{58A}' => false,
        '\u{5BE}' | '\u{5F3}' | '\u{5F4}' | '\u{60C}' | '\u{61B}'..='\u{61F}' => false,
        '\u{66A}'..='\u{66D}' | '\u{6D4}' | '\u{964}' | '\u{965}' | '\u{E3F}' | '\u{E4F}' => false,
        '\u{10FB}' | '\u{1360}'..='\u{1368}' | '\u{104A}'..='\u{104F}' => false,
        '\u{17D4}'..='\u{17D6}' | '\u{17D8}'..='\u{17DB}' => false,
        // Punctuation in upright and in full width, and what stands for a character that is lost.
        '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE6F}' | '\u{FEFF}' => false,
        '\u{FF00}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' => false,
        '\u{FF5B}'..='\u{FF65}' | '\u{FFE0}'..='\u{FFFF}' => false,
        // Emoji, cards and other pictures; flags' tags.
        '\u{1F000}'..='\u{1FAFF}' | '\u{E0000}'..='\u{E0FFF}' => false,
        _ => !c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_letter_and_digit_is_of_a_word_and_no_sign_is() {
        for c in '\0'..=char::MAX {
            // Small and encircled ones, fractions, signs made of letters: ², ½, ⅷ, ℃, ⓐ, 🄰; and U+2E2F.
            let sign = matches!(c, '\u{B2}'..='\u{BE}' | '\u{2000}'..='\u{2BFF}' | 'ⸯ')
                || matches!(c, '\u{1F000}'..='\u{1FAFF}');
            if c.is_alphanumeric() && !sign {
                assert!(is_of_a_word(c), "{c}");
            }
            assert!(!is_of_a_word(c) || !(c.is_whitespace() || c.is_control()), "{c:?}");
        }
        let signs = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡¢£¤¥¦§¨©«¬®¯°±´¶·¸»¿×÷‐–—‘’‚“”„†•…‰′‹›‼⁇€₹™→∞⌘■☎✓\
            ❤⭐　、。〈〉《》「」『』【】〜・！（），：；？［］｛｝～￥¤;·՞։׳״،؛؟۔।॥฿჻።၊។\u{FEFF}👋🇨🎉\u{FFFD}";
        for c in signs.chars() {
            assert!(!is_of_a_word(c) && !c.is_alphanumeric(), "{c}");
        }
    }

    #[test]
    fn texts_part_into_words_as_by_the_tables_of_unicode() {
        for text in [
            "Reply STOP to unsubscribe, HELP for help.",
            "Responde “SÍ” para confirmar; ¿dudas? ¡Llámanos…!",
            "Répondez «ARRÊT» ou « STOP » – c’est gratuit",
            "Antworten Sie „STOPP“ — größer/kleiner, 5€ & mehr",
            "Svar ‘STOP’ på 1984·ØÅ",
            "Ответьте СТОП, чтобы отписаться.",
            "Απαντήστε ΣΤΟΠ;",
            "回复“退订”即可取消。",
            "「STOP」と返信・中止",
            "정지라고 답장하세요.",
            "أرسل STOP، شكرا؟",
            "השיבו STOP״ תודה",
            "Trả lời STOP để hủy",
            "👋STOP🎉 ✓YES→NO ＳＴＯＰ！",
        ] {
            let expected: Vec<_> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            let found: Vec<_> = words(text).map(|(_, word)| word).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_mark_is_of_the_word_whose_letter_it_is_on() {
        for word in ["SI\u{301}", "हिन्दी", "ไม่", "न\u{94D}"] {
            assert!(words(word).eq([(0, word)]), "{word}");
        }
    }
}
