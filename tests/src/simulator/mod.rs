//! The dispatcher's decisions, with everything around them simulated from a seed: the store in
//! memory, the clocks, the network, Twilio, people who write STOP, and hosts that crash and pause.
//!
//! What decides is the host's own code (`verbatim_host::dispatch`); what is simulated is the shell
//! around it. A [`checker`] compares Twilio's ledger with the store. Some [`Bug`]s can be planted,
//! so that it is known that the checker sees them.

mod bug;
mod checker;
mod host;
mod memory;
mod network;
mod people;
mod twilio;
mod upkeep;
mod world;

use std::time::Duration;

pub use bug::Bug;

/// What a run has seen, if every promise was kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Messages accepted.
    pub messages: usize,
    /// POSTs on the wire.
    pub posts: usize,
    /// Crashes of a host.
    pub crashes: usize,
    /// STOPs and STARTs.
    pub words: usize,
    /// Messages that came into doubt.
    pub doubts: usize,
    /// Messages that were sent again, by choice.
    pub resends: usize,
    /// The longest time from a STOP's commit to a POST that was claimed before it.
    pub gap: Duration,
}

impl std::ops::AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        self.messages += other.messages;
        self.posts += other.posts;
        self.crashes += other.crashes;
        self.words += other.words;
        self.doubts += other.doubts;
        self.resends += other.resends;
        self.gap = self.gap.max(other.gap);
    }
}

/// Simulates some hours of a seed's, with a bug or without; `trace` prints each step.
///
/// # Errors
/// A promise that was not kept.
pub fn run(seed: u64, bug: Option<Bug>, trace: bool) -> Result<Seen, String> {
    world::World::new(seed, bug, trace).run()
}

/// The first seed, out of so many from `first` on, in which a promise is not kept.
#[must_use]
pub fn first_broken(first: u64, seeds: u64, bug: Option<Bug>) -> Option<(u64, String)> {
    (first..first + seeds).find_map(|seed| Some((seed, run(seed, bug, false).err()?)))
}
