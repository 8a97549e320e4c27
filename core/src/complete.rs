//! What may stand where the writer is typing a token or a reference: after `$` or `{{`, the names
//! that exist.

use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::LISTED;
use crate::token::{is_word, is_word_or_dash};
use crate::{Kind, Names, Offsets, Target, TextRange};

/// The tokens that may stand at `at`, a UTF-16 offset into `text`, and in a prompt the references:
/// those whose name begins with what is written first, then those that contain it and, before a
/// colon, those of a kind that begins with it. Each replaces what is there of a token.
#[must_use]
pub fn complete(text: &str, at: usize, names: &Names, place: Place) -> Completions {
    let mut found = Completions { items: Vec::new(), total: 0 };
    let Some(open) = open_token(text, byte_at(text, at), place) else { return found };
    let range = Offsets::new(text).range(open.from, open.to);
    // Two passes, so that what begins as the writer began comes first.
    for begins in [true, false] {
        for &target in open.targets {
            let is_meant = open.is_kind && position(target.written(), open.name) == Some(0);
            for name in target.names(names).unwrap_or_default() {
                let at = position(name, open.name);
                let fits = (at == Some(0)) == begins && (at.is_some() || is_meant);
                if fits && target.is_name(name) {
                    found.total += 1;
                    if found.items.len() < LISTED {
                        let insert = target.write(name);
                        found.items.push(Completion { target, label: name.clone(), insert, range });
                    }
                }
            }
        }
    }
    found
}

/// Where `part` stands in `name`, in any case. The standard library's search is made for long texts,
/// and 2 kB of the module.
fn position(name: &str, part: &str) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    let is_it = |window: &[u8]| window.eq_ignore_ascii_case(part.as_bytes());
    name.as_bytes().windows(part.len()).position(is_it)
}

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The body of a message.
    Body,
    /// An action's prompt.
    Prompt,
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
    /// What it names.
    pub target: Target,
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
    targets: &'static [Target],
    name: &'a str,
    /// Whether what is written may as well be the beginning of a kind.
    is_kind: bool,
}

const VARIANT: &[Target] = &[Target::Token(Kind::Variant)];
/// In double braces: what only a prompt has first.
const BRACED: &[Target] = &[
    Target::Template,
    Target::Handoff,
    Target::Token(Kind::Entity),
    Target::Token(Kind::Variable),
    Target::Token(Kind::Translation),
];

/// The token that the cursor stands in, if nothing but a kind and a name lies before it.
fn open_token(text: &str, at: usize, place: Place) -> Option<Open<'_>> {
    let (before, rest) = text.split_at(at);
    // A title may hold nearly anything, so the reference to a template is looked for first.
    let (head, typed) = part(before, is_of_title);
    let in_title =
        place == Place::Prompt && head.ends_with("{{") && typed.starts_with("twilio_sms:");
    let is_part = if in_title { is_of_title } else { is_typed };
    let (head, typed) = part(before, is_part);
    let (opener, targets, name, braces) = if head.ends_with("{{") {
        let all = match place {
            Place::Prompt => BRACED,
            Place::Body => &BRACED[2..],
        };
        match typed.split_once(':') {
            None => (2, all, typed, "}}"),
            Some((kind, name)) => {
                let at = all.iter().position(|target| target.written() == kind)?;
                (2, &all[at..=at], name, "}}")
            }
        }
    } else if head.ends_with("${") {
        (2, VARIANT, typed, "}")
    } else if head.ends_with('$') && typed.bytes().all(is_word) {
        (1, VARIANT, typed, "")
    } else {
        return None;
    };
    // What is left of the name and the braces after the cursor belongs to the token, too.
    let name_end = rest.bytes().take_while(|&byte| is_part(byte)).count();
    let closed = rest[name_end..].bytes().zip(braces.bytes()).take_while(|(a, b)| a == b).count();
    // Without closing braces, the words after the cursor are the text's own.
    let tail = if closed > 0 { name_end + closed } else { 0 };
    let is_kind = opener == 2 && typed.len() == name.len();
    Some(Open { from: head.len() - opener, to: at + tail, targets, name, is_kind })
}

/// What lies before the longest end of `text` whose bytes are all of a part, and that end.
fn part(text: &str, is_part: fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.len() - text.bytes().rev().take_while(|&byte| is_part(byte)).count())
}

fn is_of_title(byte: u8) -> bool {
    !matches!(byte, b'{' | b'}' | b'\n' | b'\r')
}

fn is_typed(byte: u8) -> bool {
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
    use alloc::format;
    use alloc::string::ToString;

    fn check(body: &str, expected: &[&str]) {
        check_in(Place::Body, body, expected);
    }

    /// `|` marks the cursor.
    fn check_in(place: Place, body: &str, expected: &[&str]) {
        let at = body.find('|').unwrap();
        let cursor = body[..at].encode_utf16().count();
        let body = body.replace('|', "");
        let list = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
        let names = Names {
            variant: list(&["name", "property_name"]),
            entity: list(&["booking_date", "name"]),
            variable: list(&["CODE"]),
            translation: list(&["greeting"]),
            template: list(&["two words", "details"]),
            handoff: list(&["front_desk"]),
        };
        let found = complete(&body, cursor, &names, place).items;
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
        check("{{Ent|", &["{{entity:booking_date}}", "{{entity:name}}"]);
        check("{{tn|", &["{{tn:greeting}}"]);
        check("{{entity:ent|", &[]);
    }

    #[test]
    fn nothing_is_offered_elsewhere() {
        for body in ["|", "a|", "$5 |", "{|", "{{foo:|", "${a} |", "{{entity:a}}|", "${first n|"] {
            check(body, &[]);
        }
        assert_eq!(complete("$", 99, &Names::default(), Place::Body).total, 0);
    }

    #[test]
    fn a_prompt_is_offered_what_it_may_refer_to() {
        let check = |prompt: &str, expected: &[&str]| check_in(Place::Prompt, prompt, expected);
        check(
            "send {{d|",
            &[
                "send {{twilio_sms:details}}",
                "send {{twilio_sms:two words}}",
                "send {{ho:front_desk}}",
                "send {{entity:booking_date}}",
                "send {{vrbl:CODE}}",
            ],
        );
        check("{{twilio_sms:|}} x", &["{{twilio_sms:two words}} x", "{{twilio_sms:details}} x"]);
        check("é {{twilio_sms:two w|ords}}.", &["é {{twilio_sms:two words}}."]);
        check("{{twilio_sms:two w| and", &["{{twilio_sms:two words}} and"]);
        check("{{ho:|", &["{{ho:front_desk}}"]);
        check("{{tn:g|", &["{{tn:greeting}}"]);
        check("$na|", &["${name}", "${property_name}"]);
        check("{{fn:|", &[]);
        // Without its kind, a title ends with its first word.
        check("{{two w|", &[]);
        check("{{twilio_sms:details}} |", &[]);
        for body in ["{{twilio_sms:|", "{{ho:|", "{{front|"] {
            check_in(Place::Body, body, &[]);
        }
    }
}
