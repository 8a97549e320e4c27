//! JSON, strictly and within limits: a request is one object in UTF-8, at most 1 MiB and 32 deep,
//! a response at most 4 MiB.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use verbatim_core::{Code, Detail, Refusal};

use crate::answer::{Error, Response};
use crate::ops::Face;

/// Bytes of a request, at most.
pub const REQUEST_BYTES: usize = 1 << 20;
/// Bytes of a response, at most.
pub const RESPONSE_BYTES: usize = 4 << 20;
/// Objects and arrays that stand inside each other in a request, at most.
pub const DEPTH: usize = 32;

/// The face that answers in JSON.
pub struct Json;

impl Face for Json {
    type Response = Vec<u8>;

    fn respond<T: Serialize>(self, answer: Result<T, Refusal>) -> Vec<u8> {
        let mut bounded = Bounded(Vec::with_capacity(1024));
        let written = match answer {
            Ok(answer) => serde_json::to_writer(&mut bounded, &Response::Ok(answer)),
            Err(why) => serde_json::to_writer(&mut bounded, &Response::<()>::Error(Error(&why))),
        };
        match written {
            Ok(()) => bounded.0,
            // Writing to memory fails for one reason alone.
            Err(_) => Json.respond(Err::<(), _>(refusal(
                Code::ResponseTooLarge,
                format!("the response would exceed {RESPONSE_BYTES} bytes; ask for less at once"),
            ))),
        }
    }
}

/// The text of a request that may be parsed.
pub(crate) fn text(request: &[u8]) -> Result<&str, Refusal> {
    if request.len() > REQUEST_BYTES {
        let message =
            format!("the request has {} bytes: expected at most {REQUEST_BYTES}", request.len());
        return Err(refusal(Code::RequestTooLarge, message));
    }
    let text = std::str::from_utf8(request).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("the request is not UTF-8: found an invalid byte at {at}");
        refusal(Code::RequestNotJson, message)
    })?;
    // A list would pass for an object whose fields stand in order: ABI.md says object.
    if !text.trim_ascii_start().starts_with('{') {
        let message = "the request is not a JSON object: expected `{\"op\": …}`".to_owned();
        return Err(refusal(Code::RequestNotJson, message));
    }
    match depth(text) {
        0..=DEPTH => Ok(text),
        depth => Err(refusal(
            Code::RequestTooDeep,
            format!("the request's JSON is {depth} deep: expected at most {DEPTH}"),
        )),
    }
}

/// Parses what [`text()`] let through.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => refusal(Code::RequestField, error.to_string()),
        Category::Io | Category::Syntax | Category::Eof => {
            refusal(Code::RequestNotJson, format!("the request is not JSON: {error}"))
        }
    })
}

pub(crate) fn refusal(code: Code, message: String) -> Refusal {
    Refusal { code, message, detail: Detail::None }
}

/// How deep objects and arrays stand inside each other; strings aside.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > RESPONSE_BYTES {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings() {
        assert_eq!(depth(r#"{"a":[[]],"b":"[[[[\"[["}"#), 3);
        assert_eq!(depth(&"[".repeat(40)), 40);
    }
}
