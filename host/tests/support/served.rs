//! The real program, `verbatim serve`, in a process of its own, beside a fake Twilio in this one.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use verbatim_host::twilio::fake::{FakeSettings, FakeTwilio};

pub(crate) const NUMBER: &str = "+15550001234";
/// May have signed a webhook, too.
pub(crate) const SECONDARY_TOKEN: &str = "the-other-token-of-a-rotation";
/// How long a test waits for what happens by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program at work, its fake and its data. Its end is that of the test.
pub(crate) struct Served {
    pub(crate) url: Url,
    pub(crate) fake: FakeTwilio,
    pub(crate) http: reqwest::Client,
    pub(crate) key: String,
    pub(crate) key_id: String,
    database: String,
    /// Whether the environment gives the account.
    account_is_given: bool,
    child: Option<Child>,
    folder: tempfile::TempDir,
}

/// The program with nothing of the environment that would change it.
pub(crate) fn verbatim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verbatim"));
    for (name, _) in std::env::vars() {
        if name.starts_with("VERBATIM_") || name.starts_with("TWILIO_") {
            command.env_remove(name);
        }
    }
    command.args(arguments);
    command
}

/// Runs a command that ends by itself: its status and what it wrote to both outputs.
pub(crate) fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("a status"), text(stdout), text(stderr))
}

impl Served {
    /// A host with one key and one sender of the sandbox, ready, on a SQLite file.
    pub(crate) async fn start() -> Self {
        Self::start_with(|fake| fake).await
    }

    /// The same on a given database.
    pub(crate) async fn start_on(database: String, folder: tempfile::TempDir) -> Self {
        Self::start_as(database, folder, true, |fake| fake).await
    }

    /// One without an account, on a SQLite file.
    pub(crate) async fn start_without_account() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("data/verbatim.db");
        let database = file.to_str().expect("a path").to_owned();
        Self::start_as(database, folder, false, |fake| fake).await
    }

    /// One on a SQLite file, beside a fake that is set otherwise.
    pub(crate) async fn start_with(set: impl FnOnce(FakeSettings) -> FakeSettings) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("data/verbatim.db");
        Self::start_as(file.to_str().expect("a path").to_owned(), folder, true, set).await
    }

    async fn start_as(
        database: String,
        folder: tempfile::TempDir,
        account_is_given: bool,
        set: impl FnOnce(FakeSettings) -> FakeSettings,
    ) -> Self {
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("its address").port()
        };
        let url: Url = format!("http://127.0.0.1:{port}/").parse().expect("a URL");
        let inbound = url.join("twilio/inbound").expect("a URL");
        let fake = FakeTwilio::start(set(FakeSettings::new(inbound))).await.expect("a fake");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut served = Self {
            url,
            fake,
            http,
            key: String::new(),
            key_id: String::new(),
            database,
            account_is_given,
            child: None,
            folder,
        };
        let (status, _, error) = served.command(&["migrate"]);
        assert_eq!(status, 0, "{error}");
        let made = served.json(&["keys", "create", "tests", "--json"]);
        served.key = made["key"].as_str().expect("a key").to_owned();
        served.key_id = made["id"].as_str().expect("an id").to_owned();
        served.spawn().await;
        served
    }

    /// Starts the program, which is not running, and waits until it is ready.
    pub(crate) async fn spawn(&mut self) {
        self.spawn_with(&[]).await;
    }

    /// The same, with more in its environment.
    pub(crate) async fn spawn_with(&mut self, environment: &[(&str, &str)]) {
        let child = self.program().envs(environment.iter().copied()).spawn();
        self.child = Some(child.expect("the program"));
        let start = Instant::now();
        while self.http.get(self.at("readyz")).send().await.is_err() {
            assert!(start.elapsed() < PATIENCE, "it never was ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The program, with its output into files.
    pub(crate) fn program(&self) -> Command {
        let account = self.fake.account();
        let listen = self.url.as_str().trim_start_matches("http://").trim_end_matches('/');
        let file = |name| std::fs::File::create(self.folder.path().join(name)).expect("a file");
        let sender = format!("sandbox={NUMBER}");
        let mut program = verbatim(&["serve", "--json", "--listen", listen, "--sender", &sender]);
        program
            .args(["--public-url", self.url.as_str().trim_end_matches('/')])
            .args(["--twilio-url", account.base_url.as_str()])
            .arg("--database")
            .arg(self.database())
            .env("VERBATIM_LOG", "debug")
            .stdout(file("out"))
            .stderr(file("log"))
            .stdin(Stdio::null());
        if self.account_is_given {
            program
                .env("TWILIO_ACCOUNT_SID", account.sid.as_str())
                .env("TWILIO_AUTH_TOKEN", account.token.expose_secret())
                .env("TWILIO_SECONDARY_AUTH_TOKEN", SECONDARY_TOKEN);
        }
        program
    }

    /// Stops the program by a signal, and gives its status and how long that took.
    pub(crate) async fn stop(&mut self, signal: &str) -> (ExitStatus, Duration) {
        let mut child = self.child.take().expect("a program that runs");
        let start = Instant::now();
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
        loop {
            if let Some(status) = child.try_wait().expect("its status") {
                return (status, start.elapsed());
            }
            assert!(start.elapsed() < PATIENCE, "it did not stop: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An operator's command on the same database.
    pub(crate) fn command(&self, arguments: &[&str]) -> (i32, String, String) {
        run(verbatim(arguments).arg("--database").arg(self.database()))
    }

    /// The same, for one that prints JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let (status, out, error) = self.command(arguments);
        assert_eq!(status, 0, "{error}");
        serde_json::from_str(&out).expect("JSON")
    }

    /// The program's process.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().expect("a program that runs").id()
    }

    /// How long any file of the program may be, in bytes; without a number, as long as it gets.
    /// As for a full disk, and it needs no disk of its own: setrlimit(2).
    #[cfg(target_os = "linux")]
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let soft = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let pid = self.id().to_string();
        let mut command = Command::new("prlimit");
        command.args(["--pid", &pid, &format!("--fsize={soft}:unlimited")]);
        assert!(command.status().expect("prlimit, of util-linux").success());
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.read("log")
    }

    /// What it has printed.
    pub(crate) fn out(&self) -> String {
        self.read("out")
    }

    fn read(&self, name: &str) -> String {
        let mut text = String::new();
        let file = std::fs::File::open(self.folder.path().join(name));
        file.expect("a file").read_to_string(&mut text).expect("UTF-8");
        text
    }

    pub(crate) fn at(&self, path: &str) -> Url {
        self.url.join(path).expect("a URL")
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.at(path)).bearer_auth(&self.key)
    }

    pub(crate) async fn answer(&self, request: RequestBuilder) -> (StatusCode, Value) {
        let response = request.send().await.expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.answer(self.request(Method::GET, path)).await
    }

    /// Sends a text from the sandbox's number.
    pub(crate) async fn send(&self, to: &str, text: &str) -> Value {
        let body = json!({"to": to, "from": NUMBER, "content": text});
        let request = self.request(Method::POST, "v1/messages").json(&body);
        let (status, message) = self.answer(request).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{message}");
        message
    }

    /// Waits until a message is in a state.
    pub(crate) async fn wait(&self, message: &Value, state: &str) -> Value {
        let id = message["id"].as_str().expect("an id");
        let start = Instant::now();
        loop {
            let (_, now) = self.get(&format!("v1/messages/{id}")).await;
            if now["state"] == state {
                return now;
            }
            assert!(start.elapsed() < PATIENCE, "it never was `{state}`: {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
