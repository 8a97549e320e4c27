//! Finds the console's pages: in a checkout those that npm has built there, and `dev` has it build
//! them when they are missing or older than their sources; elsewhere the embedded ones are there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::SystemTime;

use crate::console::Console;

/// Folders of `www` that hold no source.
const NOT_SOURCES: [&str; 5] = ["node_modules", "dist", "lib", "site", "screenshots"];
/// The deepest folder that is looked into.
const MAX_DEPTH: usize = 8;

/// The pages, and what to tell the person who started `dev`, if anything.
#[derive(Debug)]
pub struct Found {
    /// The pages.
    pub console: Console,
    /// Why they are missing or may be old.
    pub notice: Option<String>,
}

/// Where a checkout may be: the one that one stands in, or the one that the program was built in.
#[must_use]
pub fn starts() -> Vec<PathBuf> {
    [std::env::current_dir(), std::env::current_exe()].into_iter().flatten().collect()
}

/// The pages as they are: those of a checkout, which may be newer than the program, or the
/// embedded ones.
#[must_use]
pub fn built(starts: &[PathBuf]) -> Console {
    let dist = starts.iter().find_map(|start| www_above(start)).map(|www| www.join("dist"));
    dist.filter(|dist| dist.join("index.html").is_file()).map_or(Console::Embedded, Console::Folder)
}

/// Looks for a checkout from each of `starts` upwards, and builds its pages if need be. Blocks
/// while npm runs; `say` is told before it does.
pub fn find(starts: &[PathBuf], mut say: impl FnMut(&str)) -> Found {
    let Some(www) = starts.iter().find_map(|start| www_above(start)) else {
        return Found { console: Console::Embedded, notice: None };
    };
    let dist = www.join("dist");
    if is_fresh(&www, &dist) {
        return Found { console: Console::Folder(dist), notice: None };
    }
    say("building the console's pages with npm (once, and after each change)");
    let notice = build(&www).err();
    let console =
        if dist.join("index.html").is_file() { Console::Folder(dist) } else { Console::Embedded };
    Found { console, notice }
}

fn www_above(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|folder| folder.join("www")).find(|www| {
        www.join("package.json").is_file()
            && www.with_file_name("wasm").join("Cargo.toml").is_file()
    })
}

fn is_fresh(www: &Path, dist: &Path) -> bool {
    let built = modified(&dist.join("index.html"));
    built.is_some_and(|built| newest(www, 0).is_none_or(|source| source <= built))
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|data| data.modified()).ok()
}

fn newest(folder: &Path, depth: usize) -> Option<SystemTime> {
    if depth > MAX_DEPTH {
        return None;
    }
    let entries = folder.read_dir().ok()?;
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            !NOT_SOURCES.iter().any(|skipped| name == *skipped)
        })
        .filter_map(|entry| {
            let path = entry.path();
            if path.is_dir() { newest(&path, depth + 1) } else { modified(&path) }
        })
        .max()
}

fn build(www: &Path) -> Result<(), String> {
    let lock = modified(&www.join("package-lock.json"));
    // npm writes this file at the end of an install.
    let installed = modified(&www.join("node_modules/.package-lock.json"));
    if installed.is_none() || installed < lock {
        npm(www, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(www, &["run", "build"])
}

fn npm(www: &Path, arguments: &[&str]) -> Result<(), String> {
    let line = format!("npm {}", arguments.join(" "));
    let status = Command::new("npm")
        .args(arguments)
        .current_dir(www)
        .stdin(Stdio::null())
        // What npm says is for the person; standard output is for what `dev` prints.
        .stdout(std::io::stderr())
        .status();
    match status.as_ref().map(ExitStatus::success) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("`{line}` failed in www; the console may be missing or old")),
        Err(error) => Err(format!(
            "could not run `{line}` ({error}); install Node 20 or newer to get the console"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_checkout_the_embedded_pages_are_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = find(&[folder.path().to_owned()], |_| panic!("nothing is built here"));
        assert!(matches!(found.console, Console::Embedded));
    }

    #[test]
    fn in_a_checkout_what_npm_has_built_is_shown_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let start = [folder.path().join("host/src")];
        for file in ["www/package.json", "wasm/Cargo.toml", "www/dist/index.html"] {
            let shown = built(&start);
            assert!(matches!(shown, Console::Embedded), "before {file}: {shown:?}");
            let file = folder.path().join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
            std::fs::write(file, "").expect("a file");
        }
        assert!(matches!(built(&start), Console::Folder(dist) if dist.ends_with("www/dist")));
    }

    #[test]
    fn pages_older_than_their_sources_are_not_fresh() {
        let folder = tempfile::tempdir().expect("a folder");
        let www = folder.path().join("www");
        let dist = www.join("dist");
        std::fs::create_dir_all(&dist).expect("folders");
        std::fs::write(www.join("package.json"), "{}").expect("a file");
        assert!(!is_fresh(&www, &dist), "they are not there");
        let page = dist.join("index.html");
        std::fs::write(&page, "").expect("a file");
        assert!(is_fresh(&www, &dist));
        let past = SystemTime::now() - std::time::Duration::from_secs(3600);
        let file = std::fs::File::options().write(true).open(&page).expect("the page");
        file.set_modified(past).expect("an older time");
        assert!(!is_fresh(&www, &dist));
    }
}
