//! The ops: each takes its request apart, asks `verbatim-core`, and hands its answer to the face
//! that was asked. Both faces call the same functions, so that they cannot answer differently.

use serde::{Deserialize, Serialize};
use verbatim_core as core;
use verbatim_core::pattern::PATTERNS;
use verbatim_core::{Code, Refusal};

use crate::answer;
use crate::ask;
use crate::json::{self, Json};

/// Every op, in the order of ABI.md.
pub const OPS: &[&str] = &[
    "describe",
    "segments",
    "check",
    "check_prompt",
    "preview",
    "render",
    "complete",
    "classify",
    "send",
    "receive",
];

/// What becomes of an answer: bytes of JSON, or a JavaScript object.
pub trait Face {
    /// A response.
    type Response;

    /// Makes `{"ok": …}` or `{"error": …}` of an answer.
    fn respond<T: Serialize>(self, answer: Result<T, Refusal>) -> Self::Response;
}

/// Answers one JSON request with one JSON response, whatever the request is.
pub fn call(request: &[u8], host: &mut impl core::Host) -> Vec<u8> {
    let text = match json::text(request) {
        Ok(text) => text,
        Err(refusal) => return Json.respond(Err::<(), _>(refusal)),
    };
    let op = match json::parse::<ask::Head<'_>>(text) {
        Ok(head) => head.op,
        Err(refusal) => return Json.respond(Err::<(), _>(refusal)),
    };
    match op.as_ref() {
        "describe" => parsed(text, |_: ask::Describe<'_>, face| describe(face)),
        "segments" => parsed(text, |ask, face| segments(&ask, face)),
        "check" => parsed(text, check),
        "check_prompt" => parsed(text, |ask, face| check_prompt(ask, face)),
        "preview" => parsed(text, |ask, face| preview(&ask, face)),
        "render" => parsed(text, |ask, face| render(&ask, face)),
        "complete" => parsed(text, |ask, face| complete(ask, face)),
        "classify" => parsed(text, classify),
        "send" => parsed(text, |ask, face| send(&ask, host, face)),
        "receive" => parsed(text, |ask, face| receive(ask, host, face)),
        unknown => Json.respond(Err::<(), _>(unknown_op(unknown))),
    }
}

fn parsed<'a, A: Deserialize<'a>>(text: &'a str, op: impl FnOnce(A, Json) -> Vec<u8>) -> Vec<u8> {
    match json::parse(text) {
        Ok(ask) => op(ask, Json),
        Err(refusal) => Json.respond(Err::<(), _>(refusal)),
    }
}

fn unknown_op(op: &str) -> Refusal {
    let shown: String = op.chars().take(core::limits::QUOTED_CHARS).collect();
    json::refusal(
        Code::UnknownOp,
        format!("unknown op `{}`; expected one of {}", shown.escape_debug(), OPS.join(", ")),
    )
}

/// What this module is.
pub fn describe<F: Face>(face: F) -> F::Response {
    face.respond(Ok(answer::Describe::new(OPS)))
}

/// What a text costs.
pub fn segments<F: Face>(ask: &ask::Segments<'_>, face: F) -> F::Response {
    let policy = ask.policy.map(Into::into).unwrap_or_default();
    face.respond(Ok(answer::Segments(&core::segments(ask.text.as_ref(), policy))))
}

/// What can be said of a template before a value is known.
pub fn check<F: Face>(ask: ask::Check<'_>, face: F) -> F::Response {
    let domains = match ask.domains.map(core::Domains::try_from).transpose() {
        Ok(domains) => domains,
        Err(why) => return face.respond(Err::<(), _>(json::refusal(Code::InvalidDomain, why))),
    };
    let silenced = match ask.silence.unwrap_or_default().iter().map(code).collect() {
        Ok(codes) => codes,
        Err(refusal) => return face.respond(Err::<(), _>(refusal)),
    };
    let names = ask.names.map(core::Names::from);
    let draft = core::Draft {
        title: ask.title.as_ref().map(AsRef::as_ref),
        body: ask.body.as_ref(),
        names: names.as_ref(),
        senders: ask
            .senders
            .iter()
            .flatten()
            .filter_map(|(&environment, sender)| {
                Some((environment.into(), sender.as_ref()?.as_ref()))
            })
            .collect(),
        campaign: ask.campaign.map(Into::into),
        domains: domains.as_ref(),
        policy: ask.policy.map(Into::into).unwrap_or_default(),
        silenced,
    };
    face.respond(Ok(answer::Check(&core::check(&draft))))
}

/// What can be said of an action's prompt.
pub fn check_prompt<F: Face>(ask: ask::CheckPrompt<'_>, face: F) -> F::Response {
    let found = core::check_prompt(ask.prompt.as_ref(), &ask.names.into());
    face.respond(Ok(answer::CheckPrompt(&found)))
}

/// A text as it would read with the values at hand.
pub fn preview<F: Face>(ask: &ask::Preview<'_>, face: F) -> F::Response {
    let policy = ask.policy.map(Into::into).unwrap_or_default();
    let preview = core::preview(ask.body.as_ref(), &ask.values, policy);
    face.respond(preview.as_ref().map(answer::Preview).map_err(Clone::clone))
}

/// A text as it would be sent.
pub fn render<F: Face>(ask: &ask::Render<'_>, face: F) -> F::Response {
    let missing = ask.missing.map(Into::into).unwrap_or_default();
    match core::compose(ask.body.as_ref(), &ask.values, missing) {
        Ok(text) => {
            let segments = core::segments(&text, core::Policy::Standard);
            let segments = answer::Segments(&segments);
            face.respond(Ok(answer::Render { text: &text, segments }))
        }
        Err(refusal) => face.respond(Err::<(), _>(refusal)),
    }
}

/// What may stand where the writer is typing a token.
pub fn complete<F: Face>(ask: ask::Complete<'_>, face: F) -> F::Response {
    let found = core::complete(ask.body.as_ref(), ask.at, &ask.names.into());
    face.respond(Ok(answer::Complete(&found)))
}

/// What a reply means.
pub fn classify<F: Face>(ask: ask::Classify<'_>, face: F) -> F::Response {
    match rules(ask.rules) {
        Ok(rules) => {
            let found = core::classify(ask.text.as_ref(), &rules);
            face.respond(Ok(answer::Classify::new(&found, &rules)))
        }
        Err(refusal) => face.respond(Err::<(), _>(refusal)),
    }
}

/// Whether a message leaves, and what it says.
pub fn send<F: Face>(ask: &ask::Send<'_>, host: &mut impl core::Host, face: F) -> F::Response {
    fn decide(ask: &ask::Send<'_>, host: &mut impl core::Host) -> Result<core::Sent, Refusal> {
        let environment = ask.environment.into();
        let templates = ask.templates.as_deref().unwrap_or_default();
        let candidates: Vec<_> = templates
            .iter()
            .map(|one| core::Candidate { title: one.title.as_ref(), body: one.body.as_ref() })
            .collect();
        let values = ask.values.as_ref();
        let none = ask::Values::default();
        let content = match (&ask.content, &ask.template) {
            (Some(text), None) => core::Content::Literal(text.as_ref()),
            (None, Some(name)) => core::Content::Template {
                candidates: &candidates,
                name: name.as_ref(),
                language: ask.language.as_ref().map(AsRef::as_ref),
                default_language: ask.default_language.as_ref().map(AsRef::as_ref),
                values: values.unwrap_or(&none),
                missing: ask.missing.map(Into::into).unwrap_or_default(),
            },
            (Some(_), Some(_)) => {
                return Err(field("expected `content` or `template`, found both"));
            }
            (None, None) => return Err(field("expected `content` or `template`, found neither")),
        };
        let sender = ask.sender.as_ref().map(AsRef::as_ref);
        core::send(&core::Outbound { to: ask.to.as_ref(), sender, environment, content }, host)
    }
    let sent = decide(ask, host);
    face.respond(sent.as_ref().map(answer::Send::new).map_err(Clone::clone))
}

/// What becomes of a received message.
pub fn receive<F: Face>(ask: ask::Receive<'_>, host: &mut impl core::Host, face: F) -> F::Response {
    let rules = match rules(ask.rules) {
        Ok(rules) => rules,
        Err(refusal) => return face.respond(Err::<(), _>(refusal)),
    };
    let inbound = core::Inbound {
        from: ask.from.as_ref(),
        to: ask.to.as_ref(),
        text: ask.text.as_ref(),
        messaging_service_sid: ask.messaging_service_sid.as_ref().map(AsRef::as_ref),
        opt_out_type: ask.opt_out_type.map(Into::into),
        answerer: ask.replies.into(),
    };
    let received = core::receive(&inbound, &rules, host);
    face.respond(received.as_ref().map(answer::Receive::new).map_err(Clone::clone))
}

fn rules(ask: Option<ask::Rules<'_>>) -> Result<core::Rules, Refusal> {
    let Some(ask) = ask else { return Ok(core::Rules::default()) };
    let mut rules = core::Rules {
        sets: ask.sets.into_iter().flatten().map(Into::into).collect(),
        yes_only_when_opted_out: ask.yes_only_when_opted_out.unwrap_or_default(),
        ..core::Rules::default()
    };
    for (keyword, words) in ask.words.into_iter().flat_map(ask::ByKeyword::into_pairs) {
        for word in words {
            let word = word.as_ref().trim();
            if word.is_empty() {
                return Err(field(format!(
                    "a word of {} is blank; expected a word",
                    keyword.as_str()
                )));
            }
            rules.words.push((keyword, word.to_owned()));
        }
    }
    for (keyword, patterns) in ask.patterns.into_iter().flat_map(ask::ByKeyword::into_pairs) {
        for pattern in patterns {
            if rules.patterns.len() == PATTERNS {
                return Err(field(format!("expected at most {PATTERNS} patterns, found more")));
            }
            rules.patterns.push((keyword, core::Pattern::new(pattern.as_ref())?));
        }
    }
    for (keyword, reply) in ask.replies.into_iter().flat_map(ask::ByKeyword::into_pairs) {
        *rules.replies.own(keyword) = Some(reply.0.into_owned());
    }
    Ok(rules)
}

fn code(text: &ask::Text<'_>) -> Result<Code, Refusal> {
    let text = text.as_ref();
    Code::parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(core::limits::QUOTED_CHARS).collect();
        field(format!(
            "unknown code `{}` in `silence`; expected one such as `V100`",
            shown.escape_debug()
        ))
    })
}

fn field(message: impl Into<String>) -> Refusal {
    json::refusal(Code::RequestField, message.into())
}
