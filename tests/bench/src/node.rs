//! The same counting through wasm-bindgen in Node, beside the npm packages: hands the module's
//! files and the texts to `node/bench.mjs`, which measures as `timing.rs` does, and reads what it
//! took. The texts go through a file, so that both tables speak of the same ones.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::goal::Goal;
use crate::row::{Row, rounds, texts};
use crate::timing::{Measured, Time};

#[derive(Deserialize)]
struct Report {
    node: String,
    rows: Vec<Samples>,
}

#[derive(Deserialize)]
struct Samples {
    what: String,
    contenders: Vec<(String, Vec<f64>)>,
}

/// Node's version and its rows.
///
/// # Errors
/// A sentence that says why there are none.
pub fn rows() -> Result<(String, Vec<Row>), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes)
            .map_err(|error| format!("could not write {name}: {error}"))
    };
    write("verbatim.mjs", verbatim_module::GLUE_JS.as_bytes())?;
    write("verbatim_bg.wasm", verbatim_module::BYTES)?;
    let texts = serde_json::to_vec(&texts()).map_err(|error| error.to_string())?;
    write("texts.json", &texts)?;

    eprintln!("in Node");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node/bench.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(folder.path())
        .arg(rounds().to_string())
        .output()
        .map_err(|error| format!("could not run node: {error}"))?;
    if !output.status.success() {
        return Err(format!("node failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let report: Report = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("node answered something else: {error}"))?;
    let measured = |(name, samples)| Measured { name, time: Time::of(samples) };
    let rows = report.rows.into_iter().map(|row| Row {
        goals: if row.what.contains("160") {
            vec![
                Goal::Under(520.0, "verbatim `segmentCount`"),
                Goal::Under(1_000.0, "verbatim `segments`"),
                Goal::TimesFasterThan(25.0, "split-sms"),
                Goal::TimesFasterThan(1_000.0, "sms-segments-calculator"),
            ]
        } else if row.what.contains("preview") {
            vec![Goal::AllUnder(50_000.0)]
        } else {
            vec![]
        },
        what: row.what,
        measured: row.contenders.into_iter().map(measured).collect(),
    });
    Ok((report.node, rows.collect()))
}
