//! How the senders in use are registered for US and Canadian phones (A2P 10DLC), and what becomes
//! of live messages that carriers would block.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use verbatim_core::Sender;

use super::App;
use super::input::Input;
use super::problem::Problem;
use super::view;
use crate::registration::{Known, LookError, OnUnregistered};
use crate::time::Timestamp;
use crate::twilio::registration::{Campaign, Standing};

/// Every sender that an environment or a template has.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RegistrationList {
    /// What becomes of a live message from a sender that is `failed` or `missing`.
    on_unregistered: OnUnregistered,
    /// Why Twilio did not say when it was last asked; nothing if it did.
    problem: Option<String>,
    registrations: Vec<RegistrationView>,
}

/// A sender's registration.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RegistrationView {
    sender: String,
    standing: Standing,
    /// The Messaging Service by whose campaign it is judged.
    service: Option<String>,
    campaign: Option<Campaign>,
    /// What was found, in words.
    found: String,
    /// What is still to be done, and where.
    to_do: Option<&'static str>,
    /// When Twilio said so; nothing if it did not yet.
    checked_at: Option<Timestamp>,
}

impl From<Known> for RegistrationView {
    fn from(Known { sender, registration, checked_at }: Known) -> Self {
        Self {
            sender,
            standing: registration.standing,
            found: match checked_at {
                Some(_) => registration.found(),
                None => "not known, because Twilio has not said".to_owned(),
            },
            to_do: registration.to_do(),
            service: registration.service,
            campaign: registration.campaign,
            checked_at,
        }
    }
}

/// What is set for all of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationSetting {
    /// `refuse`, which is the default, or `warn`.
    on_unregistered: OnUnregistered,
}

/// `GET /v1/registrations`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<RegistrationList>, Problem> {
    Ok(Json(RegistrationList {
        on_unregistered: OnUnregistered::of(&app.store).await?,
        problem: app.registrations.problem(),
        registrations: app.registrations.all().await?.into_iter().map(Into::into).collect(),
    }))
}

/// `GET /v1/registrations/{sender}`: also one that is not in use yet.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(sender): Path<String>,
) -> Result<Json<RegistrationView>, Problem> {
    let sender = Sender::new(&sender).map_err(view::refused)?;
    Ok(Json(app.registrations.one(sender.as_str()).await?.into()))
}

/// `POST /v1/registrations/look`: asks Twilio now.
pub(super) async fn look(State(app): State<Arc<App>>) -> Result<Json<RegistrationList>, Problem> {
    app.registrations.look().await?;
    list(State(app)).await
}

/// `PUT /v1/registrations`.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    input: Input<RegistrationSetting>,
) -> Result<Json<RegistrationList>, Problem> {
    let mut tx = app.store.write().await?;
    let now = tx.now().await?;
    input.value.on_unregistered.set(&mut tx, now).await?;
    tx.commit().await?;
    list(State(app)).await
}

impl From<LookError> for Problem {
    fn from(error: LookError) -> Self {
        match error {
            LookError::NoAccount => Self::not_found(error.to_string()),
            LookError::Twilio(error) => error.into(),
            LookError::Store(error) => error.into(),
        }
    }
}
