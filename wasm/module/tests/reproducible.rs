//! The same sources give the same bytes from any folder and any home.
//!
//! The slowest test of all: it builds the module a second time, bindgen and all.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

#[test]
fn another_folder_and_another_home_give_the_same_bytes() -> io::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let elsewhere = tempfile::Builder::new().prefix("verbatim elsewhere ").tempdir()?;
    let checkout = elsewhere.path().join("a longer name/checkout");
    for part in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "core", "wasm", "host", "tests"]
    {
        copy(&workspace.join(part), &checkout.join(part))?;
    }

    // Another home, with the crates that were fetched before: nothing is downloaded twice.
    let home = elsewhere.path().join("someone");
    let cargo_home = home.join("cargo");
    fs::create_dir_all(&cargo_home)?;
    link(&real_cargo_home().join("registry"), &cargo_home.join("registry"))?;

    let target = elsewhere.path().join("target");
    let output = Command::new("cargo")
        .args(["build", "--locked", "--offline", "--package", "verbatim-module"])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(&checkout)
        .env("CARGO_HOME", &cargo_home)
        .env("RUSTUP_HOME", real_rustup_home())
        .env("HOME", &home)
        .env_remove("VERBATIM_MODULE")
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let built = fs::read(find(&target.join("debug/build"), "verbatim_bg.wasm")?)?;
    // Not `assert_eq!`: it would print both.
    assert!(built == verbatim_module::BYTES, "{} bytes from elsewhere", built.len());
    Ok(())
}

fn real_cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME").map_or_else(|| home().join(".cargo"), PathBuf::from)
}

fn real_rustup_home() -> PathBuf {
    env::var_os("RUSTUP_HOME").map_or_else(|| home().join(".rustup"), PathBuf::from)
}

fn home() -> PathBuf {
    env::home_dir().expect("a home folder")
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(windows)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_dir(from, to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let name = entry.file_name();
            if name != "target" && name != "node_modules" {
                copy(&entry.path(), &to.join(name))?;
            }
        }
        Ok(())
    } else {
        fs::create_dir_all(to.parent().expect("a file stands in a folder"))?;
        fs::copy(from, to).map(drop)
    }
}

/// The `out/<name>` of the one build script that made it.
fn find(builds: &Path, name: &str) -> io::Result<PathBuf> {
    for entry in fs::read_dir(builds)? {
        let file = entry?.path().join("out").join(name);
        if file.is_file() {
            return Ok(file);
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("{name} under {}", builds.display())))
}
