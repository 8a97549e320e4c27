//! Refusals of the API: `application/problem+json` (RFC 9457) with a stable `code`, and one
//! sentence that says what was expected, what was found and what to do.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::engine::EngineError;
use crate::receive::ReceiveError;
use crate::store::StoreError;

/// A refusal.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: String,
    detail: String,
    more: Map<String, Value>,
    retry_after: Option<Duration>,
}

/// A refusal, for a program that holds a host: what the API would say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail} ({code})")]
pub struct Refused {
    /// Stable, e.g. `V020` or `no_room`.
    pub code: String,
    /// What was expected, what was found and what to do.
    pub detail: String,
}

impl Problem {
    /// Without what only HTTP needs.
    pub(super) fn refused(self) -> Refused {
        Refused { code: self.code, detail: self.detail }
    }

    pub(super) fn new(
        status: StatusCode,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            more: Map::new(),
            retry_after: None,
        }
    }

    /// 422: the request can be read, and what it asks for cannot be done.
    pub(super) fn unprocessable(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 404.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Says how long to wait, in whole seconds and at least one.
    pub(super) fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Adds a member, e.g. `diagnostics`.
    pub(super) fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }
}

/// The members that every refusal has.
pub(super) fn schema() -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "what was expected, found, and the fix" },
            "code": { "type": "string", "description": "stable, e.g. `not_found` or `V021`" },
        },
    })
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = self.more;
        body.insert("type".to_owned(), json!(format!("urn:verbatim:problem:{}", self.code)));
        body.insert("title".to_owned(), json!(self.status.canonical_reason()));
        body.insert("status".to_owned(), json!(self.status.as_u16()));
        body.insert("detail".to_owned(), json!(self.detail));
        body.insert("code".to_owned(), json!(self.code));
        let mut response = (self.status, Value::Object(body).to_string()).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TitleTaken(_) => {
                Self::new(StatusCode::CONFLICT, "title_taken", error.to_string())
            }
            StoreError::NoRoom(_) => {
                tracing::error!(%error, "the store has no room");
                let detail = "there is no room for the database; nothing was stored, and what was \
                              accepted before is kept; make room, then ask again";
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "no_room", detail)
            }
            StoreError::Nul => Self::unprocessable("bad_field", error.to_string()),
            StoreError::Newer { .. }
            | StoreError::Foreign(_)
            | StoreError::Encoding(_)
            | StoreError::Corrupt(_)
            | StoreError::Migration(_)
            | StoreError::NotCommitted(_)
            | StoreError::Closed
            | StoreError::Database(_)
            | StoreError::File(_)
            | StoreError::Thread(_) => {
                tracing::error!(%error, "the store failed");
                let detail = "the database failed; nothing was stored, and the host's log says why";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_failed", detail)
            }
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => {
                let mut problem = Self::unprocessable(&refusal.code, refusal.message);
                if let Some(Value::Object(detail)) = refusal.detail {
                    problem.more.extend(detail);
                }
                problem
            }
            EngineError::Call(_) | EngineError::Nonsense(_) => {
                tracing::error!(%error, "the module gave no answer");
                let detail = format!("{error}; nothing was stored and nothing was sent");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "module_failed", detail)
            }
        }
    }
}

impl From<ReceiveError> for Problem {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Store(error) => error.into(),
            ReceiveError::Engine(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Refusal;

    #[tokio::test]
    async fn a_problem_has_its_stable_members_and_the_modules_detail() {
        let refusal = Refusal {
            code: "V021".to_owned(),
            message: "no value for `{{vrbl:CODE}}`".to_owned(),
            detail: Some(json!({"missing": [{"kind": "variable", "name": "CODE"}]})),
        };
        let response = Problem::from(EngineError::Refused(refusal)).into_response();
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["code"], "V021");
        assert_eq!(body["status"], 422);
        assert_eq!(body["missing"][0]["name"], "CODE");
        assert!(body["title"].is_string() && body["type"].is_string());
    }
}
