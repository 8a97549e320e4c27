//! A SQLite file as a backup, and back. PostgreSQL has its own tools, which know more.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::statement::values;
use super::{Store, StoreError, Tx, sql};
use crate::message::State;

/// The reason of a message that was queued in a backup.
const RESTORED: &str = "restored";

/// Why there is no backup, or nothing was restored from it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file that is to be written is there, or cannot be made.
    #[error("could not make `{path}`: {error}")]
    Target {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The file that is to be read is no sound database of Verbatim.
    #[error("expected a sound database of Verbatim in `{path}`, found {found}")]
    Source {
        /// The file.
        path: String,
        /// What it is.
        found: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Writes what a database holds at this moment to a new file, for this user alone, while hosts go
/// on to use it; and looks whether the copy is sound.
///
/// # Errors
/// The copy's file is there already, the source is no database, or the disk failed.
pub fn backup(source: &Path, copy: &Path) -> Result<(), BackupError> {
    let connection = open(source)?;
    let file = make(copy)?;
    let written = connection.execute("VACUUM INTO $1", [copy.to_string_lossy()]);
    let sound = match written {
        Ok(_) => check(copy).and_then(|()| sync(&file, copy)),
        Err(error) => Err(error.into()),
    };
    if sound.is_err() {
        // Half a backup is worse than none; that it cannot be removed is said by its own error.
        let _ = std::fs::remove_file(copy);
    }
    sound
}

/// Makes a database of a backup. What was queued in it is canceled, because it may have been sent
/// since; the ids of those.
///
/// # Errors
/// There is a database already, the backup is not sound, or the disk failed.
pub async fn restore(copy: &Path, target: &Path) -> Result<Vec<String>, BackupError> {
    check(copy)?;
    for suffix in ["-wal", "-shm"] {
        let beside = format!("{}{suffix}", target.display());
        if Path::new(&beside).exists() {
            let error = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(BackupError::Target { path: beside, error });
        }
    }
    let mut file = make(target)?;
    let copied = File::open(copy)
        .and_then(|mut from| io::copy(&mut from, &mut file))
        .map_err(|error| refused(target, error))
        .and_then(|_| sync(&file, target));
    let restored = match copied {
        Ok(()) => cancel_queued(target).await.map_err(BackupError::from),
        Err(error) => Err(error),
    };
    if restored.is_err() {
        // Nothing was there before, so nothing is left.
        let _ = std::fs::remove_file(target);
    }
    restored
}

async fn cancel_queued(file: &Path) -> Result<Vec<String>, StoreError> {
    let store = Store::open(&super::Database::File(file.to_owned())).await?;
    let mut tx = store.write().await?;
    let canceled = tx.cancel_all_queued().await?;
    tx.commit().await?;
    store.close().await;
    Ok(canceled)
}

impl Tx {
    async fn cancel_all_queued(&mut self) -> Result<Vec<String>, StoreError> {
        let now = self.now().await?;
        let rows: Vec<(String,)> = self.all(&sql::TAKE_BACK_ALL, values![]).await?;
        for (id,) in &rows {
            self.advance(id, State::Canceled, Some(RESTORED), None, now).await?;
        }
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

fn open(file: &Path) -> Result<Connection, BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags).map_err(|error| unsound(file, &error))
}

/// Reads all of a file, whether it is a database, whole, and ours.
fn check(file: &Path) -> Result<(), BackupError> {
    let connection = open(file)?;
    let found: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(|error| unsound(file, &error))?;
    if found != "ok" {
        return Err(BackupError::Source { path: file.display().to_string(), found });
    }
    connection
        .query_row("SELECT count(*) FROM _sqlx_migrations", [], |_| Ok(()))
        .map_err(|error| unsound(file, &error))?;
    connection.close().map_err(|(_, error)| error.into())
}

fn unsound(file: &Path, error: &rusqlite::Error) -> BackupError {
    BackupError::Source { path: file.display().to_string(), found: error.to_string() }
}

/// An empty file that nobody else can read, which was not there before.
fn make(path: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map_err(|error| refused(path, error))
}

fn sync(file: &File, path: &Path) -> Result<(), BackupError> {
    file.sync_all().map_err(|error| refused(path, error))
}

fn refused(path: &Path, error: io::Error) -> BackupError {
    BackupError::Target { path: path.display().to_string(), error }
}
