//! Extended grapheme clusters: what a reader takes for one character, by the rules of UAX #29 for
//! Unicode 17.0. Our own, because the module is counted in bytes: `unicode-segmentation` takes more
//! than 9,000 of them, compressed; this takes 2,400, of which the table has 1,400.
//! `core/tests/graphemes.rs` makes the table of what that crate does, and compares every border.

mod table;

/// The grapheme clusters of `text`, in order. Allocates nothing.
pub(crate) fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    let mut borders = borders(text);
    let mut from = borders.next();
    core::iter::from_fn(move || {
        let start = from?;
        from = borders.next();
        text.get(start..from.unwrap_or(text.len()))
    })
}

/// Where each cluster begins, in bytes.
fn borders(text: &str) -> impl Iterator<Item = usize> {
    let mut before = Control; // GB1: a border stands after it, as at the start.
    text.char_indices().filter_map(move |(at, c)| {
        let class = class(c);
        let border = !joins(before, class);
        before = settled(before, class);
        border.then_some(at)
    })
}

/// What the rules know of a character: Grapheme_Cluster_Break, `Extended_Pictographic`, and
/// Indic_Conjunct_Break, which are disjoint but for the marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    Any,
    Control,
    /// A mark that ends a conjunct: only U+200C.
    Extend,
    /// A mark that a conjunct goes on through: InCB=Extend.
    Through,
    /// A mark that links two consonants: InCB=Linker.
    Linker,
    SpacingMark,
    Prepend,
    Regional,
    L,
    V,
    T,
    Pictographic,
    /// InCB=Consonant.
    Consonant,
    Cr,
    Lf,
    Zwj,
    Lv,
    Lvt,
}

use Class::{
    Any, Consonant, Control, Cr, Extend, L, Lf, Linker, Lv, Lvt, Pictographic, Prepend, Regional,
    SpacingMark, T, Through, V, Zwj,
};

/// Whether no border stands between `before` and `next`. `before` is [`settled`]: it says what
/// counts of all that came before.
fn joins(before: Class, next: Class) -> bool {
    match (before, next) {
        (Cr, Lf) => true,                                               // GB3
        (Control | Cr | Lf, _) | (_, Control | Cr | Lf) => false,       // GB4, GB5
        (_, Extend | Through | Linker | Zwj | SpacingMark) => true,     // GB9, GB9a
        (Prepend, _) => true,                                           // GB9b
        (L, L | V | Lv | Lvt) | (V | Lv, V | T) | (T | Lvt, T) => true, // GB6, GB7, GB8
        (Linker, Consonant) => true,                                    // GB9c
        (Zwj, Pictographic) => true,                                    // GB11
        (Regional, Regional) => true,                                   // GB12, GB13
        _ => false,                                                     // GB999
    }
}

/// What counts of the text up to and with `next`: a linker only of a consonant, a joiner only of a
/// pictograph, the first only of two regional indicators.
fn settled(before: Class, next: Class) -> Class {
    match (before, next) {
        (Pictographic, Extend | Through | Linker) => Pictographic,
        (Pictographic, Zwj) => Zwj,
        (Consonant, Through | Zwj) => Consonant,
        (Linker, Through | Zwj) | (Consonant | Linker, Linker) => Linker,
        (Regional, Regional) | (_, Linker | Zwj) => Any,
        (_, next) => next,
    }
}

/// The class of `c`. What most texts are made of is known without the table.
pub(crate) fn class(c: char) -> Class {
    match c {
        '\r' => Cr,
        '\n' => Lf,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' => Control,
        '©' | '®' => Pictographic,
        // Latin; Greek and Cyrillic; the euro; Chinese and Japanese.
        ' '..'\u{300}' | '\u{370}'..'\u{483}' | '€' | '\u{3400}'..'\u{A000}' => Any,
        '\u{200D}' => Zwj,
        // Every syllable is a lead and a vowel; of 28, all but the first have a tail.
        '가'..='힣' if (u32::from(c) - 0xAC00).is_multiple_of(28) => Lv,
        '가'..='힣' => Lvt,
        _ => listed(u32::from(c)),
    }
}

/// The class of a code point by the table, from U+0300.
fn listed(code: u32) -> Class {
    let after = table::BLOCKS.partition_point(|(first, _)| *first <= code);
    let Some((first, runs)) = table::BLOCKS.get(after.wrapping_sub(1)) else { return Any };
    let mut end = *first;
    let mut bytes = runs.iter();
    while let Some(head) = bytes.next() {
        end += u32::from(head >> 4) + 1;
        if head >> 4 == LONG {
            let mut more = 0;
            for byte in bytes.by_ref() {
                more = more << 7 | u32::from(byte & 0x7F);
                if byte & 0x80 == 0 {
                    break;
                }
            }
            end += more;
        }
        if code < end {
            return LISTED[usize::from(head & 0xF)];
        }
    }
    Any
}

/// A run's head, the upper four bits: its length less one. With this, what it is longer by follows:
/// seven bits in each byte, the highest first, the eighth bit set in all but the last.
pub(crate) const LONG: u8 = 15;

/// A run's head, the lower four bits: its class.
pub(crate) const LISTED: [Class; 16] = [
    Any,
    Control,
    Extend,
    Through,
    Linker,
    SpacingMark,
    Prepend,
    Regional,
    L,
    V,
    T,
    Pictographic,
    Consonant,
    Any,
    Any,
    Any,
];
