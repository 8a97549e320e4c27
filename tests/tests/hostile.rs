//! Hostile modules: one `.wat` in `tests/hostile` for each threat, with what becomes of it beside
//! it in an `.expect`.
//!
//! An expectation's first line is `load: MESSAGE`, `call: MESSAGE` or `ok: RESPONSE`; a message
//! that begins with `~` need only contain the rest, because it is the engine's. `intents: N` says
//! how many intents are left. Each module is called twice, and the second call ends as the first:
//! nothing of a call is left in the next.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use verbatim_host::sandbox::{Fault, Grant, Limits, LoadError, Pair, Sandbox, Sha256};

const REQUEST: &[u8] = br#"{"op":"describe"}"#;

/// Less fuel than usual: a debug build's patience.
const FUEL: u64 = 20_000_000;

fn limits() -> Limits {
    Limits { fuel: FUEL, wall: Duration::from_secs(30), ..Limits::default() }
}

/// One message to one person, who has not opted out.
fn grant() -> Grant {
    let pair = Pair { recipient: "+15550000001".to_owned(), sender: "+15550000002".to_owned() };
    Grant { consent: vec![(pair.clone(), false)], send: Some((pair, 1)), record: Vec::new() }
}

fn load(wasm: &[u8]) -> Result<Sandbox, LoadError> {
    Sandbox::load(wasm, Sha256::of(wasm), limits())
}

/// What became of a module, as an expectation's lines say it.
fn outcome(wasm: &[u8]) -> Vec<String> {
    let sandbox = match load(wasm) {
        Ok(sandbox) => sandbox,
        Err(error) => return vec![format!("load: {error}")],
    };
    let calls: [_; 2] = std::array::from_fn(|_| match sandbox.call(REQUEST, &grant()) {
        Ok(outcome) => vec![
            format!("ok: {}", String::from_utf8(outcome.response).expect("a response is UTF-8")),
            format!("intents: {}", outcome.intents.len()),
        ],
        Err(error) => vec![format!("call: {error}"), "intents: 0".to_owned()],
    });
    let [first, second] = calls;
    assert_eq!(first, second, "the second call ended in another way");
    first
}

fn meets(found: &[String], expected: &str) -> bool {
    expected.lines().all(|line| match line.split_once("~") {
        Some((kind, part)) => {
            found.iter().any(|f| f.starts_with(kind.trim_end()) && f.contains(part.trim()))
        }
        None => found.iter().any(|f| f == line),
    })
}

fn modules() -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile");
    fs::read_dir(folder)
        .expect("the folder of hostile modules")
        .map(|entry| entry.expect("an entry of it").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .map(|path| {
            let wasm = wat::parse_file(&path).expect("a hostile module is well-formed text");
            (path, wasm)
        })
        .collect()
}

#[test]
fn every_hostile_module_ends_as_expected() {
    let modules = modules();
    assert!(modules.len() >= 50, "{} modules", modules.len());
    let mut wrong = String::new();
    for (path, wasm) in modules {
        let expected = fs::read_to_string(path.with_extension("expect"))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let found = outcome(&wasm);
        if !meets(&found, &expected) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            wrong.push_str(&format!("\n{name}\nexpected {expected}found    {found:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_honest_caller_goes_on_beside_hostile_ones() {
    let honest = Sandbox::embedded(Limits::default()).expect("the embedded module loads");
    let hostile: Vec<Sandbox> = modules().values().filter_map(|wasm| load(wasm).ok()).collect();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let mut calls = 0;
            while !over.load(Ordering::Relaxed) || calls == 0 {
                let outcome = honest.call(REQUEST, &Grant::default()).expect("an honest call");
                assert!(outcome.response.starts_with(br#"{"ok":"#));
                calls += 1;
            }
            calls
        });
        for sandbox in &hostile {
            // How each of them ends is the other test's matter.
            let _ = sandbox.call(REQUEST, &grant());
        }
        over.store(true, Ordering::Relaxed);
        assert!(caller.join().expect("the honest caller") > 100);
    });
}

#[test]
fn a_module_that_has_fuel_left_is_stopped_by_the_clock() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile/loop_in_start.wat");
    let wasm = wat::parse_file(path).expect("a hostile module");
    let wall = Duration::from_millis(50);
    let limits = Limits { fuel: u64::MAX, wall, ..Limits::default() };
    let sandbox = Sandbox::load(&wasm, Sha256::of(&wasm), limits).expect("it loads");
    let error = sandbox.call(REQUEST, &grant()).expect_err("it never returns");
    assert_eq!(error.fault, Fault::Time { limit: wall });
    assert_eq!(error.to_string(), "the module used up its time of 50ms in `describe`");
}

#[test]
fn a_module_with_one_byte_changed_is_refused_wherever_it_is_changed() {
    let expected = Sha256(verbatim_module::SHA256);
    let len = verbatim_module::BYTES.len();
    for at in [0, 8, len / 3, len / 2, len - 1] {
        let mut bytes = verbatim_module::BYTES.to_vec();
        bytes[at] ^= 1;
        let error = Sandbox::load(&bytes, expected, limits()).expect_err("it was changed");
        let found = Sha256::of(&bytes);
        assert_eq!(
            error.to_string(),
            format!("expected a module with the SHA-256 {expected}, found {found}; it is refused"),
            "byte {at}"
        );
    }
}

#[test]
fn what_is_no_module_is_refused_by_one_line() {
    for bytes in [&b""[..], b"\0asm", b"#!/bin/sh\n", &[0xff; 1000]] {
        let error = load(bytes).expect_err("it is no module").to_string();
        assert!(error.starts_with("expected a WebAssembly module that this host can run: "));
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_file_longer_than_the_limit_is_not_compiled() {
    let limits = Limits { module_bytes: 1000, ..limits() };
    let at = |len: usize| {
        let bytes = vec![0; len];
        Sandbox::load(&bytes, Sha256::of(&bytes), limits).expect_err("it is no module")
    };
    assert!(matches!(at(1000), LoadError::Invalid { .. }));
    assert!(matches!(at(1001), LoadError::TooLong { limit: 1000, found: 1001 }));
}

#[test]
fn a_request_longer_than_the_limit_does_not_reach_the_module() {
    let sandbox = Sandbox::embedded(Limits::default()).expect("the embedded module loads");
    let limit = 1 << 20;
    let at = |len: usize| sandbox.call(&vec![b' '; len], &Grant::default());
    assert!(at(limit).is_ok());
    let error = at(limit + 1).expect_err("it is one byte too long");
    assert_eq!(error.fault, Fault::RequestTooLong { limit, found: limit + 1 });
}

#[test]
fn a_call_over_the_concurrent_ones_waits_for_its_turn() {
    let limits = Limits { concurrent_calls: 2, ..Limits::default() };
    let sandbox = Sandbox::embedded(limits).expect("the embedded module loads");
    thread::scope(|scope| {
        let callers: [_; 8] = std::array::from_fn(|_| {
            scope.spawn(|| (0..50).all(|_| sandbox.call(REQUEST, &Grant::default()).is_ok()))
        });
        for caller in callers {
            assert!(caller.join().expect("a caller"));
        }
    });
}
