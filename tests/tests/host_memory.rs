//! What calls cost the host of memory: a length that lies allocates nothing, and nothing is left
//! of a call. A binary and a test of its own, because the counts are the whole program's.
#![expect(unsafe_code, reason = "an allocator that counts is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use verbatim_host::sandbox::{Grant, Limits, Sandbox};
use verbatim_tests::generated;
use verbatim_tests::hostile::{self, Hostile};

/// Bytes that are allocated.
static LIVE: AtomicUsize = AtomicUsize::new(0);
/// The most of them since it was last set.
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

fn grown(size: usize) {
    let live = LIVE.fetch_add(size, Ordering::Relaxed) + size;
    PEAK.fetch_max(live, Ordering::Relaxed);
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(address, layout) }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Old and new may both be there for a while: counted as if they were.
        grown(size);
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(address, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many bytes more than before were allocated at a time while `call` ran.
fn peak_of<T>(call: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let given = call();
    (given, PEAK.load(Ordering::Relaxed).saturating_sub(before))
}

/// What an instance, its few host calls and an error's text take. Every length that lies here is
/// longer by far.
const A_CALL: usize = 24 << 10;

/// Lengths that lie, and lengths over a limit.
const LIARS: [&str; 14] = [
    "alloc_at_the_edge",
    "alloc_outside_the_memory",
    "deep_json",
    "host_call_too_long",
    "import_pointers_at_every_edge",
    "lie_after_a_send",
    "log_pointer_outside",
    "memory_bomb",
    "opt_out_of_a_long_word",
    "response_longer_than_the_memory",
    "response_outside_the_memory",
    "response_too_long",
    "send_of_a_long_text",
    "table_growth",
];

#[test]
fn lengths_that_lie_allocate_nothing_and_nothing_is_left_of_a_call() {
    lengths_that_lie();
    nothing_is_left();
}

fn lengths_that_lie() {
    for name in LIARS {
        let module = hostile::one(name);
        let sandbox = module.load().expect("it loads");
        // The first call of a thread sets the engine's own things up.
        let _ = module.call(&sandbox);
        let (_, peak) = peak_of(|| module.call(&sandbox));
        assert!(peak <= A_CALL, "{name} made the host allocate {peak} bytes");
    }

    // The counter counts: an honest answer of 1 MiB is allocated, once.
    let honest = Sandbox::embedded(Limits::default()).expect("the embedded module loads");
    let body = "x".repeat(1_000_000);
    let request = format!(r#"{{"op":"preview","body":"{body}","values":{{}}}}"#);
    let call = || honest.call(request.as_bytes(), &Grant::default()).expect("an honest call");
    let _ = call();
    let (outcome, peak) = peak_of(call);
    let response = outcome.response.len();
    assert!(response > body.len(), "{response} bytes");
    assert!((response..response + A_CALL).contains(&peak), "{peak} bytes for {response}");
}

/// Rounds that are compared with the first ones.
const ROUNDS: usize = 5;

fn nothing_is_left() {
    let all: Vec<(Hostile, Sandbox)> = hostile::all()
        .into_iter()
        // Those that wait for the clock do nothing more in a second round.
        .filter(|module| !module.waits_for_the_clock())
        .filter_map(|module| module.load().ok().map(|sandbox| (module, sandbox)))
        .collect();
    let round = || {
        for (module, sandbox) in &all {
            let _ = module.call(sandbox);
        }
    };
    round();
    let (heap, resident) = (LIVE.load(Ordering::Relaxed), resident());
    (0..ROUNDS).for_each(|_| round());
    let left = LIVE.load(Ordering::Relaxed).saturating_sub(heap);
    assert!(left <= A_CALL, "{left} bytes are left of {} calls", ROUNDS * all.len());
    let more = self::resident().saturating_sub(resident);
    assert!(more <= 4 << 20, "{more} more bytes are resident after {ROUNDS} rounds");

    // Modules that come and go, compiled code and all.
    let generate = || {
        for (module, _) in &all {
            let _ = generated::run(&module.wasm);
        }
    };
    generate();
    let heap = LIVE.load(Ordering::Relaxed);
    generate();
    let left = LIVE.load(Ordering::Relaxed).saturating_sub(heap);
    assert!(left <= 256 << 10, "{left} bytes are left of {} modules that are gone", all.len());
}

/// Bytes of this process in memory, where the system says so.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
