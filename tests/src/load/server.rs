//! The servers that do the work, and the fake Twilio beside them, each in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;
use verbatim_host::twilio::client::{Account, http_client};

use super::process::Used;
use super::{Settings, Worker};
use crate::crash::Kind;
use crate::crash::host::{Host, SENDERS, Site, free_url};
use crate::crash::postgres;

/// The server in Node.
const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/peer");
const PEER_KEY: &str = "a-key-of-the-load";
/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where messages are brought to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Takes messages.
    pub(super) messages: Url,
    /// Says how many are delivered.
    pub(super) delivered: Url,
    pub(super) key: String,
    pub(super) is_node: bool,
}

/// A process that ends with this.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What does the work, and all that it needs.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) targets: Vec<Target>,
    hosts: Vec<Host>,
    node: Option<Process>,
    _fake: Process,
    _postgres: Option<postgres::Server>,
    _folder: Option<TempDir>,
}

impl Server {
    pub(super) async fn start(
        worker: Worker,
        settings: &Settings,
        folder: TempDir,
    ) -> Result<Self, String> {
        let count = match worker {
            Worker::Verbatim { hosts, .. } => hosts,
            Worker::Node { .. } => 1,
        };
        let urls: Vec<Url> = (0..count).map(|_| free_url()).collect::<Result<_, _>>()?;
        let public_url = urls.first().cloned().ok_or("expected at least one host")?;
        let (fake, account) = start_the_fake(&settings.this, &public_url)?;
        match worker {
            Worker::Node { counts } => {
                let node = start_node(folder.path(), &public_url, &account, counts)?;
                let url = |path| public_url.join(path).map_err(|error| error.to_string());
                let targets = vec![Target {
                    messages: url("messages")?,
                    delivered: url("delivered")?,
                    key: PEER_KEY.to_owned(),
                    is_node: true,
                }];
                let (hosts, node) = (Vec::new(), Some(node));
                let _folder = Some(folder);
                Ok(Self { targets, hosts, node, _fake: fake, _postgres: None, _folder })
            }
            Worker::Verbatim { kind, .. } => {
                let postgres = match kind {
                    Kind::Sqlite => None,
                    Kind::Postgres => Some(postgres::Server::start(postgres::DURABLE)),
                };
                let database = match &postgres {
                    Some(server) => server.database(),
                    None => folder.path().join("verbatim.db").to_string_lossy().into_owned(),
                };
                let program = settings.program.clone();
                let site = Site { program, folder, database, account, public_url };
                let (hosts, targets) = start_hosts(&site, urls).await?;
                let _folder = Some(site.folder);
                Ok(Self { targets, hosts, node: None, _fake: fake, _postgres: postgres, _folder })
            }
        }
    }

    /// What the hosts have warned of.
    pub(super) fn warnings(&self) -> String {
        let all: Vec<String> = self.hosts.iter().map(Host::warnings).collect();
        all.join("\n")
    }

    /// What the server's processes have used, without the database server's.
    pub(super) fn used(&self) -> Result<Used, String> {
        let hosts = self.hosts.iter().map(Host::pid);
        let all = hosts.chain(self.node.iter().map(|node| node.0.id()));
        all.map(Used::by).try_fold(Used::default(), |sum, one| Ok(sum.and(one?)))
    }
}

async fn start_hosts(site: &Site, urls: Vec<Url>) -> Result<(Vec<Host>, Vec<Target>), String> {
    let key = site.prepare()?;
    let http = http_client(&site.public_url).map_err(|error| error.to_string())?;
    let (mut hosts, mut targets) = (Vec::new(), Vec::new());
    for url in urls {
        let join = |path| url.join(path).map_err(|error| error.to_string());
        targets.push(Target {
            messages: join("v1/messages")?,
            delivered: join("metrics")?,
            key: key.clone(),
            is_node: false,
        });
        let templates = join("v1/templates")?;
        let mut host = Host::start(site, url)?;
        host.ready(&http).await?;
        if hosts.is_empty() {
            let draft = json!({
                "title": super::clients::TITLE,
                "body": super::clients::BODY,
                "senders": {"sandbox": SENDERS[0]},
            });
            let made = http.post(templates).bearer_auth(&key).json(&draft).send().await;
            let made = made.map_err(|error| error.to_string())?;
            if !made.status().is_success() {
                return Err(format!("no template: {}", made.text().await.unwrap_or_default()));
            }
        }
        hosts.push(host);
    }
    Ok((hosts, targets))
}

/// The account, as the fake's process prints it.
pub(super) fn described(account: &Account) -> String {
    json!({
        "sid": account.sid.as_str(),
        "token": account.token.expose_secret(),
        "url": account.base_url.as_str(),
    })
    .to_string()
}

fn start_the_fake(this: &Path, public_url: &Url) -> Result<(Process, Account), String> {
    let webhook = public_url.join("twilio/inbound").map_err(|error| error.to_string())?;
    let mut child = Command::new(this)
        .args(["fake", webhook.as_str()])
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the fake: {error}"))?;
    let output = child.stdout.take();
    let process = Process(child);
    let mut line = String::new();
    let read = output.map(|output| BufReader::new(output).read_line(&mut line));
    read.ok_or("no output of the fake")?.map_err(|error| format!("the fake: {error}"))?;
    let said: Value = serde_json::from_str(&line).map_err(|error| format!("{line}: {error}"))?;
    let text = |name: &str| said[name].as_str().unwrap_or_default();
    let account = Account {
        sid: text("sid").parse().map_err(|_| format!("no SID in {line}"))?,
        token: SecretString::from(text("token")),
        base_url: text("url").parse().map_err(|_| format!("no URL in {line}"))?,
    };
    Ok((process, account))
}

fn start_node(
    folder: &Path,
    public_url: &Url,
    account: &Account,
    counts: bool,
) -> Result<Process, String> {
    let port = public_url.port().unwrap_or_default().to_string();
    let mut child = Command::new("node")
        .arg("server.mjs")
        .current_dir(PEER)
        .env("NODE_ENV", "production")
        .env("PORT", port)
        .env("DATABASE", folder.join("node.db"))
        .env("TEMPLATE", super::clients::HANDLEBARS)
        .env("API_KEY", PEER_KEY)
        .env("PUBLIC_URL", public_url.as_str().trim_end_matches('/'))
        .env("TWILIO_URL", account.base_url.as_str())
        .env("TWILIO_ACCOUNT_SID", account.sid.as_str())
        .env("TWILIO_AUTH_TOKEN", account.token.expose_secret())
        .env("SENDER", SENDERS[0])
        .env("COUNT_SEGMENTS", if counts { "yes" } else { "no" })
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("expected Node: {error}; install it"))?;
    let output = child.stdout.take();
    let process = Process(child);
    let begun = Instant::now();
    let mut line = String::new();
    let read = output.map(|output| BufReader::new(output).read_line(&mut line));
    read.ok_or("no output of Node")?.map_err(|error| format!("Node: {error}"))?;
    match line.trim() {
        "ready" if begun.elapsed() < PATIENCE => Ok(process),
        _ => Err(format!("the server in Node did not start; `npm ci --prefix {PEER}` first")),
    }
}
