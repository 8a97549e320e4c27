//! What the steps need on the machine, how it is looked for, and how it is installed.
//!
//! Everything is looked for, and installed where that may be done, before the first step: a run
//! that cannot succeed says so in its first minute, with the line that mends it.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::shell::{answer, command, on_path, root, stream};

/// Something that a step needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Need {
    /// A program or a part of the toolchain.
    Tool(&'static Tool),
    /// The npm packages of a folder.
    Packages(&'static str),
    /// A Python with the packages that the `requirements.txt` of these folders name.
    Python(&'static [&'static str]),
}

/// A program or a part of the toolchain.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    present: fn() -> bool,
    install: Install,
}

#[derive(Debug)]
enum Install {
    /// A command that anybody may run.
    Command(&'static [&'static str]),
    /// Packages of Debian, for root or whoever has `sudo` without a password.
    Debian(&'static str),
    /// Not from here: the line that a person runs.
    ByHand(&'static str),
}

pub(crate) const RUSTFMT: Tool = Tool {
    name: "rustfmt",
    present: || answer(&["cargo", "fmt", "--version"]).is_some(),
    install: Install::Command(&["rustup", "component", "add", "rustfmt"]),
};

pub(crate) const CLIPPY: Tool = Tool {
    name: "Clippy",
    present: || answer(&["cargo", "clippy", "--version"]).is_some(),
    install: Install::Command(&["rustup", "component", "add", "clippy"]),
};

pub(crate) const WASM_TARGET: Tool = Tool {
    name: "the Rust target wasm32-unknown-unknown",
    present: || {
        let line = ["rustc", "--print", "target-libdir", "--target", "wasm32-unknown-unknown"];
        answer(&line).is_some_and(|folder| PathBuf::from(folder).is_dir())
    },
    install: Install::Command(&["rustup", "target", "add", "wasm32-unknown-unknown"]),
};

/// A target without a standard library: what compiles for it needs none.
pub(crate) const BARE_TARGET: Tool = Tool {
    name: "the Rust target x86_64-unknown-none",
    present: || {
        let line = ["rustc", "--print", "target-libdir", "--target", "x86_64-unknown-none"];
        answer(&line).is_some_and(|folder| PathBuf::from(folder).is_dir())
    },
    install: Install::Command(&["rustup", "target", "add", "x86_64-unknown-none"]),
};

pub(crate) const NODE: Tool = Tool {
    name: "Node 20 or later",
    present: || {
        let version = answer(&["node", "--version"]).unwrap_or_default();
        major(&version).is_some_and(|major| major >= OLDEST_NODE)
    },
    // Debian 12's own is 18.
    install: Install::ByHand(
        "curl -fsSL https://deb.nodesource.com/setup_20.x | sudo bash - && \
         sudo apt-get install -y nodejs",
    ),
};

pub(crate) const NPM: Tool = Tool {
    name: "npm",
    present: || answer(&["npm", "--version"]).is_some(),
    install: Install::Debian("npm"),
};

pub(crate) const CHROMIUM: Tool = Tool {
    name: "Chromium",
    present: || chromium().is_some(),
    install: Install::Debian("chromium"),
};

pub(crate) const FIREFOX: Tool = Tool {
    name: "Firefox ESR",
    present: || on_path("firefox-esr").is_some(),
    install: Install::Debian("firefox-esr"),
};

/// WebKitGTK's MiniBrowser with its driver, which needs a screen.
pub(crate) const WEBKIT: Tool = Tool {
    name: "WebKitGTK's driver",
    present: || on_path("WebKitWebDriver").is_some(),
    install: Install::Debian("webkit2gtk-driver"),
};

pub(crate) const XVFB: Tool =
    Tool { name: "Xvfb", present: || on_path("Xvfb").is_some(), install: Install::Debian("xvfb") };

pub(crate) const MUTANTS: Tool = Tool {
    name: "cargo-mutants",
    present: || answer(&["cargo", "mutants", "--version"]).is_some(),
    // It takes minutes to build, and no step of the tests needs it.
    install: Install::ByHand("cargo install cargo-mutants --locked"),
};

pub(crate) const PYTHON: Tool = Tool {
    name: "Python 3 with its venv",
    present: || answer(&["python3", "-c", "import ensurepip, venv"]).is_some(),
    install: Install::Debian("python3-venv"),
};

/// The server that the tests of the store start, each process its own.
pub(crate) const POSTGRESQL: Tool = Tool {
    name: "PostgreSQL's server",
    present: || {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let debians = versions.map(|version| version.path().join("bin/initdb"));
        debians.into_iter().any(|program| program.is_file()) || on_path("initdb").is_some()
    },
    install: Install::Debian("postgresql"),
};

const OLDEST_NODE: u32 = 20;

/// The browser that the browser tests drive: `CHROMIUM` if it is set, or one on the path.
pub(crate) fn chromium() -> Option<PathBuf> {
    let given = env::var_os("CHROMIUM").filter(|path| !path.is_empty()).map(PathBuf::from);
    given
        .or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

/// The Python that [`Need::Python`] makes: in the target folder, beside what cargo makes there.
pub(crate) fn python() -> Option<PathBuf> {
    Some(venv()?.join("bin/python"))
}

fn venv() -> Option<PathBuf> {
    // This program is `debug/xtask` in the target folder.
    Some(env::current_exe().ok()?.ancestors().nth(2)?.join("hosts-python"))
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

impl Need {
    /// Whether two steps need the same thing.
    pub(crate) fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Tool(a), Self::Tool(b)) => a.name == b.name,
            (Self::Packages(a), Self::Packages(b)) => a == b,
            (Self::Python(a), Self::Python(b)) => a == b,
            (Self::Tool(_) | Self::Packages(_) | Self::Python(_), _) => false,
        }
    }

    /// Looks for it, installs it if it is missing and may be installed.
    ///
    /// # Errors
    /// What is missing, and the line that installs it.
    pub(crate) fn meet(self) -> Result<(), String> {
        match self {
            Self::Tool(tool) => tool.meet(),
            Self::Packages(folder) => packages(folder),
            Self::Python(folders) => python_packages(folders),
        }
    }
}

impl Tool {
    fn meet(&self) -> Result<(), String> {
        if (self.present)() {
            return Ok(());
        }
        let (installed, by_hand) = match &self.install {
            Install::Command(line) => (run(line), line.join(" ")),
            Install::Debian(package) => (
                debian(package),
                format!(
                    "sudo apt-get update && \
                     sudo apt-get install -y --no-install-recommends {package}"
                ),
            ),
            Install::ByHand(line) => (Err(String::from("not installed")), String::from(*line)),
        };
        let why = match installed {
            Ok(()) if (self.present)() => return Ok(()),
            Ok(()) => String::from("not found after it was installed"),
            Err(why) => why,
        };
        Err(format!("{} is missing ({why}); install it with\n    {by_hand}", self.name))
    }
}

fn debian(package: &str) -> Result<(), String> {
    if on_path("apt-get").is_none() {
        return Err(String::from("this machine has no apt-get"));
    }
    let root = answer(&["id", "-u"]).is_some_and(|user| user == "0");
    let before: &[&str] = match root {
        true => &["env", "DEBIAN_FRONTEND=noninteractive"],
        false if answer(&["sudo", "-n", "true"]).is_some() => {
            &["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
        }
        false => return Err(String::from("only root may install it")),
    };
    run(&[before, &["apt-get", "update", "-q"]].concat())?;
    run(&[before, &["apt-get", "install", "-yq", "--no-install-recommends", package]].concat())
}

/// Installs the npm packages of `folder` exactly as its lock file names them, unless the last time
/// was with the same lock file.
fn packages(folder: &str) -> Result<(), String> {
    let missing = |why: String| {
        format!(
            "the npm packages of `{folder}` are missing ({why}); install them with\n    \
             npm ci --prefix {folder}"
        )
    };
    let lock = root().join(folder).join("package-lock.json");
    let lock = fs::read(&lock).map_err(|error| missing(format!("{}: {error}", lock.display())))?;
    let stamp = root().join(folder).join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("npm ci ({folder})");
    let mut install = command(&["npm", "ci", "--no-audit", "--no-fund"], folder);
    // The browser is Debian's; one of Playwright's own would be downloaded in vain.
    install.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    stream(install, |_| {}).map_err(missing)?;
    fs::write(&stamp, lock).map_err(|error| missing(format!("{}: {error}", stamp.display())))
}

/// Makes a Python with the packages of each `folder/requirements.txt`, unless the last time was
/// with the same files.
fn python_packages(folders: &[&str]) -> Result<(), String> {
    PYTHON.meet()?;
    let files: Vec<String> = folders.iter().map(|it| format!("{it}/requirements.txt")).collect();
    let missing = |why: String| format!("the packages of {} are missing ({why})", files.join(", "));
    let venv = venv().ok_or_else(|| missing(String::from("the target folder is not known")))?;
    let venv_path = venv.to_string_lossy();
    let python = format!("{venv_path}/bin/python");
    let read = |file: &String| fs::read_to_string(root().join(file));
    let wanted: Result<String, _> = files.iter().map(read).collect();
    let wanted = wanted.map_err(|error| missing(error.to_string()))?;
    let stamp = venv.join("installed-requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(&["python3", "-m", "venv", "--clear", &venv_path]).map_err(missing)?;
    let mut install = vec![&*python, "-m", "pip", "install", "--quiet"];
    install.extend(files.iter().flat_map(|file| ["--requirement", file]));
    run(&install).map_err(missing)?;
    fs::write(&stamp, wanted).map_err(|error| missing(format!("{}: {error}", stamp.display())))
}

fn run(line: &[&str]) -> Result<(), String> {
    println!("{}", line.join(" "));
    stream(command(line, "."), |_| {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_version_is_read_by_its_first_number() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("v8.0.0"), Some(8));
        assert_eq!(major(""), None);
        assert_eq!(major("20"), None);
    }

    #[test]
    fn what_cannot_be_installed_is_named_with_the_line_that_installs_it() {
        let tool =
            Tool { name: "a moon", present: || false, install: Install::ByHand("buy --it dear") };
        let message = tool.meet().err().unwrap_or_default();
        assert_eq!(
            message,
            "a moon is missing (not installed); install it with\n    buy --it dear"
        );
        let tool = Tool { present: || true, ..tool };
        assert_eq!(tool.meet(), Ok(()));
        let tool = Tool {
            name: "a sun",
            present: || false,
            install: Install::Command(&["sh", "-c", "exit 1"]),
        };
        let message = tool.meet().err().unwrap_or_default();
        assert!(message.contains("sh -c exit 1"), "{message}");
    }
}
