//! A template whose values come by position, as a batch brings them: names are looked up once for
//! the template and not again for each of its messages.

use alloc::string::String;
use alloc::vec::Vec;

use crate::firsts::firsts;
use crate::limits::MESSAGE_CHARS;
use crate::segment::{Weight, count_weighed, gsm_weight};
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

    /// Appends a message that may leave to `text`, in UTF-8, and says what it costs by the
    /// standard: what [`compose`](crate::compose()) and [`count`](crate::count) say together,
    /// in one pass over the values alone. The literal text was weighed when the slots were made.
    ///
    /// # Errors
    /// The code with which `compose` would refuse it, `V020` to `V023`; `text` is then as it was.
    pub fn message_into(&self, text: &mut Vec<u8>, values: &[Option<&str>]) -> Result<Count, Code> {
        let before = text.len();
        let (mut bytes, mut gsm) = (self.literals.bytes, self.literals.gsm);
        for piece in &self.pieces {
            let value = values.get(piece.slot).copied().flatten().ok_or(Code::MissingValue)?;
            bytes = bytes.saturating_add(value.len());
        }
        if !self.literals.visible && !self.values(values).any(is_visible) {
            return Err(Code::TextBlank);
        }
        // Never written: values of a megabyte may stand in it a hundred times.
        if bytes > MESSAGE_CHARS * char::MAX.len_utf8() {
            return Err(Code::TextLength);
        }
        text.reserve(bytes);
        for (piece, value) in self.pieces.iter().zip(self.values(values)) {
            text.extend_from_slice(piece.literal.as_bytes());
            text.extend_from_slice(value.as_bytes());
            gsm = gsm.and_then(|sum| Some(sum.and(gsm_weight(value)?)));
        }
        text.extend_from_slice(self.tail.as_bytes());
        let message = &text[before..];
        // Each byte that begins a character: bytes are at least as many, and cost nothing to count.
        let begins = |byte: &&u8| !(0x80..0xC0).contains(*byte);
        let refused =
            if bytes > MESSAGE_CHARS && message.iter().filter(begins).count() > MESSAGE_CHARS {
                Some(Code::TextLength)
            } else if gsm.is_none() && memchr::memchr(0, message).is_some() {
                // U+0000 forces UCS-2, so that it need not be looked for in GSM-7.
                Some(Code::TextNul)
            } else {
                None
            };
        match refused {
            Some(code) => {
                text.truncate(before);
                Err(code)
            }
            None => Ok(count_weighed(message, gsm)),
        }
    }

    /// The value of each piece that has one.
    fn values<'v>(&self, values: &[Option<&'v str>]) -> impl Iterator<Item = &'v str> {
        self.pieces.iter().filter_map(|piece| values.get(piece.slot).copied().flatten())
    }
}

/// Whether a character of `text` is not white space.
fn is_visible(text: &str) -> bool {
    !text.trim_start().is_empty()
}

#[cfg(test)]
mod tests {
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
    fn a_message_that_may_not_leave_is_refused_and_leaves_nothing_behind() {
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
            let mut text = b"before".to_vec();
            let found = slots.message_into(&mut text, &[value]);
            assert_eq!(found.map(|count| count.segments), expected, "{body}");
            assert_eq!(text == b"before", found.is_err(), "{body}");
        }
        assert_eq!(Slots::of_body("{{x}}").unwrap_err().code, Code::TokenWithoutKind);
        assert_eq!(Slots::of_body(" ").unwrap_err().code, Code::BodyBlank);
        assert_eq!(Slots::of_body(&"a".repeat(501)).unwrap_err().code, Code::BodyLength);
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
