//! What a sandboxed call costs: a fresh instance, one request, its drop, all limits on.
//!
//! `cargo run --release -p verbatim-host --example sandbox_cost` prints the median and the spread
//! of each request below.

use std::time::{Duration, Instant};

use verbatim_host::sandbox::{CallError, Grant, Limits, Sandbox, Sha256};

const ROUNDS: usize = 200;
const CALLS: u32 = 500;

const REQUESTS: [(&str, &str); 4] = [
    ("empty", ""),
    ("segments", r#"{"op":"segments","text":"]"}"#),
    ("classify", r#"{"op":"classify","text":" Stop! "}"#),
    (
        "render",
        r#"{"op":"render","body":"Hi ${name}, {{vrbl:CODE}}","values":{"variant":{"name":"Zoë"},"entity":{},"variable":{"CODE":"42"},"translation":{}}}"#,
    ),
];

/// A module that does nothing: what is left is the sandbox's own.
const NOTHING: &str = r#"(module
    (memory (export "memory") 3)
    (data (i32.const 0) "{}")
    (func (export "verbatim_abi_1"))
    (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "vb_free") (param i32 i32))
    (func (export "vb_call") (param i32 i32) (result i64) (i64.const 2)))"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let sandbox = Sandbox::embedded(Limits::default())?;
    println!("load (hash and compile): {:?}", started.elapsed());
    let nothing = wat::parse_str(NOTHING)?;
    let nothing = Sandbox::load(&nothing, Sha256::of(&nothing), Limits::default())?;
    measure("nothing", &nothing, "")?;
    for (name, request) in REQUESTS {
        measure(name, &sandbox, request)?;
    }
    Ok(())
}

fn measure(name: &str, sandbox: &Sandbox, request: &str) -> Result<(), CallError> {
    let grant = Grant::default();
    let usage = sandbox.call(request.as_bytes(), &grant)?.usage;
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..CALLS {
            sandbox.call(request.as_bytes(), &grant)?;
        }
        rounds.push(started.elapsed() / CALLS);
    }
    rounds.sort();
    let at = |part: usize| rounds.get(ROUNDS * part / 100).copied().unwrap_or(Duration::MAX);
    println!(
        "{name:>10}: median {:?}, 5 % {:?}, 95 % {:?}; fuel {}, memory {} KiB",
        at(50),
        at(5),
        at(95),
        usage.fuel,
        usage.memory_bytes / 1024,
    );
    Ok(())
}
