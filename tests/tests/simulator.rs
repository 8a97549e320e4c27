//! The dispatcher's decisions keep their promises under every seed; a checker that sees nothing
//! would say so too, so mistakes are planted, and each must be seen.

use std::time::Duration;

use verbatim_host::dispatch::decide;
use verbatim_tests::simulator::{self, Bug, Seen};

/// Seeds in CI; `cargo xtask simulate` runs twenty times as many.
const SEEDS: u64 = 500;
/// A mistake must show within so many.
const SEEDS_FOR_A_BUG: u64 = 200;

#[test]
fn no_seed_breaks_a_promise() {
    let mut all = Seen::default();
    for seed in 0..SEEDS {
        match simulator::run(seed, None, false) {
            Ok(seen) => all += seen,
            Err(broken) => panic!("{broken}; again: cargo xtask simulate --seed {seed}"),
        }
    }
    println!("{all:?}");
    // A run in which nothing happens keeps every promise.
    let least = [all.posts, all.crashes, all.words, all.doubts, all.resends].into_iter().min();
    assert!(all.messages > 10_000 && least > Some(100), "{all:?}");
    // Some claims were first, by a little; their POSTs were on the wire in time.
    assert!(all.gap > Duration::ZERO && all.gap < decide::POST_WITHIN, "{all:?}");
}

fn shows(bug: Bug) {
    let found = simulator::first_broken(0, SEEDS_FOR_A_BUG, Some(bug));
    let Some((seed, broken)) = found else { panic!("{bug}: not seen") };
    println!("{bug}: seen after {} seeds: {broken}", seed + 1);
    let again = simulator::run(seed, Some(bug), false);
    assert_eq!(again, Err(broken), "a seed gives the same run each time");
    assert!(simulator::run(seed, None, false).is_ok(), "without the bug the seed is fine");
}

#[test]
fn a_claim_that_commits_after_its_post_is_seen() {
    shows(Bug::CommitAfterPost);
}

#[test]
fn a_claim_without_its_pairs_lock_is_seen() {
    shows(Bug::ClaimWithoutLock);
}

#[test]
fn a_lease_that_goes_back_into_the_queue_is_seen() {
    shows(Bug::LeaseBackToQueued);
}

#[test]
fn a_stop_that_is_lost_while_hosts_are_down_is_seen() {
    shows(Bug::LostStop);
}

#[test]
fn a_callback_that_moves_a_message_back_is_seen() {
    shows(Bug::CallbackMovesBack);
}

#[test]
fn a_request_that_is_made_again_after_a_time_out_is_seen() {
    shows(Bug::RetryAfterTimeout);
}
