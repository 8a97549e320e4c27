//! What the two engines of JavaScript are given, and what they give back: a line of JSON for each
//! case, bytes in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use verbatim_tests::corpus::{Answer, Case};
use verbatim_tests::granted::Granted;

/// The host that both share.
pub(super) const SIMULATED: &str = include_str!("simulated.mjs");

/// All cases, one a line.
pub(super) fn asked(cases: &[Case]) -> String {
    let line = |case: &Case| {
        let request = BASE64.encode(&case.request);
        let asked = Asked { request, granted: &case.granted };
        serde_json::to_string(&asked).expect("strings and numbers") + "\n"
    };
    cases.iter().map(line).collect()
}

/// Reads what came back.
pub(super) fn answered(lines: &str, cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let answers: Vec<_> = lines.lines().map(read).collect::<Result<_, _>>()?;
    if answers.len() == cases.len() {
        return Ok(answers);
    }
    Err(format!("expected {} answers, found {}", cases.len(), answers.len()))
}

fn read(line: &str) -> Result<Option<Answer>, String> {
    let wrong = |why: String| format!("expected an answer, found {line}: {why}");
    let found: Option<Found> = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))?;
    let Some(Found { response, intents }) = found else { return Ok(None) };
    let response = BASE64.decode(response).map_err(|e| wrong(e.to_string()))?;
    Ok(Some(Answer { response, intents }))
}

#[derive(Serialize)]
struct Asked<'a> {
    request: String,
    granted: &'a Granted,
}

#[derive(Deserialize)]
struct Found {
    response: String,
    intents: Vec<String>,
}
