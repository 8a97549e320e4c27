//! `verbatim classify`: what a reply means, and why.

use std::io::Write;

use serde::Deserialize;

use super::input::Input;
use super::sandbox::SandboxArgs;
use super::show::visible;
use super::{CliError, Done, refusal};
use crate::engine::Ask;
use crate::sandbox::Grant;

/// Show whether a reply is STOP, START or HELP, and why
#[derive(Debug, Clone, clap::Args)]
pub struct ClassifyArgs {
    #[command(flatten)]
    input: Input,
    /// Print the module's answer as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

#[derive(Debug, Deserialize)]
struct Classified {
    keyword: Option<String>,
    matched: Option<String>,
    reply: Option<String>,
    trace: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    step: String,
    before: String,
    after: String,
}

/// Prints what the reply means. Whatever it means, it is no finding.
///
/// # Errors
/// The text cannot be read, or the module broke.
pub fn run(args: &ClassifyArgs) -> Result<Done, CliError> {
    let text = args.input.read()?;
    let answered = match args
        .sandbox
        .engine()?
        .ask_here(&Ask::Classify { text, rules: Box::default() }, &Grant::default())
    {
        Ok(answered) => answered,
        Err(error) => return super::refused(&refusal(error)?, args.json),
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", answered.ok.get())?;
        return Ok(Done::Clean);
    }
    let found: Classified =
        answered.read().map_err(|error| CliError::Refused(error.to_string()))?;
    match (&found.keyword, &found.matched) {
        (Some(keyword), Some(matched)) => writeln!(out, "{keyword} (matched {matched})")?,
        (Some(keyword), None) => writeln!(out, "{keyword}")?,
        (None, _) => writeln!(out, "no keyword: the agent gets it")?,
    }
    for Step { step, before, after } in &found.trace {
        writeln!(out, "  {step}: `{}` -> `{}`", visible(before), visible(after))?;
    }
    if let Some(reply) = &found.reply {
        writeln!(out, "  reply: {}", visible(reply))?;
    }
    Ok(Done::Clean)
}
