//! Embeds the console's pages, if npm has built them (`www/dist`, or the folder that
//! `VERBATIM_CONSOLE` names). It calls no npm: without the pages the host works, and says how to
//! get them.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=VERBATIM_CONSOLE");
    let www = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../www");
    let dist = env::var_os("VERBATIM_CONSOLE").map_or_else(|| www.join("dist"), PathBuf::from);
    // A path that is not there would make every build start from here, so without the pages the
    // package's manifest is watched in their stead.
    let watched = if dist.is_dir() { dist.clone() } else { www.join("package.json") };
    if watched.exists() {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    println!("cargo::rerun-if-changed=build.rs");

    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist, &mut files)?;
    }
    files.sort();
    let mut list = String::from("[\n");
    for file in files {
        let file = file.canonicalize()?;
        let name = file.strip_prefix(dist.canonicalize()?).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let _ = writeln!(list, "    ({name:?}, include_bytes!({file:?}).as_slice()),");
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("console.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
