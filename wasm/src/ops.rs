//! Requests and their answers: a stand-in that knows `describe` alone.

use crate::imports::{self, Level};

/// Answers one JSON request with one JSON response.
#[must_use]
pub fn call(request: &[u8]) -> Vec<u8> {
    let op = serde_json::from_slice::<serde_json::Value>(request)
        .ok()
        .and_then(|request| Some(request.get("op")?.as_str()?.to_owned()));
    match op.as_deref() {
        Some("describe") => {
            imports::log(Level::Debug, "described");
            br#"{"ok":{"abi":1}}"#.to_vec()
        }
        Some("send") => {
            let answer = imports::create_message(request)
                + imports::opt_out_lookup(request)
                + imports::opt_out_record(request);
            format!(r#"{{"ok":{{"answer":{answer}}}}}"#).into_bytes()
        }
        Some(_) | None => br#"{"error":{"code":"bad_request","message":"stand-in"}}"#.to_vec(),
    }
}
