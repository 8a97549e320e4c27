//! Counts SMS segments as carriers bill them: GSM 03.38 septets, unless one character forces
//! UCS-2. An escape pair or a surrogate pair is never split between segments, so the count is not
//! a division. Sources: 3GPP TS 23.038; TS 23.040, section 9.2.3.24.1 (concatenation).

use alloc::vec::Vec;

use crate::alphabet::septets;
use crate::grapheme::graphemes;
use crate::limits::LISTED;
use crate::{Forcing, forcing};

/// What `text` costs, with the size of each segment and the characters that force UCS-2.
#[must_use]
pub fn segments(text: &str, policy: Policy) -> Segments {
    let mut units = Vec::new();
    let count = walk(text, policy, &mut |segment| units.push(segment));
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
    walk(text, policy, &mut |_| {})
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

    /// What each byte of UTF-8 adds.
    fn units_by_byte(self) -> &'static [u8; 256] {
        match self {
            Self::Gsm7 => &GSM7,
            Self::Ucs2 => &UCS2,
        }
    }

    /// What a message of so many units costs that fits into one segment.
    const fn one_segment(self, units: usize) -> Count {
        Count { encoding: self, units, segments: 1, remaining: self.single() - units }
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

fn walk(text: &str, policy: Policy, each: &mut dyn FnMut(usize)) -> Count {
    let (encoding, weight) = weigh(text.as_bytes(), gsm_weight(text));
    if weight.units <= encoding.single() {
        each(weight.units);
        return encoding.one_segment(weight.units);
    }
    match policy {
        Policy::Standard => standard(text.as_bytes(), encoding, weight, each),
        Policy::Graphemes => {
            let table = encoding.units_by_byte();
            let mut filler = Filler::new(encoding, each);
            for cluster in graphemes(text) {
                let units = cluster.bytes().map(|byte| usize::from(table[usize::from(byte)]));
                let whole = units.clone().sum::<usize>();
                match whole <= filler.limit {
                    true => filler.put(whole),
                    false => units.for_each(|one| filler.put(one)),
                }
            }
            filler.finish(encoding, weight.units)
        }
    }
}

/// What the standard makes of `text`, whose weight in GSM-7 is known, or that has none.
pub(crate) fn count_weighed(text: &[u8], gsm: Option<Weight>) -> Count {
    let (encoding, weight) = weigh(text, gsm);
    match weight.units <= encoding.single() {
        true => encoding.one_segment(weight.units),
        false => standard(text, encoding, weight, |_| {}),
    }
}

fn weigh(text: &[u8], gsm: Option<Weight>) -> (Encoding, Weight) {
    match gsm {
        Some(weight) => (Encoding::Gsm7, weight),
        None => (Encoding::Ucs2, table_weight(text, &UCS2).0),
    }
}

/// Fills several segments by the standard.
fn standard(
    text: &[u8],
    encoding: Encoding,
    Weight { units, pairs }: Weight,
    mut each: impl FnMut(usize),
) -> Count {
    let limit = encoding.concatenated();
    // Nothing that must stay whole: the count is a division after all.
    if !pairs {
        let full = (units - 1) / limit;
        (0..full).for_each(|_| each(limit));
        let used = units - full * limit;
        each(used);
        return Count { encoding, units, segments: full + 1, remaining: limit - used };
    }
    // A character's units stand at its first byte; the others put nothing anywhere.
    let table = encoding.units_by_byte();
    let mut filler = Filler::new(encoding, each);
    for block in text.chunks(BLOCK) {
        let units = block.iter().map(|byte| usize::from(table[usize::from(*byte)]));
        let whole = units.clone().sum::<usize>();
        match filler.used + whole <= limit {
            true => filler.used += whole,
            false => units.for_each(|one| filler.put(one)),
        }
    }
    filler.finish(encoding, units)
}

/// Bytes that are put into a segment at once where they fit: 480 characters with an emoji take half
/// the time. Smaller blocks save less, larger ones cross more borders of segments.
const BLOCK: usize = 16;

/// What a text weighs in one encoding. The weights of its pieces add up to its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weight {
    units: usize,
    /// Whether a character takes two units.
    pairs: bool,
}

impl Weight {
    pub(crate) const fn and(self, other: Self) -> Self {
        Self { units: self.units + other.units, pairs: self.pairs | other.pairs }
    }
}

/// The weight in GSM-7 of what is ASCII of one septet each, `@` and `_` left aside; `None` says
/// nothing of any other. It need not be known to be UTF-8.
pub(crate) fn plain_weight(text: &[u8]) -> Option<Weight> {
    let (words, rest) = text.as_chunks::<WORD>();
    let rest_is_plain = match text.last_chunk() {
        Some(word) => rest.is_empty() || is_plain(*word),
        None => rest.iter().all(|byte| byte.is_ascii() && GSM7[usize::from(*byte)] == 1),
    };
    let plain = rest_is_plain && words.iter().all(|word| is_plain(*word));
    plain.then_some(Weight { units: text.len(), pairs: false })
}

/// The weight of `text` in GSM-7, or `None` if one of its characters forces UCS-2.
pub(crate) fn gsm_weight(text: &str) -> Option<Weight> {
    let bytes = text.as_bytes();
    let (words, rest) = bytes.as_chunks::<WORD>();
    // Nearly every word of nearly every text is plain. The last one overlaps the one before it,
    // and is looked at for the rest alone.
    let rest_is_plain = bytes.last_chunk().is_some_and(|word| is_plain(*word));
    let (mut weight, mut seen, mut ascii) = (Weight::default(), 0, true);
    let mut slowly = |part: &[u8]| {
        let (more, lines) = table_weight(part, &GSM7);
        (seen, ascii) = (seen | lines, ascii && part.is_ascii());
        more
    };
    for word in words {
        weight = weight.and(match is_plain(*word) {
            true => Weight { units: WORD, pairs: false },
            false => slowly(word),
        });
    }
    weight = weight.and(match rest_is_plain {
        true => Weight { units: rest.len(), pairs: false },
        false => slowly(rest),
    });
    let known = seen & FORCES == 0 && (ascii || text.chars().all(|c| septets(c).is_some()));
    known.then_some(weight)
}

/// Bytes that are looked at together.
const WORD: usize = 8;

/// Whether all eight are ASCII of one septet each, but for `@` and `_`, which go the slower way. By
/// arithmetic on all bytes at once: 160 characters take 35 ns, and byte by byte 61.
const fn is_plain(word: [u8; WORD]) -> bool {
    const fn all(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; WORD])
    }
    let word = u64::from_ne_bytes(word);
    // `[ \ ] ^ _` stand where `{ | } ~` do in lower case, and `@` where the backtick does.
    let lower = word | all(0x20);
    // The top bit of each says what it is. A carry into the next byte comes from a byte over 0x7F
    // alone, and then the word is not plain whatever the next one says.
    let beyond_z = lower.wrapping_add(all(0x7F - b'z'));
    let control = !(word | word << 1) << 1;
    let grave_or_at = !(lower ^ all(b'`')).wrapping_add(all(0x7F));
    (word | beyond_z | control | grave_or_at) & all(0x80) == 0
}

/// The sum of all bytes' lines, and every bit that stands in one of them.
fn table_weight(bytes: &[u8], table: &[u8; 256]) -> (Weight, u8) {
    let (units, seen) = bytes.iter().fold((0, 0), |(units, seen), byte| {
        let line = table[usize::from(*byte)];
        (units + usize::from(line), seen | line)
    });
    (Weight { units, pairs: seen & PAIR != 0 }, seen)
}

/// The bit of a line that says two units.
const PAIR: u8 = 0b0000_0010;
/// The line of a byte with which no character of the GSM alphabet begins.
const FORCES: u8 = 0b1000_0000;

/// By each byte of UTF-8, what it adds in GSM-7: a character's units stand at its first byte.
static GSM7: [u8; 256] = {
    let mut table = [FORCES; 256];
    let mut byte = 0x80;
    while byte < 0xC0 {
        table[byte] = 0; // Not the first byte of any character.
        byte += 1;
    }
    let mut code = 0;
    while code <= '€' as u32 {
        if let Some(c) = char::from_u32(code)
            && let Some(septets) = septets(c)
        {
            let first = c.encode_utf8(&mut [0; 4]).as_bytes()[0] as usize;
            // The alphabet's characters that begin alike take alike; not all that do are in it.
            assert!(table[first] == FORCES || table[first] == septets);
            table[first] = septets;
        }
        code += 1;
    }
    table
};

/// By each byte of UTF-8, what it adds in UCS-2: characters of four bytes are surrogate pairs.
static UCS2: [u8; 256] = {
    let mut table = [1; 256];
    let mut byte = 0x80;
    while byte < 256 {
        table[byte] = if byte < 0xC0 { 0 } else { 1 + (byte >= 0xF0) as u8 };
        byte += 1;
    }
    table
};

/// Fills segments one after the other with what must stay whole.
struct Filler<F> {
    limit: usize,
    used: usize,
    segments: usize,
    each: F,
}

impl<F: FnMut(usize)> Filler<F> {
    fn new(encoding: Encoding, each: F) -> Self {
        Self { limit: encoding.concatenated(), used: 0, segments: 1, each }
    }

    fn put(&mut self, units: usize) {
        if self.used + units > self.limit {
            (self.each)(self.used);
            self.segments += 1;
            self.used = 0;
        }
        self.used += units;
    }

    fn finish(mut self, encoding: Encoding, units: usize) -> Count {
        (self.each)(self.used);
        Count { encoding, units, segments: self.segments, remaining: self.limit - self.used }
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
    fn every_character_weighs_what_its_alphabet_says() {
        for c in '\0'..=char::MAX {
            let found = count(c.encode_utf8(&mut [0; 4]), Policy::Standard);
            let expected = match septets(c) {
                Some(septets) => (Encoding::Gsm7, usize::from(septets)),
                None => (Encoding::Ucs2, c.len_utf16()),
            };
            assert_eq!((found.encoding, found.units), expected, "{c:?}");
        }
    }

    #[test]
    fn a_character_weighs_the_same_wherever_it_stands_in_a_word() {
        let around = ["", "Z", "az 09:@_\u{1}", "a longer text before it, with [pairs] €", "é👋"];
        for c in ('\0'..='\u{ff}').chain("€’👋Δ".chars()) {
            for (before, after) in around.iter().flat_map(|b| around.iter().map(move |a| (b, a))) {
                for shift in 0..WORD {
                    let text = format!("{before}{:shift$}{c}{after}", "");
                    let all: Option<usize> =
                        text.chars().map(|c| septets(c).map(usize::from)).sum();
                    let weight = gsm_weight(&text);
                    assert_eq!(weight.map(|weight| weight.units), all, "{text:?}");
                    let pairs = text.chars().any(|c| septets(c) == Some(2));
                    assert!(weight.is_none_or(|weight| weight.pairs == pairs), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_pair_moves_the_border_wherever_it_stands() {
        for (pair, filling, limit) in [("€", "a", 153), ("👋", "ï", 67)] {
            for before in 0..=2 * limit {
                let text = format!("{}{pair}{}", filling.repeat(before), filling.repeat(limit));
                // Slowly: one character after the other.
                let mut expected = alloc::vec![0];
                for c in text.chars() {
                    let size = 1 + usize::from(pair.contains(c));
                    let last = expected.len() - 1;
                    match expected[last] + size <= limit {
                        true => expected[last] += size,
                        false => expected.push(size),
                    }
                }
                let found = segments(&text, Policy::Standard).segment_units;
                // The single segment of a short message holds more than those of a long one.
                assert_eq!(found.iter().sum::<usize>(), expected.iter().sum::<usize>());
                assert!(found == expected || found.len() == 1, "{pair} after {before}");
            }
        }
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
