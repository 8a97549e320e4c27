use proptest::prelude::*;
use verbatim_core::{Keyword, Rules, classify, variants};

use crate::cases;

/// The table of PRODUCT 5, written down a second time.
const TABLE: &[(Keyword, &[&str])] = &[
    (Keyword::Stop, &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"]),
    (Keyword::Start, &["START", "YES", "UNSTOP"]),
    (Keyword::Help, &["HELP"]),
];

/// PRODUCT 5, word by word.
fn by_the_book(text: &str) -> Option<Keyword> {
    let white = |c: char| c.is_whitespace();
    let text = text.trim_matches(white);
    let text = text.strip_suffix(['.', '!', '?', ',', ';']).unwrap_or(text);
    let word = text.trim_matches(white).to_ascii_uppercase();
    TABLE.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(keyword, _)| *keyword)
}

fn variant() -> impl Strategy<Value = (Keyword, &'static str)> {
    let all = TABLE.iter().flat_map(|(keyword, words)| words.iter().map(move |w| (*keyword, *w)));
    prop::sample::select(all.collect::<Vec<_>>())
}

/// White_Space of Unicode, on both sides of a word.
fn padding() -> impl Strategy<Value = String> {
    "[ \\t\\n\\u{B}\\u{C}\\r\\u{85}\\u{A0}\\u{1680}\\u{2000}-\\u{200A}\\u{2028}\\u{2029}\\u{202F}\
     \\u{205F}\\u{3000}]{0,4}"
}

/// Each letter in the case that its bit names.
fn in_case(word: &str, bits: u16) -> String {
    let letter = |(at, c): (usize, char)| match bits >> at & 1 {
        0 => c.to_ascii_lowercase(),
        _ => c.to_ascii_uppercase(),
    };
    word.chars().enumerate().map(letter).collect()
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_variant_counts_in_any_case_and_padding_with_one_mark_at_most(
        (keyword, variant) in variant(),
        bits in any::<u16>(),
        pads in prop::array::uniform3(padding()),
        mark in prop::option::of(prop::sample::select(&['.', '!', '?', ',', ';'])),
    ) {
        let word = in_case(variant, bits);
        let mark = mark.map(String::from).unwrap_or_default();
        let text = format!("{}{word}{}{mark}{}", pads[0], pads[1], pads[2]);
        let rules = Rules::default();
        let found = classify(&text, &rules);
        prop_assert_eq!(found.keyword, Some(keyword), "{:?}", text);
        prop_assert_eq!(found.matched, Some(variant));

        let twice = format!("{text}{mark}");
        if !mark.is_empty() && pads[2].is_empty() {
            prop_assert_eq!(classify(&twice, &rules).keyword, None, "{:?}", twice);
        }
    }

    #[test]
    fn a_text_means_what_the_book_says(
        text in prop_oneof![
            "[ ]?(?i:stop|stopall|end|quit|yes|help|unstop|start)[a-z .!?,;]{0,3}",
            "[A-Za-z]{1,12}",
            ".{0,20}",
        ],
    ) {
        prop_assert_eq!(classify(&text, &Rules::default()).keyword, by_the_book(&text));
    }

    #[test]
    fn each_step_of_a_trace_begins_where_the_one_before_it_ended(text in ".{0,12}|[ !]*stop[ !]*") {
        let rules = Rules::default();
        let found = classify(&text, &rules);
        let mut now = text.as_str();
        for step in found.trace() {
            prop_assert_eq!(step.before, now);
            prop_assert!(step.before != step.after || step.name == "matched");
            now = step.after;
        }
        match found.matched {
            Some(matched) => prop_assert_eq!(matched, now),
            None => prop_assert!(text.contains(now)),
        }
    }
}

#[test]
fn the_table_is_products_and_nothing_else() {
    for (keyword, words) in TABLE {
        assert_eq!(variants(*keyword), *words);
    }
}
