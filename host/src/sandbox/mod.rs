//! Runs `verbatim.wasm`, or another module that keeps its ABI, so that it cannot hurt the host:
//! a fresh instance for each call, fuel and wall clock both bounded, no I/O, and intents
//! that count only once the guest has returned without a trap.
//!
//! ```
//! use verbatim_host::sandbox::{Grant, Limits, Sandbox};
//!
//! let sandbox = Sandbox::embedded(Limits::default())?;
//! let outcome = sandbox.call(br#"{"op":"describe"}"#, &Grant::default())?;
//! assert!(outcome.response.starts_with(br#"{"ok":"#));
//! assert!(outcome.intents.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

mod batch;
mod call;
mod declared;
mod digest;
mod grant;
mod imports;
mod limits;
mod load;
mod slots;
mod ticker;

pub use batch::{Batch, BatchError, Lie, Rendered, Row};
pub use call::{CallError, Fault, Outcome, Usage};
pub use digest::{NotSha256, Sha256};
pub use grant::{ConsentAction, Grant, Intent, Pair};
pub(crate) use limits::grouped;
pub use limits::{Limits, NotALimit};
pub use load::LoadError;

/// A module that was checked and compiled once. Cloning it is cheap; threads may share it.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    loaded: load::Loaded,
    limits: Limits,
    bytes: Cow<'static, [u8]>,
    sha256: Sha256,
    slots: slots::Slots,
    /// Ends with the last clone.
    _ticker: ticker::Ticker,
}

impl Sandbox {
    /// Loads the module that this program was built with.
    ///
    /// Its bytes are hashed like anybody's: one that was changed inside the executable is refused.
    ///
    /// # Errors
    /// [`LoadError::Digest`] if the executable was tampered with; [`LoadError::Host`] if the
    /// machine lacks memory or threads.
    pub fn embedded(limits: Limits) -> Result<Self, LoadError> {
        let bytes = Cow::Borrowed(verbatim_module::BYTES);
        Self::of(bytes, Sha256(verbatim_module::SHA256), limits)
    }

    /// Checks that `bytes` have the digest `expected` and keep the ABI, and compiles them.
    ///
    /// Digest and limits are the module's manifest: what it must be, and what it may use.
    ///
    /// # Errors
    /// What is wrong with the module, by name; nothing of it has run.
    pub fn load(bytes: &[u8], expected: Sha256, limits: Limits) -> Result<Self, LoadError> {
        Self::of(Cow::Owned(bytes.to_vec()), expected, limits)
    }

    fn of(bytes: Cow<'static, [u8]>, expected: Sha256, limits: Limits) -> Result<Self, LoadError> {
        let loaded = load::load(&bytes, expected, &limits)?;
        let ticker = ticker::Ticker::start(&loaded.engine)
            .map_err(|error| LoadError::Host { reason: error.to_string() })?;
        Ok(Self(Arc::new(Inner {
            loaded,
            limits,
            bytes,
            sha256: expected,
            slots: slots::Slots::new(limits.concurrent_calls),
            _ticker: ticker,
        })))
    }

    /// The digest of the module's bytes, which was checked.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.0.sha256
    }

    /// The module's bytes, for whoever is to run the same.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The limits that every call has.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Hands `request` to a fresh instance that may do what `grant` says, and gives its response.
    ///
    /// Blocks for as long as the call runs, at most [`Limits::wall`], and before that until one of
    /// [`Limits::concurrent_calls`] places is free; asynchronous code calls it on a thread of its
    /// own. No state of the module survives it.
    ///
    /// # Errors
    /// The limit that was reached, or what else the module did wrong. Its intents are gone, and
    /// the sandbox goes on.
    pub fn call(&self, request: &[u8], grant: &Grant) -> Result<Outcome, CallError> {
        let Inner { loaded, limits, slots, .. } = &*self.0;
        let _slot = slots.take();
        call::call(loaded, limits, request, grant)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("sha256", &self.0.sha256).finish_non_exhaustive()
    }
}
