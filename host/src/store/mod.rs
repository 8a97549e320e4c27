//! What Verbatim remembers, in SQLite: WAL, `synchronous=FULL`, one writer.
//!
//! Nothing outside this folder writes SQL. A reader uses [`Store`]'s methods; a writer takes a
//! [`Tx`], which holds the write lock from its first statement, so that what it read is still
//! true when it commits.

mod access;
mod callbacks;
mod consent;
mod idempotency;
mod messages;
mod outbox;
mod row;
mod schema;
mod senders;
mod sql;
mod templates;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

pub use access::SessionKind;
pub use callbacks::StatusNews;
pub use consent::{ConsentSource, Disposition, Inbound, LedgerEntry};
pub use idempotency::{IdempotencyKey, Remembered};
pub use messages::{ConversationEvent, Message, MessagePage, NewMessage};
pub use outbox::{Attempt, AttemptState, Claim, Cleared, ExpiredLease};
pub use senders::{RegisteredSender, Replies};
pub use templates::{Senders, Template, TemplateDraft};

/// The database that statements are run on, named once.
pub(crate) type Db = sqlx::Sqlite;

/// Connections that read at the same time; WAL lets them go on beside the writer.
const READERS: u32 = 4;
/// How long a writer waits for another process's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    writer: sqlx::Pool<Db>,
    readers: sqlx::Pool<Db>,
}

/// A write transaction. Dropped without [`Tx::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Tx(sqlx::Transaction<'static, Db>);

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program has written this database.
    #[error(
        "the database has schema {found}, and this verbatim knows schemas up to {known}; \
         use the newer verbatim that wrote it"
    )]
    Newer {
        /// The schema's number in the database.
        found: i64,
        /// The highest number known here.
        known: i64,
    },
    /// The title belongs to another template.
    #[error("the title `{0}` is taken; choose another, or edit that template")]
    TitleTaken(String),
    /// A row holds what this program never writes.
    #[error("the database holds {0}, which this verbatim does not write; restore a backup")]
    Corrupt(String),
    /// The migrations failed.
    #[error("could not bring the database up to date: {0}")]
    Migration(String),
    /// The database itself failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl Store {
    /// Opens the database file, creates it if it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a newer program wrote it; otherwise what SQLite says.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: what was answered with 202 survives a power cut, not only a crash.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone())
            .await?;
        schema::migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self { writer, readers })
    }

    /// Begins a write transaction, with the write lock taken at once.
    ///
    /// # Errors
    /// The database failed, or another process holds the lock for too long.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        // IMMEDIATE: a deferred transaction that reads first and writes later can fail half-way,
        // and its reads would not be what it then acts on.
        Ok(Tx(self.writer.begin_with("BEGIN IMMEDIATE").await?))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Closes all connections; what has committed is on disk already.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Tx {
    /// Makes all of it durable.
    ///
    /// # Errors
    /// Nothing of the transaction is kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
