//! The ops: each takes its request apart, asks `verbatim-core`, and writes its answer. Whatever
//! face a request came through, it is answered here, so that no two faces can differ.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use verbatim_core as core;
use verbatim_core::{Code, quote};

use crate::asked::{Asked, Refusal, refusal};
use crate::limits::{DEPTH, REQUEST_BYTES, RESPONSE_BYTES};
use crate::value::{self, Unreadable, Value};
use crate::writer::Writer;
use crate::{answer, ask, key};

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

/// Answers one JSON request with one JSON response, whatever the request is.
pub fn call(request: &[u8], host: &mut impl core::Host) -> String {
    respond(|out| {
        let request = read(request)?;
        let ask = Asked::of(&request);
        let mut done = Ok(());
        out.object(|out| {
            out.key(key!("ok"));
            done = answer(&ask, host, out);
        });
        done
    })
}

/// What `write` writes, or the error that it gives instead.
pub(crate) fn respond(write: impl FnOnce(&mut Writer) -> Result<(), Refusal>) -> String {
    let mut out = Writer::new();
    let refused = match write(&mut out) {
        Ok(()) => match out.finish() {
            Some(json) => return json,
            None => core::Refusal::new(
                Code::ResponseTooLarge,
                format!("the response would exceed {RESPONSE_BYTES} bytes: ask for less at once"),
            ),
        },
        Err(refused) => *refused,
    };
    let mut out = Writer::new();
    answer::error(&mut out, &refused);
    // An error lists at most 200 findings of a body, which quote at most 40 characters each.
    out.finish().unwrap_or_default()
}

fn read(request: &[u8]) -> Result<Value<'_>, Refusal> {
    let not_json = |why: String| Box::new(core::Refusal::new(Code::RequestNotJson, why));
    if request.len() > REQUEST_BYTES {
        let found = request.len();
        return Err(Box::new(core::Refusal::new(
            Code::RequestTooLarge,
            format!("the request has {found} bytes: expected at most {REQUEST_BYTES}"),
        )));
    }
    let text = str::from_utf8(request).map_err(|error| {
        let at = error.valid_up_to();
        not_json(format!("the request is not UTF-8: found an invalid byte at {at}"))
    })?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err(not_json(String::from(
            "the request is not a JSON object: expected `{\"op\": …}`",
        )));
    }
    value::read(text).map_err(|unreadable| match unreadable {
        Unreadable::Syntax { expected, at } => {
            let found = match text[at..].chars().next() {
                Some(found) => quote(found.encode_utf8(&mut [0; 4])),
                None => String::from("its end"),
            };
            not_json(format!(
                "the request is not JSON: expected {expected} at byte {at}, found {found}"
            ))
        }
        Unreadable::TooDeep => Box::new(core::Refusal::new(
            Code::RequestTooDeep,
            format!(
                "the request's JSON is too deep: expected at most {DEPTH} objects and lists inside \
                 each other"
            ),
        )),
        Unreadable::Twice(name) => refusal(format!(
            "the field {} stands twice: expected it once in its object",
            quote(&name)
        )),
    })
}

fn answer(
    ask: &Asked<'_, '_>,
    host: &mut impl core::Host,
    out: &mut Writer,
) -> Result<(), Refusal> {
    match ask.text_of("op")? {
        "describe" => describe(ask, out),
        "segments" => segments(ask, out),
        "check" => check(ask, out),
        "check_prompt" => check_prompt(ask, out),
        "preview" => preview(ask, out),
        "render" => render(ask, out),
        "complete" => complete(ask, out),
        "classify" => classify(ask, out),
        "send" => send(ask, host, out),
        "receive" => receive(ask, host, out),
        unknown => Err(Box::new(core::Refusal::new(
            Code::UnknownOp,
            format!("unknown op {}; expected one of {}", quote(unknown), OPS.join(", ")),
        ))),
    }
}

/// What this module is.
fn describe(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&[])?;
    answer::describe(out, OPS);
    Ok(())
}

/// What a text costs.
fn segments(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["text", "policy"])?;
    let text = ask.text_of("text")?;
    answer::segments(out, &core::segments(text, ask::policy(ask)?));
    Ok(())
}

/// What can be said of a template before a value is known.
fn check(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["title", "body", "names", "domains", "policy", "silence", "campaign", "senders"])?;
    let names = ask.maybe("names").map(|field| ask::names(&field)).transpose()?;
    let domains = ask.maybe("domains").map(|field| ask::domains(&field)).transpose()?;
    let draft = core::Draft {
        title: ask.maybe_text_of("title")?,
        body: ask.text_of("body")?,
        names: names.as_ref(),
        senders: match ask.maybe("senders") {
            Some(field) => ask::senders(&field)?,
            None => Vec::new(),
        },
        campaign: ask.maybe("campaign").map(|field| ask::campaign(&field)).transpose()?,
        domains: domains.as_ref(),
        policy: ask::policy(ask)?,
        silenced: match ask.maybe("silence") {
            Some(field) => ask::codes(&field)?,
            None => Vec::new(),
        },
    };
    answer::check(out, &core::check(&draft));
    Ok(())
}

/// What can be said of an action's prompt.
fn check_prompt(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["prompt", "names"])?;
    let names = ask::names(&ask.field("names")?)?;
    answer::check_prompt(out, &core::check_prompt(ask.text_of("prompt")?, &names));
    Ok(())
}

/// A text as it would read with the values at hand.
fn preview(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["body", "values", "policy"])?;
    let values = ask::Values::of(&ask.field("values")?)?;
    answer::preview(out, &core::preview(ask.text_of("body")?, &values, ask::policy(ask)?)?);
    Ok(())
}

/// A text as it would be sent.
fn render(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["body", "values", "missing"])?;
    let values = ask::Values::of(&ask.field("values")?)?;
    let text = core::compose(ask.text_of("body")?, &values, ask::missing(ask)?)?;
    answer::render(out, &text, &core::segments(&text, core::Policy::Standard));
    Ok(())
}

/// What may stand where the writer is typing a token.
fn complete(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["body", "prompt", "at", "names"])?;
    let (text, place) = match ask.maybe_text_of("prompt")? {
        Some(prompt) => (prompt, core::Place::Prompt),
        None => (ask.text_of("body")?, core::Place::Body),
    };
    let at = ask.count_of("at")?;
    let names = ask::names(&ask.field("names")?)?;
    answer::complete(out, &core::complete(text, at, &names, place));
    Ok(())
}

/// What a reply means.
fn classify(ask: &Asked<'_, '_>, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&["text", "rules"])?;
    let rules = ask::rules(ask.maybe("rules"))?;
    answer::classify(out, &core::classify(ask.text_of("text")?, &rules), &rules);
    Ok(())
}

/// Whether a message leaves, and what it says.
fn send(ask: &Asked<'_, '_>, host: &mut impl core::Host, out: &mut Writer) -> Result<(), Refusal> {
    ask.object(&[
        "to",
        "sender",
        "environment",
        "content",
        "templates",
        "template",
        "language",
        "default_language",
        "values",
        "missing",
    ])?;
    let values = match ask.maybe("values") {
        Some(field) => ask::Values::of(&field)?,
        None => ask::Values::default(),
    };
    let mut candidates = Vec::new();
    if let Some(templates) = ask.maybe("templates") {
        for one in templates.items()? {
            one.object(&["title", "body"])?;
            let (title, body) = (one.text_of("title")?, one.text_of("body")?);
            candidates.push(core::Candidate { title, body });
        }
    }
    let content = match (ask.maybe_text_of("content")?, ask.maybe_text_of("template")?) {
        (Some(text), None) => core::Content::Literal(text),
        (None, Some(name)) => core::Content::Template {
            candidates: &candidates,
            name,
            language: ask.maybe_text_of("language")?,
            default_language: ask.maybe_text_of("default_language")?,
            values: &values,
            missing: ask::missing(ask)?,
        },
        (Some(_), Some(_)) => {
            return Err(refusal("expected `content` or `template`, found both"));
        }
        (None, None) => return Err(refusal("expected `content` or `template`, found neither")),
    };
    let outbound = core::Outbound {
        to: ask.text_of("to")?,
        sender: ask.maybe_text_of("sender")?,
        environment: ask::environment(ask)?,
        content,
    };
    answer::send(out, &core::send(&outbound, host)?);
    Ok(())
}

/// What becomes of a received message.
fn receive(
    ask: &Asked<'_, '_>,
    host: &mut impl core::Host,
    out: &mut Writer,
) -> Result<(), Refusal> {
    ask.object(&[
        "from",
        "to",
        "text",
        "messaging_service_sid",
        "opt_out_type",
        "rules",
        "replies",
    ])?;
    let rules = ask::rules(ask.maybe("rules"))?;
    let inbound = core::Inbound {
        from: ask.text_of("from")?,
        to: ask.text_of("to")?,
        text: ask.text_of("text")?,
        messaging_service_sid: ask.maybe_text_of("messaging_service_sid")?,
        opt_out_type: ask::opt_out_type(ask)?,
        answerer: ask::answerer(ask)?,
    };
    answer::receive(out, &core::receive(&inbound, &rules, host)?);
    Ok(())
}
