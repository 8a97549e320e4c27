//! The hosts for strangers (`wasm/hosts`): each runs the module, says what the others say, and
//! refuses what it must.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use expect_test::{ExpectFile, expect_file};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use verbatim_tests::oracle::{python, target};

/// A host, and the command that starts it.
type Host = (&'static str, fn() -> Command);

const HOSTS: [Host; 3] = [
    ("Python on wasmtime", || {
        let mut command = Command::new(python());
        command.arg(folder("wasm/hosts/python/host.py"));
        command
    }),
    ("Node", || {
        let mut command = Command::new("node");
        command.arg(folder("wasm/hosts/node/host.mjs"));
        command
    }),
    ("Rust on wasmi", || Command::new(target().join("debug/verbatim-wasmi-host"))),
];

/// What one of them may be given.
struct Module {
    folder: TempDir,
    sha256: String,
}

impl Module {
    /// `bytes`, under the SHA-256 of `named`.
    fn new(bytes: &[u8], named: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("verbatim.wasm"), bytes).expect("a file in it");
        Self { folder, sha256: hex(named) }
    }

    fn genuine() -> Self {
        Self::new(verbatim_module::BYTES, verbatim_module::BYTES)
    }

    fn hostile(name: &str) -> Self {
        let path = folder("tests/hostile").join(name).with_extension("wat");
        let bytes = wat::parse_file(path).expect("a hostile module is well-formed text");
        Self::new(&bytes, &bytes)
    }
}

/// What a host ended with: its status, and all that it printed, the SHA-256 that it was given left
/// out.
fn run((name, command): Host, module: &Module, more: &[&str]) -> (i32, String) {
    let path = module.folder.path().join("verbatim.wasm");
    let mut command = command();
    command.args([path.as_os_str(), OsStr::new(&module.sha256)]).args(more);
    let output = command.output().unwrap_or_else(|error| {
        let program = command.get_program().display();
        panic!("{name}: cannot run {program}: {error}; `cargo xtask test --only test` makes it")
    });
    let [said, refused] = [output.stdout, output.stderr].map(|text| {
        String::from_utf8(text).expect("a host prints UTF-8").replace(&module.sha256, "SHA-256")
    });
    (output.status.code().expect("it ended by itself"), said + &refused)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// All hosts end with `status` and print what is written in the file.
fn check(module: &Module, more: &[&str], status: i32, expected: &ExpectFile) {
    for host in HOSTS {
        println!("{}", host.0);
        let (found, printed) = run(host, module, more);
        expected.assert_eq(&printed);
        assert_eq!(found, status);
    }
}

#[test]
fn each_host_renders_classifies_and_sends() {
    let expected = expect_file!["../../wasm/hosts/expected/booking.txt"];
    check(&Module::genuine(), &["Ana"], 0, &expected);
}

#[test]
fn each_host_refuses_a_missing_value() {
    let expected = expect_file!["../../wasm/hosts/expected/missing.txt"];
    check(&Module::genuine(), &[], 1, &expected);
}

#[test]
fn each_host_refuses_a_module_with_one_byte_changed() {
    let mut bytes = verbatim_module::BYTES.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let module = Module::new(&bytes, verbatim_module::BYTES);
    for host in HOSTS {
        let found = hex(&bytes);
        let refusal = format!("host: expected a module with the SHA-256 SHA-256, found {found}\n");
        assert_eq!(run(host, &module, &["Ana"]), (1, refusal), "{}", host.0);
    }
}

#[test]
fn each_host_refuses_a_module_of_another_make() {
    for (module, refusal) in [
        ("unknown_import_of_wasi", "expected the imports of ABI.md, found `fd_write` from"),
        ("unknown_import", "expected the imports of ABI.md, found "),
        ("marker_missing", "expected a module that exports `verbatim_abi_1`, found none\n"),
    ] {
        for host in HOSTS {
            let (status, printed) = run(host, &Module::hostile(module), &["Ana"]);
            let refused = status == 1 && printed.starts_with(&format!("host: {refusal}"));
            assert!(refused, "{module}, {}: {status} {printed}", host.0);
        }
    }
}

#[test]
fn each_host_survives_a_module_that_attacks() {
    let everywhere =
        ["loop_in_call", "host_call_flood", "deep_recursion", "response_one_byte_outside"];
    let mut attacks: Vec<_> =
        everywhere.into_iter().flat_map(|module| HOSTS.map(|host| (module, host))).collect();
    // Node bounds no memory but by what a module declares.
    let [python, _, rust] = HOSTS;
    attacks.extend([("memory_bomb", python), ("memory_bomb", rust)]);
    thread::scope(|scope| {
        for (module, host) in attacks {
            scope.spawn(move || {
                let (status, printed) = run(host, &Module::hostile(module), &["Ana"]);
                let refused = status == 1 && printed.starts_with("host: ");
                assert!(refused, "{module}, {}: {status} {printed}", host.0);
            });
        }
    });
}
