//! `verbatim replay`: renders a message again from what was kept of it, and compares the bytes.

use serde::Serialize;

use super::database::DatabaseArgs;
use super::sandbox::SandboxArgs;
use super::{CliError, Done};
use crate::engine::{Ask, Candidate, Content, Engine, SendAsk, Sent};
use crate::id::sha256_hex;
use crate::sandbox::{Grant, Pair};
use crate::store::Original;

/// Render a message again from its template's version, its values and the module, and compare it
/// byte for byte with what was sent
#[derive(Debug, Clone, clap::Args)]
pub struct ReplayArgs {
    /// The message's id
    id: String,
    /// The values that it was rendered with, as the request had them, for a message from which they
    /// were taken out: its text is then compared by its hash
    #[arg(long, value_name = "JSON", value_parser = values)]
    values: Option<serde_json::Value>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Replay {
    id: String,
    verdict: Verdict,
    /// The module that rendered the message when it was sent.
    module: String,
    /// The module that rendered it now.
    replayed_by: String,
    /// What is stored as having been sent.
    text: String,
    /// What was rendered now; nothing if there was nothing to render.
    replayed: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// The same bytes.
    Same,
    /// Other bytes.
    Different,
    /// The text was given as content: there is nothing to render, and it is unchanged.
    Literal,
    /// The stored text is not the one that was accepted.
    Altered,
    /// Text and values were taken out, and no values were given: there is nothing to compare.
    Redacted,
}

fn values(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|error| format!("expected JSON: {error}"))
}

/// Replays one message.
///
/// # Errors
/// There is no such message, or the module refuses to render it.
pub async fn run(args: ReplayArgs) -> Result<Done, CliError> {
    let engine = args.sandbox.engine_aside().await?;
    let store = args.database.open().await?;
    let original = store.original(&args.id).await?;
    store.close().await;
    let Some(original) = original else {
        return Err(CliError::Refused(format!("there is no message `{}`", args.id)));
    };
    let replay = compare(args.id, original, args.values, &engine).await?;
    if args.json {
        println!("{}", serde_json::json!(replay));
    } else {
        replay.print();
    }
    Ok(match replay.verdict {
        Verdict::Same | Verdict::Literal | Verdict::Redacted => Done::Clean,
        Verdict::Different | Verdict::Altered => Done::Found,
    })
}

async fn compare(
    id: String,
    mut original: Original,
    values: Option<serde_json::Value>,
    engine: &Engine,
) -> Result<Replay, CliError> {
    let (text, module) = (original.text.clone(), original.module.clone());
    let (hash, is_redacted) = (original.text_sha256.clone(), original.is_redacted);
    let is_altered = !is_redacted && sha256_hex(text.as_bytes()) != hash;
    let has_values = values.is_some();
    if let Some(values) = values.filter(|_| is_redacted) {
        original.values = values.to_string();
    }
    let replayed = match is_redacted && !has_values {
        true => None,
        false => render(original, engine).await?,
    };
    let verdict = match &replayed {
        _ if is_altered => Verdict::Altered,
        None if is_redacted => Verdict::Redacted,
        Some(replayed) if is_redacted && sha256_hex(replayed.as_bytes()) == hash => Verdict::Same,
        None => Verdict::Literal,
        Some(replayed) if *replayed == text => Verdict::Same,
        Some(_) => Verdict::Different,
    };
    Ok(Replay { id, verdict, module, replayed_by: engine.sha256().to_string(), text, replayed })
}

/// The text as the module makes it now, by the op that made it then. What it asks for is dropped:
/// nothing is sent.
async fn render(original: Original, engine: &Engine) -> Result<Option<String>, CliError> {
    let Some((title, body)) = original.template else { return Ok(None) };
    let values = serde_json::from_str(&original.values).map_err(|error| {
        CliError::Refused(format!("expected the message's values as JSON, found {error}"))
    })?;
    let pair = Pair { recipient: original.recipient.clone(), sender: original.sender.clone() };
    let grant =
        Grant { consent: vec![(pair.clone(), false)], send: Some((pair, 1)), ..Grant::default() };
    let ask = Ask::Send(SendAsk {
        to: original.recipient,
        sender: Some(original.sender),
        environment: original.environment.as_str(),
        content: Content::Template {
            templates: vec![Candidate { title: title.clone(), body }],
            template: title,
            language: original.language,
            default_language: None,
            values,
            missing: original.missing,
        },
    });
    let refused = |error: crate::engine::EngineError| {
        CliError::Refused(format!("the module did not render it again: {error}"))
    };
    let answered = engine.ask(ask, grant).await.map_err(refused)?;
    let sent: Sent = answered.read().map_err(refused)?;
    Ok(Some(sent.text))
}

impl Replay {
    fn print(&self) {
        match (self.verdict, &self.replayed) {
            (Verdict::Altered, _) => {
                println!("altered: the stored text is not the one that was accepted");
                println!("  stored    {:?}", self.text);
            }
            (Verdict::Same, Some(text)) => println!("the same, byte for byte: {text:?}"),
            (Verdict::Redacted, _) => {
                println!("its text and values were taken out; --values renders it again");
                return;
            }
            (Verdict::Literal, _) | (Verdict::Different | Verdict::Same, None) => {
                println!("given as content, so there is nothing to render: {:?}", self.text);
                return;
            }
            (Verdict::Different, Some(_)) => {
                println!("different");
                println!("  sent      {:?}", self.text);
            }
        }
        if let Some(replayed) =
            self.replayed.as_ref().filter(|it| self.verdict != Verdict::Same && **it != self.text)
        {
            println!("  replayed  {replayed:?}");
        }
        if self.module != self.replayed_by {
            println!("by another module than it was sent by");
            println!("  sent by      {}", self.module);
            println!("  replayed by  {}", self.replayed_by);
        }
    }
}
