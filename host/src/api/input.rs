//! Reads a request's JSON: the right type, at most so long, no U+0000, no unknown field; or one
//! sentence that says what was expected and where.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use super::problem::Problem;

/// A request's JSON as a type, and as it was, for hashing.
#[derive(Debug)]
pub(super) struct Input<T> {
    pub(super) value: T,
    pub(super) json: Value,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        json_only(request.headers())?;
        let body = Bytes::from_request(request, state).await.map_err(|e| unread(&e))?;
        read(&body)
    }
}

/// The parameters of a request's URL as a type.
#[derive(Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = Query::try_from_uri(&parts.uri);
        read.map(|Query(value)| Self(value))
            .map_err(|error| Problem::unprocessable("bad_field", error.body_text()))
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<Input<T>, Problem> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let detail = format!("expected a body in UTF-8, found a byte that is not at offset {at}");
        Problem::new(StatusCode::BAD_REQUEST, "not_utf8", detail)
    })?;
    let json: Value = serde_json::from_str(text).map_err(|error| refused(&error))?;
    refuse_nul(&json)?;
    // From the text again, because only there does an error know its line and column.
    let value = serde_json::from_str(text).map_err(|error| refused(&error))?;
    Ok(Input { value, json })
}

/// Only a request that a web page cannot make without asking first (CORS) counts as JSON.
fn json_only(headers: &HeaderMap) -> Result<(), Problem> {
    only(headers, "application/json", "not_json")
}

/// Refuses every other content type, with a code.
pub(super) fn only(headers: &HeaderMap, expected: &str, code: &str) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case(expected)) {
        return Ok(());
    }
    let found = kind.unwrap_or("none");
    let detail = format!("expected the content type `{expected}`, found `{found}`");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code, detail))
}

fn refused(error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            let detail = format!("expected JSON: {error}");
            Problem::new(StatusCode::BAD_REQUEST, "not_json", detail)
        }
        Category::Data => Problem::unprocessable("bad_field", error.to_string()),
    }
}

/// PostgreSQL cannot store it, so no database gets it.
fn refuse_nul(json: &Value) -> Result<(), Problem> {
    let fine = match json {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.contains('\0'),
        Value::Array(items) => return items.iter().try_for_each(refuse_nul),
        Value::Object(members) => {
            members.values().try_for_each(refuse_nul)?;
            members.keys().all(|name| !name.contains('\0'))
        }
    };
    if fine {
        return Ok(());
    }
    let detail = "expected text without the character U+0000, found one; remove it";
    Err(Problem::unprocessable("nul_character", detail))
}

pub(super) fn unread(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return super::guard::too_large();
    }
    let detail = "the request's body broke off before its end";
    Problem::new(StatusCode::BAD_REQUEST, "body_broke_off", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its reading is tested")]
        text: String,
    }

    fn status(body: &[u8]) -> StatusCode {
        match read::<Sample>(body) {
            Ok(_) => StatusCode::OK,
            Err(problem) => problem.into_response().status(),
        }
    }

    #[test]
    fn what_cannot_be_read_is_400_and_what_makes_no_sense_is_422() {
        assert_eq!(status(br#"{"text":"x"}"#), StatusCode::OK);
        for bad in [&b"{"[..], b"", b"{\"text\":\"\xff\"}", b"text=x", b"{\"text\":\"x\"} {}"] {
            assert_eq!(status(bad), StatusCode::BAD_REQUEST, "{bad:?}");
        }
        for bad in [r#"{"text":1}"#, r#"{"txt":"x"}"#, "[]", r#"{"text":"a\u0000b"}"#] {
            assert_eq!(status(bad.as_bytes()), StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
    }

    #[test]
    fn only_the_content_type_of_json_is_json() {
        let mut headers = HeaderMap::new();
        assert!(json_only(&headers).is_err());
        for (kind, fine) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/plain", false),
            ("application/jsonp", false),
        ] {
            headers.insert(header::CONTENT_TYPE, kind.parse().expect("a header"));
            assert_eq!(json_only(&headers).is_ok(), fine, "{kind}");
        }
    }
}
