//! `verbatim check`: what is wrong with a body, a file of templates, or a folder of them.

use std::io::Write;
use std::path::PathBuf;

use super::input::Input;
use super::{CliError, Done, show};
use crate::check::{self, Format, Severity, Source, SourceError};
use crate::sandbox::{Limits, Sandbox};

/// Check templates: errors, and what costs segments or trust
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// A body; `-` or nothing reads standard input
    #[arg(value_name = "TEXT", conflicts_with = "file")]
    text: Option<String>,
    /// Check this file or folder: bodies, or YAML with `sms_templates`; may be repeated
    #[arg(long, value_name = "PATH")]
    file: Vec<PathBuf>,
    /// Check this title too
    #[arg(long, conflicts_with = "file")]
    title: Option<String>,
    /// Do not report this code; may be repeated
    #[arg(long, value_name = "CODE")]
    silence: Vec<String>,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = Format::Human, conflicts_with = "json")]
    format: Format,
    /// The same as --format json
    #[arg(long)]
    json: bool,
}

/// Prints the findings. [`Done::Found`] if one of them is an error or a warning.
///
/// # Errors
/// A text cannot be read, or the module broke.
pub fn run(args: &CheckArgs) -> Result<Done, CliError> {
    let sources = sources(args)?;
    let sandbox = Sandbox::embedded(Limits::default())?;
    let checked = check::check(&sandbox, sources, &args.silence)
        .map_err(|error| CliError::Refused(error.to_string()))?;
    let format = if args.json { Format::Json } else { args.format };
    let written = format.write(&checked, show::stdout_has_colours());
    std::io::stdout().lock().write_all(written.as_bytes())?;
    let complains = |severity| match severity {
        Severity::Error | Severity::Warning => true,
        Severity::Info => false,
    };
    let found = checked.iter().flat_map(|one| &one.findings).any(|one| complains(one.severity));
    Ok(if found { Done::Found } else { Done::Clean })
}

fn sources(args: &CheckArgs) -> Result<Vec<Source>, CliError> {
    let is_input = |path: &PathBuf| path.as_os_str() == "-";
    if args.file.is_empty() || args.file.iter().all(is_input) {
        let body = Input { text: args.text.clone(), file: None }.read()?;
        let source = Source::body(body);
        return Ok(vec![match &args.title {
            Some(title) => source.titled(title.clone()),
            None => source,
        }]);
    }
    let mut sources = Vec::new();
    for path in &args.file {
        sources.extend(check::read(path).map_err(|error| unread(&error))?);
    }
    Ok(sources)
}

/// A file that is not there is wrong use; one that holds the wrong thing is refused.
fn unread(error: &SourceError) -> CliError {
    match error {
        SourceError::Io { .. } | SourceError::Empty(_) => CliError::Usage(error.to_string()),
        SourceError::TooLarge { .. } | SourceError::NotUtf8 { .. } | SourceError::Yaml { .. } => {
            CliError::Refused(error.to_string())
        }
    }
}
