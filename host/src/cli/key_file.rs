//! Where the key is that seals the secrets in the database.

use std::path::PathBuf;

use super::twilio::from_environment;
use crate::seal::{KeySource, Vault};
use crate::store::Database;

/// Holds the keys themselves.
pub(super) const KEY: &str = "VERBATIM_SECRET_KEY";

/// The key.
#[derive(Debug, Clone, clap::Args)]
pub struct KeyArgs {
    /// The file of the key that seals secrets in the database, made when it is first needed;
    /// without it, beside a SQLite file, with the ending `.key`. VERBATIM_SECRET_KEY in the
    /// environment holds the key itself
    #[arg(long, value_name = "FILE", env = "VERBATIM_KEY_FILE")]
    key_file: Option<PathBuf>,
}

impl KeyArgs {
    /// The vault of a database. Hosts on one PostgreSQL share the key, so none is made beside it.
    pub(super) fn vault(&self, database: &Database) -> Vault {
        Vault::new(match (from_environment(KEY), &self.key_file, database) {
            (Some(key), _, _) => KeySource::Given(key),
            (None, Some(file), _) => KeySource::File(file.clone()),
            (None, None, Database::File(file)) => KeySource::File(file.with_extension("key")),
            (None, None, Database::Postgres(_)) => KeySource::Nowhere,
        })
    }
}
