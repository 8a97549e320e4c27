//! Tokens that nothing will fill: they name nothing, or what they name has no value.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Desk;
use crate::bounds::domain;
use crate::diagnostic::quote;
use crate::token::Written;
use crate::{
    Code, Diagnostic, Domain, Draft, Edit, Fix, Kind, Names, Offsets, Row, Template, Token,
};

pub(super) fn lint(desk: &mut Desk<'_>, template: &Template<'_>, draft: &Draft<'_>) {
    if let Some(names) = draft.names {
        for token in unknown_names(template, names) {
            desk.said.push(unknown_name(token, names, &mut desk.offsets));
        }
    }
    let Some(domains) = draft.domains else { return };
    for token in template.tokens() {
        let written = Written(token.kind, token.name);
        let message = match token.kind {
            Kind::Variant => {
                let lacks = |row: &&Row| row.attribute(token.name).is_none();
                let mut lacking = domains.rows.iter().filter(lacks);
                let Some(first) = lacking.next() else { continue };
                let more = match lacking.count() {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let first = quote(&first.variant);
                format!(
                    "`{written}` is never filled for the variant {first}{more}: a send is refused"
                )
            }
            Kind::Entity | Kind::Variable | Kind::Translation => {
                match domain(domains, token.kind, token.name) {
                    Some(Domain::Values(values)) if values.is_empty() => {
                        format!("`{written}` is never filled: its list of values is empty")
                    }
                    Some(Domain::Values(_) | Domain::Text { .. } | Domain::Range { .. }) | None => {
                        continue;
                    }
                }
            }
        };
        desk.say(Code::NeverFilled, token.start, token.end, message, None);
    }
}

/// Says that bounds cannot be given because of this token.
pub(crate) fn no_domain(token: &Token<'_>, offsets: &mut Offsets<'_>) -> Diagnostic {
    let written = quote(&format!("{}", Written(token.kind, token.name)));
    let message = format!("no domain for {written}: expected one for each token, for exact bounds");
    let range = offsets.range(token.start, token.end);
    Diagnostic::of_body(Code::NoDomain, message, range, None)
}

/// The tokens that are not among `names`.
fn unknown_names<'t, 'a>(template: &'t Template<'a>, names: &Names) -> Vec<&'t Token<'a>> {
    let known = Kind::ALL.map(|kind| {
        let mut known: Vec<&str> =
            names.of(kind).unwrap_or_default().iter().map(String::as_str).collect();
        crate::sort(&mut known, |a, b| a > b);
        known
    });
    let exists = |token: &&Token<'_>| {
        if names.of(token.kind).is_none() {
            return true; // Nobody knows.
        }
        let bare = token.name.strip_prefix("variant_").filter(|_| token.kind == Kind::Variant);
        let known = &known[token.kind as usize];
        known.binary_search(&token.name).is_ok()
            || bare.is_some_and(|bare| known.binary_search(&bare).is_ok())
    };
    template.tokens().iter().filter(|token| !exists(token)).collect()
}

/// Says so of one of them.
fn unknown_name(token: &Token<'_>, names: &Names, offsets: &mut Offsets<'_>) -> Diagnostic {
    let range = offsets.range(token.start, token.end);
    let written = Written(token.kind, token.name);
    let what = match token.kind {
        Kind::Variant => "attribute of the variants",
        Kind::Entity => "entity",
        Kind::Variable => "variable",
        Kind::Translation => "translation",
    };
    let meant = closest(token.name, names.of(token.kind).unwrap_or_default());
    let meant = meant.map(|name| format!("{}", Written(token.kind, name)));
    let written = quote(&format!("{written}"));
    let message = match &meant {
        Some(meant) => format!("no such {what} for {written}; expected perhaps `{meant}`"),
        None => format!("no such {what} for {written}; expected a name that exists"),
    };
    let fix = meant
        .map(|text| Fix { label: format!("write `{text}`"), edits: vec![Edit { range, text }] });
    Diagnostic::of_body(Code::UnknownName, message, range, fix)
}

/// The name that differs from `written` the least, if it differs little.
fn closest<'n>(written: &str, names: &'n [String]) -> Option<&'n str> {
    let plain = |name: &str| -> Vec<u8> {
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect()
    };
    let written = plain(written);
    let slips = 1 + written.len() / 4;
    let near = names.iter().take(COMPARED).filter_map(|name| {
        let name_plain = plain(name);
        let near = written.len().abs_diff(name_plain.len()) <= slips;
        let distance = near.then(|| distance(&written, &name_plain))?;
        (distance <= slips).then_some((distance, name.as_str()))
    });
    near.min_by_key(|&(distance, _)| distance).map(|(_, name)| name)
}

/// Names that one unknown name is compared with, at most.
const COMPARED: usize = 1000;

/// Levenshtein's distance, for names short enough to be a slip of the finger.
fn distance(a: &[u8], b: &[u8]) -> usize {
    const LONGEST: usize = 64;
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for x in a {
        let mut diagonal = row[0];
        row[0] += 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
