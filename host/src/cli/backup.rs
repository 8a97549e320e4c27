//! `verbatim backup` and `verbatim restore`, for a SQLite file.

use std::path::{Path, PathBuf};

use super::database::DatabaseArgs;
use super::{CliError, Done};
use crate::store::{Database, backup, restore};

/// Copy a SQLite database to a file, while hosts go on to use it
#[derive(Debug, Clone, clap::Args)]
pub struct BackupArgs {
    /// The file to write, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Make a SQLite database of a backup; what was queued in it is canceled, not sent
#[derive(Debug, Clone, clap::Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Backs up.
///
/// # Errors
/// The database is on PostgreSQL, or a file cannot be used.
pub fn run_backup(args: &BackupArgs) -> Result<Done, CliError> {
    let source = file(&args.database.database, "pg_dump --format=custom")?;
    let done = backup(source, &args.out);
    done.map_err(|error| CliError::Refused(error.to_string()))?;
    println!("`{}` is a sound copy of `{}`", args.out.display(), source.display());
    Ok(Done::Clean)
}

/// Restores.
///
/// # Errors
/// The database is on PostgreSQL, is there already, or the backup is not sound.
pub async fn run_restore(args: RestoreArgs) -> Result<Done, CliError> {
    let target = file(&args.database.database, "pg_restore")?;
    let canceled = restore(&args.file, target).await;
    let canceled = canceled.map_err(|error| CliError::Refused(error.to_string()))?;
    println!("`{}` is restored", target.display());
    if !canceled.is_empty() {
        eprintln!(
            "verbatim: {} messages were queued in the backup and may have been sent since: they \
             are `canceled` with the reason `restored`; see GET /v1/messages?state=canceled",
            canceled.len()
        );
    }
    Ok(Done::Clean)
}

fn file<'a>(database: &'a Database, instead: &str) -> Result<&'a Path, CliError> {
    match database {
        Database::File(file) => Ok(file),
        Database::Postgres(_) => Err(CliError::Usage(format!(
            "expected a SQLite file, found `{database}`; PostgreSQL has its own tool: `{instead}`"
        ))),
    }
}
