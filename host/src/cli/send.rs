//! `verbatim send`: one message through a running host.

use std::io::Write;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{self, Client, HostArgs, detail, refused};
use super::show::visible;
use super::{CliError, Done, preview};
use crate::engine::Values;
use crate::message::{Environment, State};

/// How often a message is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Send one message through a running host
#[derive(Debug, Clone, clap::Args)]
pub struct SendArgs {
    /// The recipient's number, E.164
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// The template, by its title
    #[arg(long, value_name = "TITLE", conflicts_with_all = ["from", "body"])]
    template: Option<String>,
    /// The sender of a free-form text: a number or a Messaging Service SID
    #[arg(long, value_name = "SENDER", requires = "body", required_unless_present = "template")]
    from: Option<String>,
    /// The free-form text
    #[arg(long, value_name = "TEXT", requires = "from")]
    body: Option<String>,
    /// The values as JSON: {"variant":{},"entity":{},"variable":{},"translation":{}}
    #[arg(long, value_name = "JSON", value_parser = preview::values)]
    values: Option<Values>,
    /// The variant whose attributes fill ${name}
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// The person's language, e.g. es or pt-BR
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// live, pre_release or sandbox
    #[arg(long, value_name = "ENVIRONMENT", default_value_t)]
    environment: Environment,
    /// The conversation that it belongs to
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
    /// Send at most once for this key
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Wait until the message has its final state
    #[arg(long)]
    wait: bool,
    /// How many seconds to wait at most
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait_for: u64,
    #[command(flatten)]
    host: HostArgs,
    /// Print the message as JSON
    #[arg(long)]
    json: bool,
}

/// Sends, and waits if asked to. [`Done::Found`] if the host refused, or the message did not
/// arrive; a suppressed one is no failure of the caller's.
///
/// # Errors
/// The host cannot be reached, or its answer makes no sense.
pub async fn run(args: SendArgs) -> Result<Done, CliError> {
    let client = Client::new(&args.host)?;
    let mut request = client.request(Method::POST, &["messages"])?.json(&body(&args));
    if let Some(key) = &args.idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let mut message = match client.answer(request).await? {
        Ok(message) => message,
        Err(problem) => return refused(&problem, args.json),
    };
    if let Some(warning) = message["warning"].as_str() {
        eprintln!("verbatim: warning: {}", visible(warning));
    }
    if args.wait {
        message = wait(&client, message, Duration::from_secs(args.wait_for)).await?;
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{message}")?;
    } else {
        writeln!(out, "{}", line(&message))?;
    }
    Ok(outcome(state(&message), args.wait))
}

fn outcome(state: Option<State>, waited: bool) -> Done {
    match state {
        Some(State::Delivered | State::Suppressed | State::Sent) => Done::Clean,
        Some(State::Queued | State::Dispatching | State::Accepted) if !waited => Done::Clean,
        Some(State::Queued | State::Dispatching | State::Accepted)
        | Some(State::Unknown | State::Undelivered | State::Failed | State::Canceled)
        | None => Done::Found,
    }
}

fn body(args: &SendArgs) -> Value {
    client::body([
        ("to", Some(json!(args.to))),
        ("template", args.template.as_ref().map(|it| json!(it))),
        ("from", args.from.as_ref().map(|it| json!(it))),
        ("content", args.body.as_ref().map(|it| json!(it))),
        ("values", args.values.as_ref().map(|it| json!(it))),
        ("variant", args.variant.as_ref().map(|it| json!(it))),
        ("language", args.language.as_ref().map(|it| json!(it))),
        ("environment", Some(json!(args.environment.as_str()))),
        ("conversation_id", args.conversation.as_ref().map(|it| json!(it))),
    ])
}

fn state(message: &Value) -> Option<State> {
    message["state"].as_str().and_then(|state| state.parse().ok())
}

fn line(message: &Value) -> String {
    let text = |value: &Value| visible(value.as_str().unwrap_or_default());
    let segments = &message["segments"];
    let mut line = format!(
        "{} {} to {} from {} ({}, {})",
        text(&message["state"]),
        text(&message["id"]),
        text(&message["to"]),
        text(&message["sender"]),
        text(&segments["encoding"]),
        match segments["segments"].as_u64() {
            Some(1) => "1 segment".to_owned(),
            Some(count) => format!("{count} segments"),
            None => "segments unknown".to_owned(),
        },
    );
    if let Some(why) = message["error"]["message"].as_str() {
        line.push_str(": ");
        line.push_str(&visible(why));
    }
    if let Some(help) = message["error"]["help"].as_str() {
        line.push_str("; ");
        line.push_str(&visible(help));
    }
    line
}

async fn wait(client: &Client, mut message: Value, most: Duration) -> Result<Value, CliError> {
    let start = Instant::now();
    let id = message["id"].as_str().unwrap_or_default().to_owned();
    while !state(&message).is_some_and(State::is_final) && start.elapsed() < most {
        tokio::time::sleep(LOOK_EVERY).await;
        let look = client.request(Method::GET, &["messages", &id])?;
        message =
            client.answer(look).await?.map_err(|problem| CliError::Refused(detail(&problem)))?;
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_arrive_in_time_is_a_finding_only_for_who_waited() {
        assert_eq!(outcome(Some(State::Queued), false), Done::Clean);
        assert_eq!(outcome(Some(State::Queued), true), Done::Found);
        for waited in [false, true] {
            assert_eq!(outcome(Some(State::Suppressed), waited), Done::Clean);
            assert_eq!(outcome(Some(State::Delivered), waited), Done::Clean);
            assert_eq!(outcome(Some(State::Failed), waited), Done::Found);
            assert_eq!(outcome(None, waited), Done::Found);
        }
    }
}
