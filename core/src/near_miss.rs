//! What looks like a token and is none: what was expected, what was found, and the fix.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::diagnostic::quote;
use crate::token::{Written, is_word, is_word_or_dash};
use crate::{Code, Diagnostic, Edit, Fix, Kind, Offsets};

/// The place of a near miss; small, because a hostile body may hold half a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NearMiss {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) closed: bool,
}

/// Kinds as they are written inside `{{…}}`, with the words that people write for them.
const BRACED: [(Kind, &str, &[&str]); 3] = [
    (Kind::Entity, "entity", &["entities", "ent"]),
    (Kind::Variable, "vrbl", &["variable", "var", "vrb", "variables", "vbl"]),
    (Kind::Translation, "tn", &["translation", "translate", "t", "trans"]),
];
const VARIANT_ALIASES: [&str; 3] = ["variant", "attribute", "attr"];
/// References that belong in an action's prompt.
const PROMPT_ONLY: [&str; 2] = ["twilio_sms", "ho"];

impl NearMiss {
    pub(crate) fn explain(self, body: &str, offsets: &mut Offsets<'_>) -> Diagnostic {
        let found = &body[self.start..self.end];
        let (code, message, repairs) = match found.starts_with('$') {
            true => variant(found, self.closed),
            false => braced(found, self.closed),
        };
        let range = offsets.range(self.start, self.end);
        let fixes = repairs.into_iter().map(|text| Fix {
            label: match text.is_empty() {
                true => format!("remove {}", quote(found)),
                false => format!("write `{text}`"),
            },
            edits: vec![Edit { range, text }],
        });
        Diagnostic::of_body(code, message, range, fixes)
    }
}

type Explained = (Code, String, Vec<String>);

fn variant(found: &str, closed: bool) -> Explained {
    let inner = found.strip_prefix("${").unwrap_or(found);
    let inner = if closed { inner.strip_suffix('}').unwrap_or(inner) } else { inner };
    let name = inner.trim();
    if !closed {
        let repaired = repaired(Kind::Variant, name);
        let message = match repaired.as_slice() {
            [fix, ..] if !fix.is_empty() => {
                format!("token left open: expected `{fix}`, found {} without `}}`", quote(found))
            }
            _ => "token left open: expected a name and `}` after `${`, found neither".to_owned(),
        };
        return (Code::TokenLeftOpen, message, repaired);
    }
    if name.is_empty() {
        let message = format!("token without a name: expected `${{name}}`, found {}", quote(found));
        return (Code::TokenWithoutName, message, vec![String::new()]);
    }
    if Kind::Variant.is_name(name) {
        return white_space(found, Written(Kind::Variant, name).to_string());
    }
    bad_name(Kind::Variant, name)
}

fn braced(found: &str, closed: bool) -> Explained {
    let inner = found.strip_prefix("{{").unwrap_or(found);
    let inner = match closed {
        true => inner.strip_suffix("}}").unwrap_or(inner),
        false => inner.strip_suffix('}').unwrap_or(inner),
    };
    let (kind, name) = match inner.split_once(':') {
        Some((kind, name)) => (Some(kind.trim()), name.trim()),
        None => (None, inner.trim()),
    };
    if let Some(reference) = kind.filter(|kind| PROMPT_ONLY.contains(kind)) {
        let message = format!(
            "`{{{{{reference}:…}}}}` belongs in an action's prompt, not in the body of a message; \
             expected text or one of `${{name}}`, `{{{{entity:name}}}}`, `{{{{vrbl:name}}}}`, \
             `{{{{tn:name}}}}`"
        );
        return (Code::PromptReferenceInBody, message, vec![String::new()]);
    }
    let known = kind.and_then(|kind| {
        BRACED.iter().find(|(_, written, _)| *written == kind).map(|&(kind, ..)| kind)
    });
    if !closed {
        return left_open(found, known, kind, name);
    }
    match (kind, known) {
        _ if inner.trim().is_empty() => {
            let message =
                "token without a name: expected `{{entity:name}}`, `{{vrbl:name}}` or `{{tn:name}}`"
                    .to_owned();
            (Code::TokenWithoutName, message, vec![String::new()])
        }
        (Some(_), Some(kind)) if name.is_empty() => {
            let message = format!(
                "token without a name: expected `{}`, found {}",
                Written(kind, "name"),
                quote(found)
            );
            (Code::TokenWithoutName, message, vec![String::new()])
        }
        (Some(_), Some(kind)) if kind.is_name(name) => {
            white_space(found, Written(kind, name).to_string())
        }
        (Some(_), Some(kind)) => bad_name(kind, name),
        (Some(kind), None) => {
            let message =
                format!("unknown token kind {}; expected `entity`, `vrbl` or `tn`", quote(kind));
            (Code::UnknownTokenKind, message, by_likelihood(kind, name))
        }
        (None, _) => {
            let message = format!(
                "token without a kind: expected `{{{{entity:name}}}}`, `{{{{vrbl:name}}}}`, \
                 `{{{{tn:name}}}}` or `${{name}}`, found {}",
                quote(found)
            );
            (Code::TokenWithoutKind, message, by_likelihood("", name))
        }
    }
}

fn left_open(found: &str, known: Option<Kind>, kind: Option<&str>, name: &str) -> Explained {
    let repairs = match (known, kind) {
        (Some(kind), _) => repaired(kind, name),
        (None, Some(kind)) => by_likelihood(kind, name),
        (None, None) => by_likelihood("", name),
    };
    let message = match repairs.as_slice() {
        [fix, ..] if !fix.is_empty() => {
            format!("token left open: expected `{fix}`, found {} without `}}}}`", quote(found))
        }
        _ => format!(
            "token left open: expected a kind, a name and `}}}}` after `{{{{`, found {}",
            quote(found)
        ),
    };
    (Code::TokenLeftOpen, message, repairs)
}

fn white_space(found: &str, fix: String) -> Explained {
    let message = format!("white space inside a token: expected `{fix}`, found {}", quote(found));
    (Code::WhiteSpaceInToken, message, vec![fix])
}

fn bad_name(kind: Kind, name: &str) -> Explained {
    let expected = match kind {
        Kind::Variant => "letters, digits and `_`, not a digit first",
        Kind::Entity | Kind::Variable | Kind::Translation => "letters, digits, `_` and `-`",
    };
    let message = format!("invalid name {} in a token: expected {expected}", quote(name));
    (Code::InvalidTokenName, message, repaired(kind, name))
}

/// The token with a name made valid; nothing at all if nothing of the name is left.
fn repaired(kind: Kind, name: &str) -> Vec<String> {
    vec![repair_name(kind, name).map_or_else(String::new, |name| Written(kind, &name).to_string())]
}

/// Every kind that the writer may have meant, the likeliest first.
fn by_likelihood(written: &str, name: &str) -> Vec<String> {
    let lower = written.to_ascii_lowercase();
    let meant = |kind: Kind| match kind {
        Kind::Variant => VARIANT_ALIASES.contains(&lower.as_str()),
        Kind::Entity | Kind::Variable | Kind::Translation => BRACED
            .iter()
            .any(|(k, word, aliases)| *k == kind && (*word == lower || aliases.contains(&&*lower))),
    };
    let mut kinds = [Kind::Entity, Kind::Variable, Kind::Translation, Kind::Variant];
    crate::sort(&mut kinds, |&a, &b| meant(b) && !meant(a));
    let all: Vec<_> = kinds.into_iter().flat_map(|kind| repaired(kind, name)).collect();
    match all.iter().all(String::is_empty) {
        true => vec![String::new()],
        false => all.into_iter().filter(|fix| !fix.is_empty()).collect(),
    }
}

fn repair_name(kind: Kind, name: &str) -> Option<String> {
    let valid = |c: char| match u8::try_from(c) {
        Ok(byte) if kind == Kind::Variant => is_word(byte),
        Ok(byte) => is_word_or_dash(byte),
        Err(_) => false,
    };
    let mut fixed = String::with_capacity(name.len() + 1);
    for c in name.trim().chars() {
        match valid(c) {
            true => fixed.push(c),
            false if fixed.ends_with('_') => {}
            false => fixed.push('_'),
        }
    }
    if !fixed.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    if kind == Kind::Variant && fixed.starts_with(|c: char| c.is_ascii_digit()) {
        fixed.insert(0, '_');
    }
    Some(fixed)
}
