//! In `dev`: the phone and the log of the fake Twilio, through the host's own origin.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::App;
use super::input::{Input, Params};
use super::problem::Problem;
use crate::forward::EventBody;
use crate::store::Disposition;
use crate::twilio::fake::{Chaos, Control, ControlError};

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    number: Option<String>,
}

/// What the host made of a text that a person wrote.
#[derive(Debug, Serialize)]
struct Became {
    disposition: Disposition,
    /// What a webhook hears of it, or would if there were one: `null` where nobody does.
    event: Option<EventBody>,
}

/// `GET /v1/dev/phone?number=`: each message that the person wrote says what became of it.
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Params(which): Params<Which>,
) -> Result<Json<Value>, Problem> {
    let mut phone = control(&app)?.phone(which.number.as_deref()).await?;
    let written = phone["messages"].as_array_mut().into_iter().flatten();
    for message in written.filter(|message| message["direction"] == "inbound") {
        let sid = message["sid"].as_str().unwrap_or_default();
        let became = app.store.became(sid).await?.map(|(disposition, event)| Became {
            disposition,
            event: (disposition == Disposition::Forward).then(|| event.body()),
        });
        message["became"] = json!(became);
    }
    Ok(Json(phone))
}

/// What a person writes.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    from: String,
    to: String,
    body: String,
}

/// `POST /v1/dev/phone`.
pub(super) async fn write(
    State(app): State<Arc<App>>,
    input: Input<Text>,
) -> Result<Json<Value>, Problem> {
    let Text { from, to, body } = &input.value;
    Ok(Json(control(&app)?.write(from, to, body).await?))
}

/// `GET /v1/dev/log`.
pub(super) async fn log(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    Ok(Json(control(&app)?.log().await?))
}

/// `GET /v1/dev/chaos`.
pub(super) async fn chaos(State(app): State<Arc<App>>) -> Result<Json<Chaos>, Problem> {
    Ok(Json(control(&app)?.chaos().await?))
}

/// `PUT /v1/dev/chaos`.
pub(super) async fn set_chaos(
    State(app): State<Arc<App>>,
    input: Input<Chaos>,
) -> Result<Json<Chaos>, Problem> {
    Ok(Json(control(&app)?.set_chaos(&input.value).await?))
}

fn control(app: &App) -> Result<&Control, Problem> {
    let missing = || Problem::not_found("there is a phone in `verbatim dev` alone");
    app.phone.as_ref().ok_or_else(missing)
}

impl From<ControlError> for Problem {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Refused { message, .. } => Self::unprocessable("bad_field", message),
            ControlError::Failed(_) => {
                Self::new(StatusCode::BAD_GATEWAY, "phone_failed", error.to_string())
            }
        }
    }
}
