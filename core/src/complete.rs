//! What may stand where the writer is typing a token: after `$` or `{{`, the names that exist.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::LISTED;
use crate::token::{Written, is_word, is_word_or_dash};
use crate::{Kind, Names, Offsets, TextRange};

/// The tokens that may stand at `at`, a UTF-16 offset into `body`: those whose name begins with
/// what is written first, then those that contain it. Each replaces what is there of a token.
#[must_use]
pub fn complete(body: &str, at: usize, names: &Names) -> Completions {
    let mut found = Completions { items: Vec::new(), total: 0 };
    let Some(open) = open_token(body, byte_at(body, at)) else { return found };
    let range = Offsets::new(body).range(open.from, open.to);
    let wanted = open.name.to_ascii_lowercase();
    // Two passes, so that what begins as the writer began comes first.
    for begins in [true, false] {
        for &kind in open.kinds {
            for name in names.of(kind).unwrap_or_default() {
                let lower = name.to_ascii_lowercase();
                let fits = match begins {
                    true => lower.starts_with(&wanted),
                    false => !lower.starts_with(&wanted) && holds(&lower, &wanted),
                };
                if fits && kind.is_name(name) {
                    found.total += 1;
                    if found.items.len() < LISTED {
                        let insert = format!("{}", Written(kind, name));
                        found.items.push(Completion { kind, label: name.clone(), insert, range });
                    }
                }
            }
        }
    }
    found
}

/// Whether `name` holds `part`, which is not empty. The standard library's search is made for long
/// texts, and 2 kB of the module.
fn holds(name: &str, part: &str) -> bool {
    name.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

/// What may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completions {
    /// At most [`LISTED`].
    pub items: Vec<Completion>,
    /// How many there are.
    pub total: usize,
}

/// One token that may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub label: String,
    /// The token as it is written.
    pub insert: String,
    /// What it replaces.
    pub range: TextRange,
}

struct Open<'a> {
    /// The opener's first byte.
    from: usize,
    /// After what is there of the token, closing braces included.
    to: usize,
    kinds: &'static [Kind],
    name: &'a str,
}

/// The token that the cursor stands in, if nothing but a kind and a name lies before it.
fn open_token(body: &str, at: usize) -> Option<Open<'_>> {
    const BRACED: &[Kind] = &[Kind::Entity, Kind::Variable, Kind::Translation];
    let before = &body[..at];
    let typed = before.len() - before.bytes().rev().take_while(|&b| is_typed(b)).count();
    let (head, typed) = before.split_at(typed);
    let (opener, kinds, name): (_, &[Kind], _) = if head.ends_with("{{") {
        match typed.split_once(':') {
            None => (2, BRACED, typed),
            Some(("entity", name)) => (2, &[Kind::Entity], name),
            Some(("vrbl", name)) => (2, &[Kind::Variable], name),
            Some(("tn", name)) => (2, &[Kind::Translation], name),
            Some(_) => return None,
        }
    } else if head.ends_with("${") {
        (2, &[Kind::Variant], typed)
    } else if head.ends_with('$') && typed.bytes().all(is_word) {
        (1, &[Kind::Variant], typed)
    } else {
        return None;
    };
    // What is left of the name and the braces after the cursor belongs to the token, too.
    let rest = &body[at..];
    let name_end = rest.bytes().take_while(|&byte| is_typed(byte)).count();
    let braces = match opener {
        2 if head.ends_with("{{") => "}}",
        2 => "}",
        _ => "",
    };
    let closed = rest[name_end..].bytes().zip(braces.bytes()).take_while(|(a, b)| a == b).count();
    // Without closing braces, the words after the cursor are the text's own.
    let tail = if closed > 0 { name_end + closed } else { 0 };
    Some(Open { from: head.len() - opener, to: at + tail, kinds, name })
}

const fn is_typed(byte: u8) -> bool {
    is_word_or_dash(byte) || byte == b':'
}

/// The byte of a UTF-16 offset; inside a character, its start; beyond the end, the end.
fn byte_at(text: &str, utf16: usize) -> usize {
    let mut left = utf16;
    for (at, c) in text.char_indices() {
        match left.checked_sub(c.len_utf16()) {
            Some(less) => left = less,
            None => return at,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    /// `|` marks the cursor.
    fn check(body: &str, expected: &[&str]) {
        let at = body.find('|').unwrap();
        let cursor = body[..at].encode_utf16().count();
        let body = body.replace('|', "");
        let list = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
        let names = Names {
            variant: list(&["name", "property_name"]),
            entity: list(&["booking_date", "name"]),
            variable: list(&["CODE"]),
            translation: list(&["greeting"]),
            ..Names::default()
        };
        let found = complete(&body, cursor, &names).items;
        let applied: Vec<_> = found
            .iter()
            .map(|one| {
                let [from, to] = one.range.bytes;
                format!("{}{}{}", &body[..from], one.insert, &body[to..])
            })
            .collect();
        assert_eq!(applied, expected, "{body}");
    }

    #[test]
    fn names_are_offered_where_a_token_is_typed() {
        check("👋 $| x", &["👋 ${name} x", "👋 ${property_name} x"]);
        check("$na|", &["${name}", "${property_name}"]);
        check("${PROP|", &["${property_name}"]);
        check("${na|me}!", &["${name}!", "${property_name}!"]);
        check("${na|me}}", &["${name}}", "${property_name}}"]);
        check("${na|me!", &["${name}me!", "${property_name}me!"]);
        check(
            "{{|",
            &["{{entity:booking_date}}", "{{entity:name}}", "{{vrbl:CODE}}", "{{tn:greeting}}"],
        );
        check("{{entity:|}}", &["{{entity:booking_date}}", "{{entity:name}}"]);
        check("{{entity:dat|e}} x", &["{{entity:booking_date}} x"]);
        check("{{c|", &["{{vrbl:CODE}}"]);
    }

    #[test]
    fn nothing_is_offered_elsewhere() {
        for body in ["|", "a|", "$5 |", "{|", "{{foo:|", "${a} |", "{{entity:a}}|", "${first n|"] {
            check(body, &[]);
        }
        assert_eq!(complete("$", 99, &Names::default()).total, 0);
    }
}
