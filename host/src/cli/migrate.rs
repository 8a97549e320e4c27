//! `verbatim migrate`: brings a database's schema up to date before the hosts are started.

use super::database::DatabaseArgs;
use super::{CliError, Done};

/// Make a database, or bring its schema up to date; `verbatim serve` does so by itself
#[derive(Debug, Clone, clap::Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Migrates.
///
/// # Errors
/// The database cannot be opened, or a newer verbatim has written it.
pub async fn run(args: MigrateArgs) -> Result<Done, CliError> {
    args.database.open_or_make().await?.close().await;
    println!("`{}` has this verbatim's schema", args.database.database);
    Ok(Done::Clean)
}
