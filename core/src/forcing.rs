//! The characters that force a message into UCS-2, each with its place and, where a plainer
//! spelling exists, its replacement. Suggestions a writer sees and applies, never silent.

use alloc::string::String;

use crate::alphabet::septets;
use crate::{Offsets, TextRange};

/// Each character of `text` that is not in the GSM alphabet, in order.
pub fn forcing(text: &str) -> impl Iterator<Item = Forcing> {
    let mut offsets = Offsets::new(text);
    let mut chars = text.char_indices();
    let mut before = None;
    core::iter::from_fn(move || {
        loop {
            let (at, c) = chars.next()?;
            let previous = before.replace(c);
            if septets(c).is_some() {
                continue;
            }
            // A mark and the letter before it are one thing to a reader: `e` + U+0301 is `é`.
            let composed = previous.and_then(|base| Some((base, compose(base, c)?)));
            let from = at - composed.map_or(0, |(base, _)| base.len_utf8());
            let to = at + c.len_utf8();
            let replacement = match composed {
                Some((_, letter)) => Some(String::from(letter)),
                None if is_joiner(c)
                    && !(plain(previous) && plain(chars.clone().next().map(|n| n.1))) =>
                {
                    None
                }
                None => {
                    replacement(c).map(String::from).or_else(|| full_width(c).map(String::from))
                }
            };
            return Some(Forcing {
                char: String::from(&text[from..to]),
                range: offsets.range(from, to),
                replacement,
            });
        }
    })
}

/// A character that forces UCS-2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forcing {
    /// The character; with the letter before it, if it is a mark on that letter.
    pub char: String,
    /// Its place.
    pub range: TextRange,
    /// What may stand in its place; empty to leave it out. `None`: nothing that means the same.
    pub replacement: Option<String>,
}

/// Zero-width joiners hold emoji and some scripts together; they are only noise in plain text.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn plain(neighbour: Option<char>) -> bool {
    neighbour.is_none_or(|c| septets(c).is_some())
}

/// The plainer spelling of `c`. The classes are those of ENCODING: quotes and primes, dashes,
/// the ellipsis, spaces, what has no width, and letters that Unicode itself calls the same.
const fn replacement(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | '‵' | 'ʼ' | 'ʻ' | '‹' | '›' => "'",
        '“' | '”' | '„' | '‟' | '″' | '‶' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '﹘' | '﹣' => "-",
        '…' => "...",
        '\t'
        | '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => " ",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "\n",
        '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => "",
        '\u{2126}' => "\u{3A9}", // ohm, canonically the Greek capital omega
        '\u{212B}' => "\u{C5}",  // ångström, canonically the letter
        _ => return None,
    })
}

/// Full-width ASCII (U+FF01 to U+FF5E) as ASCII, unless that is the backtick, which forces too.
const fn full_width(c: char) -> Option<char> {
    match c {
        '\u{FF40}' => None,
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0),
        _ => None,
    }
}

/// The letter that `base` and `mark` compose to (Unicode normalisation form C), for Latin letters.
fn compose(base: char, mark: char) -> Option<char> {
    let (_, letters) = COMPOSITIONS.iter().find(|(m, _)| *m == mark)?;
    // Letters stand in pairs: the base, then what it composes to.
    let mut letters = letters.chars();
    while let (Some(from), Some(to)) = (letters.next(), letters.next()) {
        if from == base {
            return Some(to);
        }
    }
    None
}

/// By mark: base, composed, base, composed, …; Latin-1 and Latin Extended-A.
const COMPOSITIONS: &[(char, &str)] = &[
    ('\u{300}', "AÀEÈIÌOÒUÙaàeèiìoòuù"),
    ('\u{301}', "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzź"),
    ('\u{302}', "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷ"),
    ('\u{303}', "AÃNÑOÕaãnñoõIĨiĩUŨuũ"),
    ('\u{304}', "AĀaāEĒeēIĪiīOŌoōUŪuū"),
    ('\u{306}', "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭ"),
    ('\u{307}', "CĊcċEĖeėGĠgġIİZŻzż"),
    ('\u{308}', "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸ"),
    ('\u{30A}', "AÅaåUŮuů"),
    ('\u{30B}', "OŐoőUŰuű"),
    ('\u{30C}', "CČcčDĎdďEĚeěNŇnňRŘrřSŠsšTŤtťZŽzž"),
    ('\u{327}', "CÇcçGĢKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţ"),
    ('\u{328}', "AĄaąEĘeęIĮiįUŲuų"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let found: Vec<_> = forcing(text).collect();
        for one in &found {
            assert_eq!(one.range.slice(text), one.char);
        }
        let found: Vec<_> =
            found.iter().map(|one| (one.char.as_str(), one.replacement.as_deref())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn each_class_has_its_replacement() {
        check("it’s “so”", &[("’", Some("'")), ("“", Some("\"")), ("”", Some("\""))]);
        check("a–b…", &[("–", Some("-")), ("…", Some("..."))]);
        check("a\u{A0}b\u{FEFF}", &[("\u{A0}", Some(" ")), ("\u{FEFF}", Some(""))]);
        check("cafe\u{301}", &[("e\u{301}", Some("é"))]);
        check("Ａ`", &[("Ａ", Some("A")), ("`", None)]);
        check("\u{2126}", &[("\u{2126}", Some("\u{3A9}"))]);
        check("çé", &[("ç", None)]);
    }

    #[test]
    fn a_joiner_is_left_where_it_joins() {
        check("a\u{200D}b", &[("\u{200D}", Some(""))]);
        check("a\u{200D}👧", &[("\u{200D}", None), ("👧", None)]);
        check("👩\u{200D}a", &[("👩", None), ("\u{200D}", None)]);
        check("👩\u{200D}👧", &[("👩", None), ("\u{200D}", None), ("👧", None)]);
    }
}
