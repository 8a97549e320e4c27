//! A real PostgreSQL server of this process's own, from Debian's package `postgresql`: a new
//! folder, a socket in it and no port. It ends, and its folder goes, when the process does,
//! however that ends: a watcher waits at a pipe for it.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "several crates compile this one, and none uses all of it"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The user that runs the server where this process is root, whom `initdb` refuses.
const USER: &str = "postgres";
/// For tests, which crash hosts and servers but no machine: the disk is not waited for.
pub(crate) const FAST: &[&str] = &["fsync=off", "full_page_writes=off"];
/// As users run it.
pub(crate) const DURABLE: &[&str] = &[];

/// A server at work.
#[derive(Debug)]
pub(crate) struct Server {
    folder: PathBuf,
    programs: PathBuf,
    databases: AtomicUsize,
    // Its standard input is open as long as this process lives.
    _watcher: Child,
}

impl Server {
    /// The one that all tests of this process share.
    pub(crate) fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| Self::start(FAST))
    }

    /// Starts one with settings of its own.
    ///
    /// # Panics
    /// PostgreSQL is not installed, or does not start.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let programs = programs().expect(
            "expected PostgreSQL's `initdb` under /usr/lib/postgresql or on the PATH, found none; \
             install it with `sudo apt-get install -y --no-install-recommends postgresql`",
        );
        let folder = tempfile::Builder::new().prefix("verbatim-pg-").tempdir().expect("a folder");
        let folder = folder.keep();
        if is_root() {
            run(Command::new("chown").arg(USER).arg(&folder));
        }
        let data = folder.join("data");
        run(as_user(&programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            // A locale that sorts as people do, where there is one, would show a text that sorts
            // otherwise than by its bytes; `C.UTF-8` is everywhere.
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(&data));
        let mut options =
            format!("-k {} -c listen_addresses= -c max_connections=300", folder.display());
        for setting in settings {
            options.push_str(&format!(" -c {setting}"));
        }
        let watcher = watch(&programs, &folder);
        run(as_user(&programs.join("pg_ctl"))
            .args(["start", "--wait", "--silent", "--pgdata"])
            .arg(&data)
            .arg("--log")
            .arg(folder.join("log"))
            .args(["--options", &options]));
        Self { folder, programs, databases: AtomicUsize::new(0), _watcher: watcher }
    }

    /// Makes an empty database and gives its URL.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        run(Command::new(self.programs.join("createdb")).arg("--host").arg(&self.folder).args([
            "--username=postgres",
            "--template=template0",
            &name,
        ]));
        format!("postgres://postgres@localhost/{name}?host={}", self.folder.display())
    }

    /// Ends the server as a crash would, and starts it again.
    pub(crate) fn crash_and_restart(&self) {
        run(as_user(&self.programs.join("pg_ctl"))
            .args(["restart", "--mode=immediate", "--wait", "--silent", "--pgdata"])
            .arg(self.folder.join("data"))
            .arg("--log")
            .arg(self.folder.join("log")));
    }
}

/// Stops the server and removes its folder as soon as the pipe to it is closed.
fn watch(programs: &Path, folder: &Path) -> Child {
    let script = "trap '' INT TERM HUP; cat > /dev/null; \"$@\"; rm -rf \"$0\"";
    let stop = as_user(&programs.join("pg_ctl"));
    Command::new("sh")
        .args(["-c", script])
        .arg(folder)
        .arg(stop.get_program())
        .args(stop.get_args())
        .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
        .arg(folder.join("data"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a watcher")
}

fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", USER, "--"]).arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("a user's number");
    output.stdout.trim_ascii() == b"0"
}

/// Debian keeps each version's programs apart, off the PATH.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    folders.into_iter().rev().chain(on_path).find(|folder| folder.join("initdb").is_file())
}

fn run(command: &mut Command) {
    // To a file or nowhere: a server that inherits a pipe would hold it open.
    let shown = format!("{command:?}");
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("could not run {shown}: {error}"));
    assert!(status.success(), "{shown} ended with {status}");
}
