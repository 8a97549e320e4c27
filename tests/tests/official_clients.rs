//! Twilio's own packages, for Node and for Python, drive the fake Twilio and judge the signatures
//! of its webhooks: the fake is no mirror of our own client.

use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::ExposeSecret;
use verbatim_host::twilio::fake::{FakeSettings, FakeTwilio};
use verbatim_tests::oracle::{python, script};

/// A fake of its own for a program, which takes its webhooks at a free port.
async fn drives(program: &Path, script: &Path) {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("its address").port()
    };
    let inbound = format!("http://127.0.0.1:{port}/inbound").parse().expect("a URL");
    let fake = FakeTwilio::start(FakeSettings::new(inbound)).await.expect("a fake");
    let account = fake.account();
    let mut command = Command::new(program);
    command
        .arg(script)
        .env("TWILIO_ACCOUNT_SID", account.sid.as_str())
        .env("TWILIO_AUTH_TOKEN", account.token.expose_secret())
        .env("FAKE_URL", account.base_url.as_str())
        .env("WEBHOOK_PORT", port.to_string())
        // Nothing leaves the machine.
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null());
    // The fake works on the other threads.
    let output = tokio::task::block_in_place(|| command.output())
        .expect("the program; `cargo xtask test --only test` installs what it needs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && out.trim() == "ok", "{out}{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_package_for_node_drives_the_fake_and_accepts_its_signatures() {
    drives(Path::new("node"), &script("twilio.mjs")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_package_for_python_drives_the_fake_and_accepts_its_signatures() {
    drives(&python(), &script("twilio_client.py")).await;
}
