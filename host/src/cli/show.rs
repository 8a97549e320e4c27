//! Findings for people: the line, carets under what is meant, the fix. Colours where a terminal
//! shows them and `NO_COLOR` does not forbid it.

use std::fmt::Write;
use std::io::IsTerminal;

use serde_json::Value;

use crate::engine::{Diagnostic, Severity};

/// The most fixes that are shown of one finding.
const MAX_FIXES: usize = 3;

/// Whether the person wants colours at all (<https://no-color.org>).
pub(super) fn colours_are_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether standard output shows colours.
pub(super) fn stdout_has_colours() -> bool {
    std::io::stdout().is_terminal() && colours_are_wanted()
}

/// One finding with the line that it is about. `name` is what the text is called.
pub(super) fn finding(name: &str, text: &str, found: &Diagnostic, colours: bool) -> String {
    let paint = |code: &str, text: &str| match colours {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    let (word, colour) = match found.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
        Severity::Info => ("info", "1;36"),
    };
    let place = Place::of(text, found.range.bytes);
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let carets = format!("{}{}", " ".repeat(place.before), "^".repeat(place.width));
    let mut shown = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        shown,
        "{}: {}",
        paint(colour, &format!("{word}[{}]", found.code)),
        visible(&found.message)
    );
    let _ = writeln!(shown, "{gutter}--> {name}:{number}:{}", place.before + 1);
    let _ = writeln!(shown, "{gutter} |");
    let _ = writeln!(shown, "{number} | {}", visible(place.text));
    let _ = writeln!(shown, "{gutter} | {}", paint(colour, &carets));
    let label = |fix: &Value| fix["label"].as_str().map(str::to_owned);
    for label in found.fixes.iter().filter_map(label).take(MAX_FIXES) {
        let _ = writeln!(shown, "{gutter} = fix: {}", visible(&label));
    }
    shown
}

/// A text without what a terminal would obey: each control character becomes one visible one.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Where a range is: its line, from 1, and the characters before and in it.
struct Place<'a> {
    line: usize,
    text: &'a str,
    before: usize,
    width: usize,
}

impl<'a> Place<'a> {
    fn of(text: &'a str, [from, to]: [usize; 2]) -> Self {
        let from = floor(text, from);
        let to = floor(text, to).max(from);
        let start = text[..from].rfind('\n').map_or(0, |at| at + 1);
        let end = text[from..].find('\n').map_or(text.len(), |at| from + at);
        let width = text[from..to.min(end)].chars().count();
        Self {
            line: text[..start].matches('\n').count() + 1,
            text: &text[start..end],
            before: text[start..from].chars().count(),
            // An empty range still points somewhere.
            width: width.max(1),
        }
    }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Range;
    use serde_json::json;

    fn shown(text: &str, bytes: [usize; 2]) -> String {
        let found = Diagnostic {
            code: "V004".to_owned(),
            severity: Severity::Error,
            part: Some("body".to_owned()),
            message: "unknown token kind `foo`".to_owned(),
            range: Range { bytes, utf16: bytes },
            fixes: vec![json!({"label": "use `{{entity:x}}`", "edits": []})],
        };
        finding("body", text, &found, false)
    }

    #[test]
    fn carets_stand_under_the_range() {
        let expected = "\
error[V004]: unknown token kind `foo`
 --> body:2:4
  |
2 | é: {{foo:x}}!
  |    ^^^^^^^^^
  = fix: use `{{entity:x}}`
";
        assert_eq!(shown("one\né: {{foo:x}}!\nthree", [8, 17]), expected);
    }

    #[test]
    fn a_range_over_lines_or_beyond_the_end_still_points() {
        assert!(shown("ab\ncd", [1, 5]).contains("1 | ab\n  |  ^\n"));
        assert!(shown("ab", [2, 2]).contains("1 | ab\n  |   ^\n"));
        assert!(shown("é", [1, 99]).contains("1 | é\n  | ^\n"));
        assert!(shown("", [0, 0]).contains("1 | \n  | ^\n"));
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed() {
        let text = shown("\x1b[2J\u{7}{{foo:x}}", [5, 14]);
        assert!(!text.contains('\x1b') && !text.contains('\u{7}'), "{text:?}");
    }
}
