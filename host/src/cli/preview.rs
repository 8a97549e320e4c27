//! `verbatim preview`: what a body says with the values there are, and what it costs.

use std::io::Write;

use serde::Deserialize;

use super::input::Input;
use super::sandbox::SandboxArgs;
use super::{CliError, Done, refusal};
use crate::engine::{Ask, Values};
use crate::sandbox::Grant;

/// Show a body with values filled in, and the segments it takes
#[derive(Debug, Clone, clap::Args)]
pub struct PreviewArgs {
    #[command(flatten)]
    input: Input,
    /// The values as JSON: {"variant":{},"entity":{},"variable":{},"translation":{}}
    #[arg(long, value_name = "JSON", value_parser = values)]
    values: Option<Values>,
    /// Print the module's answer as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Reads the values of a command line.
///
/// # Errors
/// They are not JSON, or not values.
pub(super) fn values(text: &str) -> Result<Values, String> {
    serde_json::from_str(text).map_err(|error| {
        format!(
            "expected JSON with `variant`, `entity`, `variable` and `translation`, each of names \
             and texts: {error}"
        )
    })
}

#[derive(Debug, Deserialize)]
struct Preview {
    text: String,
    missing: Vec<Missing>,
    segments: Segments,
}

#[derive(Debug, Deserialize)]
struct Missing {
    kind: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Segments {
    encoding: String,
    units: u64,
    segments: u64,
    remaining: u64,
    forcing: Vec<Forcing>,
}

#[derive(Debug, Deserialize)]
struct Forcing {
    char: String,
    replacement: Option<String>,
}

/// Prints the text and its cost. [`Done::Found`] if a value is missing.
///
/// # Errors
/// The text cannot be read, or the module broke.
pub fn run(args: &PreviewArgs) -> Result<Done, CliError> {
    let body = args.input.read()?;
    let ask = Ask::Preview { body, values: args.values.clone().unwrap_or_default() };
    let answered = match args.sandbox.engine()?.ask_here(&ask, &Grant::default()) {
        Ok(answered) => answered,
        Err(error) => return super::refused(&refusal(error)?, args.json),
    };
    let preview: Preview = answered.read().map_err(|error| CliError::Refused(error.to_string()))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", answered.ok.get())?;
    } else {
        // The text as it is, for whoever pipes it on; what is said about it goes beside it.
        writeln!(out, "{}", preview.text)?;
        out.flush()?;
        for line in remarks(&preview) {
            eprintln!("{line}");
        }
    }
    Ok(if preview.missing.is_empty() { Done::Clean } else { Done::Found })
}

fn remarks(preview: &Preview) -> Vec<String> {
    let Segments { encoding, units, segments, remaining, forcing } = &preview.segments;
    let plural = if *segments == 1 { "" } else { "s" };
    let mut lines =
        vec![format!("{encoding}, {segments} segment{plural}, {units} units, {remaining} left")];
    for Forcing { char, replacement } in forcing {
        let instead = match replacement.as_deref() {
            Some("") => "; it may be left out".to_owned(),
            Some(replacement) => format!("; `{replacement}` would not"),
            None => String::new(),
        };
        lines.push(format!("`{}` forces UCS-2{instead}", super::show::visible(char)));
    }
    for Missing { kind, name } in &preview.missing {
        lines.push(format!("no value for the {kind} `{name}`; a send without it is refused"));
    }
    lines
}
