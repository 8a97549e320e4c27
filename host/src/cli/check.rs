//! `verbatim check`: what is wrong with a body, a file of templates, or a folder of them.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::input::Input;
use super::sandbox::SandboxArgs;
use super::{CliError, Done, show};
use crate::check::{self, Format, Source, SourceError};
use crate::finding::Severity;

/// Check templates: errors, and what costs segments or trust
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// Bodies, files or folders; `-` or nothing reads a body from standard input. What names an
    /// existing file or folder is read: YAML with `sms_templates`, or one body a file
    #[arg(value_name = "TEXT|PATH", conflicts_with = "file")]
    what: Vec<String>,
    /// Read this file or folder, whatever its name looks like; may be repeated
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
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Prints the findings. [`Done::Found`] if one of them is an error or a warning.
///
/// # Errors
/// A text cannot be read, or the module broke.
pub fn run(args: &CheckArgs) -> Result<Done, CliError> {
    let sources = asked(args)?;
    let sandbox = args.sandbox.load()?;
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

fn asked(args: &CheckArgs) -> Result<Vec<Source>, CliError> {
    let mut found = Vec::new();
    for path in &args.file {
        found.extend(check::read(path).map_err(|error| unread(&error))?);
    }
    for what in &args.what {
        found.extend(sources(what)?);
    }
    if found.is_empty() {
        found.extend(sources("-")?);
    }
    if let (Some(title), [source]) = (&args.title, found.as_mut_slice()) {
        *source = source.clone().titled(title.clone());
    } else if args.title.is_some() {
        return Err(CliError::Usage("expected one body beside `--title`, found several".into()));
    }
    Ok(found)
}

/// What an argument means: standard input, an existing file or folder, or a body.
pub(super) fn sources(what: &str) -> Result<Vec<Source>, CliError> {
    let path = Path::new(what);
    if what == "-" {
        return Ok(vec![Source::body(Input::default().read()?)]);
    }
    // A body may be longer than any path may be; then it is not there.
    if !what.is_empty() && path.try_exists().unwrap_or(false) {
        return check::read(path).map_err(|error| unread(&error));
    }
    // A misspelt file in a pipeline must not pass as a body without findings.
    let extension = path.extension().and_then(|extension| extension.to_str());
    let like_a_file = matches!(extension, Some("yaml" | "yml" | "txt" | "sms"));
    if like_a_file && !what.contains(char::is_whitespace) {
        return Err(CliError::Usage(format!(
            "no such file: `{what}`; give a body that reads like one on standard input"
        )));
    }
    Ok(vec![Source::body(what.to_owned())])
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
