//! `verbatim check`: what is wrong with a body.

use std::io::Write;

use super::input::Input;
use super::{CliError, Done, engine, refusal, show};
use crate::engine::{Ask, Checked, Diagnostic, Severity};
use crate::sandbox::Grant;

/// Check a template's body: errors, and what costs segments or trust
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    #[command(flatten)]
    input: Input,
    /// Check this title too
    #[arg(long)]
    title: Option<String>,
    /// Print the module's answer as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the findings. [`Done::Found`] if one of them is an error or a warning.
///
/// # Errors
/// The text cannot be read, or the module broke.
pub fn run(args: &CheckArgs) -> Result<Done, CliError> {
    let body = args.input.read()?;
    let ask = Ask::Check { title: args.title.clone(), body: body.clone() };
    let mut out = std::io::stdout().lock();
    let answered = match engine()?.ask_here(&ask, &Grant::default()) {
        Ok(answered) => answered,
        Err(error) => return super::refused(&refusal(error)?, args.json),
    };
    let checked: Checked = answered.read().map_err(|error| CliError::Refused(error.to_string()))?;
    if args.json {
        writeln!(out, "{}", answered.ok.get())?;
    } else {
        let colours = show::stdout_has_colours();
        for found in &checked.diagnostics {
            let (name, text) = match found.part.as_deref() {
                Some("title") => ("title", args.title.as_deref().unwrap_or_default()),
                Some(_) | None => ("body", body.as_str()),
            };
            writeln!(out, "{}", show::finding(name, text, found, colours))?;
        }
        writeln!(out, "{}", summary(&checked.diagnostics))?;
    }
    let complains = |one: &Diagnostic| match one.severity {
        Severity::Error | Severity::Warning => true,
        Severity::Info => false,
    };
    Ok(if checked.diagnostics.iter().any(complains) { Done::Found } else { Done::Clean })
}

fn summary(found: &[Diagnostic]) -> String {
    let count = |severity, word: &str| {
        let count = found.iter().filter(|one| one.severity == severity).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {word}{plural}"))
    };
    let parts = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Info, "remark"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}
