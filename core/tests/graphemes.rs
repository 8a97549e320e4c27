//! Our grapheme clusters are those of `unicode-segmentation`, border by border, and our table is
//! what that crate does: `UPDATE_EXPECT=1` writes it anew.

use std::collections::HashMap;
use std::fmt::Write;

use expect_test::expect_file;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use unicode_segmentation::UnicodeSegmentation;

// The file itself: nothing of it is public.
#[path = "../src/grapheme/mod.rs"]
mod grapheme;

use grapheme::{Class, LISTED, LONG, class, graphemes};

/// A character or two of each class; the first tells the class.
const EXAMPLES: &[(Class, &[char])] = &[
    (Class::Any, &['a', '€', '中']),
    (Class::Control, &['\u{200B}', '\t']),
    (Class::Extend, &['\u{200C}']),
    (Class::Through, &['\u{301}', '\u{1F3FD}', '\u{FE0F}']),
    (Class::Linker, &['\u{94D}', '\u{1039}']),
    (Class::SpacingMark, &['\u{903}', '\u{E33}']),
    (Class::Prepend, &['\u{600}', '\u{D4E}']),
    (Class::Regional, &['🇨', '🇭']),
    (Class::L, &['ᄀ']),
    (Class::V, &['ᅡ']),
    (Class::T, &['ᆨ']),
    (Class::Pictographic, &['👩', '©']),
    (Class::Consonant, &['क', '\u{1000}']),
    (Class::Cr, &['\r']),
    (Class::Lf, &['\n']),
    (Class::Zwj, &['\u{200D}']),
    (Class::Lv, &['가']),
    (Class::Lvt, &['각']),
];

/// What a character meets in every `?` to tell its class.
const ENCOUNTERS: &str = "? ?\u{301} \r? ?\n 🇨? ᄀ? ?ᄀ ᅡ? ?ᅡ ᆨ? ?ᆨ 👩\u{200D}? 👩?\u{200D}👩 👩?👩 \
    क?क क?\u{94D}क क\u{94D}? ?\u{94D}क ";

/// These tell whether it is of any class at all: most are not, and are asked no more.
const FEW: &str = "🇨? ᄀ? ᆨ? 👩\u{200D}? क\u{94D}?\u{301}";

/// Where the crate puts borders when `c` is met: a bit for each character after which one stands.
/// The longest encounters have 62.
fn signature(c: char, encounters: &str) -> u64 {
    let text = encounters.replace('?', c.encode_utf8(&mut [0; 4]));
    text.graphemes(true).fold(1, |bits, cluster| bits << cluster.chars().count() | 1)
}

/// The class of every character by what the crate does with it.
fn survey() -> Vec<(char, Class)> {
    let any = signature('a', FEW);
    let mut classes = HashMap::new();
    for (class, examples) in EXAMPLES {
        let known = classes.insert(signature(examples[0], ENCOUNTERS), *class);
        assert_eq!(known, None, "nothing tells {class:?} from it");
        assert_eq!(signature(examples[0], FEW) == any, *class == Class::Any, "{class:?}");
    }
    let of = |c| match signature(c, FEW) == any {
        true => Class::Any,
        false => *classes.get(&signature(c, ENCOUNTERS)).expect("a class with an example"),
    };
    ('\0'..=char::MAX).map(|c| (c, of(c))).collect()
}

/// Runs of one block: a search of the blocks' starts, then at most this many of its runs are read.
const BLOCK: usize = 64;

/// The table's file for the characters from U+0300. What the code knows of itself takes the class of
/// its neighbours.
fn table(classes: &[(char, Class)]) -> String {
    let mut starts: Vec<(u32, u8)> = Vec::new();
    for &(c, class) in classes.iter().filter(|(c, _)| *c >= '\u{300}') {
        let class = match (class, starts.last()) {
            (Class::Lv | Class::Lvt, _) => 0,
            (Class::Zwj, Some((_, last))) => *last,
            _ => LISTED.iter().position(|&one| one == class).expect("a class of the table") as u8,
        };
        if starts.last().is_none_or(|(_, last)| *last != class) {
            starts.push((u32::from(c), class));
        }
    }
    // The last run is of no class, and goes on to the last character.
    let runs: Vec<_> = starts.windows(2).map(|two| (two[0].0, two[1].0, two[0].1)).collect();
    let (major, minor, patch) = unicode_segmentation::UNICODE_VERSION;
    let mut file = format!(
        "//! Generated from `unicode-segmentation`, Unicode {major}.{minor}.{patch}, by \
         `core/tests/graphemes.rs`: do not edit.\n\n\
         /// Blocks of runs with the code point at which each begins.\n\
         pub(super) static BLOCKS: &[(u32, &[u8])] = &[\n"
    );
    for block in runs.chunks(BLOCK) {
        let _ = write!(file, "    (\n        0x{:04X},\n        b\"", block[0].0);
        let bytes = block.iter().flat_map(|&(start, end, class)| encoded(end - start, class));
        for (at, byte) in bytes.enumerate() {
            let line = if at % 20 == 0 { "\\\n        " } else { "" };
            let _ = write!(file, "{line}\\x{byte:02X}");
        }
        file += "\",\n    ),\n";
    }
    file + "];\n"
}

/// A run as `grapheme::listed` reads it.
fn encoded(length: u32, class: u8) -> Vec<u8> {
    let Some(more) = (length - 1).checked_sub(u32::from(LONG)) else {
        return vec![((length - 1) as u8) << 4 | class];
    };
    let mut bytes = vec![(more & 0x7F) as u8];
    let mut rest = more >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7F) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.insert(0, LONG << 4 | class);
    bytes
}

#[test]
fn the_table_says_of_every_character_what_the_crate_does_with_it() {
    let classes = survey();
    expect_file!["../src/grapheme/table.rs"].assert_eq(&table(&classes));
    for (c, expected) in classes {
        assert_eq!(class(c), expected, "U+{:04X}", u32::from(c));
    }
    for (expected, examples) in EXAMPLES {
        assert!(examples.iter().all(|&c| class(c) == *expected), "{expected:?}");
    }
}

fn check(text: &str) {
    let ours: Vec<_> = graphemes(text).collect();
    assert_eq!(ours, text.graphemes(true).collect::<Vec<_>>(), "{text:?}");
}

#[test]
fn four_characters_of_any_classes_part_where_the_crate_parts_them() {
    let all: Vec<char> = EXAMPLES.iter().map(|(_, examples)| examples[0]).collect();
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        let longer = texts.iter().flat_map(|text| all.iter().map(move |c| format!("{text}{c}")));
        texts = longer.collect();
        texts.iter().for_each(|text| check(text));
    }
    assert_eq!(texts.len(), all.len().pow(4));
}

/// Characters that take part in a rule, mostly, and any at all.
fn text() -> impl Strategy<Value = String> {
    let examples: Vec<char> = EXAMPLES.iter().flat_map(|(_, all)| *all).copied().collect();
    const MARKS: [char; 8] =
        ['\u{301}', '\u{94D}', '\u{200D}', '\u{1F3FD}', '🇨', '👩', 'क', '\u{D4E}'];
    let one = prop_oneof![
        4 => select(examples),
        3 => select(&MARKS[..]),
        2 => prop::char::range('\u{300}', '\u{33FF}'),
        1 => any::<char>(),
    ];
    vec(one, 0..16).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(Config {
        cases: std::env::var("PROPTEST_CASES").map_or(4_000, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        ..Config::default()
    })]

    #[test]
    fn every_text_parts_where_the_crate_parts_it(text in text()) {
        check(&text);
    }
}
