//! Generated texts, bodies and values, with what matters made likely: braces, openers and closers,
//! line ends, characters of one to four bytes, marks that combine, emoji that join.

use proptest::collection::vec;
use proptest::prelude::*;
use verbatim_core::Kind;

/// A piece of a body: literal text, or a token with the value that it will get.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Text(String),
    Token { kind: Kind, name: String, value: Option<String> },
}

/// A token as PRODUCT writes it.
pub(crate) fn written(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Variant => format!("${{{name}}}"),
        Kind::Entity => format!("{{{{entity:{name}}}}}"),
        Kind::Variable => format!("{{{{vrbl:{name}}}}}"),
        Kind::Translation => format!("{{{{tn:{name}}}}}"),
    }
}

/// Anything at all, and much of what looks like a token.
pub(crate) fn body() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        6 => prop::sample::select(FRAGMENTS).prop_map(String::from),
        2 => token().prop_map(|(kind, name)| written(kind, &name)),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(fragment, 0..24).prop_map(|fragments| fragments.concat())
}

const FRAGMENTS: &[&str] = &[
    "${",
    "{{",
    "{{{",
    "{",
    "}",
    "}}",
    "$",
    ":",
    " ",
    "\n",
    "\r\n",
    "\t",
    "-",
    "_",
    "a",
    "x1",
    "7",
    "é",
    "€",
    "👋",
    "e\u{301}",
    "{{entity:",
    "{{vrbl:",
    "{{tn:",
    "{{foo:x}}",
    "{{name}}",
    "{{ entity:x }}",
    "${first name}",
    "${1st}",
    "${}",
    "{{}}",
    "{{entity:}}",
    "{{ho:desk}}",
    "{{twilio_sms:details}}",
    "{{Entity:x}}",
    "{{entity:a b}}",
    "{{vrbl:x}",
    "costs $5 ",
];

/// Pieces that put together read as exactly these pieces: no text among them holds an opener.
pub(crate) fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let text = prop_oneof![
        prop::sample::select(&["$5 ", "} ", "}}", "{ ", " {a", "a: ", "\n", "👋", "é", "e\u{301}"])
            .prop_map(String::from),
        "[^{$]{0,8}",
    ];
    let piece = prop_oneof![
        text.prop_map(Piece::Text),
        (token(), prop::option::weighted(0.8, value()))
            .prop_map(|((kind, name), value)| Piece::Token { kind, name, value }),
    ];
    vec(piece, 0..12).prop_map(|mut pieces| {
        give_each_token_one_value(&mut pieces);
        pieces
    })
}

/// A token that occurs twice has one value.
fn give_each_token_one_value(pieces: &mut [Piece]) {
    let mut known: Vec<(Kind, String, Option<String>)> = Vec::new();
    for piece in pieces {
        let Piece::Token { kind, name, value } = piece else { continue };
        match known.iter().find(|(k, n, _)| k == kind && n == name) {
            Some((.., first)) => value.clone_from(first),
            None => known.push((*kind, name.clone(), value.clone())),
        }
    }
}

/// A kind and a name of it; few names, so that some occur twice.
pub(crate) fn token() -> impl Strategy<Value = (Kind, String)> {
    let name = prop_oneof!["[a-c]", "[A-Za-z0-9_-]{1,9}"];
    prop_oneof![
        prop_oneof!["[a-c]", "[A-Za-z_][A-Za-z0-9_]{0,8}"].prop_map(|name| (Kind::Variant, name)),
        name.clone().prop_map(|name| (Kind::Entity, name)),
        name.clone().prop_map(|name| (Kind::Variable, name)),
        name.prop_map(|name| (Kind::Translation, name)),
    ]
    // Looked up a second time without its prefix: a property of its own.
    .prop_filter("no prefix", |(_, name)| !name.starts_with("variant_"))
}

/// A value; some look like tokens, and are text all the same.
pub(crate) fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => ".{0,12}",
        1 => prop::sample::select(&["", "{{vrbl:X}}", "${a}", "${", "{{entity:a}}", "\u{301}"])
            .prop_map(String::from),
    ]
}

/// A text to be counted: long enough for several segments, its lengths near their borders.
pub(crate) fn message() -> impl Strategy<Value = String> {
    let run = (prop::sample::select(RUNS), prop::sample::select(LENGTHS))
        .prop_map(|(character, times)| character.repeat(times));
    let odd = prop::sample::select(ODD).prop_map(String::from);
    let any = any::<char>().prop_map(String::from);
    vec(prop_oneof![3 => run, 4 => odd, 1 => any], 0..8).prop_map(|parts| parts.concat())
}

const RUNS: &[&str] = &["a", "]", "€", "é", "Δ", "ï", "👋", "e\u{301}", "\r\n"];
const LENGTHS: &[usize] = &[1, 2, 5, 33, 66, 67, 68, 70, 76, 77, 152, 153, 154, 160];
const ODD: &[&str] = &[
    "€",
    "^",
    "\u{C}",
    "`",
    "ç",
    "’",
    "…",
    "\u{200D}",
    "👨‍👩‍👧‍👦",
    "🇨🇭",
    "👍🏽",
    "e\u{301}",
    "\r\n",
    "\n",
    "ﬁ",
    "\u{FE0F}",
    "\u{AD}",
    "각",
    "नि",
];

/// The code units of `text` between two offsets, as an editor cuts it.
pub(crate) fn utf16_slice(text: &str, [from, to]: [usize; 2]) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(units.get(from..to)?).ok()
}
