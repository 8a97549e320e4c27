//! `verbatim actions`: the actions of a running host: list them, check a prompt, run one.

use std::io::Write;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{self, AskArgs, Client, refused};
use super::input::Input;
use super::show::visible;
use super::{CliError, Done, preview};
use crate::engine::Values;
use crate::message::Environment;

/// List, check and run the actions of a running host
#[derive(Debug, Clone, clap::Args)]
pub struct ActionsArgs {
    #[command(subcommand)]
    command: ActionsCommand,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum ActionsCommand {
    /// List the actions, by name
    List {
        #[command(flatten)]
        common: AskArgs,
    },
    /// Say what is wrong with a prompt, by what the host's project holds
    Check {
        #[command(flatten)]
        prompt: Input,
        #[command(flatten)]
        common: AskArgs,
    },
    /// Send every template that an action names, and print its handoff; or do nothing at all
    Run(Box<RunArgs>),
}

#[derive(Debug, Clone, clap::Args)]
struct RunArgs {
    /// The action
    name: String,
    /// The recipient's number, E.164
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// The conversation that it happens in
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
    /// The values as JSON: {"variant":{},"entity":{},"variable":{},"translation":{}}
    #[arg(long, value_name = "JSON", value_parser = preview::values)]
    values: Option<Values>,
    /// The variant whose attributes fill ${name}
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// The person's language, e.g. es or pt-BR
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// The person has agreed to get what it sends
    #[arg(long)]
    consented: bool,
    /// live, pre_release or sandbox
    #[arg(long, value_name = "ENVIRONMENT", default_value_t)]
    environment: Environment,
    /// Run at most once for this key
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    #[command(flatten)]
    common: AskArgs,
}

/// Does what it is asked for. [`Done::Found`] if the host refused, or the prompt has an error.
///
/// # Errors
/// The host cannot be reached, or its answer makes no sense.
pub async fn run(args: ActionsArgs) -> Result<Done, CliError> {
    match args.command {
        ActionsCommand::List { common } => list(&common).await,
        ActionsCommand::Check { prompt, common } => check(&prompt.read()?, &common).await,
        ActionsCommand::Run(args) => run_one(&args).await,
    }
}

async fn list(common: &AskArgs) -> Result<Done, CliError> {
    let client = Client::new(&common.host)?;
    let answer = client.answer(client.request(Method::GET, &["actions"])?).await?;
    let list = match answer {
        Ok(list) => list,
        Err(problem) => return refused(&problem, common.json),
    };
    let mut out = std::io::stdout().lock();
    if common.json {
        writeln!(out, "{list}")?;
        return Ok(Done::Clean);
    }
    for action in list["actions"].as_array().into_iter().flatten() {
        let consent = match action["needs_consent"].as_bool() {
            Some(true) => ", needs consent",
            Some(false) | None => "",
        };
        writeln!(out, "{}{consent}: {}", text(&action["name"]), text(&action["prompt"]))?;
    }
    Ok(Done::Clean)
}

async fn check(prompt: &str, common: &AskArgs) -> Result<Done, CliError> {
    let client = Client::new(&common.host)?;
    let request = client.request(Method::POST, &["check"])?.json(&json!({ "prompt": prompt }));
    let found = match client.answer(request).await? {
        Ok(found) => found,
        Err(problem) => return refused(&problem, common.json),
    };
    let findings = found["diagnostics"].as_array().cloned().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    if common.json {
        writeln!(out, "{found}")?;
    } else {
        for finding in &findings {
            let byte =
                finding["range"]["bytes"][0].as_u64().and_then(|at| usize::try_from(at).ok());
            let (line, column) = place(prompt, byte.unwrap_or_default());
            let (severity, message) = (text(&finding["severity"]), text(&finding["message"]));
            let code = text(&finding["code"]);
            write!(out, "{line}:{column}: {severity}: {message} ({code})")?;
            match finding["fixes"][0]["label"].as_str() {
                Some(fix) => writeln!(out, "; {}", visible(fix))?,
                None => writeln!(out)?,
            }
        }
    }
    let is_error = |finding: &Value| finding["severity"] == "error";
    Ok(if findings.iter().any(is_error) { Done::Found } else { Done::Clean })
}

async fn run_one(args: &RunArgs) -> Result<Done, CliError> {
    let client = Client::new(&args.common.host)?;
    let path = ["actions", &args.name, "run"];
    let mut request = client.request(Method::POST, &path)?.json(&body(args));
    if let Some(key) = &args.idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let done = match client.answer(request).await? {
        Ok(done) => done,
        Err(problem) => return refused(&problem, args.common.json),
    };
    let mut out = std::io::stdout().lock();
    if args.common.json {
        writeln!(out, "{done}")?;
        return Ok(Done::Clean);
    }
    for message in done["messages"].as_array().into_iter().flatten() {
        let (state, id) = (text(&message["state"]), text(&message["id"]));
        let (template, sender) = (text(&message["template"]), text(&message["sender"]));
        writeln!(out, "{state} {id} `{template}` to {} from {sender}", visible(&args.to))?;
        if let Some(warning) = message["warning"].as_str() {
            eprintln!("verbatim: warning: {}", visible(warning));
        }
    }
    let handoff = &done["handoff"];
    if !handoff.is_null() {
        let (name, method) = (text(&handoff["name"]), text(&handoff["method"]));
        writeln!(out, "handoff `{name}`: {method} {}", text(&handoff["destination"]))?;
    }
    Ok(Done::Clean)
}

fn body(args: &RunArgs) -> Value {
    client::body([
        ("to_number", Some(json!(args.to))),
        ("conversation_id", args.conversation.as_ref().map(|it| json!(it))),
        ("values", args.values.as_ref().map(|it| json!(it))),
        ("variant", args.variant.as_ref().map(|it| json!(it))),
        ("language", args.language.as_ref().map(|it| json!(it))),
        ("consented", args.consented.then_some(Value::Bool(true))),
        ("environment", Some(json!(args.environment.as_str()))),
    ])
}

fn text(value: &Value) -> String {
    visible(value.as_str().unwrap_or_default())
}

/// Line and column of a byte, each from 1, the column in characters.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_line_and_a_column() {
        let text = "é {{ho:a}}\n👋 x";
        for (byte, expected) in [(0, (1, 1)), (3, (1, 3)), (12, (2, 1)), (17, (2, 3)), (99, (2, 4))]
        {
            assert_eq!(place(text, byte), expected, "{byte}");
        }
    }
}
