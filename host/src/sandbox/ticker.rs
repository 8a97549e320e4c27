//! The clock of a sandbox: one thread that lets the engine's epoch advance, so that a guest is
//! interrupted by the wall clock whatever it does. It ends with the sandbox.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{io, thread};

use wasmtime::Engine;

/// The length of one epoch: how exactly a call's time is measured.
pub(super) const TICK: Duration = Duration::from_millis(10);

/// Ticks while it lives.
pub(super) struct Ticker {
    /// Dropping it wakes the thread, which then ends.
    stop: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Ticker {
    pub(super) fn start(engine: &Engine) -> io::Result<Self> {
        let engine = engine.clone();
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = thread::Builder::new().name("sandbox-ticker".to_owned()).spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It cannot panic; if it did, there is nothing left to end.
            let _ = thread.join();
        }
    }
}

/// How many ticks from now `wall` is over: at least `wall`, at most one tick more.
pub(super) fn ticks(wall: Duration) -> u64 {
    let ticks = wall.as_nanos().div_ceil(TICK.as_nanos());
    u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1)
}
