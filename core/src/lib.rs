//! SMS templates, segments and compliance keywords, as pure functions of their arguments.
//!
//! This crate decides everything that Verbatim decides: what a template's tokens are
//! ([`Template`]), what a message says once they are filled ([`render()`]), what it costs
//! ([`segments`]), what a reply such as `Stop!` means ([`classify`]), and whether a message
//! may leave at all ([`send()`], [`receive()`]). It is compiled once into `verbatim.wasm`,
//! which the editor runs to preview and the host runs to send.
//!
//! It reads no clock, no file, no network and no environment, holds no global state, and
//! never panics, whatever the input.
//!
//! # A template, its text, its cost
//!
//! ```
//! use verbatim_core::{count, Encoding, Kind, Missing, Policy, Template};
//!
//! let template = Template::new("Hi ${name}, your code is {{vrbl:CODE}}")?;
//! let values = [
//!     (Kind::Variant, "name", "Zoë"),
//!     (Kind::Variable, "CODE", "{{vrbl:CODE}} costs $5"), // a value is never scanned again
//! ];
//! let text = template.render(&values[..], Missing::Refuse)?;
//! assert_eq!(text, "Hi Zoë, your code is {{vrbl:CODE}} costs $5");
//!
//! // `ë` is not in the GSM alphabet: one character, and a segment holds 70 instead of 160.
//! let cost = count(&text, Policy::Standard);
//! assert_eq!((cost.encoding, cost.units, cost.segments), (Encoding::Ucs2, 43, 1));
//! # Ok::<(), verbatim_core::Refusal>(())
//! ```
//!
//! # What a reply means
//!
//! ```
//! use verbatim_core::{classify, Keyword, Rules};
//!
//! let rules = Rules::default();
//! assert_eq!(classify(" Stop! ", &rules).keyword, Some(Keyword::Stop));
//! assert_eq!(classify("please stop", &rules).keyword, None);
//! ```
//!
//! # Where things are
//!
//! | noun | file |
//! |---|---|
//! | [`Template`], [`parse`], [`Token`], [`Kind`] | `template.rs`, `token.rs` |
//! | [`Diagnostic`], [`Code`], [`Fix`] | `diagnostic.rs`, `code.rs`, `near_miss.rs` |
//! | [`Values`], [`render()`], [`fill`], [`preview()`] | `values.rs`, `render.rs`, `preview.rs` |
//! | [`Slots`], [`Weighed`]: values by position | `slots.rs` |
//! | [`segments`], [`count`], [`forcing`] | `segment.rs`, `alphabet.rs`, `forcing.rs` |
//! | [`classify`], [`Rules`], [`KeywordSet`] | `keyword.rs`, `keyword_set.rs` |
//! | [`Pattern`]: its syntax | `pattern/` |
//! | [`complete()`] | `complete.rs` |
//! | [`check()`], [`compose()`] | `check.rs`, `body.rs`, `lint/` |
//! | [`bounds()`], [`Domains`] | `bounds.rs`, `domain.rs`, `shape.rs` |
//! | [`check_prompt()`] | `prompt.rs` |
//! | [`send()`], [`receive()`] | `send.rs`, `receive.rs` |
//! | [`MessagingServiceSid`], [`AccountSid`] | `sid.rs` |
//! | [`PhoneNumber`], [`Sender`], [`Title`] | a file each |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod alphabet;
mod body;
mod bounds;
mod campaign;
mod check;
mod code;
mod complete;
mod diagnostic;
mod domain;
mod environment;
mod firsts;
mod forcing;
mod grapheme;
mod keyword;
mod keyword_set;
mod language;
pub mod limits;
mod lint;
mod names;
mod near_miss;
mod nearest;
pub mod pattern;
mod phone_number;
mod preview;
mod prompt;
mod range;
mod receive;
mod refusal;
mod render;
mod segment;
mod send;
mod sender;
mod shape;
mod sid;
mod slots;
mod sort;
mod template;
mod title;
mod token;
mod values;

pub use body::compose;
pub use bounds::{Bounds, Extreme, Witness, bounds};
pub use campaign::Campaign;
pub use check::{Check, Draft, check};
pub use code::{CODES, Code, CodeEntry, Severity};
pub use complete::{Completion, Completions, Place, complete};
pub use diagnostic::{Diagnostic, Edit, Fix, Part, quote};
pub use domain::{Alphabet, Domain, Domains, Row};
pub use environment::{Environment, UnknownEnvironment};
pub use forcing::{Forcing, forcing};
pub use keyword::{Classification, Keyword, Replies, Rules, Step, classify, variants};
pub use keyword_set::KeywordSet;
pub use language::{choose, is_language_of};
pub use names::Names;
pub use pattern::Pattern;
pub use phone_number::PhoneNumber;
pub use preview::{Preview, TokenSpan, preview};
pub use prompt::{PromptCheck, Reference, Target, check_prompt};
pub use range::{Offsets, TextRange};
pub use receive::{Answerer, Disposition, Inbound, OptOutType, Received, receive};
pub use refusal::{Detail, Refusal};
pub use render::{Missing, MissingValue, deliverable, fill, render};
pub use segment::{Count, Encoding, Policy, Segments, count, segments};
pub use send::{Candidate, Consent, Content, Host, Outbound, SendState, Sent, Veto, send};
pub use sender::Sender;
pub use sid::{AccountSid, MessagingServiceSid};
pub use slots::{Slots, Weighed};
pub use sort::sort;
pub use template::{Parsed, Template, parse};
pub use title::Title;
pub use token::{Kind, Token};
pub use values::Values;
