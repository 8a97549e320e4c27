//! The clock by which leases, retries and rates are told: on PostgreSQL the database's own, so
//! that hosts whose clocks differ agree; with a file this machine's, for it has no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::connections::Taken;
use super::{StoreError, sql};
use crate::time::Timestamp;

/// How far the database's clock is ahead of this machine's, in microseconds, as last seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// What the database's clock shows, as far as this machine can tell without asking.
    pub(super) fn estimate(&self) -> Timestamp {
        let ahead = self.0.load(Ordering::Relaxed);
        Timestamp::from_micros(Timestamp::now().as_micros().saturating_add(ahead))
    }

    /// How far both are apart, as last asked.
    pub(super) fn apart(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed).unsigned_abs())
    }

    /// Asks PostgreSQL.
    pub(super) async fn read(&self, taken: &mut Taken) -> Result<Timestamp, StoreError> {
        let micros = sqlx::query_scalar(sql::POSTGRES_CLOCK).fetch_one(taken.connection()).await;
        let micros: i64 = taken.note(micros)?;
        let ahead = micros.saturating_sub(Timestamp::now().as_micros());
        self.0.store(ahead, Ordering::Relaxed);
        Ok(Timestamp::from_micros(micros))
    }
}
