//! SQLite's one writer, and the groups in which transactions reach the disk.
//!
//! A commit waits for the disk, and a disk takes as long for one transaction as for fifty. So
//! those that wait while the disk is busy run one after the other inside one `BEGIN IMMEDIATE`,
//! each in a savepoint, and one `COMMIT` makes all of them durable. Nobody waits for company: a
//! group ends when those that queued before it have run. Nothing is told to a caller before that
//! `COMMIT`; if it fails, it fails for all of the group.

use std::sync::Arc;

use sqlx::Sqlite;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use super::StoreError;

/// Transactions in one group at most, so that the first does not wait for ever.
const MAX_GROUP: usize = 256;

/// The writer, shared by all who write. Whoever waits for it is served in order.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    desk: Arc<Mutex<Desk>>,
}

/// What the writer's holder holds.
#[derive(Debug)]
pub(super) struct Desk {
    /// Closed: the store is.
    connection: Option<sqlx::pool::PoolConnection<Sqlite>>,
    group: Option<Group>,
    /// How many groups there have been: the closer of one leaves the next alone.
    number: u64,
    most: usize,
}

/// An open group: `BEGIN` has run, or was on its way when its caller went.
#[derive(Debug)]
struct Group {
    outcome: watch::Sender<Option<Result<(), Lost>>>,
    /// Savepoints released in it.
    members: usize,
    begun: bool,
    savepoint: Savepoint,
}

/// Why nothing of a group was kept.
#[derive(Debug, Clone)]
struct Lost {
    why: String,
    for_want_of_room: bool,
}

/// The savepoint of the transaction that runs, or that its caller left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Savepoint {
    /// None runs.
    None,
    /// Begun, or about to be.
    Open,
    /// Its caller has asked to commit.
    Releasing,
}

/// One transaction in a group. Dropped without [`Member::commit`], it leaves nothing.
#[derive(Debug)]
pub(super) struct Member {
    desk: OwnedMutexGuard<Desk>,
}

impl Writer {
    /// Takes the pool's one connection for good.
    pub(super) async fn new(pool: &SqlitePool) -> Result<Self, StoreError> {
        let connection = Some(pool.acquire().await?);
        let desk = Desk { connection, group: None, number: 0, most: MAX_GROUP };
        Ok(Self { desk: Arc::new(Mutex::new(desk)) })
    }

    /// Sets how many transactions share one `COMMIT` at most; 1 is none.
    pub(super) async fn set_most(&self, most: usize) {
        self.desk.lock().await.most = most.max(1);
    }

    /// Begins a transaction: alone on the writer until it is committed or dropped.
    pub(super) async fn begin(&self) -> Result<Member, StoreError> {
        let mut desk = Arc::clone(&self.desk).lock_owned().await;
        desk.tidy().await;
        if desk.group.is_none() {
            desk.number = desk.number.wrapping_add(1);
            self.close_in_turn(desk.number);
            desk.open().await?;
        }
        // Before it runs: if its caller goes meanwhile, the next one cleans up.
        desk.mark(Savepoint::Open);
        if let Err(error) = desk.run("SAVEPOINT member").await {
            desk.fail(&error).await;
            return Err(error);
        }
        Ok(Member { desk })
    }

    /// The lock is fair, so this comes after all who wait for it now, and commits what they did.
    fn close_in_turn(&self, number: u64) {
        let desk = Arc::clone(&self.desk);
        tokio::spawn(async move {
            let mut desk = desk.lock().await;
            if desk.number == number {
                desk.tidy().await;
                desk.close().await;
            }
        });
    }

    /// Commits what is under way and gives the connection back.
    pub(super) async fn shut(&self) {
        let mut desk = self.desk.lock().await;
        desk.tidy().await;
        desk.close().await;
        // Awaited: the last connection to close takes the log of the database along, and with it
        // what was redacted since it was begun.
        if let Some(connection) = desk.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

impl Desk {
    fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_deref_mut().ok_or(StoreError::Closed)
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::query(sql).execute(self.connection()?).await?;
        Ok(())
    }

    async fn open(&mut self) -> Result<(), StoreError> {
        self.connection()?;
        let (outcome, _) = watch::channel(None);
        let savepoint = Savepoint::None;
        self.group = Some(Group { outcome, members: 0, begun: false, savepoint });
        // IMMEDIATE: what is read is still true when it commits, whoever else has the file open.
        let begun = self.run("BEGIN IMMEDIATE").await;
        match (begun, &mut self.group) {
            (Ok(()), Some(group)) => {
                group.begun = true;
                Ok(())
            }
            (begun, _) => {
                self.group = None;
                begun
            }
        }
    }

    /// Undoes what a caller left who went in the middle.
    async fn tidy(&mut self) {
        let Some(group) = &self.group else { return };
        if !group.begun {
            // Its `BEGIN` may have run or not; nothing was written since.
            if let Err(error) = self.run("ROLLBACK").await {
                tracing::debug!(%error, "no transaction was begun");
            }
            self.group = None;
            return;
        }
        let undone = match group.savepoint {
            Savepoint::None => return,
            Savepoint::Open => match self.run("ROLLBACK TO member").await {
                Ok(()) => self.run("RELEASE member").await,
                Err(error) => Err(error),
            },
            Savepoint::Releasing => {
                if let Err(error) = self.run("RELEASE member").await {
                    tracing::debug!(%error, "the savepoint was released");
                }
                Ok(())
            }
        };
        match undone {
            Ok(()) => self.mark(Savepoint::None),
            // SQLite ends the whole transaction by itself when the disk is full or broken.
            Err(error) => self.fail(&error).await,
        }
    }

    fn mark(&mut self, savepoint: Savepoint) {
        if let Some(group) = &mut self.group {
            group.savepoint = savepoint;
        }
    }

    async fn close(&mut self) {
        if self.group.is_none() {
            return;
        }
        match self.run("COMMIT").await {
            Ok(()) => {
                if let Some(group) = self.group.take() {
                    group.outcome.send_replace(Some(Ok(())));
                }
            }
            Err(error) => self.fail(&error).await,
        }
    }

    /// Nothing of the group is kept, and all of it learn so.
    async fn fail(&mut self, error: &StoreError) {
        if let Err(error) = self.run("ROLLBACK").await {
            tracing::debug!(%error, "the transaction had ended by itself");
        }
        if let Some(group) = self.group.take() {
            let for_want_of_room = matches!(error, StoreError::NoRoom(_));
            let lost = Lost { why: error.to_string(), for_want_of_room };
            group.outcome.send_replace(Some(Err(lost)));
        }
    }
}

impl Member {
    /// The connection, inside this transaction.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.desk.connection()
    }

    /// Ends the transaction, and waits until its group is on disk.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.desk.mark(Savepoint::Releasing);
        if let Err(error) = self.desk.run("RELEASE member").await {
            self.desk.fail(&error).await;
            return Err(error);
        }
        let most = self.desk.most;
        let Some(group) = self.desk.group.as_mut() else { return Err(StoreError::Closed) };
        group.savepoint = Savepoint::None;
        group.members += 1;
        let mut outcome = group.outcome.subscribe();
        if group.members >= most {
            self.desk.close().await;
        }
        drop(self);
        let ended = outcome.wait_for(Option::is_some).await;
        match ended.ok().and_then(|ended| ended.clone()) {
            Some(Ok(())) => Ok(()),
            Some(Err(lost)) if lost.for_want_of_room => Err(StoreError::NoRoom(lost.why)),
            Some(Err(lost)) => Err(StoreError::NotCommitted(lost.why)),
            None => Err(StoreError::Closed),
        }
    }
}
