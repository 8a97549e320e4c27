//! What a body costs, told of its messages: a body may be one bare token.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Desk;
use crate::diagnostic::quote;
use crate::{
    Bounds, Code, Diagnostic, Edit, Encoding, Fix, Missing, Policy, Template, count, forcing,
    render,
};

pub(super) fn lint(desk: &mut Desk<'_>, template: &Template<'_>, bounds: Option<&Bounds>) {
    // The text without any value: what every message holds at least.
    let Ok(own) = render(template, &(), Missing::Blank) else { return };
    let cost = count(&own, Policy::Standard);
    if cost.encoding == Encoding::Ucs2 {
        forced(desk, template, &own, cost.segments);
    }
    let whole = desk.body.len();
    match bounds.and_then(|bounds| bounds.max.as_ref()) {
        Some(max) if max.segments > 1 => {
            let values = max.witness.iter().flat_map(|witness| &witness.values);
            let longest = values.max_by_key(|(.., value)| value.len());
            let with = longest.map_or_else(String::new, |(_, name, value)| {
                format!(", for example with {} = {}", quote(name), quote(value))
            });
            let message = format!(
                "a message of this body takes up to {} segments ({}){with}",
                max.segments,
                max.encoding.as_str()
            );
            desk.say(Code::OverOneSegment, 0, whole, message, None);
        }
        None if cost.segments > 1 => {
            let message = format!(
                "every message of this body takes at least {} segments ({}): its own text has {} \
                 units, and one segment holds {}",
                cost.segments,
                cost.encoding.as_str(),
                cost.units,
                cost.encoding.single()
            );
            desk.say(Code::OverOneSegment, 0, whole, message, None);
        }
        Some(_) | None => {}
    }
}

/// The characters of the body's own text that force UCS-2: those with a plainer spelling one by
/// one, with what the spelling saves; the rest in one finding.
fn forced(desk: &mut Desk<'_>, template: &Template<'_>, own: &str, segments: usize) {
    let in_token = |at: usize| template.tokens().iter().any(|t| (t.start..t.end).contains(&at));
    let all = forcing(desk.body).filter(|one| !in_token(one.range.bytes[0]));
    let (plain, stuck): (Vec<_>, Vec<_>) = all.partition(|one| one.replacement.is_some());
    let edits: Vec<_> = plain
        .iter()
        .filter_map(|one| Some(Edit { range: one.range, text: one.replacement.clone()? }))
        .collect();
    // The gain is counted, not guessed: a replacement may be longer than what it replaces.
    let saved = |text: &str| segments.saturating_sub(count(text, Policy::Standard).segments);
    let all_saved = saved(&replaced(own));
    for (one, edit) in plain.iter().zip(&edits) {
        let spelling = match edit.text.as_str() {
            "" => String::from("leave it out"),
            text => format!("write {}", quote(text)),
        };
        let cost = "forces UCS-2, where a segment holds 70 units instead of 160";
        let only = stuck.is_empty().then_some(match (plain.len(), all_saved) {
            (1, 0) => String::from(" to get GSM-7 back"),
            (1, saved) => format!(" to save {saved} of {segments} segments"),
            (several, 0) => format!(" and mend all {several} to get GSM-7 back"),
            (several, saved) => {
                format!(" and mend all {several} to save {saved} of {segments} segments")
            }
        });
        let message =
            format!("{} {cost}; {spelling}{}", quote(&one.char), only.unwrap_or_default());
        let mut fixes = alloc::vec![Fix { label: spelling, edits: alloc::vec![edit.clone()] }];
        if edits.len() > 1 {
            let saves = match all_saved {
                0 => String::new(),
                1 => String::from(" (saves 1 segment)"),
                several => format!(" (saves {several} segments)"),
            };
            let label = format!("replace all {}{saves}", edits.len());
            fixes.push(Fix { label, edits: edits.clone() });
        }
        desk.said.push(Diagnostic::of_body(Code::ForcesUcs2, message, one.range, fixes));
    }
    if let Some(first) = stuck.first() {
        let more = match stuck.len() - 1 {
            0 => String::new(),
            1 => String::from(" and one more character"),
            more => format!(" and {more} more characters"),
        };
        let force = if more.is_empty() { "forces" } else { "force" };
        let message = format!(
            "{}{more} {force} UCS-2, where a segment holds 70 units instead of 160; nothing in \
             GSM-7 means the same",
            quote(&first.char)
        );
        desk.said.push(Diagnostic::of_body(Code::StaysUcs2, message, first.range, None));
    }
}

/// A text with every plainer spelling in it.
fn replaced(text: &str) -> String {
    let mut plainer = String::with_capacity(text.len());
    let mut at = 0;
    for one in forcing(text) {
        let [from, to] = one.range.bytes;
        plainer.push_str(&text[at..from]);
        plainer.push_str(one.replacement.as_deref().unwrap_or(&text[from..to]));
        at = to;
    }
    plainer.push_str(&text[at..]);
    plainer
}
