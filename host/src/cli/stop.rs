//! Tells a command that runs for long when to end: Ctrl-C, or SIGTERM where there is one.

/// Listens from when it is made, so that a signal while starting is not lost.
pub(super) struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    /// Heard, so that it does not kill: under a quota on the length of a file, writing fails, as
    /// on a full disk.
    #[cfg(target_os = "linux")]
    _too_long: tokio::signal::unix::Signal,
}

/// SIGXFSZ, of which tokio has no name (signal(7)).
#[cfg(target_os = "linux")]
const FILE_TOO_LONG: i32 = 25;

impl Stop {
    pub(super) fn new() -> std::io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                #[cfg(target_os = "linux")]
                _too_long: signal(SignalKind::from_raw(FILE_TOO_LONG))?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for the first signal.
    #[cfg(unix)]
    pub(super) async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for Ctrl-C.
    #[cfg(not(unix))]
    pub(super) async fn wait(self) {
        // Without it there is nothing to stop by, and the process is ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
