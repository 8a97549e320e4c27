//! What a key costs in a real Chromium: a page with the module's files and the very scripts that
//! measure in Node.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use verbatim_tests::chromium::output_of;

use crate::goal::Goal;
use crate::row::{Row, rounds};
use crate::timing::{Measured, Time};

/// The row of the keystroke.
///
/// # Errors
/// A sentence that says why there is none.
pub fn row() -> Result<Row, String> {
    eprintln!("in Chromium");
    let script = |source: &str| format!("data:text/javascript;base64,{}", BASE64.encode(source));
    let page = include_str!("../node/chromium.html")
        .replace("{KEYSTROKE}", &script(include_str!("../node/keystroke.mjs")))
        .replace("{TIMING}", &script(include_str!("../node/timing.mjs")))
        .replace("{GLUE}", &script(verbatim_module::GLUE_JS))
        .replace("{WASM}", &BASE64.encode(verbatim_module::BYTES))
        .replace("{ROUNDS}", &rounds().to_string());
    let found = output_of(&page)?;
    let samples: Vec<(String, Vec<f64>)> =
        serde_json::from_str(&found).map_err(|_| format!("the page failed: {found}"))?;
    let measured = |(name, samples)| Measured { name, time: Time::of(samples) };
    Ok(Row {
        what: String::from("in Chromium, `check` and `preview` of 500 characters with 6 tokens"),
        goals: vec![Goal::AllUnder(50_000.0)],
        measured: samples.into_iter().map(measured).collect(),
    })
}
