//! Mistakes that a dispatcher can make, planted here and nowhere else: each must be caught.

use std::fmt;
use std::str::FromStr;

/// A planted mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A claim is committed only when its answer is there.
    CommitAfterPost,
    /// A claim reads consent in one transaction and writes its lease in another, without a lock.
    ClaimWithoutLock,
    /// A lease that ran out puts its message back into the queue.
    LeaseBackToQueued,
    /// Nobody asks what people wrote while no host listened.
    LostStop,
    /// A late callback moves a message back.
    CallbackMovesBack,
    /// A request that timed out is made again.
    RetryAfterTimeout,
}

impl Bug {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::CommitAfterPost,
        Self::ClaimWithoutLock,
        Self::LeaseBackToQueued,
        Self::LostStop,
        Self::CallbackMovesBack,
        Self::RetryAfterTimeout,
    ];

    /// As the command line has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CommitAfterPost => "commit-after-post",
            Self::ClaimWithoutLock => "claim-without-lock",
            Self::LeaseBackToQueued => "lease-back-to-queued",
            Self::LostStop => "lost-stop",
            Self::CallbackMovesBack => "callback-moves-back",
            Self::RetryAfterTimeout => "retry-after-timeout",
        }
    }
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Bug {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join("`, `");
        Self::ALL
            .into_iter()
            .find(|bug| bug.name() == text)
            .ok_or_else(|| format!("expected one of `{}`, found the bug `{text}`", names()))
    }
}
