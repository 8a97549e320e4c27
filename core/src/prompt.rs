//! The references in an action's prompt: `{{twilio_sms:title}}` names a template that the action
//! sends, `{{ho:name}}` the one handoff that it makes. The tokens of a body may stand in a prompt,
//! too, and so may what the agent's platform alone understands: `{{fn:…}}`, `{{ft:…}}` and
//! `{{attr:…}}`.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::diagnostic::quote;
use crate::limits::LISTED;
use crate::nearest::nearest;
use crate::token::Written;
use crate::{
    Code, Diagnostic, Edit, Fix, Kind, Names, Offsets, TextRange, Title, is_language_of, parse,
};

/// What an agent's platform has in a prompt beside templates and handoffs; nothing is said of it.
const OF_THE_PLATFORM: [&str; 3] = ["fn", "ft", "attr"];

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
    let mut handoff = None;
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
        let (kind, name) = inner.split_once(':').unwrap_or(("", inner));
        let (kind, name) = (kind.trim(), name.trim());
        if miss.closed && OF_THE_PLATFORM.contains(&kind) {
            continue;
        }
        let reference = Target::written_as(kind).map(|target| {
            let range = offsets.range(miss.start, miss.end);
            Reference { target, name, range }
        });
        let wrong = match reference {
            None => Some(Wrong::Kind),
            Some(_) if !miss.closed => Some(Wrong::Open),
            Some(one) if !one.target.is_name(name) => Some(Wrong::Name),
            Some(one) if one.target.write(name) != written => Some(Wrong::Space),
            Some(one) => {
                found.refer(one.target, name, one.range);
                let first = match one.target {
                    Target::Handoff => *handoff.get_or_insert(name),
                    Target::Template | Target::Token(_) => name,
                };
                match one.target.exists(name, names) {
                    false => Some(Wrong::Unknown),
                    true if first != name => Some(Wrong::Second(first)),
                    true => None,
                }
            }
        };
        let Some(wrong) = wrong else { continue };
        found.diagnostics_total += 1;
        if found.diagnostics.len() < LISTED {
            found.diagnostics.push(match reference {
                None => near_miss(miss.explain(prompt, &mut offsets), kind, name, names),
                Some(one) => explain(&wrong, written, one, names),
            });
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

    const REFERENCES: [Self; 2] = [Self::Template, Self::Handoff];

    /// What people write for it.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Template => &["twilio_sms", "twilio-sms", "twilio", "sms", "sms_template"],
            Self::Handoff => &["ho", "handoff", "hand_off", "transfer"],
            Self::Token(_) => &[],
        }
    }

    /// What `twilio_sms` or `ho` refers to.
    fn written_as(kind: &str) -> Option<Self> {
        Self::REFERENCES.into_iter().find(|one| one.written() == kind)
    }

    /// What may be meant by another kind, or by the name of something that exists without any.
    fn meant(kind: &str, name: &str, names: &Names) -> Option<Self> {
        Self::REFERENCES.into_iter().find(|one| {
            let is_meant = match kind {
                "" => one.names(names).is_some_and(|all| all.iter().any(|it| it == name)),
                _ => one.words().iter().any(|word| word.eq_ignore_ascii_case(kind)),
            };
            is_meant && one.is_name(name)
        })
    }

    /// The kind, as it is written: inside double braces, but for attributes.
    pub(crate) const fn written(self) -> &'static str {
        match self {
            Self::Template => "twilio_sms",
            Self::Handoff => "ho",
            Self::Token(Kind::Variant) => "$",
            Self::Token(Kind::Entity) => "entity",
            Self::Token(Kind::Variable) => "vrbl",
            Self::Token(Kind::Translation) => "tn",
        }
    }

    pub(crate) fn write(self, name: &str) -> String {
        match self {
            Self::Token(kind) => format!("{}", Written(kind, name)),
            Self::Template | Self::Handoff => format!("{{{{{}:{name}}}}}", self.written()),
        }
    }

    pub(crate) fn is_name(self, name: &str) -> bool {
        match self {
            Self::Template => Title::new(name).is_ok(),
            Self::Handoff => Kind::Entity.is_name(name),
            Self::Token(kind) => kind.is_name(name),
        }
    }

    pub(crate) fn names(self, names: &Names) -> Option<&[String]> {
        match self {
            Self::Template => names.template.as_deref(),
            Self::Handoff => names.handoff.as_deref(),
            Self::Token(kind) => names.of(kind),
        }
    }

    /// Whether there is one of this name, or nobody knows: a template may have it but for the
    /// suffix of its language.
    fn exists(self, name: &str, names: &Names) -> bool {
        let is_it = |one: &String| match self {
            Self::Template => one == name || is_language_of(one, name),
            Self::Handoff | Self::Token(_) => one == name,
        };
        self.names(names).is_none_or(|all| all.iter().any(is_it))
    }
}

impl<'a> PromptCheck<'a> {
    fn refer(&mut self, target: Target, name: &'a str, range: TextRange) {
        self.references_total += 1;
        if self.references.len() < LISTED {
            self.references.push(Reference { target, name, range });
        }
    }
}

/// What is wrong with what looks like a reference.
enum Wrong<'a> {
    /// It is of another kind.
    Kind,
    /// It has no closing braces.
    Open,
    /// It names what cannot be a name.
    Name,
    /// It holds white space.
    Space,
    /// It names what does not exist.
    Unknown,
    /// It is a handoff, and another is named first.
    Second(&'a str),
}

/// As in a body, but that more may be meant.
fn near_miss(mut finding: Diagnostic, kind: &str, name: &str, names: &Names) -> Diagnostic {
    if finding.code == Code::UnknownTokenKind {
        let kind = quote(kind);
        finding.message = format!(
            "unknown token kind {kind}; expected `twilio_sms`, `ho`, `entity`, `vrbl` or `tn`"
        );
    }
    if let Some(target) = Target::meant(kind, name, names) {
        finding.fixes.insert(0, instead(target.write(name), finding.range));
    }
    finding
}

fn explain(wrong: &Wrong<'_>, written: &str, of: Reference<'_>, names: &Names) -> Diagnostic {
    let Reference { target, name, range } = of;
    let (what, strict, found) = (target.as_str(), target.write(name), quote(written));
    let quoted = quote(name);
    let (code, message, fix) = match wrong {
        Wrong::Kind | Wrong::Open => (
            Code::TokenLeftOpen,
            format!("reference left open: expected `{strict}`, found {found} without `}}}}`"),
            Some(strict),
        ),
        Wrong::Name if name.is_empty() => {
            let expected = target.write("name");
            let message = format!("reference without a name: expected `{expected}`");
            (Code::TokenWithoutName, message, None)
        }
        Wrong::Name => (
            Code::InvalidTokenName,
            format!("invalid name {quoted} in a reference: expected a {what}"),
            None,
        ),
        Wrong::Space => (
            Code::WhiteSpaceInToken,
            format!("white space inside a reference: expected `{strict}`, found {found}"),
            Some(strict),
        ),
        Wrong::Unknown => {
            let near = target.names(names).and_then(|all| nearest(name, all));
            let expected = near.map_or_else(|| String::from("one that exists"), quote);
            let message = format!("no such {what}: expected {expected}, found {quoted}");
            (Code::UnknownReference, message, near.map(|near| target.write(near)))
        }
        Wrong::Second(first) => {
            let first = quote(first);
            let message = format!("a second handoff: expected {first} alone, found {quoted}");
            (Code::SecondHandoff, message, Some(String::new()))
        }
    };
    Diagnostic::of_body(code, message, range, fix.map(|text| instead(text, range)))
}

fn instead(text: String, range: TextRange) -> Fix {
    let label = match text.is_empty() {
        true => String::from("remove it"),
        false => format!("write `{text}`"),
    };
    Fix { label, edits: vec![Edit { range, text }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, expected: &[&str]) {
        let list = |names: &[&str]| Some(names.iter().map(|&name| name.into()).collect());
        let names = Names {
            template: list(&["details", "two words"]),
            handoff: list(&["front_desk", "night_desk"]),
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
        check("{{twilio_sms:two}}", &["template two", "V017 {{twilio_sms:two}}"]);
    }

    #[test]
    fn a_template_of_some_language_is_there() {
        check("{{twilio_sms:details}}", &["template details"]);
        let names = |title: &str| Names { template: Some(vec![title.into()]), ..Names::default() };
        for (title, exists) in
            [("hi_es", true), ("hi_pt-BR", true), ("hi_there", false), ("hi_", false), ("hi", true)]
        {
            let found = check_prompt("{{twilio_sms:hi}}", &names(title)).diagnostics_total;
            assert_eq!(found == 0, exists, "{title}");
        }
    }

    #[test]
    fn one_handoff_is_made_however_often_it_is_named() {
        let once = "{{ho:front_desk}} or {{ho:front_desk}}";
        check(once, &["handoff front_desk"; 2]);
        check(
            "{{ho:front_desk}} {{ho:night_desk}}",
            &["handoff front_desk", "handoff night_desk", "V018 {{ho:night_desk}}"],
        );
    }

    #[test]
    fn what_the_platform_alone_understands_is_let_through() {
        check(
            "{{fn:look_up}}('x') {{ ft:y }} {{attr:name}} {{ho:front_desk}}",
            &["handoff front_desk"],
        );
        check("{{fn:look_up", &["V011 {{fn:look_up"]);
    }

    #[test]
    fn the_first_fix_is_what_was_meant() {
        for (prompt, fixed) in [
            ("{{twilio_sms:detials}}", "{{twilio_sms:details}}"),
            ("{{ho:frontdesk}}", "{{ho:front_desk}}"),
            ("{{SMS: details}}", "{{twilio_sms:details}}"),
            ("{{handoff:night_desk}}", "{{ho:night_desk}}"),
            ("{{two words}}", "{{twilio_sms:two words}}"),
            ("{{front_desk}}", "{{ho:front_desk}}"),
            ("{{foo:x}}", "{{entity:x}}"),
        ] {
            let list = |names: &[&str]| Some(names.iter().map(|&name| name.into()).collect());
            let names = Names {
                template: list(&["details", "two words"]),
                handoff: list(&["front_desk", "night_desk"]),
                ..Names::default()
            };
            let found = check_prompt(prompt, &names).diagnostics;
            assert_eq!(found[0].fixes[0].edits[0].text, fixed, "{prompt}");
        }
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
