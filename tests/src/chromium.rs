//! Pages in a real Chromium, that say what they found.
//!
//! A page holds everything and answers before its `load` event, in its `<output>`; Chromium then
//! prints the page as it stands.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// What `page` has written into its `<output>`, as it stands in HTML.
///
/// # Errors
/// A sentence: there is no Chromium (`CHROMIUM` names another than that of the `PATH`), or it
/// printed no page.
pub fn output_of(page: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = folder.path().join("page.html");
    fs::write(&file, page).map_err(|error| error.to_string())?;
    let browser = env::var_os("CHROMIUM").filter(|path| !path.is_empty()).map(PathBuf::from);
    let printed = Command::new(browser.unwrap_or_else(|| PathBuf::from("chromium")))
        // As root, as in CI, Chromium starts without its sandbox or not at all; and a container's
        // shared memory may be too small for it.
        .args(["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"])
        .args(["--no-first-run", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(&file)
        .output()
        .map_err(|error| format!("expected Chromium: {error}; install it, or set CHROMIUM"))?;
    let page = String::from_utf8_lossy(&printed.stdout);
    page.split_once("<output>")
        .and_then(|(_, rest)| rest.split_once("</output>"))
        .map(|(found, _)| found.trim().to_owned())
        .ok_or_else(|| {
            format!("Chromium printed no page: {}", String::from_utf8_lossy(&printed.stderr))
        })
}
