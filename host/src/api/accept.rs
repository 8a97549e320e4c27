//! What becomes of a message before it is stored: the module chooses its template, fills it and
//! counts it, with consent at hand. What the request lacks of values is looked for in its
//! conversation and in the project.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use verbatim_core::{PhoneNumber, Sender};

use super::App;
use super::problem::Problem;
use super::view;
use crate::engine::{
    Ask, Candidate, Content, EngineError, Refusal, SendAsk, SendState, Sent, TokenName, Values,
};
use crate::manners::over_limit;
use crate::message::{Environment, State};
use crate::project::{Context, resolve};
use crate::registration::OnUnregistered;
use crate::sandbox::{Grant, Intent, Pair};
use crate::store::{NewMessage, StoreError, Template, Tx};
use crate::time::Timestamp;

/// What the module says where a value is missing.
const MISSING_VALUE: &str = "V020";

/// What a request may say to it instead of refusing it.
const LENIENT: [&str; 2] = ["blank", "keep"];

/// To whom, by which senders, and with which values.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) recipient: PhoneNumber,
    pub(super) environment: Environment,
    /// What the request gives.
    pub(super) values: Values,
    /// What happens to a value that nobody has.
    pub(super) missing: Option<String>,
    /// Who else has values.
    pub(super) context: Context,
    pub(super) conversation_id: Option<String>,
}

/// What the module made of it.
#[derive(Debug)]
pub(super) struct Accepted {
    sent: Sent,
    sender: String,
    template: Option<(String, String, i64)>,
    /// Those that it was filled with.
    values: Values,
    /// What is to be said of it, though it is sent.
    pub(super) warning: Option<String>,
}

impl Accepted {
    /// The message to be stored, by the module of this SHA-256.
    pub(super) fn message(self, order: &Order, module: String) -> Result<NewMessage, Problem> {
        let (state, reason) = match self.sent.state {
            SendState::Proposed => (State::Queued, None),
            SendState::Suppressed => (State::Suppressed, Some("opted_out".to_owned())),
        };
        Ok(NewMessage {
            state,
            reason,
            recipient: order.recipient.as_str().to_owned(),
            sender: self.sender,
            environment: order.environment,
            template: self.template,
            language: order.context.language.clone(),
            text: self.sent.text,
            predicted_segments: predicted(&self.sent.segments)?,
            segments: self.sent.segments.get().to_owned(),
            values: serde_json::json!(self.values).to_string(),
            missing: order.missing.clone(),
            module,
            conversation_id: order.conversation_id.clone(),
            on_unknown: None,
            valid_for: None,
            redact: None,
        })
    }
}

/// Suppresses a message that would be too much, in the transaction that is to store it.
pub(super) async fn keep_manners(
    tx: &mut Tx,
    new: &mut NewMessage,
    now: Timestamp,
) -> Result<(), StoreError> {
    if new.state == State::Queued
        && let Some(reason) = over_limit(tx, new, now).await?
    {
        new.state = State::Suppressed;
        new.reason = Some(reason.to_owned());
    }
    Ok(())
}

/// The number that the module counted, out of its own JSON.
fn predicted(segments: &RawValue) -> Result<i64, Problem> {
    #[derive(Deserialize)]
    struct Counted {
        segments: i64,
    }
    let counted: Counted = serde_json::from_str(segments.get())
        .map_err(|_| EngineError::Nonsense("segments without their number".to_owned()))?;
    Ok(counted.segments)
}

/// `send_sms`: free-form text from a registered sender.
pub(super) async fn free_form(
    app: &App,
    order: &Order,
    from: &str,
    content: String,
) -> Result<Accepted, Problem> {
    let sender = Sender::new(from).map_err(view::refused)?;
    if !app.store.is_registered(order.environment, sender.as_str()).await? {
        let detail = format!(
            "`{sender}` is not registered as a sender of `{}`; register it, or use one \
             of `GET /v1/senders`",
            order.environment
        );
        return Err(Problem::unprocessable("sender_not_registered", detail));
    }
    let content = Content::Literal { content };
    let sent = propose(app, order, Some(&sender), content).await?;
    let values = order.values.clone();
    let sender = sender.as_str().to_owned();
    let warning = refuse_blocked(app, order, &sender, &sent).await?;
    Ok(Accepted { sent, sender, template: None, values, warning })
}

/// `send_sms_template`: a template by name; its sender is the environment's.
pub(super) async fn by_template(app: &App, order: &Order, name: &str) -> Result<Accepted, Problem> {
    let (candidates, default_language) = candidates(app, name, order.environment).await?;
    // The sender is the chosen template's, and the module chooses; and it says which values are
    // missing. So it is asked with the first sender there is, and as if nothing might be missing;
    // then with what it has said. Nothing of the first answers has been done: an intent counts when
    // the host commits it.
    let mut sender = candidates
        .iter()
        .find_map(|(template, _, _)| template.senders.of(order.environment))
        .map(str::to_owned);
    let mut values = order.values.clone();
    let mut is_resolved = false;
    for _ in 0..3 {
        let content = Content::Template {
            templates: candidates
                .iter()
                .map(|(template, _, body)| Candidate {
                    title: template.title.clone(),
                    body: body.clone(),
                })
                .collect(),
            template: name.to_owned(),
            language: order.context.language.clone(),
            default_language: default_language.clone(),
            values: values.clone(),
            missing: order.missing.clone().filter(|it| is_resolved || !LENIENT.contains(&&**it)),
        };
        let parsed = sender.as_deref().map(Sender::new).transpose().map_err(view::refused)?;
        let sent = match propose(app, order, parsed.as_ref(), content).await {
            Err(EngineOr::Engine(EngineError::Refused(refusal)))
                if refusal.code == MISSING_VALUE && !is_resolved =>
            {
                let missing = missing(refusal)?;
                resolve(&app.store, &order.context, &missing, &mut values).await?;
                is_resolved = true;
                continue;
            }
            proposed => proposed?,
        };
        let chosen = candidates
            .iter()
            .find(|(template, _, _)| Some(&template.title) == sent.template.as_ref());
        let Some((template, version, _)) = chosen else {
            return Err(EngineError::Nonsense("a template that was not offered".into()).into());
        };
        let own = template.senders.of(order.environment).map(str::to_owned);
        if own == sender {
            let chosen = (template.id.clone(), template.title.clone(), *version);
            let sender = own.unwrap_or_default();
            let warning = refuse_blocked(app, order, &sender, &sent).await?;
            return Ok(Accepted { sent, sender, template: Some(chosen), values, warning });
        }
        sender = own;
    }
    Err(EngineError::Nonsense("another template for the same request".into()).into())
}

/// Refuses a live message that would leave and that carriers would block, or says so, as the project
/// is set.
async fn refuse_blocked(
    app: &App,
    order: &Order,
    sender: &str,
    sent: &Sent,
) -> Result<Option<String>, Problem> {
    if order.environment != Environment::Live || sent.state != SendState::Proposed {
        return Ok(None);
    }
    let objection = app.registrations.objection(sender, order.recipient.as_str()).await?;
    match objection {
        Some(objection) if objection.then == OnUnregistered::Refuse => {
            Err(Problem::unprocessable("a2p_unregistered", objection.to_string()))
        }
        objection => Ok(objection.map(|objection| objection.to_string())),
    }
}

/// What a refusal says is missing.
fn missing(refusal: Refusal) -> Result<Vec<TokenName>, EngineError> {
    #[derive(Deserialize)]
    struct Detail {
        missing: Vec<TokenName>,
    }
    let detail: Detail = serde_json::from_value(refusal.detail.unwrap_or_default())
        .map_err(|_| EngineError::Nonsense("a missing value without its name".to_owned()))?;
    Ok(detail.missing)
}

/// The templates that may be meant, each with the version and the body of the environment; and the
/// language of the one that is in no other.
async fn candidates(
    app: &App,
    name: &str,
    environment: Environment,
) -> Result<(Vec<(Template, i64, String)>, Option<String>), Problem> {
    let (templates, default_language) = app.store.templates_of_name(name).await?;
    let exist = !templates.is_empty();
    let mut candidates = Vec::with_capacity(templates.len());
    for template in templates {
        if let Some((version, body)) = app.store.body_for(&template, environment).await? {
            candidates.push((template, version, body));
        }
    }
    if exist && candidates.is_empty() {
        let detail =
            format!("no version of `{name}` is published to `{environment}`; publish one first");
        return Err(Problem::new(StatusCode::CONFLICT, "template_not_published", detail));
    }
    Ok((candidates, default_language))
}

/// The module's own refusal, which may be answered, or another.
enum EngineOr {
    Engine(EngineError),
    Other(Problem),
}

impl From<EngineError> for EngineOr {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<EngineOr> for Problem {
    fn from(error: EngineOr) -> Self {
        match error {
            EngineOr::Engine(error) => error.into(),
            EngineOr::Other(problem) => problem,
        }
    }
}

/// Asks the module, with consent at hand and a grant for this one message to this one pair.
async fn propose(
    app: &App,
    order: &Order,
    sender: Option<&Sender>,
    content: Content,
) -> Result<Sent, EngineOr> {
    let recipient = &order.recipient;
    let mut grant = Grant::default();
    if let Some(sender) = sender {
        let pair = pair(recipient, sender.as_str());
        let opted_out = is_opted_out(app, recipient, sender).await.map_err(EngineOr::Other)?;
        grant.consent.push((pair.clone(), opted_out));
        grant.send = Some((pair, 1));
    }
    let granted = grant.send.clone().map(|(pair, _)| pair);
    let ask = Ask::Send(SendAsk {
        to: recipient.as_str().to_owned(),
        sender: sender.map(|sender| sender.as_str().to_owned()),
        environment: order.environment.as_str(),
        content,
    });
    let answered = app.engine.ask(ask, grant).await?;
    let sent: Sent = answered.read()?;
    // What the module says and what it asked for must be one thing, or nothing leaves.
    let proposed = |intent: &Intent| match intent {
        Intent::CreateMessage { pair, body } => {
            Some(pair) == granted.as_ref() && *body == sent.text
        }
        Intent::RecordConsent { .. } => false,
    };
    let agrees = match sent.state {
        SendState::Proposed => answered.intents.len() == 1 && answered.intents.iter().all(proposed),
        SendState::Suppressed => answered.intents.is_empty(),
    };
    if agrees {
        Ok(sent)
    } else {
        Err(EngineError::Nonsense("an answer that its intents contradict".into()).into())
    }
}

/// A number's consent is its own; a service's is that of the service and of every number of its
/// pool, so an unknown pool refuses.
async fn is_opted_out(
    app: &App,
    recipient: &PhoneNumber,
    sender: &Sender,
) -> Result<bool, Problem> {
    match sender {
        Sender::Number(number) => {
            let pairs = vec![pair(recipient, number.as_str())];
            Ok(app.store.consent_of(pairs).await?.iter().any(|(_, opted_out)| *opted_out))
        }
        Sender::Service(service) => {
            let known = app.store.consent_of_service(recipient.as_str(), service.as_str()).await?;
            known.ok_or_else(|| {
                let detail = format!(
                    "the numbers of the Messaging Service `{service}` are not known, so consent \
                     cannot be checked; connect the service first"
                );
                Problem::unprocessable("unknown_pool", detail)
            })
        }
    }
}

fn pair(recipient: &PhoneNumber, sender: &str) -> Pair {
    Pair { recipient: recipient.as_str().to_owned(), sender: sender.to_owned() }
}
