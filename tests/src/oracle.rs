//! Where the programs are that judge ours, in other languages.

use std::env;
use std::path::{Path, PathBuf};

/// The target folder, of which a test is `debug/deps/NAME-…`.
///
/// # Panics
/// If this program lies nowhere.
#[must_use]
pub fn target() -> PathBuf {
    let this = env::current_exe().expect("this program has a path");
    this.ancestors().nth(3).expect("it lies in a target folder").to_owned()
}

/// The Python that has the packages of `requirements.txt`: `cargo xtask` makes it.
///
/// # Panics
/// If this program lies nowhere.
#[must_use]
pub fn python() -> PathBuf {
    let made = || target().join("hosts-python/bin/python");
    env::var_os("VERBATIM_PYTHON").map_or_else(made, PathBuf::from)
}

/// A file of `tests/oracles`.
#[must_use]
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oracles").join(name)
}
