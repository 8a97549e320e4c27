//! A pattern that a project adds to a keyword: it must match the whole word, ASCII case aside.
//!
//! Whether a person is opted out may hang on it, so it is read as it is documented or refused:
//! nothing that another engine knows is taken for something else. Its size and the text are
//! limited and no way through it is tried twice, so that no pattern can stall a host.

mod compile;
mod step;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use self::step::Step;
use crate::diagnostic::quote;
use crate::{Code, Refusal};

/// Patterns of one set of rules, at most.
pub const PATTERNS: usize = 16;
/// Bytes of a pattern, at most.
pub const PATTERN_BYTES: usize = 200;
/// Steps of a pattern, at most: a character or a range of them is one, `a{100}` is 100, a set, an
/// `|` and a `*` take one or two. `(a{100}){100}` is short, too.
pub const STEPS: usize = 1000;
/// Bytes of a text that patterns are tried on, at most; a longer one is no keyword.
pub const MATCHED_BYTES: usize = 320;

/// A pattern.
///
/// | written | matches |
/// |---|---|
/// | `a`, `é` | that character, an ASCII letter in either case; `É` is another one than `é` |
/// | `.` | any character but a line feed |
/// | `[a-z_]`, `[^a-z]` | one of these characters; any other one |
/// | `\d`, `\w`, `\s` | `[0-9]`, `[0-9A-Za-z_]`, a space or one of U+0009 to U+000D, also in a class |
/// | `\D`, `\W`, `\S` | any other character |
/// | `\t`, `\n`, `\r`, `\x41`, `\x{E9}`, `\u{E9}` | that character |
/// | `\.`, `\\`, `\-` … | that punctuation mark, except `<` and `>` |
/// | `ab`, `a\|b` | one after the other; one or the other |
/// | `(ab)`, `(?:ab)` | a group |
/// | `a?`, `a*`, `a+` | none or one, any number, at least one |
/// | `a{2}`, `a{2,}`, `a{2,4}` | 2, at least 2, 2 to 4; a `?` behind any repetition changes nothing |
/// | `^`, `$` | nothing, where the word begins and ends |
///
/// In a class a `]` in front, a `-` in front or at the end and all other characters stand for
/// themselves, but not `\`, `[`, `&&`, `--` and `~~`. Flags, names of groups, look-around,
/// references, `\b`, `\p` and classes by name (`[:alpha:]`) are refused.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    steps: Vec<Step>,
}

impl Pattern {
    /// Compiles `text`.
    ///
    /// # Errors
    /// `V040` if it is too long or too large, is no pattern, or matches the empty text.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let refused = |why: &str| {
            let message = format!("the pattern {} {why}", quote(text));
            Refusal::new(Code::InvalidPattern, message)
        };
        if text.is_empty() || text.len() > PATTERN_BYTES {
            return Err(refused(&format!(
                "has {} bytes: expected 1 to {PATTERN_BYTES}",
                text.len()
            )));
        }
        let steps = compile::compile(text).map_err(|fault| {
            let at = fault.found.start;
            let found = match text.get(fault.found) {
                Some(found) if !found.is_empty() => quote(found),
                _ => "its end".into(),
            };
            let expected = fault.expected;
            refused(&format!("cannot be used: expected {expected}, found {found} at byte {at}"))
        })?;
        if step::matches(&steps, "") {
            return Err(refused("matches nothing at all: expected one that needs a character"));
        }
        Ok(Self { text: text.to_string(), steps })
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches the whole of `word`.
    #[must_use]
    pub fn matches(&self, word: &str) -> bool {
        word.len() <= MATCHED_BYTES && step::matches(&self.steps, word)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pattern with words that it matches and words that it does not.
    const MATCHES: &[(&str, &[&str], &[&str])] = &[
        ("(no )?m[aá]s", &["no mas", "MAS", "No más"], &["mass", "not mas", "", "MÁS"]),
        ("stop|end it", &["STOP", "End It"], &["stop it", "end", "stopend it"]),
        ("a|b|c(d|)", &["a", "b", "c", "cd"], &["d", "ad", "ab", ""]),
        ("(|a)b", &["b", "ab"], &["aab", "|ab", "a"]),
        ("(?:ab)+", &["ab", "ABab"], &["", "aba", "(ab)"]),
        ("(ab?)*c", &["c", "ac", "abac"], &["bc", "abbc"]),
        ("(a*)*b", &["b", "aab"], &["", "a", "aba"]),
        ("(a?){3}b", &["b", "aaab"], &["aaaab"]),
        ("a{2}", &["aa"], &["a", "aaa"]),
        ("a{2,}", &["aa", "aaaaa"], &["", "a"]),
        ("a{2,4}", &["aa", "aaa", "aaaa"], &["a", "aaaaa"]),
        ("a{0}b{0,1}c{0,}d{1,}", &["d", "bccdd"], &["ad", "bbd", "bc"]),
        ("(a|bc){2}", &["aa", "abc", "bca", "bcbc"], &["a", "bc", "abcbc"]),
        ("a??b+?c*?d{2,3}?", &["bdd", "abbccddd"], &["aabdd", "bd", "bdd?"]),
        ("a?*+{2}b", &["b", "aaab"], &["ac"]),
        ("^a$|^(b$|$c)", &["a", "b"], &["c", "^a$"]),
        ("a^b|(^)c", &["c"], &["ab", "a^b"]),
        (".", &["a", "É", "👋", "\r"], &["", "ab", "\n"]),
        (r"\d\D\w\W\s\S", &["1a_- x", "0xZé\tä"], &["1a_- ", "٣a_- x", "1aé- x", "1a_-\u{A0}x"]),
        (r"[\d\s]+", &["1 2", "\u{B}\u{C}\r\n\t "], &["a", "-"]),
        (r"[^\W_]+", &["aZ9"], &["_", "é"]),
        (r"[\D]", &["a", "é", "\u{10FFFF}", "\0"], &["1"]),
        ("[A-C_x-z]+", &["abcABC_xyzXYZ"], &["d", "w", "-"]),
        ("[^a-c]", &["d", "é"], &["a", "B", "ab"]),
        ("[X-c]", &["x", "A", "z", "_", "C"], &["d", "w"]),
        ("[b-b]", &["b", "B"], &["a", "c"]),
        ("[à-é]", &["è"], &["È", "e"]),
        ("[-a-]+", &["-a-A"], &["b"]),
        ("[a-c-e]+", &["b-e"], &["d"]),
        ("[]a]+", &["]a"], &["[a"]),
        ("[^]a]", &["b"], &["]", "a"]),
        (r"[\]\[\\&~.^$|?*+(){}]+", &[r"][\&~.^$|?*+(){}"], &["a"]),
        ("[^^]", &["a"], &["^"]),
        (r"\.\?\*\+\(\)\[\]\{\}\|\^\$\\\-\/\ ", &[r".?*+()[]{}|^$\-/ "], &[]),
        (r"\t\n\r\x41\x{e9}\u{1F44B}", &["\t\n\ra\u{E9}👋"], &["tnrA"]),
        (r"[\x61-\u{7a}]", &["q", "Q"], &["-"]),
        ("]}", &["]}"], &[]),
        ("ß", &["ß"], &["ẞ", "ss"]),
        ("k", &["k", "K"], &["\u{212A}"]),
    ];

    #[test]
    fn a_pattern_is_what_is_written() {
        let [one, other] = ["a", "b"].map(|text| Pattern::new(text).unwrap());
        assert_eq!((one.as_str(), other.as_str()), ("a", "b"));
        assert_eq!(one, Pattern::new("a").unwrap());
        assert_ne!(one, other);
    }

    #[test]
    fn a_pattern_matches_the_whole_word_and_no_other() {
        for (text, yes, no) in MATCHES {
            let pattern = Pattern::new(text).unwrap_or_else(|refusal| panic!("{refusal}"));
            assert_eq!(pattern.as_str(), *text);
            for word in *yes {
                assert!(pattern.matches(word), "{text} matches {word:?}");
            }
            for word in *no {
                assert!(!pattern.matches(word), "{text} does not match {word:?}");
            }
        }
    }

    /// Each text that is no pattern, with what its refusal says.
    const REFUSED: &[(&str, &str)] = &[
        ("", "has 0 bytes: expected 1 to 200"),
        ("(", "expected a `)` for each `(`, found its end at byte 1"),
        ("a(b(c)", "expected a `)` for each `(`, found its end at byte 6"),
        ("a)|(b", r"expected a `(` before each `)`, or `\)`, found `)` at byte 1"),
        ("*", "expected something to repeat before it, found `*` at byte 0"),
        ("é|+", "expected something to repeat before it, found `+` at byte 3"),
        ("(?:?)", "expected something to repeat before it, found `?` at byte 3"),
        ("{2}", "expected something to repeat before it, found `{` at byte 0"),
        ("a{", r"expected `{n}`, `{n,}` or `{n,m}`, or `\{`, found `{` at byte 1"),
        ("a{,2}", r"expected `{n}`, `{n,}` or `{n,m}`, or `\{`, found `{,` at byte 1"),
        ("a{ 2}", r"expected `{n}`, `{n,}` or `{n,m}`, or `\{`, found `{ ` at byte 1"),
        ("a{2,x}", r"expected `{n}`, `{n,}` or `{n,m}`, or `\{`, found `{2,x` at byte 1"),
        (
            "a{4294967298}",
            r"expected `{n}`, `{n,}` or `{n,m}`, or `\{`, found `{4294967298` at byte 1",
        ),
        ("a{3,2}", "expected `{n,m}` with n at most m, found `{3,2}` at byte 1"),
        ("(?i)a", "expected `(` or `(?:` and no flag, name or look-around, found `(?i` at byte 0"),
        ("a(?=b)", "expected `(` or `(?:` and no flag, name or look-around, found `(?=` at byte 1"),
        (
            "(?P<n>a)",
            "expected `(` or `(?:` and no flag, name or look-around, found `(?P` at byte 0",
        ),
        ("(?", "expected `(` or `(?:` and no flag, name or look-around, found `(?` at byte 0"),
        ("[a", "expected a `]` for each `[`, found its end at byte 2"),
        ("[]", "expected a `]` for each `[`, found its end at byte 2"),
        ("[^", "expected a `]` for each `[`, found its end at byte 2"),
        ("[a-", "expected a `]` for each `[`, found its end at byte 3"),
        ("[[:alpha:]]", r"expected no class in a class, or `\[`, found `[` at byte 1"),
        ("[a&&b]", r"expected no operator on classes, or a `\` before each, found `&&` at byte 2"),
        ("[a--b]", r"expected no operator on classes, or a `\` before each, found `--` at byte 2"),
        ("[a~~b]", r"expected no operator on classes, or a `\` before each, found `~~` at byte 2"),
        ("[z-a]", "expected a range from one character to a later one, found `z-a` at byte 1"),
        (r"[\d-z]", r"expected a range from one character to a later one, found `\d-z` at byte 1"),
        (r"[a-\w]", r"expected a range from one character to a later one, found `a-\w` at byte 1"),
        (
            "a\\",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\` at byte 1",
        ),
        (
            r"\bstop",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\b` at byte 0",
        ),
        (
            r"[\A]",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\A` at byte 1",
        ),
        (
            r"(a)\1",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\1` at byte 3",
        ),
        (
            r"\pL",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\p` at byte 0",
        ),
        (
            r"\<a",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\<` at byte 0",
        ),
        (
            r"\é",
            r"expected `\` before one of `dDwWsStnrxu` or a punctuation mark, found `\é` at byte 0",
        ),
        (r"\x4", r"expected a character's number, as in `\x41` or `\u{E9}`, found `\x4` at byte 0"),
        (
            r"\u00e9",
            r"expected a character's number, as in `\x41` or `\u{E9}`, found `\u0` at byte 0",
        ),
        (
            r"\x{d800}",
            r"expected a character's number, as in `\x41` or `\u{E9}`, found `\x{d800}` at byte 0",
        ),
        (
            r"\x{}",
            r"expected a character's number, as in `\x41` or `\u{E9}`, found `\x{}` at byte 0",
        ),
        (
            "ba{1000}",
            "expected at most 1000 steps, all repetitions written out, found `{1000}` at byte 2",
        ),
        (
            "a{1001}",
            "expected at most 1000 steps, all repetitions written out, found `{1001}` at byte 1",
        ),
        (
            "(){1001}",
            "expected at most 1000 steps, all repetitions written out, found `{1001}` at byte 2",
        ),
        (
            "(a{100}){100}{100}",
            "expected at most 1000 steps, all repetitions written out, found `{100}` at byte 8",
        ),
        (
            "a{999}bc",
            "expected at most 1000 steps, all repetitions written out, found `a{999}bc` at byte 0",
        ),
        ("a*", "matches nothing at all: expected one that needs a character"),
        ("a|", "matches nothing at all: expected one that needs a character"),
        ("^$", "matches nothing at all: expected one that needs a character"),
        ("(a?b{0,3}){5}", "matches nothing at all: expected one that needs a character"),
    ];

    #[test]
    fn what_is_no_pattern_is_refused_with_what_was_expected_and_where() {
        for (text, why) in REFUSED {
            let refusal = Pattern::new(text).expect_err(text);
            assert_eq!(refusal.code, Code::InvalidPattern);
            let message = refusal.message.replacen("cannot be used: ", "", 1);
            assert_eq!(message, format!("the pattern `{text}` {why}"));
        }
    }

    #[test]
    fn every_limit_holds_at_n_and_not_at_n_plus_1() {
        let a = |times| "a".repeat(times);
        assert!(Pattern::new(&a(PATTERN_BYTES)).is_ok());
        assert!(Pattern::new(&a(PATTERN_BYTES + 1)).is_err());

        for (within, beyond) in [
            ("a{1000}", "a{1001}"),
            ("ba{999}", "ba{1000}"),
            ("a{999,}", "a{1000,}"),
            ("ba{0,499}", "ba{0,500}"),
            ("([^bc]{100}){3}b{100}", "([^bc]{100}){3}b{101}"),
        ] {
            let pattern = Pattern::new(within).unwrap_or_else(|refusal| panic!("{refusal}"));
            assert!(pattern.steps.len() > STEPS - 2, "{within} is {}", pattern.steps.len());
            assert!(Pattern::new(beyond).is_err(), "{beyond}");
        }
        assert!(compile::TOO_LARGE.contains(&STEPS.to_string()));

        let any = Pattern::new("a+").unwrap();
        assert!(any.matches(&a(MATCHED_BYTES)));
        assert!(!any.matches(&a(MATCHED_BYTES + 1)));
    }

    #[test]
    fn groups_may_be_nested_as_deep_as_their_brackets_go() {
        let nested = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(Pattern::new(&nested(99)).unwrap().matches("A"));
        assert!(Pattern::new(&"(".repeat(PATTERN_BYTES)).is_err());
        assert!(
            Pattern::new(&format!("a{}", "+".repeat(PATTERN_BYTES - 1))).unwrap().matches("aa")
        );
    }
}
