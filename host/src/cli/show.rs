//! What people see: colours where a terminal shows them and `NO_COLOR` does not forbid it, and
//! nothing that a terminal would obey.

use std::io::IsTerminal;

/// Whether the person wants colours at all (<https://no-color.org>).
pub(super) fn colours_are_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether standard output shows colours.
pub(super) fn stdout_has_colours() -> bool {
    std::io::stdout().is_terminal() && colours_are_wanted()
}

/// A text without what a terminal would obey: each control character becomes one visible one.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed() {
        assert_eq!(visible("a\x1b[2J\u{7}\n\u{9b}é"), "a\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}é");
    }
}
