//! A template whose values come by position, as a batch brings them: names are looked up once for
//! the template and not again for each of its messages.

use alloc::string::String;
use alloc::vec::Vec;

use crate::firsts::firsts;
use crate::{Code, Kind, Missing, Template, Token};

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
        Self { pieces, tail: &body[at..], names }
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
