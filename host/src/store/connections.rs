//! Connections to PostgreSQL, shared by all who ask.
//!
//! The pool is not sqlx's own, which asks the server before and after each use whether it is still
//! there: more trips than most uses have. Here a connection is asked when it has rested, or when
//! what was done with it did not end well.

use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleError, RecycleResult};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};

use super::StoreError;

/// Connections of one host, at most.
const CONNECTIONS: usize = 16;
/// How long a request waits for a connection before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before a server is called again that is starting.
const PAUSE: Duration = Duration::from_millis(100);
/// After so long a rest a connection is asked whether it lives.
const REST: Duration = Duration::from_secs(1);
/// A server's process grows with what it has seen.
const LIFE: Duration = Duration::from_secs(30 * 60);
/// What this program relies on, whatever the server's defaults are. A commit waits for the disk;
/// each statement sees what has committed before it, so that what a lock was waited for is seen;
/// a host that froze in the middle does not hold its locks for ever; and a plan is made once and by
/// the index that `plans.rs` names, however small a table is when it is made. What then costs more
/// by the planner's reckoning is not worth compiling.
const SESSION: &str = "SET synchronous_commit = on; \
    SET default_transaction_isolation = 'read committed'; \
    SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '30s'; \
    SET plan_cache_mode = force_generic_plan; \
    SET enable_seqscan = off; \
    SET jit = off";
/// Cannot connect now (it starts or stops), and too many connections.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const CALL_AGAIN: [&str; 2] = ["57P03", "53300"];

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct Connections(Pool<Server>);

/// One of them, taken; dropped, it is free again.
#[derive(Debug)]
pub(super) struct Taken(Object<Server>);

/// A transaction on one of them. Dropped without [`commit`](Self::commit), it is rolled back.
#[derive(Debug)]
pub(super) struct Transaction {
    /// There until it has ended.
    open: Option<Taken>,
}

/// Whom they lead to.
#[derive(Debug)]
struct Server(PgConnectOptions);

#[derive(Debug)]
struct Link {
    connection: PgConnection,
    /// Whether whatever was begun has ended well.
    is_sound: bool,
}

impl Connections {
    pub(super) fn to(server: PgConnectOptions) -> Self {
        let pool = Pool::builder(Server(server))
            .max_size(CONNECTIONS)
            .wait_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .build();
        // It fails only for time-outs without a runtime.
        Self(pool.expect("a pool with a runtime"))
    }

    /// Waits for one that nobody uses, or makes one.
    pub(super) async fn take(&self) -> Result<Taken, StoreError> {
        self.0.get().await.map(Taken).map_err(|error| match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Closed => StoreError::Closed,
            PoolError::Timeout(_)
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => sqlx::Error::PoolTimedOut.into(),
        })
    }

    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let mut taken = self.take().await?;
        taken.say("BEGIN").await?;
        Ok(Transaction { open: Some(taken) })
    }

    /// Closes those that nobody uses, and each other when it is given back.
    pub(super) async fn close(&self) {
        let idle = self.0.retain(|_, _| false).removed;
        self.0.close();
        for link in idle {
            // The server would find out by itself.
            let _ = link.connection.close().await;
        }
    }
}

impl Taken {
    /// The connection, to ask something of it. Unless that is [`noted`](Self::note) to have ended
    /// well, the server is asked whether it lives before anybody else has it.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        self.0.is_sound = false;
        &mut self.0.connection
    }

    /// Notes how it ended.
    pub(super) fn note<T, E>(&mut self, done: Result<T, E>) -> Result<T, E> {
        self.0.is_sound = done.is_ok();
        done
    }

    /// Whether the server answers.
    pub(super) async fn ping(&mut self) -> Result<(), sqlx::Error> {
        let done = self.connection().ping().await;
        self.note(done)
    }

    async fn say(&mut self, words: &'static str) -> Result<(), sqlx::Error> {
        let done = self.connection().execute(words).await;
        self.note(done).map(drop)
    }
}

impl Transaction {
    pub(super) fn taken(&mut self) -> Result<&mut Taken, StoreError> {
        self.open.as_mut().ok_or(StoreError::Closed)
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.taken()?.say("COMMIT").await?;
        self.open = None;
        Ok(())
    }
}

impl Drop for Transaction {
    /// At once, for others may wait for what it has locked.
    fn drop(&mut self) {
        let Some(mut taken) = self.open.take() else { return };
        // Without a runtime the connection goes, and what it had begun with it.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                if taken.say("ROLLBACK").await.is_err() {
                    drop(Object::take(taken.0));
                }
            })),
            Err(_) => drop(Object::take(taken.0)),
        }
    }
}

impl Manager for Server {
    type Type = Link;
    type Error = sqlx::Error;

    /// A server that is starting is waited for.
    async fn create(&self) -> Result<Link, sqlx::Error> {
        let end = Instant::now() + PATIENCE;
        let mut connection = loop {
            match self.0.connect().await {
                Err(error) if is_of_a_start(&error) && Instant::now() < end => {
                    tokio::time::sleep(PAUSE).await;
                }
                called => break called?,
            }
        };
        connection.execute(SESSION).await?;
        Ok(Link { connection, is_sound: true })
    }

    async fn recycle(&self, link: &mut Link, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > LIFE {
            return Err(RecycleError::message("it is old"));
        }
        if !link.is_sound || metrics.last_used() > REST {
            link.connection.ping().await?;
            link.is_sound = true;
        }
        Ok(())
    }
}

fn is_of_a_start(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Io(error) = error {
        return error.kind() == std::io::ErrorKind::ConnectionRefused;
    }
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| CALL_AGAIN.contains(&&*code))
}
