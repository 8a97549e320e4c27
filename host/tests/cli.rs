//! The command line, as it is run: what it prints, and the status it ends with.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const KEY: &str = "a-key-of-the-tests";

/// The digest of nothing that anybody has.
const NO_DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn verbatim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verbatim"));
    command.args(arguments).env_remove("VERBATIM_API_KEY").env_remove("VERBATIM_URL");
    command
}

/// The status, standard output and standard error.
fn run(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = verbatim(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    child.stdin.take().expect("its input").write_all(input).expect("it reads");
    read(child.wait_with_output().expect("its end"))
}

fn read(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

#[test]
fn a_clean_body_is_status_0_and_a_bad_one_is_1_with_carets() {
    let (status, out, _) = run(&["check", "Your code is {{vrbl:CODE}}."], b"");
    assert_eq!((status, out.as_str()), (0, "1 template: nothing to mend\n"));
    let (status, out, _) = run(&["check"], b"Hi ${n} {{foo:x}}\n");
    assert_eq!(status, 1);
    assert!(out.starts_with("<body>:1:9: error[V010]: unknown token kind `foo`"), "{out}");
    assert!(out.contains("| Hi ${n} {{foo:x}}\n    |         ^^^^^^^^^\n"), "{out}");
    assert!(!out.contains('\x1b'), "no colours where nobody sees them: {out}");
    let (status, out, _) = run(&["check", "--json", "-"], b"Hi ${n} {{foo:x}}");
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &answer["errors"]), (1, &Value::from(1)));
    let (status, out, _) = run(&["check", "--title", &"t".repeat(101), "Hi ${n}"], b"");
    assert!(status == 1 && out.contains(":1:101: error"), "{out}");
    assert_eq!(run(&["check"], "a".repeat(501).as_bytes()).0, 1);
}

#[test]
fn a_preview_prints_the_text_alone_on_standard_output() {
    let values = r#"{"variable":{"CODE":"{{vrbl:CODE}}"}}"#;
    let (status, out, remarks) = run(&["preview", "--values", values, "Code {{vrbl:CODE}} €"], b"");
    assert_eq!((status, out.as_str()), (0, "Code {{vrbl:CODE}} €\n"));
    assert!(remarks.starts_with("GSM-7, 1 segment, "), "{remarks}");
    let (status, _, remarks) = run(&["preview"], b"Code {{vrbl:CODE}}");
    assert!(status == 1 && remarks.contains("`CODE`"), "{remarks}");
}

#[test]
fn a_reply_is_classified_with_its_reason() {
    let (status, out, _) = run(&["classify", " Stop! "], b"");
    assert_eq!(status, 0);
    assert!(out.starts_with("STOP (matched STOP)\n") && out.contains("reply: You have"), "{out}");
    let (status, out, _) = run(&["classify", "--json"], b"please stop\n");
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &answer["keyword"]), (0, &Value::Null));
}

#[test]
fn what_is_not_utf8_is_one_clear_sentence() {
    for command in ["check", "preview", "classify"] {
        let (status, out, error) = run(&[command], b"ab\xff");
        assert_eq!((status, out.as_str()), (1, ""));
        let expected = "verbatim: expected text in UTF-8, found a byte that is not at offset 2 of \
                        standard input\n";
        assert_eq!(error, expected);
    }
}

#[test]
fn wrong_use_is_status_2() {
    for arguments in [
        &["check", "--no-such"][..],
        &["check", "--file", "/no/such/file"],
        &["preview", "--values", "{", "x"],
        &["preview", "--values", r#"{"vrbl":{}}"#, "x"],
        &["send", "--to", "+15550001111"],
        &["send", "--to", "+15550001111", "--from", "+15550001236", "--body", "x"],
        &["send", "--to", "+15550001111", "--template", "t", "--environment", "prod"],
        &["dev", "--listen", "nowhere"],
        &["call", "--module", "verbatim.wasm"],
        &["call", "--module", "/no/such/file", "--sha256", NO_DIGEST],
        &["call", "--sha256", NO_DIGEST],
        &["call", "--limit", "fule=1"],
        &["call", "--json"],
        &[],
    ] {
        assert_eq!(run(arguments, b"").0, 2, "{arguments:?}");
    }
}

/// A `verbatim dev` in a process of its own; killed when dropped.
struct Dev {
    child: Child,
    ready: Value,
    _folder: tempfile::TempDir,
}

impl Dev {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = verbatim(&["dev", "--listen", "127.0.0.1:0", "--data", "data", "--json"])
            .current_dir(folder.path())
            .env("VERBATIM_API_KEY", KEY)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let ready = serde_json::from_str(&line).expect("JSON");
        Self { child, ready, _folder: folder }
    }

    fn send(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = verbatim(&["send"]);
        let url = self.ready["listening"].as_str().expect("a URL");
        command.args(arguments).env("VERBATIM_URL", url).env("VERBATIM_API_KEY", KEY);
        read(command.output().expect("the program"))
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_message_is_sent_and_waited_for_from_the_command_line() {
    let mut dev = Dev::start();
    let to = "+15550001111";
    let (status, out, error) =
        dev.send(&["--to", to, "--from", "+15550001236", "--body", "Hi €", "--wait"]);
    assert_eq!(status, 0, "{error}");
    assert!(out.starts_with("delivered ") && out.contains("GSM-7"), "{out}");

    let values = r#"{"variant":{"restaurant_name":"Pepe","opening_hours":"9-5","directions":"x"}}"#;
    let template = ["--to", to, "--template", "opening_hours", "--json", "--wait"];
    let (status, out, error) = dev.send(&[&template[..], &["--values", values]].concat());
    assert_eq!(status, 0, "{error}");
    let message: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(message["text"], "Pepe is open 9-5. To find us: x");
    assert_eq!(message["module"], dev.ready["module"]);

    let (status, _, error) = dev.send(&["--to", to, "--template", "table_ready"]);
    assert_eq!(status, 1);
    assert!(error.contains("FIRST_NAME"), "what no project knows: {error}");
    let refused = dev.send(&["--to", "nobody", "--template", "opening_hours"]);
    assert_eq!(refused.0, 1);
    let failed =
        dev.send(&["--to", "+15005550001", "--from", "+15550001236", "--body", "x", "--wait"]);
    assert_eq!(failed.0, 1);
    assert!(failed.1.contains("not valid"), "{}", failed.1);

    #[cfg(unix)]
    {
        let kill = Command::new("kill").args(["-TERM", &dev.child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
        assert_eq!(dev.child.wait().expect("its end").code(), Some(0), "it stops by itself");
    }
}

#[test]
fn without_a_host_send_says_so() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", port.local_addr().expect("its address"));
    drop(port);
    let mut command = verbatim(&["send", "--to", "+15550001111", "--template", "t"]);
    let output = command.env("VERBATIM_URL", &url).env("VERBATIM_API_KEY", KEY).output();
    let (status, _, error) = read(output.expect("the program"));
    assert_eq!(status, 1);
    assert!(error.contains("no host answers"), "{error}");
}
