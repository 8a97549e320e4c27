//! `POST /v1/actions/{name}/run`: every template that the action names is sent, and its handoff is
//! given back. All or nothing: one transaction holds the messages, the consent and the idempotency
//! key.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use verbatim_core::PhoneNumber;

use super::App;
use super::accept::{Order, by_template, keep_manners};
use super::input::Input;
use super::problem::Problem;
use super::send::{accepted_202, again, idempotency_key, refuse_long, remembered};
use super::view;
use crate::engine::Values;
use crate::id::new_id;
use crate::message;
use crate::project::{self, Action, Context, Handoff, Header, Method, Target};
use crate::sandbox::Pair;
use crate::store::{ConversationEvent, NewMessage, StoreError};

/// For whom an action is run, and with what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RunRequest {
    /// The person's number, E.164; `to` is the same.
    #[serde(alias = "to")]
    to_number: String,
    /// The conversation that it happens in.
    conversation_id: Option<String>,
    #[serde(default)]
    values: Values,
    /// The variant whose attributes fill `${name}`; without it, that of the conversation, or the
    /// default.
    variant: Option<String>,
    /// The person's language, e.g. `es` or `pt-BR`; without it, that of the conversation.
    language: Option<String>,
    /// Whether the person has agreed to get what it sends: noted in the consent ledger. It never
    /// takes back an opt-out.
    #[serde(default)]
    consented: bool,
    /// `live`, `pre_release` or `sandbox`, which is the default.
    environment: Option<String>,
    /// What happens to a missing value: `refuse`, which is the default, `blank` or `keep`.
    missing: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Run {
    action: String,
    /// One for each template that the prompt names, in its order.
    messages: Vec<RunMessage>,
    /// Where the call goes to now, if the prompt says so.
    handoff: Option<HandoffTo>,
}

/// A message that was accepted; `GET /v1/messages/{id}` has all of it.
#[derive(Debug, Serialize, JsonSchema)]
struct RunMessage {
    id: String,
    state: message::State,
    reason: Option<String>,
    template: Option<String>,
    template_version: Option<i64>,
    sender: String,
    predicted_segments: i64,
    /// Why carriers may block it, though it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// What a voice platform needs to give the call away.
#[derive(Debug, Serialize, JsonSchema)]
struct HandoffTo {
    name: String,
    description: String,
    method: Method,
    /// E.164, or a SIP address; nothing where the call ends.
    destination: Option<String>,
    /// SIP headers that go along.
    headers: Vec<Header>,
    /// What else the platform was told.
    config: Map<String, Value>,
}

/// What an action does, looked up before anything is done.
struct Plan {
    templates: Vec<String>,
    handoff: Option<HandoffTo>,
}

pub(super) async fn run(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    input: Input<RunRequest>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers, &json!({ "action": name, "request": input.json }))?;
    if let Some(answer) = remembered(&app, key.as_ref()).await? {
        return Ok(accepted_202(answer));
    }
    let request = input.value;
    let action = project::one::<Action>(&app.store, &name).await?.item;
    if action.needs_consent && !request.consented {
        let detail = format!(
            "the action `{name}` runs only for who has agreed; ask them, then run it with \
             `\"consented\": true`"
        );
        return Err(Problem::unprocessable("consent_needed", detail));
    }
    let plan = plan(&app, &name).await?;
    let consented = request.consented;
    let order = order(&app, request).await?;
    let (mut messages, mut warnings) = (Vec::new(), Vec::new());
    for template in &plan.templates {
        let accepted = by_template(&app, &order, template).await?;
        warnings.push(accepted.warning.clone());
        messages.push((new_id(), accepted.message(&order, app.engine.sha256().to_string())?));
    }

    let now = app.store.now();
    let mut tx = app.store.write().await?;
    // An action is one occasion: what it sends together is not too much of itself.
    for (_, new) in &mut messages {
        keep_manners(&mut tx, new, now).await?;
    }
    let shown = messages.iter().zip(warnings);
    let shown = shown.map(|((id, new), warning)| RunMessage::new(id, new, warning)).collect();
    let answer = Run { action: name.clone(), messages: shown, handoff: plan.handoff };
    let body =
        serde_json::to_string(&answer).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    if let Some(key) = &key
        && let Some(first) = tx.remember(key, &new_id(), &body, now).await?
    {
        // The first one is given back once it is durable, and not before.
        tx.commit().await?;
        return again(first, Some(key)).map(accepted_202);
    }
    if consented {
        for pair in pairs(&messages) {
            tx.note_consent(&pair, &name, order.conversation_id.as_deref(), now).await?;
        }
    }
    tx.create_messages(&messages, now).await?;
    if let (Some(conversation), Some(handoff)) = (&order.conversation_id, &answer.handoff) {
        let line = ConversationEvent::handed_over(&name, &handoff.name, now);
        tx.log_conversation(conversation, line).await?;
    }
    tx.commit().await?;
    app.wake.now();
    Ok(accepted_202(body))
}

async fn plan(app: &App, action: &str) -> Result<Plan, Problem> {
    let mut plan = Plan { templates: Vec::new(), handoff: None };
    for (target, name) in app.store.references_of(action).await? {
        match target {
            Target::Template => plan.templates.push(name),
            Target::Handoff => {
                let handoff = project::one::<Handoff>(&app.store, &name).await?.item;
                plan.handoff = Some(HandoffTo::new(name, handoff));
            }
        }
    }
    Ok(plan)
}

async fn order(app: &App, request: RunRequest) -> Result<Order, Problem> {
    let environment = view::environment(request.environment.as_deref())?;
    let recipient = PhoneNumber::new(&request.to_number).map_err(view::refused)?;
    if let Some(conversation) = &request.conversation_id {
        refuse_long("conversation_id", conversation)?;
    }
    let RunRequest { conversation_id, variant, language, values, missing, .. } = request;
    let context = Context::of(&app.store, conversation_id.as_deref(), variant, language).await?;
    Ok(Order { recipient, environment, values, missing, context, conversation_id })
}

/// Each recipient and sender once.
fn pairs(messages: &[(String, NewMessage)]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    for (_, NewMessage { recipient, sender, .. }) in messages {
        let pair = Pair { recipient: recipient.clone(), sender: sender.clone() };
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}

impl RunMessage {
    fn new(id: &str, new: &NewMessage, warning: Option<String>) -> Self {
        let (template, template_version) =
            new.template.as_ref().map(|(_, title, version)| (title.clone(), *version)).unzip();
        Self {
            id: id.to_owned(),
            state: new.state,
            reason: new.reason.clone(),
            template,
            template_version,
            sender: new.sender.clone(),
            predicted_segments: new.predicted_segments,
            warning,
        }
    }
}

impl HandoffTo {
    fn new(name: String, handoff: Handoff) -> Self {
        let Handoff { description, method, destination, headers, config, .. } = handoff;
        Self { name, description, method, destination, headers, config }
    }
}
