//! Runs other programs from the project's root, in the environment that a person would give them.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::need;

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A command in a folder of the project, not yet started.
///
/// What `cargo run` sets for this very crate (`CARGO_PKG_NAME` and its like) is taken away again:
/// build scripts that look at it would run anew. `RUSTUP_TOOLCHAIN` stays: it names the toolchain
/// that built this program, and all commands are to use the same.
pub(crate) fn command(line: &[&str], folder: &str) -> Command {
    let (program, arguments) = line.split_first().unwrap_or((&"true", &[]));
    let program = match *program {
        // The cargo that runs this program, not another that happens to stand first on the path.
        "cargo" => env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")),
        // The one that `Need::Python` makes, with its packages.
        "python" => {
            need::python().map_or_else(|| OsString::from("python"), PathBuf::into_os_string)
        }
        other => OsString::from(other),
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root().join(folder)).stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let leaked = name.to_str().is_some_and(|name| {
            OF_THIS_CRATE.contains(&name)
                || name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_BIN_")
        });
        if leaked {
            command.env_remove(name);
        }
    }
    command
}

const OF_THIS_CRATE: &[&str] = &[
    "CARGO",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_RUSTC_CURRENT_DIR",
];

/// Runs `command`, shows what it prints and hands each line of its standard output to `each`.
///
/// # Errors
/// A sentence that says why it did not start, or how it ended.
pub(crate) fn stream(mut command: Command, mut each: impl FnMut(&str)) -> Result<(), String> {
    let shown = shown(&command);
    let failed = |error: io::Error| format!("could not run `{shown}`: {error}");
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).map_err(failed)? > 0 {
            // Whoever reads our output may have gone; the tests go on all the same.
            let _ = io::stdout().write_all(&line).and_then(|()| io::stdout().flush());
            each(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child.wait().map_err(failed)?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`{shown}` ended with {status}")),
    }
}

/// What `line` prints, or `None` if it is not there or fails.
pub(crate) fn answer(line: &[&str]) -> Option<String> {
    let output = command(line, ".").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// The program `name` on the path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_prints_is_handed_on_and_its_end_reported() {
        let mut lines = Vec::new();
        let line = &["sh", "-c", "printf 'a\\nb\\n'; exit 3"];
        let ended = stream(command(line, "."), |line| lines.push(line.trim().to_owned()));
        assert_eq!(lines, ["a", "b"]);
        assert!(ended.is_err_and(|message| message.ends_with("exit status: 3")));
        let ended = stream(command(&["no-such-program"], "."), |_| {});
        assert!(ended.is_err_and(|message| message.starts_with("could not run")));
    }

    #[test]
    fn a_command_does_not_see_what_cargo_set_for_this_crate() {
        let seen = answer(&["sh", "-c", "echo \"$CARGO_PKG_NAME$CARGO_MANIFEST_DIR\""]);
        assert_eq!(seen.as_deref(), Some(""));
    }
}
