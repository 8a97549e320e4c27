//! Everything that can be said of a template before a value is known.

use alloc::vec::Vec;

use crate::limits::LISTED;
use crate::{
    Bounds, Campaign, Code, Diagnostic, Domains, Environment, Names, Offsets, Policy, Severity,
    Template, body, lint, parse, title,
};

/// Checks a template as it is being written.
#[must_use]
pub fn check<'a>(draft: &Draft<'a>) -> Check<'a> {
    let parsed = parse(draft.body);
    let mut findings = Findings { silenced: &draft.silenced, listed: Vec::new(), total: 0 };
    findings.add(draft.title.and_then(title::check));
    findings.add(body::whole(draft.body));
    findings.add(parsed.diagnostics().take(LISTED));
    findings.total += parsed.diagnostics_total().saturating_sub(LISTED);
    findings.add(lint::senders(&draft.senders));
    // Lints and bounds are for what could be sent at all; that also bounds their work.
    let mut bounds = None;
    if !body::is_too_long(draft.body) {
        let found =
            draft.domains.map(|domains| crate::bounds(&parsed.template, domains, draft.policy));
        match found {
            Some(Ok(found)) => bounds = Some(found),
            Some(Err(unknown)) => {
                let mut offsets = Offsets::new(draft.body);
                findings.add(unknown.iter().map(|token| lint::no_domain(token, &mut offsets)));
            }
            None => {}
        }
        findings.add(lint::lints(draft, &parsed.template, bounds.as_ref()));
    }
    let Findings { mut listed, total, .. } = findings;
    let place = |finding: &Diagnostic| (finding.part, finding.range.bytes);
    crate::sort(&mut listed, |a, b| place(a) > place(b));
    listed.truncate(LISTED);
    Check { template: parsed.template, diagnostics: listed, diagnostics_total: total, bounds }
}

/// A template as it is being written.
#[derive(Debug, Clone, Default)]
pub struct Draft<'a> {
    /// Its title, if that is to be checked too.
    pub title: Option<&'a str>,
    /// Its body.
    pub body: &'a str,
    /// The names that exist, if tokens are to be compared with them.
    pub names: Option<&'a Names>,
    /// Its senders, if they are to be checked too.
    pub senders: Vec<(Environment, &'a str)>,
    /// What the sender's campaign says of its messages.
    pub campaign: Option<Campaign>,
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

/// Findings from several sources.
struct Findings<'a> {
    silenced: &'a [Code],
    listed: Vec<Diagnostic>,
    total: usize,
}

impl Findings<'_> {
    fn add(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        for finding in findings {
            if finding.severity == Severity::Error || !self.silenced.contains(&finding.code) {
                self.listed.push(finding);
                self.total += 1;
            }
        }
    }
}
