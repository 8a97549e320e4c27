//! `verbatim module`: which module this program holds, or its bytes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use serde::Serialize;
use verbatim_module::{BYTES, GLUE_JS};

use crate::sandbox::Sha256;

/// Show the embedded module's SHA-256 and size, or write it to a file.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ModuleArgs {
    /// Write the module's bytes to this file (`-` for standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the module's JavaScript glue to this file
    #[arg(long, value_name = "FILE")]
    pub glue: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What is said of the module.
#[derive(Debug, Serialize)]
struct Module {
    sha256: String,
    bytes: usize,
    abi: u32,
    version: &'static str,
}

/// Prints what the module is, or writes it. The status is 1 if it could not be written, or if its
/// bytes are not those that this program was built with.
#[must_use]
pub fn run(args: &ModuleArgs) -> ExitCode {
    match try_run(args, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("verbatim: {message}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &ModuleArgs, output: &mut impl io::Write) -> Result<(), String> {
    let (expected, found) = (Sha256(verbatim_module::SHA256), Sha256::of(BYTES));
    if found != expected {
        return Err(format!(
            "expected the embedded module to have the SHA-256 {expected}, found {found}; this \
             program was changed after it was built"
        ));
    }
    if let Some(path) = &args.glue {
        write(path, GLUE_JS.as_bytes())?;
    }
    let written = |error: io::Error| format!("cannot write to standard output: {error}");
    match args.out.as_deref() {
        Some(path) if path == Path::new("-") => {
            output.write_all(BYTES).and_then(|()| output.flush()).map_err(written)
        }
        Some(path) => {
            write(path, BYTES)?;
            describe(args.json, found, output).map_err(written)
        }
        None => describe(args.json, found, output).map_err(written),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn describe(json: bool, sha256: Sha256, output: &mut impl io::Write) -> io::Result<()> {
    let module = Module {
        sha256: sha256.to_string(),
        bytes: BYTES.len(),
        abi: 1,
        version: env!("CARGO_PKG_VERSION"),
    };
    if json {
        serde_json::to_writer(&mut *output, &module)?;
        writeln!(output)
    } else {
        writeln!(output, "sha256   {}", module.sha256)?;
        writeln!(output, "bytes    {}", module.bytes)?;
        writeln!(output, "abi      {}", module.abi)?;
        writeln!(output, "version  {}", module.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(args: &ModuleArgs) -> Vec<u8> {
        let mut output = Vec::new();
        try_run(args, &mut output).expect("the module is whole");
        output
    }

    #[test]
    fn the_module_is_named_by_the_digest_of_its_bytes() {
        let text = String::from_utf8(printed(&ModuleArgs::default())).expect("it is text");
        assert!(text.starts_with(&format!("sha256   {}\n", Sha256::of(BYTES))), "{text}");
        assert!(text.contains(&format!("\nbytes    {}\n", BYTES.len())), "{text}");
    }

    #[test]
    fn as_json_it_says_the_same() {
        let json = printed(&ModuleArgs { json: true, ..ModuleArgs::default() });
        let value: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
        assert_eq!(value["sha256"], Sha256::of(BYTES).to_string());
        assert_eq!(value["bytes"], BYTES.len());
    }

    #[test]
    fn the_bytes_are_written_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("verbatim.wasm");
        printed(&ModuleArgs { out: Some(path.clone()), ..ModuleArgs::default() });
        assert_eq!(fs::read(path).expect("it was written"), BYTES);
        assert_eq!(printed(&ModuleArgs { out: Some("-".into()), ..ModuleArgs::default() }), BYTES);
    }

    #[test]
    fn the_glue_is_written_beside_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let glue = folder.path().join("verbatim.js");
        printed(&ModuleArgs { glue: Some(glue.clone()), ..ModuleArgs::default() });
        assert_eq!(fs::read_to_string(glue).expect("it was written"), GLUE_JS);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let out = Some("/nowhere/at/all.wasm".into());
        let args = ModuleArgs { out, ..ModuleArgs::default() };
        let error = try_run(&args, &mut Vec::new()).expect_err("there is no such folder");
        assert!(error.starts_with("cannot write /nowhere/at/all.wasm: "), "{error}");
    }
}
