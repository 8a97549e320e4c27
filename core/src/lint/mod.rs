//! What a careful colleague would say of a body that is correct: findings that cost money or
//! trust and stop nothing. Each has a code of its own and can be silenced.
//!
//! Lints look at bodies of legal length only, so that none has to be afraid of its input.

use alloc::vec::Vec;

use crate::{Bounds, Code, Diagnostic, Edit, Fix, Offsets, TextRange};
use crate::{Draft, Template};

mod filling;
mod keyword_collision;
mod link;
mod segment;
mod sender;
mod spacing;
mod wording;

pub(crate) use filling::no_domain;
pub(crate) use sender::senders;

/// Everything that there is to say, in no order.
pub(crate) fn lints(
    draft: &Draft<'_>,
    template: &Template<'_>,
    bounds: Option<&Bounds>,
) -> Vec<Diagnostic> {
    let mut said = Vec::new();
    let mut desk =
        Desk { body: template.body(), offsets: Offsets::new(template.body()), said: &mut said };
    segment::lint(&mut desk, template, bounds);
    filling::lint(&mut desk, template, draft);
    spacing::lint(&mut desk, template);
    wording::lint(&mut desk, template, draft.campaign);
    link::lint(&mut desk, template, draft.campaign);
    keyword_collision::lint(&mut desk);
    said
}

/// Where lints write down what they find.
struct Desk<'a> {
    body: &'a str,
    offsets: Offsets<'a>,
    said: &'a mut Vec<Diagnostic>,
}

impl Desk<'_> {
    /// Says something of a part of the body, and how to mend it.
    fn say(
        &mut self,
        code: Code,
        from: usize,
        to: usize,
        message: alloc::string::String,
        fix: impl IntoIterator<Item = (alloc::string::String, &'static str)>,
    ) {
        let range = self.offsets.range(from, to);
        let fixes = fix.into_iter().map(|(label, text)| write(label, range, text));
        self.said.push(Diagnostic::of_body(code, message, range, fixes));
    }
}

/// A fix of one edit.
fn write(label: alloc::string::String, range: TextRange, text: &str) -> Fix {
    Fix { label, edits: alloc::vec![Edit { range, text: text.into() }] }
}
