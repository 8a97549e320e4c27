//! Which database an operator's command works on: one argument for all of them.

use super::CliError;
use crate::host;
use crate::store::{Database, Store};

/// The database.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseArgs {
    /// The database: a PostgreSQL URL such as `postgres://user@host/name`, or a SQLite file
    #[arg(long, value_name = "DATABASE", env = "VERBATIM_DATABASE", hide_env_values = true)]
    pub(super) database: Database,
}

impl DatabaseArgs {
    /// Opens it, brings its schema up to date, and makes its file if it is one and is missing.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) async fn open_or_make(&self) -> Result<Store, CliError> {
        let opened = host::open_store(&self.database).await;
        opened.map_err(|error| CliError::Refused(format!("`{}`: {error}", self.database)))
    }

    /// The same, but a file must be there already, so that a misspelt name makes no new database.
    ///
    /// # Errors
    /// There is no such file, or it cannot be opened.
    pub(super) async fn open(&self) -> Result<Store, CliError> {
        if let Database::File(file) = &self.database
            && !file.is_file()
        {
            let file = file.display();
            return Err(CliError::Usage(format!(
                "expected a database in `{file}`, found none; `verbatim migrate --database \
                 {file}` makes one"
            )));
        }
        self.open_or_make().await
    }
}
