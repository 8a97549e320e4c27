//! An honest caller on a host where others attack: every call of its own succeeds, and soon.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use verbatim_host::sandbox::{Grant, Limits, Sandbox};
use verbatim_tests::hostile;

/// How long they attack.
const LASTS: Duration = Duration::from_secs(3);

/// Threads that attack: as many as a small machine has processors.
const ATTACKERS: usize = 2;

/// The slowest of a hundred honest calls takes no longer, on a machine as busy as CI's. It runs for
/// microseconds; the rest is waiting for a processor that the attackers hold too.
const P99: Duration = Duration::from_millis(250);

const HONEST: [&str; 2] = [
    r#"{"op":"classify","text":" Stop! "}"#,
    r#"{"op":"render","body":"Hi ${name}","values":{"variant":{"name":"Zoë"}}}"#,
];

#[test]
fn every_call_of_an_honest_caller_succeeds_beside_hostile_modules() {
    let honest = Sandbox::embedded(Limits::default()).expect("the embedded module loads");
    let hostile: Vec<_> = hostile::all()
        .into_iter()
        .filter_map(|module| module.load().ok().map(|sandbox| (module, sandbox)))
        .collect();
    assert!(hostile.len() >= 40, "{} modules load", hostile.len());
    // Requests can be hostile too: this is the dearest that the honest module is asked.
    let dear = format!(r#"{{"op":"preview","body":"{}","values":{{}}}}"#, "${a}".repeat(50_000));

    let over = AtomicBool::new(false);
    let begun = Instant::now();
    let (mut times, attacks) = thread::scope(|scope| {
        let (over, hostile) = (&over, &hostile);
        let attackers: [_; ATTACKERS] = std::array::from_fn(|at| {
            scope.spawn(move || {
                let rounds = hostile.iter().cycle().skip(at * hostile.len() / ATTACKERS);
                let attack = |(module, sandbox): &(hostile::Hostile, Sandbox)| {
                    // How each of them ends is the other test's matter.
                    let _ = module.call(sandbox);
                };
                rounds.take_while(|_| !over.load(Ordering::Relaxed)).map(attack).count()
            })
        });
        let same_module = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _ = honest.call(dear.as_bytes(), &Grant::default());
            }
        });
        let mut times = Vec::new();
        while begun.elapsed() < LASTS {
            for request in HONEST {
                let started = Instant::now();
                let outcome = honest.call(request.as_bytes(), &Grant::default());
                times.push(started.elapsed());
                let response = outcome.expect("an honest call succeeds").response;
                assert!(response.starts_with(br#"{"ok":"#), "{}", response.escape_ascii());
            }
        }
        over.store(true, Ordering::Relaxed);
        same_module.join().expect("the dear requests");
        (
            times,
            attackers.map(|attacker| attacker.join().expect("an attacker")).iter().sum::<usize>(),
        )
    });

    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1000];
    let (median, p99, slowest) = (at(500), at(990), at(1000));
    println!(
        "{} honest calls, all answered: median {median:?}, p99 {p99:?}, slowest {slowest:?}; \
         {attacks} hostile calls beside them",
        times.len()
    );
    assert!(times.len() > 100, "{} honest calls", times.len());
    assert!(attacks > 20, "{attacks} hostile calls");
    assert!(p99 < P99, "p99 {p99:?}");
}
