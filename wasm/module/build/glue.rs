//! Runs wasm-bindgen on the guest, as a library: no tool to install, no version to drift.
//!
//! Three things differ from what `wasm-bindgen --target web` gives. The `target_features` section is
//! deleted first, or bindgen would put externref (and with it a second table and, in wasmtime, a
//! garbage collector) back in. And the host's functions, which the glue would import from a bare
//! `"verbatim"` that no browser can resolve, come from `src/imports.js`. Behind it all stands
//! `src/face.js`, the ops as functions on plain objects.

use std::path::Path;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

/// The module, after wasm-bindgen: the one file that browser and host run.
pub(crate) const WASM: &str = "verbatim_bg.wasm";

/// Everything that is generated.
pub(crate) const FILES: &[&str] = &[WASM, "verbatim.js", "verbatim.d.ts", "verbatim_bg.wasm.d.ts"];

/// The page's side of the host's functions, put at the head of the glue.
const IMPORTS_JS: &str = include_str!("../src/imports.js");
const IMPORTS_D_TS: &str = include_str!("../src/imports.d.ts");

/// The ops as functions on plain objects, put behind the glue, and the shapes of those objects.
const FACE_JS: &str = include_str!("../src/face.js");
const FACE_D_TS: &str = include_str!("../src/face.d.ts");
const TYPES_D_TS: &str = include_str!("../src/types.d.ts");

/// Writes [`FILES`] for the guest at `guest` into `folder`.
pub(crate) fn generate(guest: &Path, folder: &Path) -> Result<(), String> {
    // Bindgen reads these by itself; each would change the bytes.
    for name in ["WASM_BINDGEN_ANYREF", "WASM_BINDGEN_EXTERNREF", "WASM_BINDGEN_MULTI_VALUE"] {
        if env::var_os(name).is_some() {
            return Err(format!("expected {name} not to be set; unset it, it changes the module"));
        }
    }
    let bytes =
        fs::read(guest).map_err(|error| format!("cannot read {}: {error}", guest.display()))?;
    let bytes = without_custom_section(&bytes, "target_features")?;
    let mut bindgen = Bindgen::new();
    let mut output = bindgen
        .input_bytes("verbatim", bytes)
        .typescript(true)
        // Names of functions and of the tools: they serve nobody at run time.
        .remove_name_section(true)
        .remove_producers_section(true)
        .web(true)
        .and_then(Bindgen::generate_output)
        .map_err(|error| format!("wasm-bindgen refused the guest: {error:#}"))?;
    output.emit(folder).map_err(|error| format!("wasm-bindgen wrote nothing: {error:#}"))?;
    let asked = output.wasm().imports.iter().filter(|import| import.module == "verbatim").count();

    rewrite(&folder.join("verbatim.js"), |glue| {
        Ok(format!("{IMPORTS_JS}\n{}\n{FACE_JS}", with_host_imports(&glue, asked)?))
    })?;
    rewrite(&folder.join("verbatim.d.ts"), |types| {
        Ok(format!("{IMPORTS_D_TS}\n{types}\n{FACE_D_TS}\n{TYPES_D_TS}"))
    })
}

/// Replaces the glue's imports from a bare `"verbatim"` by the object of `imports.js`.
///
/// Bindgen writes one line for each of the `asked` functions; any other number says that its output
/// has changed, and that this function must be read again.
fn with_host_imports(glue: &str, asked: usize) -> Result<String, String> {
    let mut replaced = 0;
    let mut text = String::with_capacity(glue.len());
    for line in glue.lines() {
        let name = line
            .strip_prefix("import * as ")
            .and_then(|rest| rest.trim_end_matches(';').strip_suffix(" from \"verbatim\""));
        match name {
            Some(name) => {
                replaced += 1;
                text.push_str(&format!("const {name} = hostImports;"));
            }
            None => text.push_str(line),
        }
        text.push('\n');
    }
    if replaced != asked {
        return Err(format!(
            "expected {asked} lines `import … from \"verbatim\"` in wasm-bindgen's glue, \
             and found {replaced}; mend `with_host_imports`"
        ));
    }
    if text.lines().any(|line| line.starts_with("import ")) {
        return Err("expected no other `import` in wasm-bindgen's glue, and found one".to_owned());
    }
    Ok(text)
}

fn rewrite(
    path: &Path,
    change: impl FnOnce(String) -> Result<String, String>,
) -> Result<(), String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    fs::write(path, change(text)?)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// The module without its custom section `name`; all else is copied byte by byte.
fn without_custom_section(module: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let broken = || "expected a whole wasm file from rustc".to_owned();
    let (header, mut rest) = module.split_at_checked(8).ok_or_else(broken)?;
    let mut kept = header.to_vec();
    while let Some((&id, after_id)) = rest.split_first() {
        let (size, content) = leb128(after_id).ok_or_else(broken)?;
        let (content, next) = content.split_at_checked(size).ok_or_else(broken)?;
        let section = &rest[..rest.len() - next.len()];
        let is_named = id == 0 && {
            let (length, text) = leb128(content).ok_or_else(broken)?;
            text.get(..length) == Some(name.as_bytes())
        };
        if !is_named {
            kept.extend_from_slice(section);
        }
        rest = next;
    }
    Ok(kept)
}

/// An unsigned LEB128 number of at most 32 bits, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}
