//! Everything that can be said of a template before a value is known.

use alloc::vec::Vec;

use crate::limits::LISTED;
use crate::unknown_name::{unknown_name, unknown_names};
use crate::{Code, Diagnostic, Names, Offsets, Severity, Template, body, parse, title};

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
    let Findings { mut listed, total, .. } = findings;
    listed.sort_by_key(|finding| (finding.part, finding.range.bytes));
    listed.truncate(LISTED);
    Check { template: parsed.template, diagnostics: listed, diagnostics_total: total }
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
