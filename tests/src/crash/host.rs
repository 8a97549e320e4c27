//! The real program in a process of its own, which is killed and started again.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::client::Account;

/// The numbers that are sent from: of no country whose numbers are slow by default.
pub(crate) const SENDERS: [&str; 3] = ["+447700900001", "+447700900002", "+447700900003"];
/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What all hosts of a run share.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) program: PathBuf,
    pub(crate) folder: TempDir,
    pub(crate) database: String,
    pub(crate) account: Account,
    /// Of the host that Twilio reaches.
    pub(crate) public_url: Url,
}

impl Site {
    /// Makes the database and gives an API key.
    pub(crate) fn prepare(&self) -> Result<String, String> {
        self.command(&["migrate"])?;
        let made = self.command(&["keys", "create", "crash", "--rate", "unlimited", "--json"])?;
        let made: Value = serde_json::from_str(&made).map_err(|error| error.to_string())?;
        made["key"].as_str().map(str::to_owned).ok_or_else(|| format!("no key in {made}"))
    }

    fn command(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = self.verbatim(arguments);
        let output = command.output().map_err(|error| self.does_not_run(&error))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        Err(format!("`verbatim {}`: {}", arguments.join(" "), text(&output.stderr)))
    }

    /// With nothing of the environment that would change it.
    fn verbatim(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("VERBATIM_") || text.starts_with("TWILIO_") {
                command.env_remove(&name);
            }
        }
        command.args(arguments).args(["--database", &self.database]).stdin(Stdio::null());
        command
    }

    fn does_not_run(&self, error: &std::io::Error) -> String {
        format!("expected the program `{}`: {error}", self.program.display())
    }
}

/// Lines of a host's warnings that are shown.
const WARNINGS: usize = 10;

/// One host.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) url: Url,
    log: PathBuf,
    child: Child,
    /// When it was started, each time.
    pub(crate) spawned: Vec<Timestamp>,
}

impl Host {
    /// Starts one at a free address.
    pub(crate) fn start(site: &Site, url: Url) -> Result<Self, String> {
        let name = format!("host-{}.log", url.port().unwrap_or_default());
        let log = site.folder.path().join(name);
        let spawned = vec![Timestamp::now()];
        Ok(Self { child: spawn(site, &url, &log)?, url, log, spawned })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has warned of, the last lines of it.
    pub(crate) fn warnings(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let is_one = |line: &&str| ["WARN", "ERROR"].iter().any(|level| line.contains(level));
        let lines: Vec<&str> = log.lines().filter(is_one).collect();
        lines[lines.len().saturating_sub(WARNINGS)..].join("\n")
    }

    /// SIGKILL: it finishes nothing.
    pub(crate) fn kill(&mut self) -> Result<(), String> {
        self.is_up()?;
        self.child.kill().and_then(|()| self.child.wait()).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Starts it again, after it was killed.
    pub(crate) fn start_again(&mut self, site: &Site) -> Result<(), String> {
        self.spawned.push(Timestamp::now());
        self.child = spawn(site, &self.url, &self.log)?;
        Ok(())
    }

    /// Waits until it serves.
    pub(crate) async fn ready(&mut self, http: &reqwest::Client) -> Result<(), String> {
        let begun = Instant::now();
        let ready = self.url.join("readyz").map_err(|error| error.to_string())?;
        while !http.get(ready.clone()).send().await.is_ok_and(|it| it.status().is_success()) {
            self.is_up()?;
            if begun.elapsed() > PATIENCE {
                return Err(format!("{} is not ready; {}", self.url, self.log.display()));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// A host never ends by itself.
    pub(crate) fn is_up(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            ended => {
                Err(format!("{} ended by itself: {ended:?}; {}", self.url, self.log.display()))
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine that is free.
pub(crate) fn free_url() -> Result<Url, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0");
    let address = listener.and_then(|it| it.local_addr()).map_err(|error| error.to_string())?;
    Url::parse(&format!("http://{address}/")).map_err(|error| error.to_string())
}

fn spawn(site: &Site, url: &Url, log: &PathBuf) -> Result<Child, String> {
    let log = File::options().create(true).append(true).open(log);
    let log = log.map_err(|error| error.to_string())?;
    let listen = url.as_str().trim_start_matches("http://").trim_end_matches('/');
    let mut command = site.verbatim(&["serve", "--json", "--listen", listen]);
    for sender in SENDERS {
        command.args(["--sender", &format!("sandbox={sender}")]);
    }
    command
        .args(["--public-url", site.public_url.as_str().trim_end_matches('/')])
        .args(["--twilio-url", site.account.base_url.as_str()])
        .env("TWILIO_ACCOUNT_SID", site.account.sid.as_str())
        .env("TWILIO_AUTH_TOKEN", site.account.token.expose_secret())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .map_err(|error| site.does_not_run(&error))
}
