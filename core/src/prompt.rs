//! The references in an action's prompt: `{{twilio_sms:title}}` names a template that the action
//! sends, `{{ho:name}}` a handoff. The tokens of a body may stand in a prompt, too.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::diagnostic::quote;
use crate::limits::LISTED;
use crate::{Code, Diagnostic, Edit, Fix, Kind, Names, Offsets, TextRange, Title, parse};

/// Checks the references and tokens of a prompt against what exists.
#[must_use]
pub fn check_prompt<'a>(prompt: &'a str, names: &Names) -> PromptCheck<'a> {
    let parsed = parse(prompt);
    let mut found = PromptCheck {
        references: Vec::new(),
        references_total: 0,
        diagnostics: Vec::new(),
        diagnostics_total: 0,
    };
    let mut offsets = Offsets::new(prompt);
    let mut tokens = parsed.template.tokens().iter().peekable();
    for miss in parsed.near_misses() {
        while let Some(token) = tokens.next_if(|token| token.start < miss.start) {
            found.refer(
                Target::Token(token.kind),
                token.name,
                offsets.range(token.start, token.end),
            );
        }
        let written = &prompt[miss.start..miss.end];
        let inner = written.strip_prefix("{{").unwrap_or(written);
        let inner = inner.strip_suffix(if miss.closed { "}}" } else { "}" }).unwrap_or(inner);
        let Some((target, inner)) = Target::of_reference(inner) else {
            found.report(|| miss.explain(prompt, &mut offsets));
            continue;
        };
        let range = offsets.range(miss.start, miss.end);
        let name = inner.trim();
        let strict = format!("{{{{{}:{name}}}}}", target.written());
        if !miss.closed {
            found.report(|| left_open(written, strict, range));
        } else if !target.is_name(name) {
            found.report(|| invalid(target, name, range));
        } else if strict != written {
            found.report(|| white_space(written, strict, range));
        } else {
            let exists = target.names(names).is_none_or(|all| all.iter().any(|one| one == name));
            if !exists {
                found.report(|| unknown(target, name, range));
            }
            found.refer(target, name, range);
        }
    }
    for token in tokens {
        found.refer(Target::Token(token.kind), token.name, offsets.range(token.start, token.end));
    }
    found
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptCheck<'a> {
    /// References and tokens in order; at most [`LISTED`].
    pub references: Vec<Reference<'a>>,
    /// How many there are.
    pub references_total: usize,
    /// The findings in order; at most [`LISTED`].
    pub diagnostics: Vec<Diagnostic>,
    /// How many there are.
    pub diagnostics_total: usize,
}

/// A reference of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'a> {
    /// To what.
    pub target: Target,
    /// By which name.
    pub name: &'a str,
    /// Where it stands.
    pub range: TextRange,
}

/// What a prompt refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A template, by its title.
    Template,
    /// A handoff.
    Handoff,
    /// A value, as in a body.
    Token(Kind),
}

impl Target {
    /// `template`, `handoff` or the kind of token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Handoff => "handoff",
            Self::Token(kind) => kind.as_str(),
        }
    }

    /// What `twilio_sms:name` refers to, and the name.
    fn of_reference(inner: &str) -> Option<(Self, &str)> {
        let (kind, name) = inner.split_once(':')?;
        let targets = [Self::Template, Self::Handoff];
        Some((targets.into_iter().find(|one| one.written() == kind.trim())?, name))
    }

    const fn written(self) -> &'static str {
        match self {
            Self::Template => "twilio_sms",
            Self::Handoff => "ho",
            Self::Token(kind) => kind.as_str(),
        }
    }

    fn is_name(self, name: &str) -> bool {
        match self {
            Self::Template => Title::new(name).is_ok(),
            Self::Handoff => Kind::Entity.is_name(name),
            Self::Token(kind) => kind.is_name(name),
        }
    }

    fn names(self, names: &Names) -> Option<&[String]> {
        match self {
            Self::Template => names.template.as_deref(),
            Self::Handoff => names.handoff.as_deref(),
            Self::Token(kind) => names.of(kind),
        }
    }
}

impl<'a> PromptCheck<'a> {
    fn refer(&mut self, target: Target, name: &'a str, range: TextRange) {
        self.references_total += 1;
        if self.references.len() < LISTED {
            self.references.push(Reference { target, name, range });
        }
    }

    fn report(&mut self, finding: impl FnOnce() -> Diagnostic) {
        self.diagnostics_total += 1;
        if self.diagnostics.len() < LISTED {
            self.diagnostics.push(finding());
        }
    }
}

fn invalid(target: Target, name: &str, range: TextRange) -> Diagnostic {
    let written = target.written();
    let message = match name.is_empty() {
        true => format!("reference without a name: expected `{{{{{written}:name}}}}`"),
        false => {
            format!("invalid name {} in a reference: expected a {}", quote(name), target.as_str())
        }
    };
    let code = if name.is_empty() { Code::TokenWithoutName } else { Code::InvalidTokenName };
    Diagnostic::of_body(code, message, range, None)
}

fn left_open(written: &str, strict: String, range: TextRange) -> Diagnostic {
    let message = format!(
        "reference left open: expected `{strict}`, found {} without `}}}}`",
        quote(written)
    );
    let fix = Fix { label: format!("write `{strict}`"), edits: vec![Edit { range, text: strict }] };
    Diagnostic::of_body(Code::TokenLeftOpen, message, range, Some(fix))
}

fn white_space(written: &str, strict: String, range: TextRange) -> Diagnostic {
    let message =
        format!("white space inside a reference: expected `{strict}`, found {}", quote(written));
    let fix = Fix { label: format!("write `{strict}`"), edits: vec![Edit { range, text: strict }] };
    Diagnostic::of_body(Code::WhiteSpaceInToken, message, range, Some(fix))
}

fn unknown(target: Target, name: &str, range: TextRange) -> Diagnostic {
    let what = target.as_str();
    let message = format!("no such {what}: expected one that exists, found {}", quote(name));
    Diagnostic::of_body(Code::UnknownReference, message, range, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, expected: &[&str]) {
        let list = |names: &[&str]| Some(names.iter().map(|&name| name.into()).collect());
        let names = Names {
            template: list(&["details", "two words"]),
            handoff: list(&["front_desk"]),
            ..Names::default()
        };
        let found = check_prompt(prompt, &names);
        for one in &found.references {
            assert!(one.range.slice(prompt).contains(one.name));
        }
        let all =
            found.references.iter().map(|one| format!("{} {}", one.target.as_str(), one.name));
        let said =
            found.diagnostics.iter().map(|one| format!("{} {}", one.code, one.range.slice(prompt)));
        assert_eq!(all.chain(said).collect::<Vec<_>>(), expected, "{prompt}");
    }

    #[test]
    fn references_are_found_and_compared_with_what_exists() {
        check("send {{twilio_sms:details}} to ${name}", &["template details", "variant name"]);
        check("{{entity:x}} {{ho:front_desk}}", &["entity x", "handoff front_desk"]);
        check("{{twilio_sms:two words}}", &["template two words"]);
        check("{{twilio_sms:gone}}", &["template gone", "V017 {{twilio_sms:gone}}"]);
        check("{{twilio_sms: details }}", &["V013 {{twilio_sms: details }}"]);
        check("{{ho:a b}} {{ho:}}", &["V014 {{ho:a b}}", "V015 {{ho:}}"]);
        check("{{foo:x}} {{twilio_sms:details", &["V010 {{foo:x}}", "V011 {{twilio_sms:details"]);
    }

    #[test]
    fn as_many_are_listed_as_may_be_and_all_are_counted() {
        for many in [LISTED, LISTED + 1] {
            let prompt = "${a}{{foo:x}}".repeat(many);
            let found = check_prompt(&prompt, &Names::default());
            let listed = (found.references.len(), found.diagnostics.len());
            assert_eq!(listed, (LISTED, LISTED));
            assert_eq!((found.references_total, found.diagnostics_total), (many, many));
        }
    }
}
