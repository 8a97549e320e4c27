//! Which database: a file, or a PostgreSQL server by its URL; and how each is opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use super::connections::Connections;
use super::group::Writer;
use super::readers::Readers;
use super::{StoreError, on_a_thread, schema};

/// Prepared statements kept for each connection: more than there are.
const STATEMENTS: usize = 256;

/// Where messages are kept.
#[derive(Clone)]
pub enum Database {
    /// A SQLite file, for one machine.
    File(PathBuf),
    /// A PostgreSQL database, for any number of hosts.
    Postgres(Box<PgConnectOptions>),
}

/// A text that names no database. It never repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// Another kind of database.
    #[error(
        "expected `postgres://user@host/name`, or the path of a file, found a `{0}://` URL; \
         Verbatim keeps its data in PostgreSQL or in a SQLite file"
    )]
    Kind(String),
    /// A PostgreSQL URL that cannot be read.
    #[error(
        "expected `postgres://user:password@host:port/name`, found a URL that cannot be read; \
         write special characters of a password as `%` and two hexadecimal digits"
    )]
    Url,
    /// Nothing.
    #[error("expected `postgres://user@host/name`, or the path of a file, found nothing")]
    Empty,
}

impl FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => text
                .parse()
                .map(|options| Self::Postgres(Box::new(options)))
                .map_err(|_| DatabaseError::Url),
            Some((kind, _)) => Err(DatabaseError::Kind(kind.to_owned())),
            None if text.is_empty() => Err(DatabaseError::Empty),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

/// For people: without the password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Postgres(server) => {
                let (user, host, port) =
                    (server.get_username(), server.get_host(), server.get_port());
                let name = server.get_database().unwrap_or(user);
                write!(f, "postgres://{user}@{host}:{port}/{name}")
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

pub(super) async fn open_file(file: &Path) -> Result<(Writer, Readers), StoreError> {
    let opened = file.to_owned();
    let writer = on_a_thread(move || Writer::open(&opened)).await?;
    schema::migrate_file(file).await?;
    let opened = file.to_owned();
    let readers = on_a_thread(move || Readers::open(&opened)).await?;
    Ok((writer, readers))
}

pub(super) async fn open_postgres(server: &PgConnectOptions) -> Result<Connections, StoreError> {
    let options = server.clone().application_name("verbatim").statement_cache_capacity(STATEMENTS);
    let connections = Connections::to(options);
    let mut taken = connections.take().await?;
    let encoding: String =
        sqlx::query_scalar("SHOW server_encoding").fetch_one(taken.connection()).await?;
    if encoding != "UTF8" {
        return Err(StoreError::Encoding(encoding));
    }
    let done = schema::migrate_postgres(taken.connection()).await;
    taken.note(done)?;
    drop(taken);
    Ok(connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_postgres_url_or_a_file() {
        for (text, shown) in [
            ("postgres://me:secret@db:5433/sms", "postgres://me@db:5433/sms"),
            ("postgresql://me:secret@db/sms", "postgres://me@db:5432/sms"),
            ("data/verbatim.db", "data/verbatim.db"),
        ] {
            let database: Database = text.parse().expect(text);
            assert_eq!(database.to_string(), shown);
            assert!(!format!("{database:?}").contains("secret"), "{database:?}");
        }
    }

    #[test]
    fn what_is_no_database_is_refused_without_repeating_it() {
        for text in ["mysql://me:secret@db/sms", "postgres://me:secret@db:port/sms", ""] {
            let refused = text.parse::<Database>().expect_err(text).to_string();
            assert!(refused.starts_with("expected `postgres://"), "{refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
