//! Every limit of templates and messages, by name.
//!
//! A *character* is a Unicode scalar value.

/// Characters of a title, at most.
pub const TITLE_CHARS: usize = 100;
/// Characters of a body, at most.
pub const BODY_CHARS: usize = 500;
/// Characters of a message, at most (Twilio refuses more with error 21617).
pub const MESSAGE_CHARS: usize = 1600;
/// Bytes of a message in UTF-8, at most.
pub const MESSAGE_BYTES: usize = MESSAGE_CHARS * char::MAX.len_utf8();
/// Bytes of a previewed text, at most: a value may be inserted many times over.
pub const PREVIEW_BYTES: usize = 1 << 20;
/// Diagnostics, tokens, spans and forcing characters that an answer lists, at most.
pub const LISTED: usize = 200;
/// Characters of a body or a value that a message quotes, at most.
pub const QUOTED_CHARS: usize = 40;

/// Whether `text` has more characters than `most`. Characters have a byte or more each, so that
/// those of nearly every text need not be counted.
pub(crate) fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().nth(most).is_some()
}
