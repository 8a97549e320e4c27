//! The module's bytes and its glue in a real Chromium: the typed functions, one for each op, whose
//! results are compared by `JSON.stringify`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use verbatim_tests::chromium::output_of;
use verbatim_tests::corpus::{Answer, Case};

use super::script;

pub(super) fn answer(cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let found = output_of(&html(cases))?;
    let lines = BASE64.decode(&found).map_err(|_| format!("the page failed: {found}"))?;
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
