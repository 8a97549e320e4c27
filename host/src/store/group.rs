//! SQLite's one writer, and the groups in which transactions reach the disk.
//!
//! A commit waits for the disk, and a disk takes as long for one transaction as for fifty. So
//! those that wait while the disk is busy run one after the other inside one `BEGIN IMMEDIATE`,
//! each in a savepoint, and one `COMMIT` makes all of them durable, on a thread of its own. Nobody
//! waits for company: a group ends when those that queued before it have run. Nothing is told to a
//! caller before that `COMMIT`; if it fails, it fails for all of the group.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::task;

use super::{StoreError, sqlite};

/// Transactions in one group at most, so that the first does not wait for ever.
const MAX_GROUP: usize = 256;
/// How long to wait before the write lock is asked for again that another process has.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// The writer, shared by all who write. Whoever waits for it is served in order.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    desk: Arc<Mutex<Desk>>,
}

/// What the writer's holder holds.
#[derive(Debug)]
struct Desk {
    /// Closed: the store is.
    connection: Option<Connection>,
    group: Option<Group>,
    /// How many groups there have been: the closer of one leaves the next alone.
    number: u64,
    most: usize,
}

/// An open group: `BEGIN` has run.
#[derive(Debug)]
struct Group {
    outcome: watch::Sender<Option<Result<(), Lost>>>,
    /// Savepoints released in it.
    members: usize,
}

/// Why nothing of a group was kept.
#[derive(Debug, Clone)]
struct Lost {
    why: String,
    for_want_of_room: bool,
}

/// One transaction in a group. Dropped without [`Member::commit`], it leaves nothing.
#[derive(Debug)]
pub(super) struct Member {
    /// The one who has it is alone on the writer; who has committed, has it no more.
    desk: Option<OwnedMutexGuard<Desk>>,
}

impl Writer {
    pub(super) fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = sqlite::open_to_write(file)?;
        // Waited for in `Desk::open`, where no thread is held meanwhile.
        connection.busy_timeout(Duration::ZERO)?;
        let desk = Desk { connection: Some(connection), group: None, number: 0, most: MAX_GROUP };
        Ok(Self { desk: Arc::new(Mutex::new(desk)) })
    }

    /// Sets how many transactions share one `COMMIT` at most; 1 is none.
    pub(super) async fn set_most(&self, most: usize) {
        self.desk.lock().await.most = most.max(1);
    }

    /// Begins a transaction: alone on the writer until it is committed or dropped.
    pub(super) async fn begin(&self) -> Result<Member, StoreError> {
        let mut desk = Arc::clone(&self.desk).lock_owned().await;
        if desk.group.is_none() {
            desk.open().await?;
            self.close_in_turn(desk.number);
        }
        if let Err(error) = desk.run("SAVEPOINT member") {
            desk.fail(&error);
            return Err(error);
        }
        Ok(Member { desk: Some(desk) })
    }

    /// The lock is fair, so this comes after all who wait for it now, and commits what they did.
    fn close_in_turn(&self, number: u64) {
        let desk = Arc::clone(&self.desk);
        tokio::spawn(async move {
            let desk = desk.lock_owned().await;
            if desk.number == number {
                close(desk).await;
            }
        });
    }

    /// Commits what is under way and gives the connection back.
    pub(super) async fn shut(&self) {
        let mut desk = Arc::clone(&self.desk).lock_owned().await;
        let done = task::spawn_blocking(move || {
            desk.close();
            // The last connection to close takes the log of the database along, and with it what
            // was redacted since it was begun.
            if let Some(Err((_, error))) = desk.connection.take().map(Connection::close) {
                tracing::warn!(%error, "the database was not closed in order");
            }
        });
        if let Err(error) = done.await {
            tracing::warn!(%error, "the database was not closed in order");
        }
    }
}

/// Ends a group on a thread that may wait for the disk. It does so even if its caller goes.
async fn close(mut desk: OwnedMutexGuard<Desk>) {
    if let Err(error) = task::spawn_blocking(move || desk.close()).await {
        tracing::error!(%error, "a group of transactions was not committed");
    }
}

impl Desk {
    fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }

    fn run(&self, sql: &'static str) -> Result<(), StoreError> {
        self.connection()?.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Begins a group, when no other process writes.
    async fn open(&mut self) -> Result<(), StoreError> {
        let began = Instant::now();
        // IMMEDIATE: what is read is still true when it commits, whoever else has the file open.
        while let Err(error) = self.run("BEGIN IMMEDIATE") {
            if !is_busy(&error) || began.elapsed() > sqlite::BUSY_TIMEOUT {
                return Err(error);
            }
            tokio::time::sleep(BUSY_PAUSE).await;
        }
        let (outcome, _) = watch::channel(None);
        self.group = Some(Group { outcome, members: 0 });
        self.number = self.number.wrapping_add(1);
        Ok(())
    }

    fn close(&mut self) {
        if self.group.is_none() {
            return;
        }
        match self.run("COMMIT") {
            Ok(()) => {
                if let Some(group) = self.group.take() {
                    group.outcome.send_replace(Some(Ok(())));
                }
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Nothing of the group is kept, and all of it learn so.
    fn fail(&mut self, error: &StoreError) {
        if let Err(error) = self.run("ROLLBACK") {
            tracing::debug!(%error, "the transaction had ended by itself");
        }
        if let Some(group) = self.group.take() {
            let for_want_of_room = matches!(error, StoreError::NoRoom(_));
            let lost = Lost { why: error.to_string(), for_want_of_room };
            group.outcome.send_replace(Some(Err(lost)));
        }
    }
}

fn is_busy(error: &StoreError) -> bool {
    matches!(error, StoreError::File(error)
        if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
}

impl Member {
    /// The connection, inside this transaction.
    pub(super) fn connection(&self) -> Result<&Connection, StoreError> {
        self.desk.as_ref().ok_or(StoreError::Closed)?.connection()
    }

    /// Ends the transaction, and waits until its group is on disk.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let Some(mut desk) = self.desk.take() else { return Err(StoreError::Closed) };
        if let Err(error) = desk.run("RELEASE member") {
            desk.fail(&error);
            return Err(error);
        }
        let most = desk.most;
        let Some(group) = desk.group.as_mut() else { return Err(StoreError::Closed) };
        group.members += 1;
        let mut outcome = group.outcome.subscribe();
        if group.members >= most {
            close(desk).await;
        } else {
            drop(desk);
        }
        let ended = outcome.wait_for(Option::is_some).await;
        match ended.ok().and_then(|ended| ended.clone()) {
            Some(Ok(())) => Ok(()),
            Some(Err(lost)) if lost.for_want_of_room => Err(StoreError::NoRoom(lost.why)),
            Some(Err(lost)) => Err(StoreError::NotCommitted(lost.why)),
            None => Err(StoreError::Closed),
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        if let Err(error) = desk.run("ROLLBACK TO member").and_then(|()| desk.run("RELEASE member"))
        {
            // SQLite ends the whole transaction by itself when the disk is full or broken.
            desk.fail(&error);
        }
    }
}
