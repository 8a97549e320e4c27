//! Places in a text, in bytes for Rust and in UTF-16 code units for every editor.

/// A half-open range of a text, in both units that readers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TextRange {
    /// From and to, in bytes of UTF-8.
    pub bytes: [usize; 2],
    /// From and to, in UTF-16 code units.
    pub utf16: [usize; 2],
}

impl TextRange {
    /// The whole of `text`.
    #[must_use]
    pub fn whole(text: &str) -> Self {
        Offsets::new(text).range(0, text.len())
    }

    /// The part of `text` that the range names; empty if `text` is not the text it was made for.
    #[must_use]
    pub fn slice<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.bytes[0]..self.bytes[1]).unwrap_or_default()
    }
}

/// Turns byte offsets of one text into ranges. Offsets that never go back cost one pass in all.
#[derive(Debug, Clone)]
pub struct Offsets<'a> {
    text: &'a [u8],
    byte: usize,
    utf16: usize,
}

impl<'a> Offsets<'a> {
    /// Starts at the beginning of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), byte: 0, utf16: 0 }
    }

    /// The UTF-16 offset of the byte offset `byte`, which is cut off at the text's end.
    pub fn utf16(&mut self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        if byte < self.byte {
            (self.byte, self.utf16) = (0, 0);
        }
        self.utf16 += utf16_len(&self.text[self.byte..byte]);
        self.byte = byte;
        self.utf16
    }

    /// The range between two byte offsets, `from` not after `to`.
    pub fn range(&mut self, from: usize, to: usize) -> TextRange {
        let start = self.utf16(from);
        TextRange { bytes: [from, to], utf16: [start, self.utf16(to)] }
    }
}

/// UTF-16 code units of some whole characters: one per leading byte, two for those of four bytes.
pub(crate) fn utf16_len(utf8: &[u8]) -> usize {
    if utf8.is_ascii() {
        return utf8.len(); // By words, not by bytes: a sixth of a check's time, when it was not.
    }
    utf8.iter().map(|&byte| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_count_bytes_and_code_units() {
        let text = "a€👋b";
        let mut offsets = Offsets::new(text);
        let wave = offsets.range(4, 8);
        assert_eq!((wave.slice(text), wave.utf16), ("👋", [2, 4]));
        assert_eq!(offsets.range(0, 1).utf16, [0, 1], "going back starts over");
        assert_eq!(TextRange::whole(text), TextRange { bytes: [0, 9], utf16: [0, 5] });
    }
}
