//! What is forwarded is signed as the packages of Standard Webhooks, for Node and for Python, want
//! it: whoever gets it checks it with one of those.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use verbatim_host::forward::{Event, ID_HEADER, SIGNATURE_HEADER, SigningSecret, TIMESTAMP_HEADER};
use verbatim_host::id::new_id;
use verbatim_host::time::Timestamp;
use verbatim_tests::oracle::python;

const REQUESTS: usize = 200;
/// What makes trouble between JSON, bytes and base64.
const PIECES: [&str; 9] =
    ["a", "Ünïcode", "\u{1f44b}", "\"", "\\", "\n", "\u{2028}", "é", "{\"type\":\"x\"}"];

/// Events as they are posted, each signed by another secret, too.
fn given() -> Value {
    let (secret, another) =
        (SigningSecret::generate().expect("a secret"), SigningSecret::generate().expect("another"));
    let request = |number: usize| {
        let text = (0..number % 20).map(|at| PIECES[(at * 7 + number) % PIECES.len()]).collect();
        let event = Event {
            id: new_id(),
            message_sid: format!("SM{number:032x}"),
            from: "+15550001111".to_owned(),
            to: "+15550001234".to_owned(),
            service: None,
            text,
            keyword: None,
            conversation_id: number.is_multiple_of(2).then(|| number.to_string()),
            received_at: Timestamp::now(),
            sent_at: None,
        };
        let body = serde_json::to_string(&event.body()).expect("JSON");
        let at = Timestamp::now().as_micros() / 1_000_000;
        let sign = |secret: &SigningSecret| secret.sign(&event.id, at, body.as_bytes());
        let signatures = format!("{} {}", sign(&another), sign(&secret));
        let headers = json!({
            ID_HEADER: event.id, TIMESTAMP_HEADER: at.to_string(), SIGNATURE_HEADER: signatures,
        });
        json!({ "headers": headers, "body": body })
    };
    let requests: Vec<Value> = (0..REQUESTS).map(request).collect();
    json!({ "secret": secret.text().expose_secret(), "requests": requests })
}

fn judged_by(program: &Path, script: &str) {
    let script = verbatim_tests::oracle::script(script);
    let mut judge = Command::new(program)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program; `cargo xtask test --only test` installs what it needs");
    let mut input = judge.stdin.take().expect("its input");
    input.write_all(given().to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = judge.wait_with_output().expect("its end");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.trim() == "ok", "{out}{error}");
}

#[test]
fn the_package_for_node_accepts_what_is_signed_here() {
    judged_by(Path::new("node"), "standardwebhooks.mjs");
}

#[test]
fn the_package_for_python_accepts_what_is_signed_here() {
    judged_by(&python(), "standardwebhooks_check.py");
}
