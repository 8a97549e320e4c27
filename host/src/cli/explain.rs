//! `verbatim explain`: what a finding's code means.

use std::io::Write;

use serde_json::json;

use super::sandbox::SandboxArgs;
use super::{CliError, Done};
use crate::engine::Ask;
use crate::sandbox::Grant;

/// Say what a code such as V012 means; without one, list them all
#[derive(Debug, Clone, clap::Args)]
pub struct ExplainArgs {
    /// The code
    code: Option<String>,
    /// Print the table as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Prints lines of the module's own table.
///
/// # Errors
/// A code that is none, or a module that broke.
pub fn run(args: &ExplainArgs) -> Result<Done, CliError> {
    let broke = |error: &dyn std::fmt::Display| CliError::Refused(error.to_string());
    let answered = args
        .sandbox
        .engine()?
        .ask_here(&Ask::Describe {}, &Grant::default())
        .map_err(|e| broke(&e))?;
    let described: serde_json::Value = answered.read().map_err(|error| broke(&error))?;
    let mut lines = described["diagnostics"].as_array().cloned().unwrap_or_default();
    if let Some(code) = &args.code {
        lines
            .retain(|line| line["code"].as_str().is_some_and(|one| one.eq_ignore_ascii_case(code)));
        if lines.is_empty() {
            return Err(CliError::Usage(format!(
                "expected a code such as V012, found `{code}`; `verbatim explain` lists them all"
            )));
        }
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", json!({ "diagnostics": lines }))?;
        return Ok(Done::Clean);
    }
    for line in &lines {
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        writeln!(out, "{}  {:7}  {}", word("code"), word("severity"), word("meaning"))?;
    }
    Ok(Done::Clean)
}
