//! The answer of each op, in the shapes that ABI.md gives. A field without a value is `null`.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use verbatim_core as core;
use verbatim_core::limits::{BODY_CHARS, LISTED, MESSAGE_CHARS, TITLE_CHARS};
use verbatim_core::{Keyword, Kind, Refusal, TextRange};

use crate::key;
use crate::writer::Writer;

/// `{"error": …}`
pub(crate) fn error(out: &mut Writer, refusal: &Refusal) {
    let Refusal { code, message, detail } = refusal;
    out.object(|out| {
        out.key(key!("error")).object(|out| {
            out.key(key!("code")).text(&code.to_string());
            out.key(key!("message")).text(message);
            out.key(key!("detail"));
            match detail {
                core::Detail::None => out.null(),
                core::Detail::Missing(missing) => {
                    out.object(|out| out.key(key!("missing")).list(missing, missing_value));
                }
                core::Detail::Diagnostics { listed, total } => {
                    out.object(|out| diagnostics(out, listed, *total));
                }
            }
        });
    });
}

/// `describe`
pub(crate) fn describe(out: &mut Writer, ops: &[&str]) {
    out.object(|out| {
        out.key(key!("abi")).number(1);
        out.key(key!("version")).text(env!("CARGO_PKG_VERSION"));
        out.key(key!("ops")).list(ops, |out, op| out.text(op));
        out.key(key!("limits")).object(|out| {
            out.key(key!("title_chars")).number(TITLE_CHARS);
            out.key(key!("body_chars")).number(BODY_CHARS);
            out.key(key!("message_chars")).number(MESSAGE_CHARS);
        });
        out.key(key!("keywords")).object(|out| {
            for keyword in Keyword::ALL {
                let variants = core::variants(keyword);
                out.name(keyword.as_str()).list(variants, |out, variant| out.text(variant));
            }
        });
        out.key(key!("replies")).object(|out| {
            for keyword in Keyword::ALL {
                out.name(keyword.as_str()).text(keyword.reply());
            }
        });
        out.key(key!("diagnostics")).list(core::CODES, |out, entry| {
            out.object(|out| {
                out.key(key!("code")).text(&entry.code.to_string());
                out.key(key!("severity")).text(entry.severity.as_str());
                out.key(key!("meaning")).text(entry.meaning);
            });
        });
    });
}

/// `segments`, and a part of other answers.
pub(crate) fn segments(out: &mut Writer, segments: &core::Segments) {
    let core::Segments { count, segment_units, forcing, forcing_total } = segments;
    out.object(|out| {
        out.key(key!("encoding")).text(count.encoding.as_str());
        out.key(key!("units")).number(count.units);
        out.key(key!("segments")).number(count.segments);
        out.key(key!("segment_units")).list(segment_units, |out, units| out.number(*units));
        out.key(key!("remaining")).number(count.remaining);
        out.key(key!("forcing")).list(forcing, |out, one| {
            out.object(|out| {
                out.key(key!("char")).text(&one.char);
                range(out.key(key!("range")), one.range);
                out.key(key!("replacement")).maybe(one.replacement.as_deref());
            });
        });
        out.key(key!("forcing_total")).number(*forcing_total);
    });
}

/// `check`
pub(crate) fn check(out: &mut Writer, check: &core::Check<'_>) {
    let tokens = check.template.tokens();
    let mut offsets = core::Offsets::new(check.template.body());
    out.object(|out| {
        diagnostics(out, &check.diagnostics, check.diagnostics_total);
        out.key(key!("tokens")).list(tokens.iter().take(LISTED), |out, one| {
            token(out, one.kind.as_str(), one.name, offsets.range(one.start, one.end));
        });
        out.key(key!("tokens_total")).number(tokens.len());
        out.key(key!("bounds"));
        match &check.bounds {
            Some(found) => bounds(out, found),
            None => out.null(),
        }
    });
}

/// `check_prompt`
pub(crate) fn check_prompt(out: &mut Writer, check: &core::PromptCheck<'_>) {
    out.object(|out| {
        diagnostics(out, &check.diagnostics, check.diagnostics_total);
        out.key(key!("tokens")).list(&check.references, |out, one| {
            token(out, one.target.as_str(), one.name, one.range);
        });
        out.key(key!("tokens_total")).number(check.references_total);
    });
}

/// `preview`
pub(crate) fn preview(out: &mut Writer, preview: &core::Preview) {
    out.object(|out| {
        out.key(key!("text")).text(&preview.text);
        out.key(key!("spans")).list(&preview.spans, |out, span| {
            out.object(|out| {
                out.key(key!("kind")).text(span.kind.as_str());
                out.key(key!("name")).text(&span.name);
                range(out.key(key!("body")), span.body);
                range(out.key(key!("text")), span.text);
                out.key(key!("missing")).bool(span.missing);
            });
        });
        out.key(key!("spans_total")).number(preview.spans_total);
        out.key(key!("missing")).list(&preview.missing, missing_value);
        out.key(key!("missing_total")).number(preview.missing_total);
        segments(out.key(key!("segments")), &preview.segments);
    });
}

/// `render`
pub(crate) fn render(out: &mut Writer, text: &str, cost: &core::Segments) {
    out.object(|out| {
        out.key(key!("text")).text(text);
        segments(out.key(key!("segments")), cost);
    });
}

/// `complete`
pub(crate) fn complete(out: &mut Writer, found: &core::Completions) {
    out.object(|out| {
        out.key(key!("items")).list(&found.items, |out, item| {
            out.object(|out| {
                out.key(key!("label")).text(&item.label);
                out.key(key!("insert")).text(&item.insert);
                range(out.key(key!("range")), item.range);
                out.key(key!("detail")).text(item.target.as_str());
            });
        });
        out.key(key!("items_total")).number(found.total);
    });
}

/// `classify`
pub(crate) fn classify(out: &mut Writer, found: &core::Classification<'_>, rules: &core::Rules) {
    out.object(|out| {
        out.key(key!("keyword")).maybe(found.keyword.map(Keyword::as_str));
        out.key(key!("matched")).maybe(found.matched);
        out.key(key!("reply")).maybe(found.keyword.map(|keyword| rules.replies.to(keyword)));
        trace(out, found);
    });
}

/// `send`
pub(crate) fn send(out: &mut Writer, sent: &core::Sent) {
    out.object(|out| {
        out.key(key!("state")).text(sent.state.as_str());
        out.key(key!("template")).maybe(sent.template.as_deref());
        out.key(key!("text")).text(&sent.text);
        segments(out.key(key!("segments")), &sent.segments);
    });
}

/// `receive`
pub(crate) fn receive(out: &mut Writer, received: &core::Received<'_>) {
    out.object(|out| {
        out.key(key!("disposition")).text(received.disposition.as_str());
        out.key(key!("keyword")).maybe(received.keyword.map(Keyword::as_str));
        out.key(key!("reply")).maybe(received.reply.as_deref());
        trace(out, &received.classification);
    });
}

fn diagnostics(out: &mut Writer, listed: &[core::Diagnostic], total: usize) {
    out.key(key!("diagnostics")).list(listed, |out, finding| {
        out.object(|out| {
            out.key(key!("code")).text(&finding.code.to_string());
            out.key(key!("severity")).text(finding.severity.as_str());
            out.key(key!("part")).text(finding.part.as_str());
            out.key(key!("message")).text(&finding.message);
            range(out.key(key!("range")), finding.range);
            out.key(key!("fixes")).list(&finding.fixes, |out, fix| {
                out.object(|out| {
                    out.key(key!("label")).text(&fix.label);
                    out.key(key!("edits")).list(&fix.edits, |out, edit| {
                        out.object(|out| {
                            range(out.key(key!("range")), edit.range);
                            out.key(key!("text")).text(&edit.text);
                        });
                    });
                });
            });
        });
    });
    out.key(key!("diagnostics_total")).number(total);
}

fn token(out: &mut Writer, kind: &str, name: &str, at: TextRange) {
    out.object(|out| {
        out.key(key!("kind")).text(kind);
        out.key(key!("name")).text(name);
        range(out.key(key!("range")), at);
    });
}

fn missing_value(out: &mut Writer, missing: &core::MissingValue) {
    out.object(|out| {
        out.key(key!("kind")).text(missing.kind.as_str());
        out.key(key!("name")).text(&missing.name);
    });
}

fn range(out: &mut Writer, range: TextRange) {
    let TextRange { bytes, utf16 } = range;
    out.object(|out| {
        out.key(key!("bytes")).list(bytes, Writer::number);
        out.key(key!("utf16")).list(utf16, Writer::number);
    });
}

fn trace(out: &mut Writer, found: &core::Classification<'_>) {
    out.key(key!("trace")).list(found.trace(), |out, step| {
        out.object(|out| {
            out.key(key!("step")).text(step.name);
            out.key(key!("before")).text(step.before);
            out.key(key!("after")).text(step.after);
        });
    });
}

fn bounds(out: &mut Writer, bounds: &core::Bounds) {
    out.object(|out| {
        out.key(key!("exact")).bool(bounds.exact);
        for (key, extreme) in [(key!("min"), &bounds.min), (key!("max"), &bounds.max)] {
            out.key(key);
            let Some(extreme) = extreme else {
                out.null();
                continue;
            };
            let found = extreme.witness.as_ref();
            out.object(|out| {
                out.key(key!("segments")).number(extreme.segments);
                out.key(key!("encoding")).text(extreme.encoding.as_str());
                out.key(key!("variant")).maybe(found.and_then(|found| found.variant.as_deref()));
                out.key(key!("witness"));
                match found {
                    Some(found) => witness(out, found),
                    None => out.null(),
                }
            });
        }
    });
}

/// A `values` of all four kinds.
fn witness(out: &mut Writer, witness: &core::Witness) {
    out.object(|out| {
        for kind in Kind::ALL {
            let mut named: Vec<_> = witness.values.iter().filter(|(of, ..)| *of == kind).collect();
            // JavaScript puts names that are indices first, whatever order they were written in;
            // the bytes of this face are what it gives back (ABI.md, "Requests").
            let key = |name: &str| index(name).unwrap_or(u32::MAX);
            core::sort(&mut named, |(_, a, _), (_, b, _)| key(a) > key(b));
            out.name(kind.as_str()).object(|out| {
                for (_, name, value) in named {
                    out.name(name).text(value);
                }
            });
        }
    });
}

/// The array index that `name` is to JavaScript: a whole number below 2^32 - 1 as it is printed
/// (ECMA-262, "array index").
fn index(name: &str) -> Option<u32> {
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    let printed = digits && (name == "0" || !name.starts_with('0'));
    name.parse().ok().filter(|&index| printed && index != u32::MAX)
}
