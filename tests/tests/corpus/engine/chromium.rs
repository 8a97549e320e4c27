//! The module's bytes and its glue in a real Chromium: the typed functions, one for each op, whose
//! results are compared by `JSON.stringify`.
//!
//! One page holds everything (module, glue, cases) and answers before its `load` event; Chromium
//! then prints the page as it stands.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::script;
use verbatim_tests::corpus::{Answer, Case};

pub(super) fn answer(cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let page = folder.path().join("page.html");
    fs::write(&page, html(cases)).map_err(|error| error.to_string())?;
    let browser = env::var_os("CHROMIUM").filter(|path| !path.is_empty()).map(PathBuf::from);
    let output = Command::new(browser.unwrap_or_else(|| PathBuf::from("chromium")))
        // As root, as in CI, Chromium starts without its sandbox or not at all; and a container's
        // shared memory may be too small for it.
        .args(["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
        .args(["--no-first-run", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(&page)
        .output()
        .map_err(|error| format!("expected Chromium: {error}; install it, or set CHROMIUM"))?;
    let page = String::from_utf8_lossy(&output.stdout);
    let found = page
        .split_once("<output>")
        .and_then(|(_, rest)| rest.split_once("</output>"))
        .map(|(found, _)| found.trim())
        .ok_or_else(|| {
            format!("Chromium printed no page: {}", String::from_utf8_lossy(&output.stderr))
        })?;
    let lines = BASE64.decode(found).map_err(|_| format!("the page failed: {found}"))?;
    script::answered(&String::from_utf8_lossy(&lines), cases)
}

fn html(cases: &[Case]) -> String {
    let module = |source: &str| format!("data:text/javascript;base64,{}", BASE64.encode(source));
    include_str!("chromium.html")
        .replace("{GLUE}", &module(verbatim_module::GLUE_JS))
        .replace("{SIMULATED}", &module(script::SIMULATED))
        .replace("{PAGE}", &module(include_str!("chromium.mjs")))
        .replace("{WASM}", &BASE64.encode(verbatim_module::BYTES))
        .replace("{ASKED}", &BASE64.encode(script::asked(cases)))
}
