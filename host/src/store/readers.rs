//! Connections that read a SQLite file at the same time; WAL lets them go on beside the writer.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{StoreError, sqlite};

/// How many there are.
const READERS: u32 = 4;

/// The connections, shared by all who read.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    free: Arc<Semaphore>,
}

/// One of them, taken; dropped, it is free again.
#[derive(Debug)]
pub(super) struct Reader {
    /// Always there until it is dropped.
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    pub(super) fn open(file: &Path) -> Result<Self, StoreError> {
        let idle = (0..READERS).map(|_| sqlite::open_to_read(file)).collect::<Result<_, _>>()?;
        let free = Arc::new(Semaphore::new(READERS as usize));
        Ok(Self { idle: Arc::new(Mutex::new(idle)), free })
    }

    /// Waits for one that nobody uses.
    pub(super) async fn take(&self) -> Result<Reader, StoreError> {
        let permit = Arc::clone(&self.free).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let idle = Arc::clone(&self.idle);
        match connection {
            Some(_) => Ok(Reader { connection, idle, _permit: permit }),
            None => Err(StoreError::Closed),
        }
    }

    /// Closes all of them, once those who read have done so.
    pub(super) async fn close(&self) {
        let all = self.free.acquire_many(READERS).await;
        self.free.close();
        drop(all);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Reader {
    /// The connection.
    pub(super) fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Before the permit goes: who has one finds a connection.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
    }
}
