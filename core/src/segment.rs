//! Counts SMS segments as carriers bill them: GSM 03.38 septets, unless one character forces
//! UCS-2. An escape pair or a surrogate pair is never split between segments, so the count is not
//! a division. Sources: 3GPP TS 23.038; TS 23.040, section 9.2.3.24.1 (concatenation).

use alloc::vec::Vec;

use unicode_segmentation::UnicodeSegmentation;

use crate::alphabet::{ASCII, septets};
use crate::limits::LISTED;
use crate::range::utf16_len;
use crate::{Forcing, forcing};

/// What `text` costs, with the size of each segment and the characters that force UCS-2.
#[must_use]
pub fn segments(text: &str, policy: Policy) -> Segments {
    let mut units = Vec::new();
    let count = walk(text, policy, |segment| units.push(segment));
    let (forcing, forcing_total) = match count.encoding {
        Encoding::Gsm7 => (Vec::new(), 0),
        Encoding::Ucs2 => {
            let mut all = forcing(text);
            let listed = all.by_ref().take(LISTED).collect::<Vec<_>>();
            let total = listed.len() + all.count();
            (listed, total)
        }
    };
    Segments { count, segment_units: units, forcing, forcing_total }
}

/// What `text` costs. Allocates nothing.
#[must_use]
pub fn count(text: &str, policy: Policy) -> Count {
    walk(text, policy, |_| {})
}

/// What a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The encoding of the whole message.
    pub encoding: Encoding,
    /// Septets in GSM-7, UTF-16 code units in UCS-2.
    pub units: usize,
    /// Segments: what is billed. An empty text is one segment of no units.
    pub segments: usize,
    /// Units that the last segment still holds.
    pub remaining: usize,
}

/// What a text costs, in every detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// Encoding, units, segments.
    pub count: Count,
    /// The units of each segment.
    pub segment_units: Vec<usize>,
    /// The characters that force UCS-2; at most [`LISTED`].
    pub forcing: Vec<Forcing>,
    /// How many there are.
    pub forcing_total: usize,
}

/// How a message is encoded on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// Septets: 160 alone, 153 in each segment of several.
    Gsm7,
    /// UTF-16 code units: 70 alone, 67 in each segment of several.
    Ucs2,
}

impl Encoding {
    /// `GSM-7` or `UCS-2`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }

    /// Units of a message of one segment, at most.
    #[must_use]
    pub const fn single(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units of each segment of several, at most: six bytes are the concatenation header.
    #[must_use]
    pub const fn concatenated(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// What is kept whole at the border of two segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Escape pairs and surrogate pairs: the standard.
    #[default]
    Standard,
    /// Grapheme clusters too, as Twilio's own calculator does. One that is longer than a segment
    /// is split as the standard splits it.
    Graphemes,
}

impl Policy {
    /// `standard` or `graphemes`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Graphemes => "graphemes",
        }
    }
}

fn walk(text: &str, policy: Policy, each: impl FnMut(usize)) -> Count {
    match gsm_units(text) {
        Some(units) => {
            let pairs = units > text.chars().count();
            fill(
                text,
                Encoding::Gsm7,
                units,
                pairs,
                policy,
                |c| septets(c).map_or(1, usize::from),
                each,
            )
        }
        None => {
            let units = utf16_len(text.as_bytes());
            let pairs = units > text.chars().count();
            fill(text, Encoding::Ucs2, units, pairs, policy, char::len_utf16, each)
        }
    }
}

/// Septets of `text`, or `None` if one of its characters forces UCS-2.
fn gsm_units(text: &str) -> Option<usize> {
    let mut units = 0;
    let mut rest = text.as_bytes();
    loop {
        let ascii = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let mut forced = false;
        for &byte in &rest[..ascii] {
            let septets = ASCII[usize::from(byte & 0x7F)];
            forced |= septets == 0;
            units += usize::from(septets);
        }
        if forced {
            return None;
        }
        rest = &rest[ascii..];
        if rest.is_empty() {
            return Some(units);
        }
        // The text is UTF-8, so what starts here is a whole character.
        let c = text[text.len() - rest.len()..].chars().next()?;
        units += usize::from(septets(c)?);
        rest = &rest[c.len_utf8()..];
    }
}

/// Fills segments one after the other with what must stay whole.
fn fill(
    text: &str,
    encoding: Encoding,
    units: usize,
    pairs: bool,
    policy: Policy,
    size: impl Fn(char) -> usize,
    mut each: impl FnMut(usize),
) -> Count {
    let limit = encoding.concatenated();
    if units <= encoding.single() {
        each(units);
        let remaining = encoding.single() - units;
        return Count { encoding, units, segments: 1, remaining };
    }
    let mut filler = Filler { limit, used: 0, segments: 1, each: &mut each };
    match policy {
        // Nothing that must stay whole: the count is a division after all.
        Policy::Standard if !pairs => {
            let full = (units - 1) / limit;
            (0..full).for_each(|_| (filler.each)(limit));
            (filler.segments, filler.used) = (full + 1, units - full * limit);
        }
        Policy::Standard => text.chars().for_each(|c| filler.put(size(c))),
        Policy::Graphemes => {
            for cluster in text.graphemes(true) {
                let whole: usize = cluster.chars().map(&size).sum();
                match whole <= limit {
                    true => filler.put(whole),
                    false => cluster.chars().for_each(|c| filler.put(size(c))),
                }
            }
        }
    }
    let (segments, used) = (filler.segments, filler.used);
    each(used);
    Count { encoding, units, segments, remaining: limit - used }
}

struct Filler<'a, F> {
    limit: usize,
    used: usize,
    segments: usize,
    each: &'a mut F,
}

impl<F: FnMut(usize)> Filler<'_, F> {
    fn put(&mut self, units: usize) {
        if self.used + units > self.limit {
            (self.each)(self.used);
            self.segments += 1;
            self.used = 0;
        }
        self.used += units;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    fn check(text: &str, expected: &str) {
        let all = segments(text, Policy::Standard);
        let Count { encoding, units, segments, remaining } = all.count;
        let found = format!("{}, {units} in {segments}, {remaining} left", encoding.as_str());
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(all.segment_units.iter().sum::<usize>(), units, "{text:?}");
        assert_eq!(all.segment_units.len(), segments, "{text:?}");
        assert_eq!(count(text, Policy::Standard), all.count, "{text:?}");
    }

    #[test]
    fn segments_hold_what_the_standard_says() {
        check("", "GSM-7, 0 in 1, 160 left");
        check("]", "GSM-7, 2 in 1, 158 left");
        check(&"a".repeat(160), "GSM-7, 160 in 1, 0 left");
        check(&"a".repeat(161), "GSM-7, 161 in 2, 145 left");
        check(&"a".repeat(306), "GSM-7, 306 in 2, 0 left");
        check(&"a".repeat(307), "GSM-7, 307 in 3, 152 left");
        check("Ünïcode", "UCS-2, 7 in 1, 63 left");
        check(&"ï".repeat(70), "UCS-2, 70 in 1, 0 left");
        check(&"ï".repeat(71), "UCS-2, 71 in 2, 63 left");
        check("\r\n", "GSM-7, 2 in 1, 158 left");
    }

    #[test]
    fn pairs_are_never_split() {
        let a = "a".repeat(152);
        check(&format!("{a}€{a}"), "GSM-7, 306 in 3, 152 left");
        check(&"]".repeat(153), "GSM-7, 306 in 3, 151 left");
        check(&"👋".repeat(67), "UCS-2, 134 in 3, 65 left");
        check(&"👋".repeat(36), "UCS-2, 72 in 2, 61 left");
    }

    #[test]
    fn the_policy_decides_whether_graphemes_are_split() {
        let family = "👨‍👩‍👧‍👦"; // 11 code units
        let text = format!("{}{family}{}", "ï".repeat(60), "ï".repeat(40));
        assert_eq!(segments(&text, Policy::Standard).segment_units, [66, 45]);
        assert_eq!(segments(&text, Policy::Graphemes).segment_units, [60, 51]);
        let long: String = core::iter::once('e').chain((0..100).map(|_| '\u{301}')).collect();
        assert_eq!(segments(&long, Policy::Graphemes).segment_units, [67, 34]);
    }
}
