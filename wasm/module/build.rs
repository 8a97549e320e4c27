//! Builds the guest for wasm32 and hands its bytes, its glue and its SHA-256 to this crate.
//!
//! `cargo run` is all that a newcomer types, so the module is built here and not by a script of
//! its own. `build/guest.rs` runs cargo, `build/glue.rs` runs wasm-bindgen as a library. With
//! `VERBATIM_MODULE=FOLDER` neither runs: the folder's `verbatim_bg.wasm`, `verbatim.js`,
//! `verbatim.d.ts` and `verbatim_bg.wasm.d.ts` are taken as they are.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use sha2::{Digest as _, Sha256};

#[path = "build/glue.rs"]
mod glue;
#[path = "build/guest.rs"]
mod guest;

/// Where the built files may be taken from, instead of building them.
const PREBUILT: &str = "VERBATIM_MODULE";

/// What the module is made of, from the workspace's root: a change in any of them is a rebuild.
const SOURCES: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "core/Cargo.toml",
    "core/src",
    "rust-toolchain.toml",
    "wasm/Cargo.toml",
    "wasm/src",
    "wasm/module/build",
    "wasm/module/build.rs",
    "wasm/module/src/face.d.ts",
    "wasm/module/src/face.js",
    "wasm/module/src/imports.d.ts",
    "wasm/module/src/imports.js",
    "wasm/module/src/types.d.ts",
];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // What the reader of a failed build sees first is the last line.
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let workspace = workspace_root()?;
    let out = PathBuf::from(variable("OUT_DIR")?);

    println!("cargo::rerun-if-env-changed={PREBUILT}");
    let folder = match env::var_os(PREBUILT) {
        Some(folder) => {
            let folder = PathBuf::from(folder);
            println!("cargo::rerun-if-changed={}", folder.display());
            folder
        }
        None => {
            for source in SOURCES {
                let source = workspace.join(source);
                println!("cargo::rerun-if-changed={}", source.display());
            }
            let guest = guest::build(&workspace, &out.join("guest"))?;
            let folder = out.join("built");
            glue::generate(&guest, &folder)?;
            folder
        }
    };

    for name in glue::FILES {
        let from = folder.join(name);
        fs::copy(&from, out.join(name))
            .map_err(|error| format!("expected the module's file {}: {error}", from.display()))?;
    }
    write_digest(&out)
}

/// Writes the SHA-256 of the bytes, for `src/lib.rs` to include.
fn write_digest(out: &Path) -> Result<(), String> {
    let bytes = read(&out.join(glue::WASM))?;
    let digest: [u8; 32] = Sha256::digest(&bytes).into();
    let mut hex = String::new();
    for byte in digest {
        write!(hex, "{byte:02x}").map_err(|error| error.to_string())?;
    }
    let text = format!(
        "/// The SHA-256 of [`BYTES`].\npub const SHA256: [u8; 32] = {digest:?};\n\n\
         /// [`SHA256`] in 64 lower-case hexadecimal digits.\n\
         pub const SHA256_HEX: &str = \"{hex}\";\n"
    );
    write(&out.join("digest.rs"), text.as_bytes())
}

fn workspace_root() -> Result<PathBuf, String> {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = manifest.join("../..");
    root.canonicalize()
        .map_err(|error| format!("expected the workspace at {}: {error}", root.display()))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("expected cargo to set {name}: {error}"))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
