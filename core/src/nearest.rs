//! The name that a writer most likely meant by one that does not exist.

use alloc::string::String;

/// Of `all`, the one that takes the fewest changes, if those are few for its length.
pub(crate) fn nearest<'a>(name: &str, all: &'a [String]) -> Option<&'a str> {
    let changes = all.iter().map(|one| (changes(name.as_bytes(), one.as_bytes()), one));
    let near = changes.filter(|(changes, one)| changes * 3 <= one.len());
    near.min_by_key(|(changes, _)| *changes).map(|(_, one)| one.as_str())
}

/// How many bytes are too many, too few or others, ASCII case aside. At each difference, whichever
/// of the three goes on longest: in time linear in the lengths, where the fewest there can be would
/// take their product, of ten thousand titles for each of many references.
fn changes(mut a: &[u8], mut b: &[u8]) -> usize {
    let mut changes = 0;
    loop {
        let same = same(a, b);
        (a, b) = (&a[same..], &b[same..]);
        let ([_, less_a @ ..], [_, less_b @ ..]) = (a, b) else {
            return changes + a.len() + b.len();
        };
        changes += 1;
        let ways = [(less_a, less_b), (less_a, b), (a, less_b)];
        (a, b) = ways.into_iter().max_by_key(|(a, b)| self::same(a, b)).unwrap_or((less_a, less_b));
    }
}

/// How many bytes they have in common at their beginning.
fn same(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_slip_finds_its_name_and_another_word_finds_none() {
        let all: Vec<String> =
            ["details", "booking_confirmation_en", "booking_confirmation_es", "b\u{fc}ro", "x"]
                .map(String::from)
                .into();
        for (name, found) in [
            ("detail", Some("details")),
            ("Details", Some("details")),
            ("detials", Some("details")),
            ("dettails", Some("details")),
            ("boking_confirmatoin_es", Some("booking_confirmation_es")),
            ("b\u{fc}r", Some("b\u{fc}ro")),
            ("tails", Some("details")),
            ("directions", None),
            ("y", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, &all), found, "{name}");
        }
    }
}
