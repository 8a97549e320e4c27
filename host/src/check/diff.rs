//! What a change of templates does: to the text, to the tokens, and to what the worst message
//! costs. The module counts; titles pair the old templates with the new.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CheckError, Source, refusal};
use crate::finding::{Finding, Range, Severity};
use crate::sandbox::{Grant, Sandbox};

/// What became of one template.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Its title; `None` for a body alone.
    pub title: Option<String>,
    /// The old body, if there was one.
    pub old: Option<Side>,
    /// The new body, if there is one.
    pub new: Option<Side>,
    /// Tokens that only the new body has.
    pub tokens_added: Vec<String>,
    /// Tokens that only the old body has.
    pub tokens_removed: Vec<String>,
}

/// A body and what it costs.
#[derive(Debug, Clone, Serialize)]
pub struct Side {
    /// The body.
    pub body: String,
    /// The most segments of a message, each token as long as was assumed; `None` if the body has
    /// errors or no message could be sent.
    pub worst: Option<Cost>,
    #[serde(skip)]
    tokens: BTreeSet<String>,
}

/// What a message costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Segments.
    pub segments: usize,
    /// The encoding.
    pub encoding: String,
}

impl Difference {
    /// Segments that the worst message takes more than before.
    #[must_use]
    pub fn grows_by(&self) -> usize {
        let worst = |side: &Option<Side>| Some(side.as_ref()?.worst.as_ref()?.segments);
        match (worst(&self.old), worst(&self.new)) {
            (Some(old), Some(new)) => new.saturating_sub(old),
            (Some(_) | None, None) | (None, Some(_)) => 0,
        }
    }
}

/// Compares templates by title; of two single bodies, those. Each token is taken to hold at most
/// `token_chars` characters of the GSM alphabet's commoner half, one septet each.
///
/// # Errors
/// A module that does not answer.
pub fn diff(
    sandbox: &Sandbox,
    old: &[Source],
    new: &[Source],
    token_chars: usize,
) -> Result<Vec<Difference>, CheckError> {
    // Two bodies without titles are two states of one.
    let key = |source: &Source| source.title.as_ref().map(|title| title.text.clone());
    let by_title = |sources: &[Source]| -> BTreeMap<Option<String>, String> {
        sources.iter().map(|source| (key(source), source.body.text.clone())).collect()
    };
    let (old, new) = (by_title(old), by_title(new));
    let titles: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
    let mut differences = Vec::new();
    for title in titles {
        let (before, after) = (old.get(&title), new.get(&title));
        if before == after {
            continue;
        }
        let side = |body: Option<&String>| {
            body.map(|body| Side::new(sandbox, body, token_chars)).transpose()
        };
        let (old, new) = (side(before)?, side(after)?);
        let only = |one: &Option<Side>, other: &Option<Side>| {
            let other = other.as_ref().map(|side| side.tokens.clone()).unwrap_or_default();
            let one = one.iter().flat_map(|side| &side.tokens);
            one.filter(|token| !other.contains(*token)).cloned().collect()
        };
        let (tokens_added, tokens_removed) = (only(&new, &old), only(&old, &new));
        differences.push(Difference { title, old, new, tokens_added, tokens_removed });
    }
    Ok(differences)
}

#[derive(Deserialize)]
struct Answer {
    ok: Found,
}

#[derive(Deserialize)]
struct Found {
    tokens: Vec<Token>,
    bounds: Option<Bounds>,
    diagnostics: Vec<Finding>,
}

#[derive(Deserialize)]
struct Token {
    kind: String,
    name: String,
    range: Range,
}

#[derive(Deserialize)]
struct Bounds {
    max: Option<Cost>,
}

impl Side {
    fn new(sandbox: &Sandbox, body: &str, token_chars: usize) -> Result<Self, CheckError> {
        let ask = |request: Value| -> Result<Found, CheckError> {
            let outcome = sandbox.call(request.to_string().as_bytes(), &Grant::default())?;
            let answer: Result<Answer, _> = serde_json::from_slice(&outcome.response);
            answer
                .map(|answer| answer.ok)
                .map_err(|_| CheckError::Refused(refusal(&outcome.response)))
        };
        let found = ask(json!({"op": "check", "body": body}))?;
        let tokens = found
            .tokens
            .iter()
            .filter_map(|token| body.get(token.range.bytes[0]..token.range.bytes[1]))
            .map(str::to_owned)
            .collect();
        let broken = found.diagnostics.iter().any(|one| one.severity == Severity::Error);
        let worst = match broken {
            true => None,
            false => {
                let domains = domains(&found.tokens, token_chars);
                let found = ask(json!({"op": "check", "body": body, "domains": domains}))?;
                found.bounds.and_then(|bounds| bounds.max)
            }
        };
        Ok(Self { body: body.to_owned(), worst, tokens })
    }
}

/// The same domain for every token: the letter `x`, as often as was assumed.
fn domains(tokens: &[Token], token_chars: usize) -> Value {
    let mut kinds: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    let longest = "x".repeat(token_chars);
    for token in tokens {
        let domain = match token.kind.as_str() {
            "variant" => longest.clone().into(),
            _ => json!({"values": [longest]}),
        };
        kinds.entry(&token.kind).or_default().insert(&token.name, domain);
    }
    let variant = kinds.remove("variant").unwrap_or_default();
    let mut domains = json!(kinds);
    domains["rows"] = json!([{"variant": "longest", "values": variant}]);
    domains
}
