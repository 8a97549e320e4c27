//! The steps of `cargo xtask test`, in their order: data alone.
//!
//! What is compiled is compiled once: `clippy` and `doc` share the metadata of all dependencies,
//! `build` and `test` share their code, because each pair selects the same targets and so the same
//! features. `www` stands before `build` because the binary embeds what it makes.

use crate::count::Runner;
use crate::need::{self, Need};

/// One step.
#[derive(Debug)]
pub(crate) struct Step {
    /// How `--only` and the table call it.
    pub(crate) name: &'static str,
    /// What it shows, in one line.
    pub(crate) what: &'static str,
    /// Where its commands run, from the project's root.
    pub(crate) folder: &'static str,
    /// What must be on the machine.
    pub(crate) needs: &'static [Need],
    /// Steps that it builds on: if one of them fails, this one is skipped.
    pub(crate) after: &'static [&'static str],
    /// Its commands; the first that fails ends the step.
    pub(crate) commands: &'static [&'static [&'static str]],
    /// Set for its commands, beside what is there.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// Whose closing lines are read for the number of tests.
    pub(crate) runner: Option<Runner>,
}

/// One Python has the packages of all that are tested or judge ours, because each list would make
/// it anew.
const PYTHON: Need = Need::Python(&["wasm/hosts/python", "tests/oracles", "host/clients/python"]);

/// All steps.
pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the Rust code is formatted",
        folder: ".",
        needs: &[Need::Tool(&need::RUSTFMT)],
        after: &[],
        commands: &[&["cargo", "fmt", "--all", "--check"]],
        environment: &[],
        runner: None,
    },
    Step {
        name: "locks",
        what: "the lock files of bench and fuzz, which no other step builds, hold what is needed",
        folder: ".",
        needs: &[],
        after: &[],
        commands: &[
            &[
                "cargo",
                "update",
                "--workspace",
                "--locked",
                "--manifest-path",
                "tests/bench/Cargo.toml",
            ],
            &[
                "cargo",
                "update",
                "--workspace",
                "--locked",
                "--manifest-path",
                "tests/fuzz/Cargo.toml",
            ],
        ],
        environment: &[],
        runner: None,
    },
    Step {
        name: "www",
        what: "the browser side builds, is linted and passes its unit tests",
        folder: "www",
        needs: &[Need::Tool(&need::NODE), Need::Tool(&need::NPM), Need::Packages("www")],
        after: &[],
        commands: &[&["npm", "run", "build"], &["npm", "run", "check"], &["npm", "run", "test"]],
        environment: &[],
        runner: Some(Runner::Vitest),
    },
    Step {
        name: "clippy",
        what: "no lint warnings, all targets",
        folder: ".",
        needs: &[Need::Tool(&need::CLIPPY), Need::Tool(&need::WASM_TARGET)],
        after: &[],
        commands: &[&[
            "cargo",
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]],
        environment: &[],
        runner: None,
    },
    Step {
        name: "no_std",
        what: "the core compiles where there is no standard library",
        folder: ".",
        needs: &[Need::Tool(&need::BARE_TARGET)],
        after: &[],
        commands: &[&[
            "cargo",
            "build",
            "--locked",
            "--package",
            "verbatim-core",
            "--target",
            "x86_64-unknown-none",
        ]],
        environment: &[],
        runner: None,
    },
    Step {
        name: "doc",
        what: "the documentation builds, every link in it leads somewhere",
        folder: ".",
        needs: &[Need::Tool(&need::WASM_TARGET)],
        after: &[],
        commands: &[&["cargo", "doc", "--locked", "--workspace", "--no-deps"]],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
        runner: None,
    },
    Step {
        name: "build",
        what: "the binary, the module in it and all tests compile",
        folder: ".",
        needs: &[Need::Tool(&need::WASM_TARGET)],
        after: &[],
        commands: &[&["cargo", "build", "--locked", "--workspace", "--all-targets"]],
        environment: &[],
        runner: None,
    },
    Step {
        name: "test",
        what: "the Rust tests: units, properties, the corpus on every engine, strangers' hosts, end to end",
        folder: ".",
        needs: &[
            Need::Tool(&need::WASM_TARGET),
            Need::Tool(&need::NODE),
            Need::Tool(&need::CHROMIUM),
            Need::Tool(&need::NPM),
            Need::Packages("tests/oracles"),
            PYTHON,
            Need::Tool(&need::POSTGRESQL),
        ],
        after: &["build"],
        commands: &[&["cargo", "test", "--locked", "--workspace", "--no-fail-fast"]],
        environment: &[],
        runner: Some(Runner::Cargo),
    },
    Step {
        name: "oracles",
        what: "segments, beside Twilio's calculator and split-sms on generated texts",
        folder: "tests/oracles",
        needs: &[Need::Tool(&need::NODE), Need::Tool(&need::NPM), Need::Packages("tests/oracles")],
        after: &["build"],
        commands: &[&["npm", "run", "test"]],
        environment: &[],
        runner: Some(Runner::Node),
    },
    Step {
        name: "clients",
        what: "the Python package against a running `verbatim dev`, and its types",
        folder: "host/clients/python",
        needs: &[PYTHON],
        after: &["build"],
        commands: &[&["python", "-m", "mypy"], &["python", "-m", "pytest"]],
        environment: &[("PYTHONDONTWRITEBYTECODE", "1")],
        runner: Some(Runner::Pytest),
    },
    Step {
        name: "browser",
        what: "a person's whole way, in a real Chromium",
        folder: "tests/browser",
        needs: &[
            Need::Tool(&need::NODE),
            Need::Tool(&need::NPM),
            Need::Packages("tests/browser"),
            Need::Tool(&need::CHROMIUM),
        ],
        after: &["www", "build"],
        commands: &[&["npm", "run", "check"], &["npm", "run", "test"]],
        environment: &[],
        runner: Some(Runner::Playwright),
    },
    Step {
        name: "package",
        what: "the npm package, packed and installed: in Node, esbuild, Vite and plain pages; the editor",
        folder: "tests/browser",
        needs: &[
            Need::Tool(&need::NODE),
            Need::Tool(&need::NPM),
            Need::Packages("www"),
            Need::Packages("tests/browser"),
            Need::Tool(&need::CHROMIUM),
        ],
        after: &["www", "build"],
        commands: &[&["npm", "run", "package"]],
        environment: &[],
        runner: Some(Runner::Playwright),
    },
    Step {
        name: "browsers",
        what: "the editor, the playground and a person's whole way in Firefox; the first two in WebKit",
        folder: "tests/browser",
        needs: &[
            Need::Tool(&need::NODE),
            Need::Tool(&need::NPM),
            Need::Packages("www"),
            Need::Packages("tests/browser"),
            Need::Tool(&need::FIREFOX),
            Need::Tool(&need::WEBKIT),
            Need::Tool(&need::XVFB),
        ],
        after: &["www", "build", "package"],
        commands: &[&["npm", "run", "browsers"]],
        environment: &[],
        runner: Some(Runner::Playwright),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_names_of_their_own_and_build_on_earlier_ones() {
        for (at, step) in STEPS.iter().enumerate() {
            let earlier: Vec<_> = STEPS[..at].iter().map(|step| step.name).collect();
            assert!(!earlier.contains(&step.name), "{} stands twice", step.name);
            for needed in step.after {
                assert!(earlier.contains(needed), "{} comes before {needed}", step.name);
            }
        }
    }
}
