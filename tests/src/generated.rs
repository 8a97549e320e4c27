//! Modules that mean nothing: what the host makes of one is a refusal or an answer; never a panic,
//! never a call that outlasts its limits. `tests/fuzz` makes them with wasm-smith, in the shape of
//! ours; its seeds, and changes of them, are run in every test.

use std::time::{Duration, Instant};

use verbatim_host::sandbox::{Limits, Usage};

use crate::hostile::{REQUEST, grant, load};

/// What a generated module may use: little, because there are many.
pub const LIMITS: Limits = Limits {
    fuel: 2_000_000,
    wall: Duration::from_millis(500),
    concurrent_calls: 1,
    ..Limits::DEFAULT
};

/// A call is over when its limits are, and a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// What became of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Refused when it was loaded.
    Refused,
    /// Stopped while it ran.
    Stopped(Usage),
    /// It answered.
    Answered(Usage),
}

/// Loads a module, if the host takes it, and calls it.
///
/// # Panics
/// The host broke a promise.
#[must_use]
pub fn run(wasm: &[u8]) -> Fate {
    let Ok(sandbox) = load(wasm, LIMITS) else { return Fate::Refused };
    let begun = Instant::now();
    let called = sandbox.call(REQUEST, &grant(false));
    assert!(begun.elapsed() < PATIENCE, "a call took {:?}", begun.elapsed());
    let (usage, fate): (_, fn(Usage) -> Fate) = match &called {
        Ok(outcome) => {
            assert!(outcome.response.len() <= LIMITS.response_bytes);
            assert!(outcome.intents.len() <= 2, "a message and a record were granted");
            (outcome.usage, Fate::Answered)
        }
        Err(error) => {
            assert!(!error.to_string().contains('\n'), "{error}");
            (*error.usage, Fate::Stopped)
        }
    };
    assert!(usage.fuel <= LIMITS.fuel && usage.memory_bytes <= LIMITS.memory_bytes);
    assert!(usage.table_entries <= LIMITS.table_entries);
    fate(usage)
}

/// Bytes that are the same for the same seed (SplitMix64).
#[must_use]
pub fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)).to_le_bytes()
    })
    .flatten()
    .take(len)
    .collect()
}

/// Numbers one after the other, the same for the same seed.
#[derive(Debug)]
pub struct Draws(std::vec::IntoIter<u8>);

impl Draws {
    /// Enough for some thirty.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(bytes(seed, 256).into_iter())
    }

    /// A number below `end`, or 0.
    ///
    /// # Panics
    /// Never: what is below a length is one.
    pub fn below(&mut self, end: usize) -> usize {
        let word = std::array::from_fn(|_| self.0.next().unwrap_or(0));
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(u64::from_le_bytes(word) % end).expect("it is below a length")
    }
}
