//! What Verbatim remembers: in a SQLite file, or in a PostgreSQL that any number of hosts share.
//!
//! Nothing outside this folder writes SQL. A reader uses [`Store`]'s methods; a writer takes a
//! [`Tx`], and nothing of it counts before [`Tx::commit`] has returned: neither what it wrote nor
//! what it found there, for that may be another's that has not reached the disk yet.

mod access;
mod accounts;
mod attempts;
mod backup;
mod bills;
mod callbacks;
mod changes;
mod claim;
mod clock;
mod connections;
mod consent;
mod conversation_states;
mod conversations;
mod database;
mod doubts;
mod forwards;
mod group;
mod idempotency;
mod inbound;
mod items;
mod manners;
mod message_list;
mod messages;
mod opt_outs;
mod outbox;
#[cfg(test)]
mod plans;
mod postgres;
mod project_sql;
mod readers;
mod redaction;
mod registrations;
mod replay;
mod resends;
mod row;
mod schema;
mod senders;
mod sql;
mod sqlite;
mod statement;
mod tally;
mod templates;
mod versions;
mod webhooks;

pub use access::{ApiKey, Revoked, SessionKind, Visitor};
pub use accounts::StoredAccount;
pub use attempts::{Attempt, AttemptState};
pub use backup::{BackupError, backup, restore};
pub use callbacks::{Report, StatusNews};
pub use changes::Change;
pub use claim::{Claim, Cleared, Lane};
pub use consent::{ConsentSource, LedgerEntry};
pub use conversation_states::StoredState;
pub use conversations::{Conversation, ConversationEvent};
pub use database::{Database, DatabaseError};
pub use doubts::{Doubt, OnUnknown};
pub use forwards::{Forward, ForwardClaim, ForwardLane, ForwardState, Resent};
pub use idempotency::{IdempotencyKey, Remembered};
pub use inbound::{Disposition, Inbound, InboundCheck, Recorded};
pub use items::{MAX_ITEMS, StoredItem};
pub use message_list::{MAX_WALK, MessagePage};
pub use messages::{Message, NewMessage};
pub use opt_outs::{LedgerLine, OptOut, PairConsent};
pub use outbox::{ExpiredLease, MAX_COUNTED};
pub use registrations::StoredRegistration;
pub use replay::Original;
pub use senders::{RegisteredSender, Replies, SenderSettings};
pub use tally::{Tallied, Tally, TallyQuery};
pub use templates::{Saved, Senders, Template, TemplateDraft};
pub use versions::{MAX_VERSIONS, TemplateVersion};
pub use webhooks::{MAX_WEBHOOKS, Webhook};

use changes::Bulletin;
use clock::Clock;
use connections::{Connections, Transaction};
use group::{Member, Writer};
use readers::Readers;
use row::Row;
use statement::{Statement, Value};

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
    clock: Clock,
    bulletin: Bulletin,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { writer: Writer, readers: Readers },
    Postgres(Connections),
}

/// A write transaction. Dropped without [`Tx::commit`], it leaves nothing.
#[derive(Debug)]
pub struct Tx {
    place: Place,
    clock: Clock,
    failed: bool,
    changes: Vec<Change>,
    bulletin: Bulletin,
}

#[derive(Debug)]
enum Place {
    Sqlite(Member),
    Postgres(Transaction),
}

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A newer program has written this database.
    #[error(
        "expected a database of schema {known} or older, found schema {found}, which a newer \
         verbatim has written; use that verbatim, or restore a backup from before it"
    )]
    Newer {
        /// The schema's number in the database.
        found: i64,
        /// The highest number known here.
        known: i64,
    },
    /// A program that was never released has written this database.
    #[error(
        "expected schema {0} as this verbatim knows it, found another one of that number, which \
         an unreleased verbatim has written; use that verbatim, or a new database"
    )]
    Foreign(i64),
    /// The PostgreSQL database cannot hold every text.
    #[error(
        "expected a database whose encoding is UTF8, found {0}; create one with \
         `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`"
    )]
    Encoding(String),
    /// The title belongs to another template.
    #[error("the title `{0}` is taken; choose another, or edit that template")]
    TitleTaken(String),
    /// A text holds U+0000, which a database cannot keep.
    #[error("expected text without the character U+0000, found one; remove it")]
    Nul,
    /// A row holds what this program never writes.
    #[error("the database holds {0}, which this verbatim does not write; restore a backup")]
    Corrupt(String),
    /// The migrations failed.
    #[error("could not bring the database up to date: {0}")]
    Migration(String),
    /// The transaction, or one that shared its way to the disk, failed.
    #[error("the transaction was not committed: {0}")]
    NotCommitted(String),
    /// The host is stopping.
    #[error("the database is closed")]
    Closed,
    /// There is no room for what was to be written, or the disk takes no writes.
    #[error("there is no room for the database, or its disk takes no writes: {0}; make room")]
    NoRoom(String),
    /// PostgreSQL itself failed, or the migration of a file.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// SQLite itself failed.
    #[error("the database failed: {0}")]
    File(#[source] rusqlite::Error),
    /// The thread that was to do it failed.
    #[error("the database's thread failed: {0}")]
    Thread(#[source] tokio::task::JoinError),
}

/// What SQLite says when it cannot write: FULL, IOERR_WRITE (a quota on the length of a file) and
/// IOERR_SHMSIZE (no room for the index of the log).
/// <https://www.sqlite.org/rescode.html>
const NO_ROOM_IN_FILE: [i32; 3] = [13, 778, 4874];
/// The same of PostgreSQL: disk_full.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const NO_ROOM_ON_SERVER: &str = "53100";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let code = code.unwrap_or_default();
        let of_file = || code.parse().is_ok_and(|code| NO_ROOM_IN_FILE.contains(&code));
        match code == NO_ROOM_ON_SERVER || of_file() {
            true => Self::NoRoom(error.to_string()),
            false => Self::Database(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|error| error.extended_code);
        match code.is_some_and(|code| NO_ROOM_IN_FILE.contains(&code)) {
            true => Self::NoRoom(error.to_string()),
            false => Self::File(error),
        }
    }
}

/// What may wait for a disk, or take long, runs beside the requests.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(StoreError::Thread)?
}

impl Store {
    /// Opens a database, creates its file if it is one and is missing, and brings its schema up to
    /// date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a newer program wrote it; otherwise what the database says.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        let clock = Clock::default();
        let pools = match database {
            Database::File(file) => {
                let (writer, readers) = database::open_file(file).await?;
                Pools::Sqlite { writer, readers }
            }
            Database::Postgres(server) => {
                let connections = database::open_postgres(server).await?;
                clock.read(&mut connections.take().await?).await?;
                Pools::Postgres(connections)
            }
        };
        Ok(Self { pools, clock, bulletin: Bulletin::default() })
    }

    /// Begins a write transaction. On SQLite nobody else writes until it ends; on PostgreSQL it
    /// sees at each statement what has committed by then, and locks what it must find unchanged.
    ///
    /// # Errors
    /// The database failed, or another process holds SQLite's write lock for too long.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let place = match &self.pools {
            Pools::Sqlite { writer, .. } => Place::Sqlite(writer.begin().await?),
            Pools::Postgres(connections) => Place::Postgres(connections.begin().await?),
        };
        Ok(Tx {
            place,
            clock: self.clock.clone(),
            failed: false,
            changes: Vec::new(),
            bulletin: self.bulletin.clone(),
        })
    }

    /// The time by the clock that all hosts on this database agree on, within what it takes to
    /// ask: a transaction that sets a lease or a retry uses [`Tx::now`].
    #[must_use]
    pub fn now(&self) -> crate::time::Timestamp {
        self.clock.estimate()
    }

    /// How far this machine's clock is from the database's: asked anew of PostgreSQL, and nothing
    /// for a file, which has none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clocks_apart(&self) -> Result<std::time::Duration, StoreError> {
        if let Pools::Postgres(connections) = &self.pools {
            self.clock.read(&mut connections.take().await?).await?;
        }
        Ok(self.clock.apart())
    }

    /// How many transactions may share one commit on SQLite; 1 is none. For measurements.
    pub async fn group_at_most(&self, most: usize) {
        match &self.pools {
            Pools::Sqlite { writer, .. } => writer.set_most(most).await,
            Pools::Postgres(_) => {}
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => {
                readers.take().await?.connection()?.query_row("SELECT 1", [], |_| Ok(()))?;
            }
            Pools::Postgres(connections) => connections.take().await?.ping().await?,
        }
        Ok(())
    }

    /// Closes all connections; what has committed is on disk already.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.shut().await;
            }
            Pools::Postgres(connections) => connections.close().await,
        }
    }

    /// All rows of a statement that looks at little.
    async fn all<T: Row>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => {
                sqlite::all(readers.take().await?.connection()?, statement, values)
            }
            Pools::Postgres(connections) => {
                postgres::all(&mut connections.take().await?, statement, values).await
            }
        }
    }

    /// All rows of a statement that may look at thousands: other requests go on meanwhile.
    async fn walk<T: Row>(
        &self,
        statement: &'static Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let Pools::Sqlite { readers, .. } = &self.pools else {
            return self.all(statement, values).await;
        };
        let reader = readers.take().await?;
        let values: Vec<Value<'static>> = values.iter().map(Value::owned).collect();
        on_a_thread(move || sqlite::all(reader.connection()?, statement, &values)).await
    }

    async fn first<T: Row>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(statement, values).await?.into_iter().next())
    }

    /// The first row's one column.
    async fn value<T>(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError>
    where
        (T,): Row,
    {
        let row: Option<(T,)> = self.first(statement, values).await?;
        Ok(row.map(|(value,)| value))
    }
}

impl Tx {
    /// Makes all of it durable.
    ///
    /// # Errors
    /// Nothing of the transaction is kept; unless the connection to PostgreSQL broke just now,
    /// when nobody knows.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.failed {
            // PostgreSQL would answer a COMMIT with a rollback, without a word.
            return Err(StoreError::NotCommitted("a statement of it had failed".to_owned()));
        }
        match self.place {
            Place::Sqlite(member) => member.commit().await?,
            Place::Postgres(transaction) => transaction.commit().await?,
        }
        self.bulletin.tell(self.changes);
        Ok(())
    }

    /// The time by the clock that all hosts on this database agree on: PostgreSQL's own, or this
    /// machine's for a file.
    ///
    /// # Errors
    /// The database failed.
    pub async fn now(&mut self) -> Result<crate::time::Timestamp, StoreError> {
        match &mut self.place {
            Place::Sqlite(_) => Ok(self.clock.estimate()),
            Place::Postgres(transaction) => self.clock.read(transaction.taken()?).await,
        }
    }

    /// Runs a statement and says how many rows it wrote; no matter which of several in one trip.
    async fn run(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let done = match &mut self.place {
            Place::Sqlite(member) => {
                // Between two statements, others may have the thread.
                tokio::task::coop::consume_budget().await;
                sqlite::execute(member.connection()?, statement, values)
            }
            Place::Postgres(transaction) => {
                postgres::execute(transaction.taken()?, statement, values).await
            }
        };
        self.failed |= done.is_err();
        done
    }

    async fn all<T: Row>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let rows = match &mut self.place {
            Place::Sqlite(member) => {
                tokio::task::coop::consume_budget().await;
                sqlite::all(member.connection()?, statement, values)
            }
            Place::Postgres(transaction) => {
                postgres::all(transaction.taken()?, statement, values).await
            }
        };
        self.failed |= rows.is_err();
        rows
    }

    async fn first<T: Row>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(statement, values).await?.into_iter().next())
    }

    /// The first row's one column.
    async fn value<T>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError>
    where
        (T,): Row,
    {
        let row: Option<(T,)> = self.first(statement, values).await?;
        Ok(row.map(|(value,)| value))
    }
}
