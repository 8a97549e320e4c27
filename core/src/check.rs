//! Everything that can be said of a template before a value is known.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostic::quote;
use crate::limits::LISTED;
use crate::token::Written;
use crate::unknown_name::{unknown_name, unknown_names};
use crate::{
    Bounds, Code, Diagnostic, Domains, Names, Offsets, Policy, Severity, Template, Token, body,
    bounds, parse, title,
};

/// Checks a template as it is being written.
#[must_use]
pub fn check<'a>(draft: &Draft<'a>) -> Check<'a> {
    let parsed = parse(draft.body);
    let mut findings = Findings { silenced: &draft.silenced, listed: Vec::new(), total: 0 };
    findings.add(draft.title.and_then(title::check).into_iter(), 0);
    findings.add(body::whole(draft.body), 0);
    let unlisted = parsed.diagnostics_total().saturating_sub(LISTED);
    findings.add(parsed.diagnostics().take(LISTED), unlisted);
    if let Some(names) = draft.names {
        let unknown = unknown_names(&parsed.template, names);
        let mut offsets = Offsets::new(draft.body);
        let first = unknown.iter().take(LISTED);
        let explained = first.map(|token| unknown_name(token, names, &mut offsets));
        findings.add(explained, unknown.len().saturating_sub(LISTED));
    }
    let bounds = draft.domains.map(|domains| bounds(&parsed.template, domains, draft.policy));
    let bounds = match bounds {
        Some(Ok(bounds)) => Some(bounds),
        Some(Err(unknown)) => {
            let mut offsets = Offsets::new(draft.body);
            let first = unknown.iter().take(LISTED);
            let explained = first.map(|token| no_domain(token, &mut offsets));
            findings.add(explained, unknown.len().saturating_sub(LISTED));
            None
        }
        None => None,
    };
    let Findings { mut listed, total, .. } = findings;
    listed.sort_by_key(|finding| (finding.part, finding.range.bytes));
    listed.truncate(LISTED);
    Check { template: parsed.template, diagnostics: listed, diagnostics_total: total, bounds }
}

/// A template as it is being written.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Its title, if that is to be checked too.
    pub title: Option<&'a str>,
    /// Its body.
    pub body: &'a str,
    /// The names that exist, if tokens are to be compared with them.
    pub names: Option<&'a Names>,
    /// What its tokens may hold, if bounds are wanted.
    pub domains: Option<&'a Domains>,
    /// What is kept whole at the border of two segments.
    pub policy: Policy,
    /// Codes that are not to be reported; an error is reported all the same.
    pub silenced: Vec<Code>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Check<'a> {
    /// The template.
    pub template: Template<'a>,
    /// The findings, title first, then in the order of the body; at most [`LISTED`].
    pub diagnostics: Vec<Diagnostic>,
    /// How many there are.
    pub diagnostics_total: usize,
    /// The fewest and the most segments; `None` without domains, or if a token has none.
    pub bounds: Option<Bounds>,
}

fn no_domain(token: &Token<'_>, offsets: &mut Offsets<'_>) -> Diagnostic {
    let written = quote(&format!("{}", Written(token.kind, token.name)));
    let message = format!("no domain for {written}: expected one for each token, for exact bounds");
    let range = offsets.range(token.start, token.end);
    Diagnostic::of_body(Code::NoDomain, message, range, None)
}

/// Findings from several sources, each of which gives its first [`LISTED`] and counts the rest.
struct Findings<'a> {
    silenced: &'a [Code],
    listed: Vec<Diagnostic>,
    total: usize,
}

impl Findings<'_> {
    fn add(&mut self, findings: impl Iterator<Item = Diagnostic>, unlisted: usize) {
        let mut silent = false;
        for finding in findings {
            silent = finding.severity != Severity::Error && self.silenced.contains(&finding.code);
            if !silent {
                self.listed.push(finding);
                self.total += 1;
            }
        }
        // Only a source of a single code has findings beyond its list.
        self.total += if silent { 0 } else { unlisted };
    }
}
