//! Everything that can be said of a template before a value is known.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::diagnostic::quote;
use crate::limits::{BODY_CHARS, LISTED};
use crate::token::Written;
use crate::{
    Code, Diagnostic, Edit, Fix, Kind, Names, Offsets, Part, Refusal, Template, TextRange, Token,
    parse, title,
};

/// Checks a template as it is being written.
#[must_use]
pub fn check<'a>(draft: &Draft<'a>) -> Check<'a> {
    let Draft { title, body, names } = *draft;
    let parsed = parse(body);
    let mut diagnostics: Vec<Diagnostic> = title.and_then(title::check).into_iter().collect();
    let mut total = diagnostics.len();
    let mut report = |finding: Diagnostic| {
        total += 1;
        if diagnostics.len() < LISTED {
            diagnostics.push(finding);
        }
    };
    whole_body(body).for_each(&mut report);
    // The two lists are each in the order of the body; merging them keeps the whole in order.
    let unknown = names.map(|names| unknown_names(&parsed.template, names)).unwrap_or_default();
    let mut offsets = Offsets::new(body);
    let mut explained = unknown
        .iter()
        .take(LISTED)
        .filter_map(|token| names.map(|names| unknown_name(token, names, &mut offsets)));
    let mut explained = explained.by_ref().peekable();
    for near_miss in parsed.diagnostics().take(LISTED) {
        let before = |finding: &Diagnostic| finding.range.bytes[0] < near_miss.range.bytes[0];
        while let Some(finding) = explained.next_if(before) {
            report(finding);
        }
        report(near_miss);
    }
    explained.for_each(&mut report);
    total += parsed.diagnostics_total().saturating_sub(LISTED);
    total += unknown.len().saturating_sub(LISTED);
    Check { template: parsed.template, diagnostics, diagnostics_total: total }
}

/// Checks a body strictly, for senders.
///
/// # Errors
/// Its errors (`V003` to `V016`); what is less than an error does not stop a message.
pub(crate) fn strict(body: &str) -> Result<Template<'_>, Refusal> {
    let parsed = parse(body);
    let mut findings = whole_body(body).chain(parsed.diagnostics()).peekable();
    match findings.peek() {
        None => {
            drop(findings);
            Ok(parsed.template)
        }
        Some(_) => {
            let total = whole_body(body).count() + parsed.diagnostics_total();
            Err(Refusal::of_body(findings, total))
        }
    }
}

/// A template as it is being written.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// Its title, if that is to be checked too.
    pub title: Option<&'a str>,
    /// Its body.
    pub body: &'a str,
    /// The names that exist, if tokens are to be compared with them.
    pub names: Option<&'a Names>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Check<'a> {
    /// The template.
    pub template: Template<'a>,
    /// The findings, in the order of the text; at most [`LISTED`].
    pub diagnostics: Vec<Diagnostic>,
    /// How many there are.
    pub diagnostics_total: usize,
}

/// Findings about the body as a whole.
fn whole_body(body: &str) -> impl Iterator<Item = Diagnostic> {
    [length(body), blank(body), nul(body)].into_iter().flatten()
}

fn length(body: &str) -> Option<Diagnostic> {
    if !body.is_empty() && body.len() <= BODY_CHARS {
        return None; // Bytes are at least as many as characters.
    }
    let chars = body.chars().count();
    if (1..=BODY_CHARS).contains(&chars) {
        return None;
    }
    let message = format!("the body has {chars} characters: expected 1 to {BODY_CHARS}");
    let from = body.char_indices().nth(BODY_CHARS).map_or(0, |(at, _)| at);
    Some(finding(Code::BodyLength, message, Offsets::new(body).range(from, body.len()), None))
}

fn blank(body: &str) -> Option<Diagnostic> {
    (!body.is_empty() && body.trim().is_empty()).then(|| {
        let message =
            String::from("the body is white space alone: expected a character that can be seen");
        finding(Code::BodyBlank, message, TextRange::whole(body), None)
    })
}

fn nul(body: &str) -> Option<Diagnostic> {
    let at = body.find('\0')?;
    let range = Offsets::new(body).range(at, at + 1);
    let message = String::from("the body holds U+0000: expected text; remove it");
    let fix = Fix {
        label: String::from("remove U+0000"),
        edits: vec![Edit { range, text: String::new() }],
    };
    Some(finding(Code::BodyNul, message, range, Some(fix)))
}

/// Tokens that name nothing.
fn unknown_names<'t, 'a>(template: &'t Template<'a>, names: &Names) -> Vec<&'t Token<'a>> {
    let known: BTreeSet<(Kind, &str)> = Kind::ALL
        .into_iter()
        .flat_map(|kind| names.of(kind).iter().map(move |name| (kind, name.as_str())))
        .collect();
    let exists = |token: &&Token<'_>| {
        let bare = token.name.strip_prefix("variant_").filter(|_| token.kind == Kind::Variant);
        known.contains(&(token.kind, token.name))
            || bare.is_some_and(|bare| known.contains(&(token.kind, bare)))
    };
    template.tokens().iter().filter(|token| !exists(token)).collect()
}

fn unknown_name(token: &Token<'_>, names: &Names, offsets: &mut Offsets<'_>) -> Diagnostic {
    let range = offsets.range(token.start, token.end);
    let written = Written(token.kind, token.name);
    let what = match token.kind {
        Kind::Variant => "attribute of the variants",
        Kind::Entity => "entity",
        Kind::Variable => "variable",
        Kind::Translation => "translation",
    };
    let meant = closest(token.name, names.of(token.kind));
    let meant = meant.map(|name| format!("{}", Written(token.kind, name)));
    let written = quote(&format!("{written}"));
    let message = match &meant {
        Some(meant) => format!("no such {what} for {written}; expected perhaps `{meant}`"),
        None => format!("no such {what} for {written}; expected a name that exists"),
    };
    let fix = meant
        .map(|text| Fix { label: format!("write `{text}`"), edits: vec![Edit { range, text }] });
    finding(Code::UnknownName, message, range, fix)
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
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn finding(code: Code, message: String, range: TextRange, fix: Option<Fix>) -> Diagnostic {
    Diagnostic {
        code,
        severity: code.severity(),
        part: Part::Body,
        message,
        range,
        fixes: fix.into_iter().collect(),
    }
}
