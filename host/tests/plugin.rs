//! Another module than the embedded one, by the program itself: what it is refused for, each by its
//! name, which limits it has, and what a call of it used.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use verbatim_host::sandbox::Sha256;

/// A module that keeps the interface, and answers `{"ok":{}}` to anything.
const HONEST: &str = r#"(module
    (memory (export "memory") 1)
    (data (i32.const 0) "{\"ok\":{}}")
    (func (export "verbatim_abi_1"))
    (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "vb_free") (param i32 i32))
    (func (export "vb_call") (param i32 i32) (result i64) (i64.const 9)))"#;

const LOOP: &str = "(loop $for_ever (br $for_ever)) (i64.const 9)";

struct Run {
    status: i32,
    out: String,
    error: String,
}

fn run(arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_verbatim"))
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    // A program that refuses its module does not read on.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("its end");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run {
        status: output.status.code().expect("a status"),
        out: text(output.stdout),
        error: text(output.stderr),
    }
}

/// A module in a file, and its digest.
fn written(folder: &Path, text: &str) -> (PathBuf, String) {
    let wasm = wat::parse_str(text).expect("well-formed text");
    let path = folder.join("module.wasm");
    fs::write(&path, &wasm).expect("a file");
    (path, Sha256::of(&wasm).to_string())
}

fn call(text: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, digest) = written(folder.path(), text);
    let module = ["call", "--module", path.to_str().expect("UTF-8"), "--sha256", &digest];
    run(&[&module, more].concat(), &[], r#"{"op":"render"}"#)
}

#[test]
fn another_module_answers_in_the_place_of_ours() {
    let run = call(HONEST, &[]);
    assert_eq!((run.status, run.out.as_str(), run.error.as_str()), (0, "{\"ok\":{}}\n", ""));
}

#[test]
fn another_module_is_named_by_variables_too_and_for_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, digest) = written(folder.path(), HONEST);
    let variables = [
        ("VERBATIM_MODULE_FILE", path.to_str().expect("UTF-8")),
        ("VERBATIM_MODULE_SHA256", digest.as_str()),
    ];
    let called = run(&["call"], &variables, "anything");
    assert_eq!((called.status, called.out.as_str()), (0, "{\"ok\":{}}\n"), "{}", called.error);
    // An `ok` of nothing is no answer of these ops. Ours ends each of them with 0.
    for command in [
        &["check", "Hi"][..],
        &["classify", "Hi"],
        &["preview", "Hi"],
        &["diff", "a", "b"],
        &["explain", "V012"],
    ] {
        let theirs = run(command, &variables, "");
        assert_ne!(theirs.status, 0, "{command:?}: {}", theirs.out);
    }
}

#[test]
fn a_module_that_is_not_the_one_named_is_refused_by_name() {
    let memory = |pages: u32| HONEST.replace("1)\n", &format!("{pages})\n"));
    let importing = |import: &str| HONEST.replacen("(module", &format!("(module {import}"), 1);
    for (text, message) in [
        (
            HONEST.replace("(func (export \"verbatim_abi_1\"))", ""),
            "the module does not export `verbatim_abi_1`; expected it as (type (func)) (ABI.md, \
             version 1)",
        ),
        (
            importing(r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32)))"#),
            "the module imports `fd_write` from `wasi_snapshot_preview1`, which this host does \
             not know; expected the imports of ABI.md alone",
        ),
        (
            importing(r#"(import "verbatim" "log" (func))"#),
            "the module imports `log` from `verbatim` as (type (func)); expected (type (func \
             (param i32 i32 i32)))",
        ),
        (
            memory(257),
            "expected a module with a memory of at most 16,777,216 bytes (memory_bytes), found \
             16,842,752 declared",
        ),
    ] {
        let run = call(&text, &[]);
        assert_eq!((run.status, run.out.as_str()), (1, ""), "{}", run.error);
        assert_eq!(run.error, format!("verbatim: {message}\n"));
    }
}

#[test]
fn a_file_with_another_digest_is_refused_by_both_digests() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, found) = written(folder.path(), HONEST);
    let expected = "0".repeat(64);
    let path = path.to_str().expect("UTF-8");
    for command in ["call", "check", "dev"] {
        let run = run(&[command, "--module", path, "--sha256", &expected], &[], "");
        assert_eq!((run.status, run.out.as_str()), (1, ""), "{command}");
        let message = format!(
            "verbatim: expected a module with the SHA-256 {expected}, found {found}; it is \
             refused\n"
        );
        assert!(run.error.ends_with(&message), "{command}: {}", run.error);
    }
}

#[test]
fn a_limit_is_set_by_its_name_and_named_when_it_is_reached() {
    let endless = HONEST.replace("(i64.const 9)", LOOP);
    let run = call(&endless, &["--limit", "fuel=1_000_000"]);
    assert_eq!(run.status, 1);
    let expected = r#"{"error":{"code":"module_fuel","message":"the module used up its fuel of 1,000,000 in `render`","limit":"fuel"}}"#;
    assert_eq!(run.out, format!("{expected}\n"));
    let run = call(&endless, &["--limit", "wall_ms=50", "--limit", "fuel=18446744073709551615"]);
    assert!(run.out.contains("used up its time of 50ms in `render`"), "{}", run.out);
}

#[test]
fn limits_are_set_by_a_variable_and_a_wrong_one_is_told_the_right_ones() {
    let variables = [("VERBATIM_LIMITS", "response_bytes=10 fuel=1000000")];
    let found = run(&["call"], &variables, r#"{"op":"segments","text":""}"#);
    assert_eq!(found.status, 1);
    let message = "expected a response of at most 10 bytes, found ";
    assert!(found.out.contains(message) && found.out.contains("in `segments`"), "{}", found.out);
    let found = run(&["call"], &[("VERBATIM_LIMITS", "fuel=none")], "");
    assert_eq!(found.status, 2);
    assert!(found.error.contains("expected fuel as a number from 1 to"), "{}", found.error);
}

#[test]
fn a_profile_says_what_was_used_beside_the_answer() {
    let request = r#"{"op":"segments","text":"]"}"#;
    let found = run(&["call", "--profile"], &[], request);
    assert_eq!(found.status, 0);
    assert!(found.out.starts_with(r#"{"ok":{"encoding":"GSM-7""#), "{}", found.out);
    let line = |name: &str| {
        let line = found.error.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("no {name} in {}", found.error)).to_owned()
    };
    assert!(line("fuel").contains("2,000,000,000"));
    assert!(line("request_bytes").contains(&format!(" {} ", request.len())));
    assert!(line("response_bytes").contains(&format!(" {} ", found.out.trim_end().len())));
    assert!(line("nearest: ").contains('_'));

    let found = run(&["call", "--profile", "--json"], &[], request);
    let profile: Value = serde_json::from_str(&found.error).expect("one line of JSON");
    let lines = profile["profile"].as_array().expect("a list");
    let fuel = lines.iter().find(|line| line["limit"] == "fuel").expect("fuel");
    assert_eq!(fuel["of"], 2_000_000_000_u64);
    assert!(fuel["used"].as_u64().is_some_and(|used| (1..1_000_000).contains(&used)), "{fuel}");
}

#[test]
fn a_call_that_was_stopped_has_a_profile_that_names_the_limit() {
    let found = call(
        &HONEST.replace("(i64.const 9)", LOOP),
        &["--limit", "fuel=1000", "--profile", "--json"],
    );
    assert_eq!(found.status, 1);
    let profile: Value = serde_json::from_str(&found.error).expect("one line of JSON");
    assert_eq!(profile["nearest"], "fuel");
}
