//! The module's bytes in Node's own engine, by the plain interface and without glue: one instance
//! for all requests, because no state survives a call.

use std::fs::{self, File};
use std::process::Command;

use super::script;
use verbatim_tests::corpus::{Answer, Case};

pub(super) fn answer(cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).map_err(|error| format!("{name}: {error}"))
    };
    write("verbatim.wasm", verbatim_module::BYTES)?;
    write("simulated.mjs", script::SIMULATED.as_bytes())?;
    write("node.mjs", include_bytes!("node.mjs"))?;
    write("asked.jsonl", script::asked(cases).as_bytes())?;
    let asked = File::open(folder.path().join("asked.jsonl")).map_err(|error| error.to_string())?;
    let output = Command::new("node")
        .arg("node.mjs")
        .current_dir(folder.path())
        .stdin(asked)
        .output()
        .map_err(|error| format!("expected Node 20 or later: {error}; install it"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    script::answered(&String::from_utf8_lossy(&output.stdout), cases)
}
