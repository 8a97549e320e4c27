//! What a reply such as `Stop!` means. Trim, drop one trailing `.`, `!`, `?`, `,` or `;`, trim,
//! and compare with each variant, ASCII case aside: nothing else is a keyword, so that
//! `please stop` reaches a person.

use alloc::string::String;
use alloc::vec::Vec;

use crate::KeywordSet;

/// Classifies a received text.
///
/// The keyword sets, words and replies beyond the table come from `rules`.
#[must_use]
pub fn classify<'a>(text: &'a str, rules: &'a Rules) -> Classification<'a> {
    let trimmed = text.trim();
    let kept = trimmed.strip_suffix(PUNCTUATION);
    let word = kept.map_or(trimmed, str::trim_end);
    let (keyword, matched) = match find(word, rules) {
        Some((keyword, variant)) => (Some(keyword), Some(variant)),
        None => (None, None),
    };
    Classification { keyword, matched, text, trimmed, kept, word }
}

/// The one trailing character that is dropped.
const PUNCTUATION: [char; 5] = ['.', '!', '?', ',', ';'];

/// Bytes of the table's longest variant, `UNSUBSCRIBE`: most replies are longer.
const LONGEST: usize = 11;

/// The table first, then what the rules add, STOP before the others: where two lists hold a word,
/// the safer meaning counts.
fn find<'a>(word: &str, rules: &'a Rules) -> Option<(Keyword, &'a str)> {
    if word.is_empty() {
        return None;
    }
    let is_word = |variant: &&str| variant.eq_ignore_ascii_case(word);
    if word.len() <= LONGEST {
        for keyword in Keyword::ALL {
            if let Some(variant) = variants(keyword).iter().copied().find(is_word) {
                return Some((keyword, variant));
            }
        }
    }
    if rules.adds_nothing() {
        return None;
    }
    Keyword::ALL.into_iter().find_map(|keyword| {
        let sets = rules.sets.iter().flat_map(|set| set.words(keyword)).copied();
        let words = rules.words.iter().filter(|(of, _)| *of == keyword);
        let listed = sets.chain(words.map(|(_, word)| word.as_str())).find(is_word);
        let listed = listed.or_else(|| {
            let mut patterns = rules.patterns.iter().filter(|(of, _)| *of == keyword);
            patterns.find(|(_, pattern)| pattern.matches(word)).map(|(_, one)| one.as_str())
        });
        Some((keyword, listed?))
    })
}

/// A compliance keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Keyword {
    /// The person is opted out.
    Stop,
    /// The opt-out is removed.
    Start,
    /// The person is told how to stop and start.
    Help,
}

impl Keyword {
    /// All keywords; STOP first, because it wins where a word is in two lists.
    pub const ALL: [Self; 3] = [Self::Stop, Self::Start, Self::Help];

    /// `STOP`, `START` or `HELP`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "STOP",
            Self::Start => "START",
            Self::Help => "HELP",
        }
    }

    /// The reply, to the letter, where nobody set another.
    #[must_use]
    pub const fn reply(self) -> &'static str {
        match self {
            Self::Stop => {
                "You have been unsubscribed and will not receive further messages. \
                 Reply START to resubscribe."
            }
            Self::Start => "You have been resubscribed and will receive messages again.",
            Self::Help => "Reply STOP to unsubscribe or START to resubscribe.",
        }
    }
}

/// The variants of a keyword that always count.
#[must_use]
pub const fn variants(keyword: Keyword) -> &'static [&'static str] {
    match keyword {
        Keyword::Stop => &["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"],
        Keyword::Start => &["START", "YES", "UNSTOP"],
        Keyword::Help => &["HELP"],
    }
}

/// What a project adds to the table. The default adds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Optional sets.
    pub sets: Vec<KeywordSet>,
    /// Words of one's own, trimmed and not empty.
    pub words: Vec<(Keyword, String)>,
    /// Patterns of one's own.
    pub patterns: Vec<(Keyword, crate::Pattern)>,
    /// `YES` counts only from someone who is opted out.
    pub yes_only_when_opted_out: bool,
    /// Replies of one's own.
    pub replies: Replies,
}

impl Rules {
    const fn adds_nothing(&self) -> bool {
        self.sets.is_empty() && self.words.is_empty() && self.patterns.is_empty()
    }
}

/// Replies of one's own; `None` is the table's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replies {
    /// The reply to STOP.
    pub stop: Option<String>,
    /// The reply to START.
    pub start: Option<String>,
    /// The reply to HELP.
    pub help: Option<String>,
}

impl Replies {
    /// The reply to `keyword`.
    #[must_use]
    pub fn to(&self, keyword: Keyword) -> &str {
        let own = match keyword {
            Keyword::Stop => &self.stop,
            Keyword::Start => &self.start,
            Keyword::Help => &self.help,
        };
        own.as_deref().unwrap_or(keyword.reply())
    }

    /// Where one's own reply to `keyword` is kept.
    pub const fn own(&mut self, keyword: Keyword) -> &mut Option<String> {
        match keyword {
            Keyword::Stop => &mut self.stop,
            Keyword::Start => &mut self.start,
            Keyword::Help => &mut self.help,
        }
    }
}

/// What a text means, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classification<'a> {
    /// The keyword, or `None`: a message for the agent.
    pub keyword: Option<Keyword>,
    /// The variant that matched, as the table or the rules write it.
    pub matched: Option<&'a str>,
    text: &'a str,
    trimmed: &'a str,
    kept: Option<&'a str>,
    word: &'a str,
}

impl<'a> Classification<'a> {
    /// Each step that changed the text, and the match.
    pub fn trace(&self) -> impl Iterator<Item = Step<'a>> + use<'a> {
        let step = |name, before: &'a str, after: &'a str| {
            (before != after).then_some(Step { name, before, after })
        };
        let kept = self.kept.unwrap_or(self.trimmed);
        let steps = [
            step("trimmed", self.text, self.trimmed),
            step("dropped", self.trimmed, kept),
            step("trimmed", kept, self.word),
            self.matched.map(|after| Step { name: "matched", before: self.word, after }),
        ];
        steps.into_iter().flatten()
    }
}

/// One step of a classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// `trimmed`, `dropped` (one punctuation character) or `matched`.
    pub name: &'static str,
    /// The text before it.
    pub before: &'a str,
    /// The text after it; of `matched`, the variant.
    pub after: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn check(text: &str, expected: Option<Keyword>) {
        assert_eq!(classify(text, &Rules::default()).keyword, expected, "{text:?}");
    }

    #[test]
    fn every_variant_counts_in_any_case_with_padding_and_one_punctuation_mark() {
        for keyword in Keyword::ALL {
            for variant in variants(keyword) {
                check(variant, Some(keyword));
                check(&variant.to_ascii_lowercase(), Some(keyword));
                for mark in PUNCTUATION {
                    check(&format!("\u{A0} {variant} {mark}\n"), Some(keyword));
                    check(&format!("{variant}{mark}{mark}"), None);
                }
            }
        }
    }

    #[test]
    fn nothing_else_counts() {
        for text in ["", " ", "!", "please stop", "s top", "STOP!!", "stop it", "ſtop", "HELP:"] {
            check(text, None);
        }
    }

    #[test]
    fn sets_and_words_count_only_where_they_are_switched_on() {
        let with = |sets: &[KeywordSet], words: &[(Keyword, &str)], text: &str| {
            let words = words.iter().map(|(keyword, word)| (*keyword, String::from(*word)));
            let rules = Rules { sets: sets.into(), words: words.collect(), ..Rules::default() };
            classify(text, &rules).keyword
        };
        for set in KeywordSet::ALL {
            for keyword in Keyword::ALL {
                for word in set.words(keyword) {
                    check(word, None);
                    assert_eq!(with(&[set], &[], &format!("{word}.")), Some(keyword), "{word}");
                    assert_eq!(with(&[set], &[], &word.to_ascii_lowercase()), Some(keyword));
                }
            }
        }
        assert_eq!(with(&[KeywordSet::Fcc], &[], "Opt out!"), Some(Keyword::Stop));
        let words = [(Keyword::Help, "basta"), (Keyword::Stop, "basta"), (Keyword::Stop, "yes")];
        assert_eq!(with(&[], &words, "BASTA"), Some(Keyword::Stop), "the safer meaning counts");
        assert_eq!(with(&[], &words, "yes"), Some(Keyword::Start), "the table comes first");
    }

    #[test]
    fn a_pattern_counts_for_its_own_keyword_and_after_all_words() {
        let pattern = |text| crate::Pattern::new(text).unwrap();
        let rules = Rules {
            patterns: [(Keyword::Help, pattern("ba.*")), (Keyword::Stop, pattern("bas.a"))].into(),
            words: [(Keyword::Stop, String::from("bar"))].into(),
            ..Rules::default()
        };
        let found = |text| {
            let found = classify(text, &rules);
            (found.keyword, found.matched)
        };
        assert_eq!(found("baz!"), (Some(Keyword::Help), Some("ba.*")));
        assert_eq!(found("BASTA"), (Some(Keyword::Stop), Some("bas.a")), "the safer meaning");
        assert_eq!(found("bar"), (Some(Keyword::Stop), Some("bar")));
        assert_eq!(found("end"), (Some(Keyword::Stop), Some("END")));
        assert_eq!(found("abas"), (None, None));
    }

    #[test]
    fn the_trace_tells_each_step() {
        let rules = Rules::default();
        let answer = classify(" Unsubscribe ! ", &rules);
        let steps: Vec<_> = answer.trace().map(|s| (s.name, s.before, s.after)).collect();
        assert_eq!(
            steps,
            [
                ("trimmed", " Unsubscribe ! ", "Unsubscribe !"),
                ("dropped", "Unsubscribe !", "Unsubscribe "),
                ("trimmed", "Unsubscribe ", "Unsubscribe"),
                ("matched", "Unsubscribe", "UNSUBSCRIBE"),
            ]
        );
        assert_eq!(classify("STOP", &rules).trace().count(), 1);
    }
}
