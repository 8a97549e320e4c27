//! TwiML, as far as a reply needs it: what the host answers a webhook with, and how the fake
//! reads it.

const OPEN: &str = "<Message>";
const CLOSE: &str = "</Message>";

/// The answer to an inbound webhook: one message, or none.
#[must_use]
pub fn response(reply: Option<&str>) -> String {
    const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    match reply {
        Some(text) => {
            format!("{DECLARATION}<Response>{OPEN}{}{CLOSE}</Response>", escape(text))
        }
        None => format!("{DECLARATION}<Response/>"),
    }
}

/// The texts of the messages that a document asks to send, in order.
#[must_use]
pub fn messages(document: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = document;
    while let Some((_, after)) = rest.split_once(OPEN) {
        let Some((text, after)) = after.split_once(CLOSE) else { break };
        texts.push(unescape(text));
        rest = after;
    }
    texts
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // An XML reader turns a bare CR into LF; a reference survives.
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    // `&amp;` last, so that `&amp;lt;` becomes `&lt;` and no more.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#13;", "\r")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_survives_the_way_through_xml() {
        for text in ["a & b <c> \"d\" 'e'", "&lt;", "&amp;lt;", "line\r\nline", "👋 é"] {
            assert_eq!(messages(&response(Some(text))), [text]);
        }
    }

    #[test]
    fn no_reply_is_an_empty_response() {
        assert!(response(None).ends_with("<Response/>"));
        assert!(messages(&response(None)).is_empty());
    }
}
