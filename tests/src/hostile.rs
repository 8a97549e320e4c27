//! The modules of `tests/hostile`: one `.wat` for each threat, with what becomes of it beside it in
//! an `.expect`.
//!
//! An expectation says `load: MESSAGE`, `call: MESSAGE` or `ok: RESPONSE`; a message that begins
//! with `~` need only contain the rest, because it is the engine's. `intents: N` says how many
//! intents are left. `given: NAME=NUMBER` sets a limit first, and `given: opted_out` makes the
//! recipient one who has opted out.

use std::fs;
use std::path::Path;
use std::time::Duration;

use verbatim_host::sandbox::{CallError, Grant, Limits, LoadError, Outcome, Pair, Sandbox, Sha256};

/// What every module is asked.
pub const REQUEST: &[u8] = br#"{"op":"describe"}"#;

/// Less fuel than usual: a debug build's patience.
const FUEL: u64 = 20_000_000;

/// A module that attacks.
#[derive(Debug)]
pub struct Hostile {
    /// The file's name without its extension.
    pub name: String,
    /// The module.
    pub wasm: Vec<u8>,
    /// The lines of its expectation that are not given.
    pub expected: Vec<String>,
    limits: Limits,
    opted_out: bool,
}

/// All of them, by name.
///
/// # Panics
/// A file that cannot be read, or says what it cannot.
#[must_use]
pub fn all() -> Vec<Hostile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the folder of hostile modules")
        .map(|entry| entry.expect("an entry of it").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The one of this name.
///
/// # Panics
/// There is none.
#[must_use]
pub fn one(name: &str) -> Hostile {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile").join(name).with_extension("wat"))
}

fn read(path: &Path) -> Hostile {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let wasm = wat::parse_file(path).expect("a hostile module is well-formed text");
    let expected = fs::read_to_string(path.with_extension("expect"))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let (given, expected): (Vec<_>, Vec<_>) =
        expected.lines().partition(|line| line.starts_with("given: "));
    let mut hostile = Hostile {
        name,
        wasm,
        expected: expected.into_iter().map(String::from).collect(),
        limits: limits(),
        opted_out: false,
    };
    for setting in given.into_iter().filter_map(|line| line.strip_prefix("given: ")) {
        match setting {
            "opted_out" => hostile.opted_out = true,
            setting => hostile.limits.set(setting).expect("a limit"),
        }
    }
    hostile
}

/// What a hostile module may use.
#[must_use]
pub fn limits() -> Limits {
    Limits { fuel: FUEL, wall: Duration::from_secs(30), ..Limits::default() }
}

/// Loads a module under the digest that it has.
///
/// # Errors
/// It is refused.
pub fn load(wasm: &[u8], limits: Limits) -> Result<Sandbox, LoadError> {
    Sandbox::load(wasm, Sha256::of(wasm), limits)
}

/// What a module is granted: one message to one person, and one record of another's consent.
#[must_use]
pub fn grant(opted_out: bool) -> Grant {
    let pair = |recipient: &str| Pair {
        recipient: recipient.to_owned(),
        sender: "+15550000002".to_owned(),
    };
    Grant {
        consent: vec![(pair("+15550000001"), opted_out)],
        send: Some((pair("+15550000001"), 1)),
        record: vec![pair("+15550000004")],
    }
}

impl Hostile {
    /// Loads it.
    ///
    /// # Errors
    /// It is refused.
    pub fn load(&self) -> Result<Sandbox, LoadError> {
        load(&self.wasm, self.limits)
    }

    /// Whether only the clock ends it.
    #[must_use]
    pub fn waits_for_the_clock(&self) -> bool {
        self.limits.fuel == u64::MAX
    }

    /// Asks it.
    ///
    /// # Errors
    /// It was stopped.
    pub fn call(&self, sandbox: &Sandbox) -> Result<Outcome, CallError> {
        sandbox.call(REQUEST, &grant(self.opted_out))
    }

    /// What becomes of it, as an expectation's lines say it. It is called twice, and the second
    /// call ends as the first: nothing of a call is left in the next.
    ///
    /// # Panics
    /// The second call ended in another way.
    #[must_use]
    pub fn outcome(&self) -> Vec<String> {
        let sandbox = match self.load() {
            Ok(sandbox) => sandbox,
            Err(error) => return vec![format!("load: {error}")],
        };
        let calls: [_; 2] = std::array::from_fn(|_| match self.call(&sandbox) {
            Ok(outcome) => {
                let response = String::from_utf8(outcome.response).expect("a response is UTF-8");
                vec![format!("ok: {response}"), format!("intents: {}", outcome.intents.len())]
            }
            Err(error) => vec![format!("call: {error}"), "intents: 0".to_owned()],
        });
        let [first, second] = calls;
        assert_eq!(first, second, "the second call of {} ended in another way", self.name);
        first
    }

    /// Whether that is what was expected.
    #[must_use]
    pub fn meets(&self, found: &[String]) -> bool {
        !self.expected.is_empty()
            && self.expected.iter().all(|line| match line.split_once('~') {
                Some((kind, part)) => {
                    found.iter().any(|f| f.starts_with(kind.trim_end()) && f.contains(part.trim()))
                }
                None => found.contains(line),
            })
    }
}
