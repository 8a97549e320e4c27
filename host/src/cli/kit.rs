//! `verbatim import` and `verbatim export`: a project of the Agent Development Kit, into a database
//! and out of it.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::database::DatabaseArgs;
use super::sandbox::SandboxArgs;
use super::show::visible;
use super::{CliError, Done};
use crate::kit::{self, Change, Edit, ImportError, Imported, Kit, Named, Plan, Problem, What};

/// Import a project of the Agent Development Kit, all of it or nothing
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// The project's folder, with `config` and `topics` in it
    folder: PathBuf,
    /// Delete what its files do not hold; a file that is not there deletes nothing
    #[arg(long)]
    prune: bool,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// Export into a project of the Agent Development Kit; lines that say the same stay as they are
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    /// The project's folder; what is missing in it is made
    folder: PathBuf,
    /// Only show the difference
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Imports. [`Done::Found`] if something of the project cannot be.
///
/// # Errors
/// The folder or the database cannot be used.
pub async fn run_import(args: ImportArgs) -> Result<Done, CliError> {
    let kit = match Kit::read(&args.folder) {
        Ok(kit) if kit.is_empty() => {
            let message = "expected a project with `config/sms_templates.yaml` or another file of \
                           the kit, found none; give its folder";
            return Err(CliError::Usage(format!("`{}`: {message}", args.folder.display())));
        }
        Ok(kit) => kit,
        Err(problems) => return refused(&problems, args.json),
    };
    let engine = args.sandbox.engine_aside().await?;
    let store = args.database.open().await?;
    let plan = Plan { prune: args.prune, dry_run: args.dry_run };
    let imported = match kit::import(&store, &engine, &kit, plan).await {
        Ok(imported) => imported,
        Err(ImportError::Problems(problems)) => return refused(&problems, args.json),
        Err(error @ (ImportError::Store(_) | ImportError::Engine(_))) => {
            return Err(CliError::Refused(error.to_string()));
        }
    };
    let text = match args.json {
        true => json!(imported).to_string() + "\n",
        false => import_text(&imported),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Done::Clean)
}

fn import_text(Imported { dry_run, changes, kept }: &Imported) -> String {
    let mut text = String::new();
    for Change { change, kind, name } in changes {
        text.push_str(&format!("{} {} `{}`\n", word(*change), kind.as_str(), visible(name)));
    }
    for Named { kind, name } in kept {
        text.push_str(&format!(
            "kept {} `{}`, which no file holds\n",
            kind.as_str(),
            visible(name)
        ));
    }
    let count = |wanted| changes.iter().filter(|it| it.change == wanted).count();
    let would = if *dry_run { " (nothing was imported)" } else { "" };
    let [added, changed, removed] = [What::Added, What::Changed, What::Removed].map(count);
    text + &format!("{added} added, {changed} changed, {removed} removed{would}\n")
}

const fn word(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Changed => "changed",
        What::Removed => "removed",
    }
}

/// Exports. [`Done::Found`] if a file that is there cannot be read.
///
/// # Errors
/// The folder or the database cannot be used.
pub async fn run_export(args: ExportArgs) -> Result<Done, CliError> {
    let kit = match Kit::read(&args.folder) {
        Ok(kit) => kit,
        Err(problems) => return refused(&problems, args.json),
    };
    let store = args.database.open().await?;
    let entries = kit::stored(&store).await?;
    let edits = match kit.edits(&entries) {
        Ok(edits) => edits,
        Err(problem) => return refused(&[problem], args.json),
    };
    if !args.dry_run {
        kit::write(&args.folder, &edits).map_err(|error| {
            let folder = args.folder.display();
            CliError::Refused(format!("could not write into `{folder}`: {error}"))
        })?;
    }
    let warnings = kit::warnings(&entries);
    let mut out = std::io::stdout().lock();
    if args.json {
        let file = |edit: &Edit| json!({ "path": edit.path, "diff": edit.diff() });
        let files: Vec<_> = edits.iter().map(file).collect();
        let done = json!({ "dry_run": args.dry_run, "files": files, "warnings": warnings });
        writeln!(out, "{done}")?;
        return Ok(Done::Clean);
    }
    for edit in &edits {
        match args.dry_run {
            true => write!(out, "{}", edit.diff())?,
            false => writeln!(out, "{}", args.folder.join(&edit.path).display())?,
        }
    }
    for warning in warnings {
        eprintln!("verbatim: {}", visible(&warning));
    }
    Ok(Done::Clean)
}

/// Prints what is wrong: a sentence for each, by file, line and column.
fn refused(problems: &[Problem], json: bool) -> Result<Done, CliError> {
    if json {
        println!("{}", json!({ "problems": problems }));
    } else {
        for problem in problems {
            eprintln!("{}", visible(&problem.to_string()));
        }
        eprintln!("verbatim: {} to mend; nothing was changed", problems.len());
    }
    Ok(Done::Found)
}
