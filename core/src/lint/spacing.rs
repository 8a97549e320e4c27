//! White space that nobody meant: twice, at an end, or missing between two tokens.

use alloc::string::String;

use super::Desk;
use crate::{Code, Template};

pub(super) fn lint(desk: &mut Desk<'_>, template: &Template<'_>) {
    double(desk, template);
    trailing(desk);
    for pair in template.tokens().windows(2) {
        if pair[0].end == pair[1].start {
            let at = pair[0].end;
            let message = String::from(
                "two tokens without a space between them: their values will run together",
            );
            desk.say(Code::TokensTouch, at, at, message, [(String::from("insert a space"), " ")]);
        }
    }
}

/// Two spaces or more between words; at the end of a line they are trailing.
fn double(desk: &mut Desk<'_>, template: &Template<'_>) {
    let body = template.body();
    let mut at = 0;
    while let Some(found) = body[at..].find(' ') {
        let from = at + found;
        let to = body[from..].find(|c| c != ' ').map_or(body.len(), |length| from + length);
        at = to;
        if to - from < 2 {
            continue;
        }
        let ends_line = body[to..].chars().next().is_none_or(|c| c == '\n' || c == '\r');
        if !ends_line {
            let message = String::from("more than one space: each is a unit that is paid for");
            desk.say(Code::DoubleSpace, from, to, message, [(String::from("keep one space"), " ")]);
        }
    }
}

/// White space at the end of a line or of the body.
fn trailing(desk: &mut Desk<'_>) {
    let body = desk.body;
    if body.trim().is_empty() {
        return; // An error already says so.
    }
    let mut start = 0;
    let end = body.trim_end().len();
    for line in body.split_inclusive('\n') {
        let from = start + line.trim_end().len();
        start += line.len();
        let to = start - line.len() + line.trim_end_matches(['\n', '\r']).len();
        // What follows the last letter is one finding, however many lines it has.
        let (from, to) = if from >= end { (end, body.len()) } else { (from, to) };
        if from < to {
            let message =
                String::from("white space at the end: nobody sees it, and it is paid for");
            desk.say(Code::TrailingSpace, from, to, message, [(String::from("remove it"), "")]);
        }
        if from >= end {
            break;
        }
    }
}
