//! The answer of each op, in the shapes that ABI.md gives. A field without a value is `null`.

use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use verbatim_core as core;

/// `{"ok": …}` or `{"error": …}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Response<'a, T> {
    /// What was asked for.
    Ok(T),
    /// Why it was refused.
    Error(Error<'a>),
}

/// A refusal, as it crosses the interface.
#[derive(Debug)]
pub struct Error<'a>(pub &'a core::Refusal);

impl Serialize for Error<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let core::Refusal { code, message, detail } = self.0;
        let mut error = to.serialize_struct("Error", 3)?;
        error.serialize_field("code", &Shown(code))?;
        error.serialize_field("message", message)?;
        error.serialize_field("detail", &Detail(detail))?;
        error.end()
    }
}

struct Detail<'a>(&'a core::Detail);

impl Serialize for Detail<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            core::Detail::None => to.serialize_none(),
            core::Detail::Missing(missing) => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry("missing", &Each(missing, Named::missing))?;
                map.end()
            }
            core::Detail::Diagnostics { listed, total } => {
                let mut map = to.serialize_map(Some(2))?;
                map.serialize_entry("diagnostics", &Each(listed, diagnostic))?;
                map.serialize_entry("diagnostics_total", total)?;
                map.end()
            }
        }
    }
}

/// A list, each item as `1` makes it.
struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, F: Fn(&'a T) -> U, U: Serialize> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            seq.serialize_element(&(self.1)(item))?;
        }
        seq.end()
    }
}

/// Something in the words of its `Display`.
struct Shown<T>(T);

impl<T: std::fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// A range in both units.
#[derive(Debug, Serialize)]
pub struct Range {
    bytes: [usize; 2],
    utf16: [usize; 2],
}

impl From<core::TextRange> for Range {
    fn from(range: core::TextRange) -> Self {
        Self { bytes: range.bytes, utf16: range.utf16 }
    }
}

/// A token by kind and name.
#[derive(Debug, Serialize)]
pub struct Named<'a> {
    kind: &'static str,
    name: &'a str,
}

impl<'a> Named<'a> {
    fn missing(missing: &'a core::MissingValue) -> Self {
        Self { kind: missing.kind.as_str(), name: &missing.name }
    }
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: Shown<core::Code>,
    severity: &'static str,
    part: &'static str,
    message: &'a str,
    range: Range,
    fixes: Each<'a, core::Fix, fn(&core::Fix) -> Fix<'_>>,
}

fn diagnostic(finding: &core::Diagnostic) -> Diagnostic<'_> {
    Diagnostic {
        code: Shown(finding.code),
        severity: finding.severity.as_str(),
        part: finding.part.as_str(),
        message: &finding.message,
        range: finding.range.into(),
        fixes: Each(&finding.fixes, fix),
    }
}

#[derive(Serialize)]
struct Fix<'a> {
    label: &'a str,
    edits: Each<'a, core::Edit, fn(&core::Edit) -> Edit<'_>>,
}

fn fix(fix: &core::Fix) -> Fix<'_> {
    Fix { label: &fix.label, edits: Each(&fix.edits, edit) }
}

#[derive(Serialize)]
struct Edit<'a> {
    range: Range,
    text: &'a str,
}

fn edit(edit: &core::Edit) -> Edit<'_> {
    Edit { range: edit.range.into(), text: &edit.text }
}

/// `describe`
#[derive(Debug, Serialize)]
pub struct Describe {
    abi: u32,
    version: &'static str,
    ops: &'static [&'static str],
    limits: Limits,
    keywords: Keywords,
    replies: Replies,
    diagnostics: Codes,
}

impl Describe {
    /// What this module is.
    #[must_use]
    pub const fn new(ops: &'static [&'static str]) -> Self {
        Self {
            abi: 1,
            version: env!("CARGO_PKG_VERSION"),
            ops,
            limits: Limits {
                title_chars: core::limits::TITLE_CHARS,
                body_chars: core::limits::BODY_CHARS,
                message_chars: core::limits::MESSAGE_CHARS,
            },
            keywords: Keywords,
            replies: Replies,
            diagnostics: Codes,
        }
    }
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are the interface's")]
struct Limits {
    title_chars: usize,
    body_chars: usize,
    message_chars: usize,
}

#[derive(Debug)]
struct Keywords;

impl Serialize for Keywords {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(core::Keyword::ALL.map(|one| (one.as_str(), core::variants(one))))
    }
}

#[derive(Debug)]
struct Replies;

impl Serialize for Replies {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(core::Keyword::ALL.map(|one| (one.as_str(), one.reply())))
    }
}

#[derive(Debug)]
struct Codes;

impl Serialize for Codes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Each(core::CODES, |entry: &core::CodeEntry| Code {
            code: Shown(entry.code),
            severity: entry.severity.as_str(),
            meaning: entry.meaning,
        })
        .serialize(to)
    }
}

#[derive(Serialize)]
struct Code {
    code: Shown<core::Code>,
    severity: &'static str,
    meaning: &'static str,
}

/// `segments`, and a part of other answers.
#[derive(Debug)]
pub struct Segments<'a>(pub &'a core::Segments);

impl Serialize for Segments<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let core::Segments { count, segment_units, forcing, forcing_total } = self.0;
        let mut all = to.serialize_struct("Segments", 7)?;
        all.serialize_field("encoding", count.encoding.as_str())?;
        all.serialize_field("units", &count.units)?;
        all.serialize_field("segments", &count.segments)?;
        all.serialize_field("segment_units", segment_units)?;
        all.serialize_field("remaining", &count.remaining)?;
        all.serialize_field("forcing", &Each(forcing, forced))?;
        all.serialize_field("forcing_total", forcing_total)?;
        all.end()
    }
}

#[derive(Serialize)]
struct Forcing<'a> {
    char: &'a str,
    range: Range,
    replacement: Option<&'a str>,
}

fn forced(one: &core::Forcing) -> Forcing<'_> {
    let replacement = one.replacement.as_deref();
    Forcing { char: &one.char, range: one.range.into(), replacement }
}

/// `check`
#[derive(Debug)]
pub struct Check<'a>(pub &'a core::Check<'a>);

impl Serialize for Check<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let core::Check { template, diagnostics, diagnostics_total, bounds } = self.0;
        let mut offsets = core::Offsets::new(template.body());
        let tokens = template.tokens();
        let listed: Vec<_> = tokens
            .iter()
            .take(core::limits::LISTED)
            .map(|token| Token {
                kind: token.kind.as_str(),
                name: token.name,
                range: offsets.range(token.start, token.end).into(),
            })
            .collect();
        let mut all = to.serialize_struct("Check", 5)?;
        all.serialize_field("diagnostics", &Each(diagnostics, diagnostic))?;
        all.serialize_field("diagnostics_total", diagnostics_total)?;
        all.serialize_field("tokens", &listed)?;
        all.serialize_field("tokens_total", &tokens.len())?;
        all.serialize_field("bounds", &bounds.as_ref().map(Bounds::new))?;
        all.end()
    }
}

#[derive(Serialize)]
struct Token<'a> {
    kind: &'static str,
    name: &'a str,
    range: Range,
}

/// `check_prompt`
#[derive(Debug)]
pub struct CheckPrompt<'a>(pub &'a core::PromptCheck<'a>);

impl Serialize for CheckPrompt<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let core::PromptCheck { references, references_total, diagnostics, diagnostics_total } =
            self.0;
        let references: Vec<_> = references
            .iter()
            .map(|one| Token { kind: one.target.as_str(), name: one.name, range: one.range.into() })
            .collect();
        let mut all = to.serialize_struct("CheckPrompt", 4)?;
        all.serialize_field("diagnostics", &Each(diagnostics, diagnostic))?;
        all.serialize_field("diagnostics_total", diagnostics_total)?;
        all.serialize_field("tokens", &references)?;
        all.serialize_field("tokens_total", references_total)?;
        all.end()
    }
}

#[derive(Serialize)]
struct Bounds<'a> {
    exact: bool,
    min: Option<Extreme<'a>>,
    max: Option<Extreme<'a>>,
}

impl<'a> Bounds<'a> {
    fn new(bounds: &'a core::Bounds) -> Self {
        let core::Bounds { exact, min, max } = bounds;
        let extreme = |one: &'a core::Extreme| Extreme {
            segments: one.segments,
            encoding: one.encoding.as_str(),
            variant: one.witness.as_ref().and_then(|witness| witness.variant.as_deref()),
            witness: one.witness.as_ref().map(Witness),
        };
        Self { exact: *exact, min: min.as_ref().map(extreme), max: max.as_ref().map(extreme) }
    }
}

#[derive(Serialize)]
struct Extreme<'a> {
    segments: usize,
    encoding: &'static str,
    variant: Option<&'a str>,
    witness: Option<Witness<'a>>,
}

/// A `values` of all four kinds.
struct Witness<'a>(&'a core::Witness);

impl Serialize for Witness<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut kinds = to.serialize_map(Some(core::Kind::ALL.len()))?;
        for kind in core::Kind::ALL {
            kinds.serialize_entry(kind.as_str(), &OfKind(kind, self.0))?;
        }
        kinds.end()
    }
}

struct OfKind<'a>(core::Kind, &'a core::Witness);

impl Serialize for OfKind<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let of_kind = self.1.values.iter().filter(|(kind, ..)| *kind == self.0);
        to.collect_map(of_kind.map(|(_, name, value)| (name, value)))
    }
}

/// `preview`
#[derive(Debug)]
pub struct Preview<'a>(pub &'a core::Preview);

impl Serialize for Preview<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let core::Preview { text, spans, spans_total, missing, missing_total, segments } = self.0;
        let mut all = to.serialize_struct("Preview", 6)?;
        all.serialize_field("text", text)?;
        all.serialize_field("spans", &Each(spans, span))?;
        all.serialize_field("spans_total", spans_total)?;
        all.serialize_field("missing", &Each(missing, Named::missing))?;
        all.serialize_field("missing_total", missing_total)?;
        all.serialize_field("segments", &Segments(segments))?;
        all.end()
    }
}

#[derive(Serialize)]
struct Span<'a> {
    kind: &'static str,
    name: &'a str,
    body: Range,
    text: Range,
    missing: bool,
}

fn span(span: &core::TokenSpan) -> Span<'_> {
    Span {
        kind: span.kind.as_str(),
        name: &span.name,
        body: span.body.into(),
        text: span.text.into(),
        missing: span.missing,
    }
}

/// `render`
#[derive(Debug, Serialize)]
pub struct Render<'a> {
    /// The text.
    pub text: &'a str,
    /// What it costs.
    pub segments: Segments<'a>,
}

/// `complete`
#[derive(Debug)]
pub struct Complete<'a>(pub &'a core::Completions);

impl Serialize for Complete<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut all = to.serialize_struct("Complete", 2)?;
        all.serialize_field("items", &Each(&self.0.items, item))?;
        all.serialize_field("items_total", &self.0.total)?;
        all.end()
    }
}

#[derive(Serialize)]
struct Item<'a> {
    label: &'a str,
    insert: &'a str,
    range: Range,
    detail: &'static str,
}

fn item(one: &core::Completion) -> Item<'_> {
    let (range, detail) = (one.range.into(), one.kind.as_str());
    Item { label: &one.label, insert: &one.insert, range, detail }
}

/// `classify`
#[derive(Debug, Serialize)]
pub struct Classify<'a> {
    keyword: Option<&'static str>,
    matched: Option<&'a str>,
    reply: Option<&'a str>,
    trace: Vec<Step<'a>>,
}

impl<'a> Classify<'a> {
    /// What a text means under `rules`.
    #[must_use]
    pub fn new(found: &core::Classification<'a>, rules: &'a core::Rules) -> Self {
        Self {
            keyword: found.keyword.map(core::Keyword::as_str),
            matched: found.matched,
            reply: found.keyword.map(|keyword| rules.replies.to(keyword)),
            trace: trace(found),
        }
    }
}

#[derive(Debug, Serialize)]
struct Step<'a> {
    step: &'static str,
    before: &'a str,
    after: &'a str,
}

fn trace<'a>(found: &core::Classification<'a>) -> Vec<Step<'a>> {
    let steps = found.trace();
    steps.map(|core::Step { name, before, after }| Step { step: name, before, after }).collect()
}

/// `send`
#[derive(Debug, Serialize)]
pub struct Send<'a> {
    state: &'static str,
    template: Option<&'a str>,
    text: &'a str,
    segments: Segments<'a>,
}

impl<'a> Send<'a> {
    /// What was decided.
    #[must_use]
    pub fn new(sent: &'a core::Sent) -> Self {
        Self {
            state: sent.state.as_str(),
            template: sent.template.as_deref(),
            text: &sent.text,
            segments: Segments(&sent.segments),
        }
    }
}

/// `receive`
#[derive(Debug, Serialize)]
pub struct Receive<'a> {
    disposition: &'static str,
    keyword: Option<&'static str>,
    reply: Option<&'a str>,
    trace: Vec<Step<'a>>,
}

impl<'a> Receive<'a> {
    /// What was decided.
    #[must_use]
    pub fn new(received: &'a core::Received<'a>) -> Self {
        Self {
            disposition: received.disposition.as_str(),
            keyword: received.keyword.map(core::Keyword::as_str),
            reply: received.reply.as_deref(),
            trace: trace(&received.classification),
        }
    }
}
