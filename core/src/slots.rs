//! A template whose values come by position, as a batch brings them: names are looked up once for
//! the template and not again for each of its messages.

use alloc::string::String;
use alloc::vec::Vec;

use crate::firsts::firsts;
use crate::limits::{MESSAGE_BYTES, MESSAGE_CHARS};
use crate::segment::{Weight, count_weighed, gsm_weight, plain_weight};
use crate::{Code, Count, Kind, Missing, Refusal, Template, Token, body};

/// The distinct tokens of a template, by kind and name as written, in the order of first
/// appearance: one slot for each.
///
/// ```
/// use verbatim_core::{Missing, Slots, Template};
///
/// let slots = Slots::of(&Template::new("${a}, {{tn:b}} and ${a}")?);
/// let names: Vec<_> = slots.names().collect();
/// assert_eq!(names[1].1, "b");
///
/// let mut text = String::new();
/// let rendered = slots.render_into(&mut text, &[Some("1"), Some("2")], Missing::Refuse);
/// assert_eq!((text.as_str(), rendered), ("1, 2 and 1", Ok(())));
/// # Ok::<(), verbatim_core::Refusal>(())
/// ```
#[derive(Debug, Clone)]
pub struct Slots<'a> {
    pieces: Vec<Piece<'a>>,
    tail: &'a str,
    names: Vec<(Kind, &'a str)>,
    literals: Literals,
}

/// What the literal text brings to every message.
#[derive(Debug, Clone, Copy)]
struct Literals {
    bytes: usize,
    /// Whether a character of it is not white space.
    visible: bool,
    /// Its weight in GSM-7, if it has one.
    gsm: Option<Weight>,
}

/// Literal text and the token after it.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    literal: &'a str,
    written: &'a str,
    slot: usize,
}

impl<'a> Slots<'a> {
    /// The slots of `template`.
    #[must_use]
    pub fn of(template: &Template<'a>) -> Self {
        let body = template.body();
        let firsts = firsts(template.tokens());
        let (mut pieces, mut names, mut at) = (Vec::with_capacity(firsts.len()), Vec::new(), 0);
        for (&Token { kind, name, start, end }, first) in template.tokens().iter().zip(firsts) {
            let slot = match pieces.get(first) {
                Some(&Piece { slot, .. }) => slot,
                None => {
                    names.push((kind, name));
                    names.len() - 1
                }
            };
            pieces.push(Piece { literal: &body[at..start], written: &body[start..end], slot });
            at = end;
        }
        let tail = &body[at..];
        let literals = || pieces.iter().map(|piece| piece.literal).chain([tail]);
        let literals = Literals {
            bytes: literals().map(str::len).sum(),
            visible: literals().any(is_visible),
            gsm: literals()
                .try_fold(Weight::default(), |sum, literal| Some(sum.and(gsm_weight(literal)?))),
        };
        Self { pieces, tail, names, literals }
    }

    /// The slots of a body that has no errors, for [`message_into`](Self::message_into).
    ///
    /// # Errors
    /// Every error of the body (`V003` to `V016`), as [`compose`](crate::compose()) has them.
    pub fn of_body(body: &'a str) -> Result<Self, Refusal> {
        body::sound(body).map(|template| Self::of(&template))
    }

    /// The kind and the name of each slot, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = (Kind, &'a str)> {
        self.names.iter().copied()
    }

    /// Bytes of the literal text: what a message has beside its values.
    #[must_use]
    pub const fn literal_bytes(&self) -> usize {
        self.literals.bytes
    }

    /// Appends a message to `text`, which may be used again for the next: then nothing is
    /// allocated. `values` has the value of each slot; `None`, or none at all, is missing.
    ///
    /// # Errors
    /// `V020` if a value is missing and `missing` says to refuse; `text` is then as it was.
    pub fn render_into(
        &self,
        text: &mut String,
        values: &[Option<&str>],
        missing: Missing,
    ) -> Result<(), Code> {
        let before = text.len();
        for piece in &self.pieces {
            text.push_str(piece.literal);
            match (values.get(piece.slot).copied().flatten(), missing) {
                (Some(value), _) => text.push_str(value),
                (None, Missing::Keep) => text.push_str(piece.written),
                (None, Missing::Blank) => {}
                (None, Missing::Refuse) => {
                    text.truncate(before);
                    return Err(Code::MissingValue);
                }
            }
        }
        text.push_str(self.tail);
        Ok(())
    }

    /// Writes a message that may leave to the front of `room`, in UTF-8, and says how many bytes it
    /// has and what it costs by the standard: what [`compose`](crate::compose()) and
    /// [`count`](crate::count) say together. The literal text was weighed when the slots were made,
    /// and each value when it was read.
    ///
    /// # Errors
    /// The code with which `compose` would refuse it, `V020` to `V023`.
    pub fn message_into(
        &self,
        room: &mut [u8; MESSAGE_BYTES],
        values: &[Option<Weighed<'_>>],
    ) -> Result<(usize, Count), Code> {
        let (mut bytes, mut gsm) = (self.literals.bytes, self.literals.gsm);
        for piece in &self.pieces {
            let value = values.get(piece.slot).copied().flatten().ok_or(Code::MissingValue)?;
            bytes = bytes.saturating_add(value.utf8.len());
            gsm = gsm.zip(value.gsm).map(|(sum, more)| sum.and(more));
        }
        if !self.literals.visible && !self.given(values).any(Weighed::is_visible) {
            return Err(Code::TextBlank);
        }
        // Never written: values of a megabyte may stand in it a hundred times.
        let (message, _) = room.split_at_mut_checked(bytes).ok_or(Code::TextLength)?;
        let mut at = 0;
        for piece in &self.pieces {
            at = put(message, at, piece.literal.as_bytes());
            if let Some(Some(value)) = values.get(piece.slot) {
                at = put(message, at, value.utf8);
            }
        }
        put(message, at, self.tail.as_bytes());
        // Each byte that begins a character: bytes are at least as many, and cost nothing to count.
        let begins = |byte: &&u8| !(0x80..0xC0).contains(*byte);
        if bytes > MESSAGE_CHARS && message.iter().filter(begins).count() > MESSAGE_CHARS {
            return Err(Code::TextLength);
        }
        // U+0000 forces UCS-2, so that it need not be looked for in GSM-7.
        if gsm.is_none() && memchr::memchr(0, message).is_some() {
            return Err(Code::TextNul);
        }
        Ok((bytes, count_weighed(message, gsm)))
    }

    /// The values of the slots, without those that no slot has.
    fn given<'v>(
        &self,
        values: &'v [Option<Weighed<'v>>],
    ) -> impl Iterator<Item = &'v Weighed<'v>> {
        values.iter().take(self.names.len()).flatten()
    }
}

/// A value that was weighed as it was read, for [`Slots::message_into`].
#[derive(Debug, Clone, Copy)]
pub struct Weighed<'a> {
    /// UTF-8.
    utf8: &'a [u8],
    /// Its weight in GSM-7, if it has one.
    gsm: Option<Weight>,
}

impl<'a> Weighed<'a> {
    /// Weighs `value`.
    #[must_use]
    pub fn new(value: &'a str) -> Self {
        Self { utf8: value.as_bytes(), gsm: gsm_weight(value) }
    }

    /// Weighs what is UTF-8, in one pass where it is what nearly every value is; anything else is
    /// `None`.
    #[must_use]
    pub fn from_utf8(value: &'a [u8]) -> Option<Self> {
        match plain_weight(value) {
            Some(gsm) => Some(Self { utf8: value, gsm: Some(gsm) }),
            None => str::from_utf8(value).ok().map(Self::new),
        }
    }

    fn is_visible(&self) -> bool {
        // It always is UTF-8.
        str::from_utf8(self.utf8).is_ok_and(is_visible)
    }
}

/// Copies `part` into `room`, and gives the place after it.
///
/// A copy whose length the compiler does not know is a call that leaves the sandbox, and each turn
/// of a loop counts fuel and looks at the clock. So what is short is copied as its first and its
/// last bytes, of a known length that is at least half of it: the two meet or overlap.
fn put(room: &mut [u8], at: usize, part: &[u8]) -> usize {
    let end = at + part.len();
    let place = &mut room[at..end];
    match part.len() {
        0..4 => place.iter_mut().zip(part).for_each(|(to, from)| *to = *from),
        4..8 => copy_ends::<4>(place, part),
        8..16 => copy_ends::<8>(place, part),
        16..32 => copy_ends::<16>(place, part),
        32..64 => copy_ends::<32>(place, part),
        64..=128 => copy_ends::<64>(place, part),
        _ => place.copy_from_slice(part),
    }
    end
}

/// Copies the first `N` bytes and the last.
#[inline]
fn copy_ends<const N: usize>(place: &mut [u8], part: &[u8]) {
    if let (Some(to), Some(from)) = (place.first_chunk_mut::<N>(), part.first_chunk()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (place.last_chunk_mut::<N>(), part.last_chunk()) {
        *to = *from;
    }
}

/// Whether a character of `text` is not white space.
fn is_visible(text: &str) -> bool {
    !text.trim_start().is_empty()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::Values;

    const BODY: &str = "${a}x{{tn:b}}${a}{{entity:a}}$ end";

    fn render(values: &[Option<&str>], missing: Missing) -> (String, Result<(), Code>) {
        let slots = Slots::of(&Template::new(BODY).unwrap());
        let mut text = String::from("before ");
        let rendered = slots.render_into(&mut text, values, missing);
        (text, rendered)
    }

    #[test]
    fn a_slot_is_a_kind_and_a_name_and_a_token_that_occurs_twice_has_one() {
        let slots = Slots::of(&Template::new(BODY).unwrap());
        let names: Vec<_> = slots.names().collect();
        assert_eq!(names, [(Kind::Variant, "a"), (Kind::Translation, "b"), (Kind::Entity, "a")]);
        assert_eq!(slots.literal_bytes(), "x$ end".len());
    }

    #[test]
    fn what_is_missing_is_refused_left_out_or_kept() {
        let values = [Some("1"), None];
        let refused = (String::from("before "), Err(Code::MissingValue));
        assert_eq!(render(&values, Missing::Refuse), refused);
        assert_eq!(render(&values, Missing::Blank).0, "before 1x1$ end");
        assert_eq!(render(&values, Missing::Keep).0, "before 1x{{tn:b}}1{{entity:a}}$ end");
    }

    #[test]
    fn a_message_that_may_not_leave_is_refused() {
        let long = "a".repeat(1600);
        let longer = "é".repeat(1601);
        // As many bytes as a message may have.
        let widest = "👋".repeat(1600);
        // Of a value that makes the longest message too long for four bytes a character.
        let longest = "é".repeat(100_000);
        let blank = "\u{2003}".repeat(100_000);
        for (body, value, expected) in [
            ("${a}", Some(long.as_str()), Ok(11)),
            ("${a}", Some(&longer), Err(Code::TextLength)),
            ("${a}.", Some(&long), Err(Code::TextLength)),
            ("${a}", Some(&widest), Ok(49)),
            ("${a}${a}${a}", Some(&longest), Err(Code::TextLength)),
            ("${a} ${a}", Some(&blank), Err(Code::TextBlank)),
            ("${a} ${a}", Some(""), Err(Code::TextBlank)),
            ("${a}", Some("\0"), Err(Code::TextNul)),
            ("’${a}", Some("a\0"), Err(Code::TextNul)),
            ("${a}", None, Err(Code::MissingValue)),
            ("Hi", None, Ok(1)),
        ] {
            let slots = Slots::of_body(body).unwrap();
            let found = slots.message_into(&mut [0; MESSAGE_BYTES], &[value.map(Weighed::new)]);
            assert_eq!(found.map(|(_, count)| count.segments), expected, "{body}");
        }
        assert_eq!(Slots::of_body("{{x}}").unwrap_err().code, Code::TokenWithoutKind);
        assert_eq!(Slots::of_body(" ").unwrap_err().code, Code::BodyBlank);
        assert_eq!(Slots::of_body(&"a".repeat(501)).unwrap_err().code, Code::BodyLength);
    }

    #[test]
    fn parts_of_every_length_are_copied_whole() {
        for length in 0..300 {
            let literal: String = ('a'..='z').cycle().take(length).collect();
            let value: String = ('A'..='Z').cycle().take(length).collect();
            let body = format!("{literal}!${{a}}");
            let Ok(slots) = Slots::of_body(&body) else { panic!("{length}") };
            let mut room = [b'?'; MESSAGE_BYTES];
            let (bytes, _) = slots.message_into(&mut room, &[Some(Weighed::new(&value))]).unwrap();
            assert_eq!(str::from_utf8(&room[..bytes]), Ok(&*format!("{literal}!{value}")));
            assert!(room[bytes..].iter().all(|byte| *byte == b'?'), "{length}");
        }
    }

    #[test]
    fn what_is_weighed_as_it_is_read_is_utf_8_and_weighs_the_same() {
        let texts: [&[u8]; 9] = [
            b"",
            b"Zoe",
            b"Philippa",
            b"The Old Mill",
            "Zo\u{eb}".as_bytes(),
            b"a_b@c[]",
            b"\0",
            b"Zo\xeb",
            b"The Old Mill \xff",
        ];
        for text in texts {
            let read = Weighed::from_utf8(text).map(|value| format!("{value:?}"));
            let weighed = str::from_utf8(text).ok().map(|text| format!("{:?}", Weighed::new(text)));
            assert_eq!(read, weighed, "{text:?}");
        }
    }

    #[test]
    fn values_by_position_say_what_values_by_name_say() {
        let by_name: [(Kind, &str, &str); 3] = [
            (Kind::Variant, "a", "${a}"),
            (Kind::Translation, "b", ""),
            (Kind::Entity, "a", "{{tn:b}}"),
        ];
        let template = Template::new(BODY).unwrap();
        let slots = Slots::of(&template);
        let values: Vec<_> =
            slots.names().map(|(kind, name)| by_name[..].value(kind, name)).collect();
        let mut text = String::new();
        assert_eq!(slots.render_into(&mut text, &values, Missing::Refuse), Ok(()));
        assert_eq!(text, template.render(&by_name[..], Missing::Refuse).unwrap());
    }
}
