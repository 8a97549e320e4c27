//! Our patterns beside `regex-lite`: what both read, they read alike.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use regex_lite::{Regex, RegexBuilder};
use verbatim_core::Pattern;
use verbatim_core::pattern::{MATCHED_BYTES, PATTERN_BYTES, STEPS};

use crate::cases;

/// The same pattern to the other engine, its limits out of the way.
fn oracle(pattern: &str) -> Option<Regex> {
    let compile = |text: &str| {
        let mut builder = RegexBuilder::new(text);
        builder.case_insensitive(true).nest_limit(1000).size_limit(1 << 24).build().ok()
    };
    // On its own first: `a)|(b` only compiles inside the group.
    compile(pattern).and_then(|_| compile(&format!("^(?:{pattern})$")))
}

/// Part of a pattern, as it is written, with a word that it matches if it matches one.
type Part = (String, String);

/// A character, as itself or escaped.
fn literal() -> impl Strategy<Value = Part> {
    let plain = "[a-cA-Cé👋 \\-]".prop_map(|c| (c.clone(), c));
    let escaped = r"[.?*+()\[\]{}|^$\\/ -]".prop_map(|c| (format!("\\{c}"), c));
    let numbered = prop::sample::select(&['A', 'b', 'é', '👋', '\n']);
    let numbered = numbered.prop_flat_map(|c| {
        let number = u32::from(c);
        let written = prop::sample::select(vec![
            format!("\\x{{{number:x}}}"),
            format!("\\u{{{number:04X}}}"),
            if number < 256 { format!("\\x{number:02x}") } else { c.to_string() },
        ]);
        written.prop_map(move |written| (written, c.to_string()))
    });
    prop_oneof![6 => plain, 2 => escaped, 1 => numbered]
}

/// `\d` and its like.
fn named() -> impl Strategy<Value = Part> {
    const NAMED: &[(&str, &str)] = &[
        (r"\d", "7"),
        (r"\D", "a"),
        (r"\w", "_"),
        (r"\W", "-"),
        (r"\s", "\t"),
        (r"\S", "é"),
        (r"\t", "\t"),
        (r"\n", "\n"),
        (r"\r", "\r"),
    ];
    prop::sample::select(NAMED).prop_map(|(written, word)| (written.into(), word.into()))
}

/// A class. No range of it spans part of the capitals and part of the small letters, which the
/// oracle folds one way only; nor does one begin or end with an escape, which it then refuses.
fn class() -> impl Strategy<Value = Part> {
    let range = prop::sample::select(&[
        ("a-c", "b"),
        ("B-D", "C"),
        ("0-9", "5"),
        ("!-/", "-"),
        ("\0-\u{10FFFF}", "x"),
        ("à-é", "è"),
        ("é-👋", "€"),
        ("[-`", "_"),
        (":-^", "@"),
    ])
    .prop_map(|(written, word)| (written.to_owned(), word.to_owned()));
    let single = prop_oneof![
        "[a-dB-Dé👋 .^$|?*+(){}]".prop_map(|c| (c.clone(), c)),
        r"[\]\[\\&~-]".prop_map(|c| (format!("\\{c}"), c)),
    ];
    let item = prop_oneof![3 => range, 4 => single, 1 => named()];
    let front = prop::sample::select(&["", "", "", "^", "-", "]", "^]", "^-", "--"]);
    let back = prop::sample::select(&["", "", "", "-"]);
    (front, vec(item, 1..4), back, any::<prop::sample::Index>()).prop_map(
        |(front, items, back, at)| {
            let word = at.get(&items).1.clone();
            let items: String = items.into_iter().map(|(written, _)| written).collect();
            // A `^` would negate it.
            let items = if front.is_empty() { items.replacen('^', "_", 1) } else { items };
            (format!("[{front}{items}{back}]"), word)
        },
    )
}

/// Any pattern of the syntax that both know.
fn pattern() -> impl Strategy<Value = Part> {
    let anchor = prop::sample::select(&["^", "$"]).prop_map(|a| (a.to_owned(), String::new()));
    let dot = "[aé]".prop_map(|c| (".".to_owned(), c));
    let leaf = prop_oneof![10 => literal(), 2 => named(), 3 => class(), 1 => dot, 1 => anchor];
    leaf.prop_recursive(5, 24, 4, |part| {
        let sign = prop::sample::select(&[
            ("?", 1, 0),
            ("*", 2, 0),
            ("+", 1, 1),
            ("{0}", 0, 0),
            ("{2}", 2, 2),
            ("{1,}", 3, 1),
            ("{0,2}", 1, 0),
            ("{2,3}", 3, 2),
        ]);
        let lazy = prop::sample::select(&["", "", "?"]);
        let repeated = (part.clone(), sign, any::<bool>(), lazy).prop_map(
            |((written, word), (sign, most, least), long, lazy)| {
                let times = if long { most } else { least };
                (format!("(?:{written}){sign}{lazy}"), word.repeat(times))
            },
        );
        let bare = (literal(), sign_of_one())
            .prop_map(|((written, word), sign)| (format!("{written}{sign}"), word));
        let sequence = vec(part.clone(), 1..4).prop_map(|parts| parts.into_iter().unzip());
        let sequence = sequence.prop_map(|(written, words): (Vec<String>, Vec<String>)| {
            (written.concat(), words.concat())
        });
        let choice = (vec(part.clone(), 1..4), any::<bool>(), any::<prop::sample::Index>())
            .prop_map(|(parts, empty, at)| {
                let word = at.get(&parts).1.clone();
                let written: Vec<_> = parts.into_iter().map(|(written, _)| written).collect();
                let end = if empty { "|" } else { "" };
                (format!("({}{end})", written.join("|")), word)
            });
        let open = vec(part, 2..4).prop_map(|parts| {
            let word = parts.last().map(|(_, word)| word.clone()).unwrap_or_default();
            let written: Vec<_> = parts.into_iter().map(|(written, _)| written).collect();
            (written.join("|"), word)
        });
        prop_oneof![3 => repeated, 2 => bare, 4 => sequence, 3 => choice, 1 => open]
    })
}

fn sign_of_one() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["?", "*", "+", "{1}", "{1,2}", "*?", "+*", "??"])
}

/// Pieces of a pattern in any order: most are none, and both must say so.
fn shards() -> impl Strategy<Value = String> {
    const SHARDS: &[&str] = &[
        "a", "b", "é", "(", ")", "(?:", "|", "?", "*", "+", "{", "}", "{2}", "{1,", ",", "0", "2",
        "[", "]", "[^", "^", "$", "-", ".", "\\", "\\d", "\\W", "\\x41", "\\x{", "\\u{", "&", "~",
        ":", "n", "t", "x",
    ];
    vec(prop::sample::select(SHARDS), 1..9).prop_map(|shards| shards.concat())
}

/// Of all that shards can make, what the oracle knows and we refuse: flags, a bell, edges of words.
fn only_theirs(pattern: &str) -> bool {
    let groups = pattern.replace("(?:", "");
    ["(?", "\\a", "\\b"].iter().any(|theirs| groups.contains(theirs))
}

/// What we know and the oracle refuses: a letter by its number at an end of a range.
fn only_ours(pattern: &str) -> bool {
    ["\\x41-", "-\\x41"].iter().any(|ours| pattern.contains(ours))
}

/// Whether it holds a range such as `0-b`, of whose capitals the oracle forgets the small letters.
fn folds_one_way(pattern: &str) -> bool {
    let chars: Vec<char> = pattern.chars().collect();
    chars.windows(3).any(|c| c[0] < 'a' && c[1] == '-' && c[2].is_ascii_lowercase())
}

/// `word` with one place changed.
fn mutate(word: &str, at: prop::sample::Index, c: char, how: u8) -> String {
    let mut chars: Vec<char> = word.chars().collect();
    let at = at.index(chars.len() + 1);
    match (how, chars.get_mut(at)) {
        (0, Some(place)) => *place = c,
        (1, Some(_)) => drop(chars.remove(at)),
        (2, Some(place)) if place.is_ascii_lowercase() => place.make_ascii_uppercase(),
        (2, Some(place)) => place.make_ascii_lowercase(),
        _ => chars.insert(at, c),
    }
    chars.into_iter().collect()
}

fn agree(pattern: &str, words: &[String]) -> Result<(), TestCaseError> {
    let theirs = oracle(pattern).filter(|regex| !regex.is_match(""));
    match (Pattern::new(pattern), theirs) {
        (Ok(_), Some(_)) if folds_one_way(pattern) => {}
        (Ok(ours), Some(theirs)) => {
            for word in words {
                prop_assert_eq!(
                    ours.matches(word),
                    theirs.is_match(word),
                    "{:?} on {:?}",
                    pattern,
                    word
                );
            }
        }
        (Err(_), None) => {}
        (Err(refusal), Some(_)) => {
            let large = pattern.len() > PATTERN_BYTES || refusal.message.contains("steps");
            prop_assert!(large || only_theirs(pattern), "{}", refusal);
        }
        (Ok(_), None) => prop_assert!(only_ours(pattern), "{:?} is none to the oracle", pattern),
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_pattern_matches_what_it_matches_elsewhere(
        (pattern, word) in pattern(),
        (at, c, how) in (any::<prop::sample::Index>(), "[a-dé _-]", 0..4_u8),
        other in "[a-cA-Cé_0\n👋 -]{0,5}",
    ) {
        let c = c.chars().next().unwrap_or('a');
        let mutated = mutate(&word, at, c, how);
        let twice = format!("{word}{word}");
        agree(&pattern, &[mutated, twice, word, other])?;
    }

    #[test]
    fn what_is_no_pattern_elsewhere_is_none_here(
        pattern in shards(),
        words in vec("[abBé0-2nxtA,:&~\\[\\]^$-]{0,4}", 8),
    ) {
        agree(&pattern, &words)?;
    }
}

#[test]
fn no_pattern_stalls_a_host() {
    let many: String = ('\u{100}'..).take(90).collect();
    let worst = [
        "(a*)*b".to_owned(),
        "(a|a|aa)+b".to_owned(),
        format!("(a?){{{}}}b", STEPS / 2 - 1),
        "((a{0,9}){0,9}){0,4}b".to_owned(),
        "(.*.*.*.*.*.*.*.*){12}=.*".to_owned(),
        format!("([^{many}]*){{10}}b"),
        "(){1000}".repeat(22) + "b",
        "(){0,999}b".to_owned(),
        format!("a{}", "{1,2}".repeat(8)),
        format!("{}b", "a|".repeat(99)),
    ];
    let word = "a".repeat(MATCHED_BYTES);
    for text in worst {
        let begun = Instant::now();
        let pattern = Pattern::new(&text).unwrap_or_else(|refusal| panic!("{refusal}"));
        std::hint::black_box(pattern.matches(&word));
        // Milliseconds; a way that is tried twice makes minutes of them, far from a machine's noise.
        let taken = begun.elapsed();
        assert!(taken < Duration::from_secs(5), "{text} took {taken:?}");
    }
}
