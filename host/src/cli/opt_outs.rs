//! `verbatim opt-outs`: the opt-outs as a file, out of one database and into another.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::PathBuf;

use super::database::DatabaseArgs;
use super::{CliError, Done};
use crate::opt_outs::{self, BadRow};

/// Export or import opt-outs as CSV: `recipient,sender`, and `reason` and `since` if they are there
#[derive(Debug, Clone, clap::Args)]
pub struct OptOutsArgs {
    #[command(subcommand)]
    command: OptOutsCommand,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum OptOutsCommand {
    /// Write every opt-out there is
    Export {
        /// The file; without it, standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Record the opt-outs of a file, all of it or none if a row is bad
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        database: DatabaseArgs,
        /// Print what was done as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Exports or imports.
///
/// # Errors
/// The file or the database cannot be used; a bad row, by its line.
pub async fn run(args: OptOutsArgs) -> Result<Done, CliError> {
    match args.command {
        OptOutsCommand::Export { out, database } => {
            let store = database.open().await?;
            let done = match out {
                Some(path) => {
                    let file = File::create_new(&path).map_err(|error| {
                        CliError::Usage(format!("could not make `{}`: {error}", path.display()))
                    })?;
                    opt_outs::export(&store, BufWriter::new(file)).await
                }
                None => opt_outs::export(&store, io::stdout()).await,
            };
            let count = done.map_err(|error| CliError::Refused(error.to_string()))?;
            eprintln!("verbatim: {count} opt-outs");
        }
        OptOutsCommand::Import { file, database, json } => {
            // Twice, so that a bad row at the end leaves nothing of a file of any length behind.
            check(&file)?;
            let store = database.open().await?;
            // A row that has turned bad since ends the import; to repeat it is harmless.
            let rows = read(&file)?.map_while(Result::ok);
            let done = opt_outs::import(&store, rows).await?;
            if json {
                println!("{}", serde_json::json!(done));
            } else {
                println!("{} recorded, {} unchanged", done.added, done.unchanged);
            }
        }
    }
    Ok(Done::Clean)
}

fn check(path: &PathBuf) -> Result<(), CliError> {
    for row in read(path)? {
        row.map_err(|bad| refused(path, &bad))?;
    }
    Ok(())
}

fn read(
    path: &PathBuf,
) -> Result<impl Iterator<Item = Result<opt_outs::Row, BadRow>> + use<>, CliError> {
    let file = File::open(path).map_err(|error| {
        CliError::Usage(format!("could not read `{}`: {error}", path.display()))
    })?;
    let input: Box<dyn Read> = Box::new(BufReader::new(file));
    opt_outs::read(input).map_err(|bad| refused(path, &bad))
}

fn refused(path: &std::path::Path, bad: &BadRow) -> CliError {
    CliError::Refused(format!("`{}`, {bad}; nothing of the file was recorded", path.display()))
}
