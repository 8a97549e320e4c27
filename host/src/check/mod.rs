//! Checks templates that stand in files, for a pipeline: bodies, folders and YAML files
//! (`sms_templates`), each finding with its file, line and column. The module decides what is
//! found; here it is asked, and its answers are put back into the files.

mod diff;
mod report;
mod source;
mod yaml;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::finding::{Finding, Range, Severity};
use crate::sandbox::{CallError, Grant, Sandbox};

pub use diff::{Cost, Difference, Side, diff};
pub use report::Format;
pub(crate) use source::From;
pub use source::{MAX_BYTES, Place, Placed, Source, SourceError, read};

/// A source with what was found in it.
#[derive(Debug)]
pub struct Checked {
    /// The source.
    pub source: Source,
    /// The findings, in the order of the module.
    pub findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Answer {
    ok: Found,
}

#[derive(Deserialize)]
struct Found {
    diagnostics: Vec<Finding>,
}

/// Why a check gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The module did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The module refused, e.g. an unknown code to silence.
    #[error("{0}")]
    Refused(String),
}

/// Asks the module about each source, with `silence` as the codes that are not to be reported.
///
/// # Errors
/// A module that does not answer, or that refuses the question.
pub fn check(
    sandbox: &Sandbox,
    sources: Vec<Source>,
    silence: &[String],
) -> Result<Vec<Checked>, CheckError> {
    let titles = titles(&sources);
    let ask = |source: Source| {
        let senders: BTreeMap<_, _> = source
            .senders
            .iter()
            .map(|(environment, sender)| (*environment, &sender.text))
            .collect();
        let mut request = json!({"op": "check", "body": source.body.text, "senders": senders});
        if let Some(title) = &source.title {
            request["title"] = title.text.clone().into();
        }
        if !silence.is_empty() {
            request["silence"] = silence.into();
        }
        let outcome = sandbox.call(request.to_string().as_bytes(), &Grant::default())?;
        let answer: Answer = serde_json::from_slice(&outcome.response)
            .map_err(|_| CheckError::Refused(refusal(&outcome.response)))?;
        let mut findings = answer.ok.diagnostics;
        findings.extend(twice(&source, &titles));
        Ok(Checked { source, findings })
    };
    sources.into_iter().map(ask).collect()
}

/// The sentence of an error response.
pub(crate) fn refusal(response: &[u8]) -> String {
    let response: serde_json::Value = serde_json::from_slice(response).unwrap_or_default();
    let message = response["error"]["message"].as_str();
    message.unwrap_or("the module's answer does not keep the interface").to_owned()
}

/// How often each title stands in all sources: a title is unique in a project.
fn titles(sources: &[Source]) -> BTreeMap<String, usize> {
    let mut titles = BTreeMap::new();
    for title in sources.iter().filter_map(|source| source.title.as_ref()) {
        *titles.entry(title.text.clone()).or_default() += 1;
    }
    titles
}

fn twice(source: &Source, titles: &BTreeMap<String, usize>) -> Option<Finding> {
    let title = &source.title.as_ref()?.text;
    let times = titles.get(title).filter(|times| **times > 1)?;
    let utf16 = title.encode_utf16().count();
    Some(Finding {
        code: "V006".into(),
        severity: Severity::Error,
        part: "title".into(),
        message: format!("the title `{title}` stands {times} times: expected one of its own"),
        range: Range { bytes: [0, title.len()], utf16: [0, utf16] },
        fixes: Vec::new(),
    })
}
