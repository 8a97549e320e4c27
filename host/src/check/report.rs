//! Findings for people, for machines, for GitHub and for code scanners.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Checked, Place, Source};
use crate::finding::{Finding, Severity};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Sentences with the line and a marker under the place.
    Human,
    /// One JSON object.
    Json,
    /// Workflow commands, which GitHub shows beside the lines of a pull request.
    Github,
    /// SARIF 2.1.0, which code scanners read.
    Sarif,
}

impl Format {
    /// Writes what was found in all sources. `colour` only matters to people.
    #[must_use]
    pub fn write(self, checked: &[Checked], colour: bool) -> String {
        match self {
            Self::Human => human(checked, colour),
            Self::Json => json_of(checked).to_string() + "\n",
            Self::Github => checked.iter().flat_map(lines_of).map(github).collect(),
            Self::Sarif => sarif(checked).to_string() + "\n",
        }
    }
}

/// How many findings of each severity there are.
#[must_use]
pub(crate) fn count(checked: &[Checked], severity: Severity) -> usize {
    checked.iter().flat_map(|one| &one.findings).filter(|one| one.severity == severity).count()
}

#[derive(Clone, Copy)]
struct Line<'a> {
    source: &'a Source,
    finding: &'a Finding,
    from: Place,
    to: Place,
}

/// Each finding with its place in the file.
fn lines_of(checked: &Checked) -> impl Iterator<Item = Line<'_>> {
    let source = &checked.source;
    checked.findings.iter().map(move |finding| {
        let part = source.part(&finding.part).unwrap_or(&source.body);
        let [from, to] = finding.range.bytes.map(|byte| part.place(byte));
        Line { source, finding, from, to }
    })
}

fn path(source: &Source) -> String {
    source.path.as_ref().map_or_else(|| "<body>".into(), |path| path.display().to_string())
}

fn human(checked: &[Checked], colour: bool) -> String {
    let mut out = String::new();
    let paint = |code: &str, text: &str| match colour {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    for line in checked.iter().flat_map(lines_of) {
        let Line { source, finding, from, .. } = &line;
        let code = match finding.severity {
            Severity::Error => "31;1",
            Severity::Warning => "33;1",
            Severity::Info => "36;1",
        };
        let kind = format!("{}[{}]", finding.severity.as_str(), finding.code);
        let place = format!("{}:{}:{}", path(source), from.line, from.column);
        let _ = writeln!(out, "{place}: {}: {}", paint(code, &kind), paint("1", &finding.message));
        if let Some((text, marks)) = excerpt(&line) {
            let number = from.line.to_string();
            let _ = writeln!(out, "  {number} | {text}");
            let _ =
                writeln!(out, "  {:width$} | {}", "", paint(code, &marks), width = number.len());
        }
        for fix in &finding.fixes {
            let _ = writeln!(out, "  fix: {}", fix.label);
        }
    }
    let [errors, warnings, notes] =
        [Severity::Error, Severity::Warning, Severity::Info].map(|one| count(checked, one));
    let templates = counted(checked.len(), "template");
    let _ = match errors + warnings + notes {
        0 => writeln!(out, "{templates}: nothing to mend"),
        _ => writeln!(
            out,
            "{templates}: {}, {}, {}",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(notes, "note")
        ),
    };
    out
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The line of the text that a finding begins in, and marks under what it is about.
fn excerpt(line: &Line<'_>) -> Option<(String, String)> {
    let part = line.source.part(&line.finding.part)?;
    let [from, to] = line.finding.range.bytes;
    let start = part.text.get(..from)?.rfind('\n').map_or(0, |at| at + 1);
    let end = part.text.get(from..)?.find('\n').map_or(part.text.len(), |length| from + length);
    let shown =
        |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let before = part.text[start..from].chars().count();
    let marked = part.text.get(from..to.min(end).max(from))?.chars().count().max(1);
    Some((shown(&part.text[start..end]), " ".repeat(before) + &"^".repeat(marked)))
}

fn json_of(checked: &[Checked]) -> Value {
    let place = |place: Place| json!({"line": place.line, "column": place.column});
    let diagnostics = checked.iter().flat_map(lines_of).map(|line| {
        let mut finding = json!(line.finding);
        finding["path"] = json!(line.source.path);
        finding["title"] = json!(line.source.title.as_ref().map(|title| &title.text));
        finding["from"] = place(line.from);
        finding["to"] = place(line.to);
        finding
    });
    json!({
        "diagnostics": diagnostics.collect::<Vec<_>>(),
        "templates": checked.len(),
        "errors": count(checked, Severity::Error),
        "warnings": count(checked, Severity::Warning),
        "infos": count(checked, Severity::Info),
    })
}

/// Workflow commands: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
fn github(line: Line<'_>) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let command = match line.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let fixes = line.finding.fixes.iter().map(|fix| format!("\nfix: {}", fix.label));
    format!(
        "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}\n",
        property(&path(line.source)),
        line.from.line,
        line.to.line,
        line.from.column,
        line.to.column,
        property(&line.finding.code),
        data(&(line.finding.message.clone() + &fixes.collect::<String>())),
    )
}

/// SARIF 2.1.0 (OASIS): <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.
fn sarif(checked: &[Checked]) -> Value {
    let rules = verbatim_core::CODES.iter().map(|entry| {
        json!({
            "id": entry.code.to_string(),
            "shortDescription": {"text": entry.meaning},
            "defaultConfiguration": {"level": level(entry.severity.as_str())},
        })
    });
    let result = |line: Line<'_>| {
        let region = |from: Place, to: Place| {
            json!({
                "startLine": from.line,
                "startColumn": from.column,
                "endLine": to.line,
                "endColumn": to.column,
            })
        };
        let uri = path(line.source).replace('\\', "/").replace('%', "%25").replace(' ', "%20");
        let location = json!({
            "physicalLocation": {
                "artifactLocation": {"uri": uri},
                "region": region(line.from, line.to),
            }
        });
        json!({
            "ruleId": line.finding.code,
            "level": level(line.finding.severity.as_str()),
            "message": {"text": line.finding.message},
            "locations": [location],
        })
    };
    let results = checked.iter().flat_map(lines_of).map(result);
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "verbatim",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

/// SARIF's word for a severity.
fn level(severity: &str) -> &str {
    match severity {
        "info" => "note",
        other => other,
    }
}
