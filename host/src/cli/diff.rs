//! `verbatim diff`: what a change does to text, tokens and worst-case segments.

use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::json;

use super::check::sources;
use super::sandbox::SandboxArgs;
use super::{CliError, Done, show};
use crate::check::{self, Difference, Side};

/// Show what a change of templates does to their text, tokens and worst-case segments
#[derive(Debug, Clone, clap::Args)]
pub struct DiffArgs {
    /// Before: a body, a file or a folder
    old: String,
    /// After: a body, a file or a folder
    new: String,
    /// How many characters (one septet each) a token's value has at most
    #[arg(long, value_name = "N", default_value_t = 30)]
    token_chars: usize,
    /// Print the differences as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Prints the differences. [`Done::Found`] if a template's worst message takes more segments than
/// before.
///
/// # Errors
/// A text that cannot be read, or a module that broke.
pub fn run(args: &DiffArgs) -> Result<Done, CliError> {
    let (old, new) = (sources(&args.old)?, sources(&args.new)?);
    let sandbox = args.sandbox.load()?;
    let found = check::diff(&sandbox, &old, &new, args.token_chars)
        .map_err(|error| CliError::Refused(error.to_string()))?;
    let text = match args.json {
        true => json!({ "token_chars": args.token_chars, "differences": found }).to_string() + "\n",
        false => human(&found, args.token_chars, show::stdout_has_colours()),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    let grows = found.iter().any(|one| one.grows_by() > 0);
    Ok(if grows { Done::Found } else { Done::Clean })
}

fn human(found: &[Difference], token_chars: usize, colour: bool) -> String {
    let mut out = String::new();
    let paint = |code: &str, text: String| match colour {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text,
    };
    for one in found {
        let title = one.title.as_deref().map_or_else(|| "body".into(), show::visible);
        let what = match (&one.old, &one.new) {
            (None, _) => " (new)",
            (_, None) => " (removed)",
            (Some(_), Some(_)) => "",
        };
        let _ = writeln!(out, "{}{what}", paint("1", title));
        let lines = |side: &Option<Side>| -> Vec<String> {
            side.iter().flat_map(|side| side.body.lines()).map(show::visible).collect()
        };
        let (old, new) = (lines(&one.old), lines(&one.new));
        for line in old.iter().filter(|line| !new.contains(line)) {
            let _ = writeln!(out, "  {}", paint("31", format!("- {line}")));
        }
        for line in new.iter().filter(|line| !old.contains(line)) {
            let _ = writeln!(out, "  {}", paint("32", format!("+ {line}")));
        }
        for (sign, tokens) in [("-", &one.tokens_removed), ("+", &one.tokens_added)] {
            if !tokens.is_empty() {
                let _ = writeln!(out, "  tokens {sign} {}", tokens.join(" "));
            }
        }
        let worst = |side: &Option<Side>| match side.as_ref().map(|side| &side.worst) {
            None => "none".to_owned(),
            Some(None) => "none, for its errors".to_owned(),
            Some(Some(cost)) => format!("{} ({})", cost.segments, cost.encoding),
        };
        let (old, new) = (worst(&one.old), worst(&one.new));
        let change = if old == new { new } else { format!("{old} -> {new}") };
        let change = if one.grows_by() > 0 { paint("33;1", change) } else { change };
        let _ = writeln!(out, "  worst-case segments {change}");
    }
    let _ = match found.len() {
        0 => writeln!(out, "no difference"),
        _ => writeln!(out, "worst case: each token holds at most {token_chars} characters"),
    };
    out
}
