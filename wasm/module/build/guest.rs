//! Runs cargo for wasm32, so that the same sources give the same bytes on every machine.
//!
//! The nested cargo starts from an empty environment and an allow-list: what cargo sets for a build
//! script (`CARGO_ENCODED_RUSTFLAGS`, `RUSTC_WORKSPACE_WRAPPER` under clippy, `CARGO_TARGET_DIR`,
//! `RUSTUP_TOOLCHAIN` of another toolchain) would change the module or break its build.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile in the root `Cargo.toml`, with its reasons there.
const PROFILE: &str = "guest";

/// What the nested cargo and rustup see of this process's environment: where they are, where they
/// keep things, and how they reach the network. Nothing here reaches the bytes.
const ENVIRONMENT: &[&str] = &[
    "ALL_PROXY",
    "CARGO_HOME",
    "CARGO_HTTP_CAINFO",
    "CARGO_HTTP_PROXY",
    "CARGO_NET_OFFLINE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "PATH",
    "RUSTUP_DIST_SERVER",
    "RUSTUP_HOME",
    "RUSTUP_UPDATE_ROOT",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Builds the guest of `workspace` with its own target folder `target`; gives the wasm file as
/// rustc left it, before wasm-bindgen.
pub(crate) fn build(workspace: &Path, target: &Path) -> Result<PathBuf, String> {
    let toolchain = toolchain(workspace)?;
    let sysroot = sysroot(workspace, &toolchain)?;
    let commit = commit(workspace, &toolchain)?;
    install_target(workspace, &toolchain, &sysroot)?;

    let mut cargo = command("cargo", workspace, &toolchain);
    // `cargo rustc` with the crate type named: beside an rlib, cargo would leave out fat LTO.
    cargo
        .args(["rustc", "--locked", "--package", "verbatim-wasm", "--lib"])
        .args(["--crate-type", "cdylib", "--target", TARGET, "--profile", PROFILE])
        .arg("--target-dir")
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", rustc_flags(workspace, &sysroot, &commit)?);
    let status =
        cargo.status().map_err(|error| format!("cannot run cargo for {TARGET}: {error}"))?;
    if !status.success() {
        return Err(format!("building the guest for {TARGET} failed; its messages stand above"));
    }
    Ok(target.join(TARGET).join(PROFILE).join("verbatim_wasm.wasm"))
}

/// The flags of rustc, separated as `CARGO_ENCODED_RUSTFLAGS` wants them.
fn rustc_flags(workspace: &Path, sysroot: &Path, commit: &str) -> Result<OsString, String> {
    let mut flags = vec![
        // Half of what keeps externref out; the other half is in `glue.rs`.
        OsString::from("-Ctarget-feature=-reference-types"),
        // A small stack makes a fresh instance cheap: less memory to give and to clear.
        OsString::from("-Clink-arg=-zstack-size=65536"),
        // 16 MiB: ABI.md, "Exports".
        OsString::from("-Clink-arg=--max-memory=16777216"),
    ];
    // Panic messages hold file paths: without this the bytes would depend on the checkout.
    for (from, to) in [
        (workspace.to_path_buf(), String::from("/verbatim")),
        (cargo_home()?, String::from("/cargo")),
        (sysroot.to_path_buf(), String::from("/rust")),
        // Where the standard library's sources are installed (`rust-src`), rustc names them; where
        // they are not, it names this. The last that fits counts.
        (sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{commit}")),
    ] {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(&from);
        flag.push("=");
        flag.push(to);
        flags.push(flag);
    }
    Ok(flags.join(&OsString::from("\x1f")))
}

fn cargo_home() -> Result<PathBuf, String> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    env::home_dir()
        .map(|home| home.join(".cargo"))
        .ok_or_else(|| "expected CARGO_HOME or a home folder, and found neither".to_owned())
}

/// The `channel` of `rust-toolchain.toml`.
fn toolchain(workspace: &Path) -> Result<String, String> {
    let path = workspace.join("rust-toolchain.toml");
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    text.lines()
        .find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| format!("expected a line `channel = \"…\"` in {}", path.display()))
}

fn sysroot(workspace: &Path, toolchain: &str) -> Result<PathBuf, String> {
    let output = command("rustc", workspace, toolchain)
        .args(["--print", "sysroot"])
        .output()
        .map_err(|error| format!("cannot run rustc: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "expected the toolchain {toolchain}; install it with `rustup toolchain install \
             {toolchain} --target {TARGET}`"
        ));
    }
    let path = String::from_utf8(output.stdout)
        .map_err(|_| "expected the path of rustc's sysroot to be UTF-8".to_owned())?;
    Ok(PathBuf::from(path.trim_end()))
}

/// The commit that rustc was built from, which stands in the paths of its standard library.
fn commit(workspace: &Path, toolchain: &str) -> Result<String, String> {
    let output = command("rustc", workspace, toolchain)
        .arg("-vV")
        .output()
        .map_err(|error| format!("cannot run rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .map(str::to_owned)
        .ok_or_else(|| format!("expected a line `commit-hash: …` from `rustc -vV`, found {text}"))
}

fn install_target(workspace: &Path, toolchain: &str, sysroot: &Path) -> Result<(), String> {
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    let installed = command("rustup", workspace, toolchain)
        .args(["target", "add", TARGET, "--toolchain", toolchain])
        .status()
        .is_ok_and(|status| status.success());
    if installed {
        Ok(())
    } else {
        Err(format!(
            "expected Rust's target {TARGET}; install it with `rustup target add {TARGET} \
             --toolchain {toolchain}`"
        ))
    }
}

/// A command of the named toolchain with nothing but the allowed environment.
fn command(program: &str, workspace: &Path, toolchain: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace).env_clear();
    for name in ENVIRONMENT {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    // Said aloud: one that was set outside would override `rust-toolchain.toml`.
    command.env("RUSTUP_TOOLCHAIN", toolchain);
    command
}
