//! Looks for the Twilio token and the API key where they must not be: in the log, in what was
//! printed, in the files of the database, and in the sandbox's memory, in the middle of a call. They
//! are in the program's own memory, so that the search is known to find what is there.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::support::served::{NUMBER, SECONDARY_TOKEN, Served};

/// Where a sandbox's memory begins, in this program: in the memory itself, and in no other text.
const BEGINNING: &str = "here begins the memory of a sandbox";
/// What the call is about: it is in the sandbox once the call has begun.
const TEXT: &str = "the text of one message alone";
/// Larger mappings are address space that was reserved, not memory.
const LARGEST: u64 = 256 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// A part of a program's memory that can be written to.
struct Mapping {
    bytes: Vec<u8>,
}

impl Mapping {
    fn holds(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|found| found == text.as_bytes())
    }

    fn is_of_the_sandbox(&self) -> bool {
        self.bytes.starts_with(BEGINNING.as_bytes())
    }
}

/// What a process has written anywhere: /proc/PID/maps and mem, proc(5).
fn memory_of(process: u32) -> Vec<Mapping> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("a process that runs");
    let memory = File::open(format!("/proc/{process}/mem")).expect("a child of this process");
    let read = |line: &str| {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let [from, to] = [from, to].map(|it| u64::from_str_radix(it, 16).expect("an address"));
        if !rest.starts_with("rw") || to - from > LARGEST {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(to - from).expect("it fits")];
        // What has gone meanwhile, or was never there, cannot be read.
        memory.read_exact_at(&mut bytes, from).ok()?;
        Some(Mapping { bytes })
    };
    maps.lines().filter_map(read).collect()
}

/// A module that stays in its call, its memory marked, until the clock ends it.
fn module(host: &Served) -> [(&'static str, String); 3] {
    let text = format!(
        r#"(module
            (memory (export "memory") 16)
            (data (i32.const 0) "{BEGINNING}")
            (func (export "verbatim_abi_1"))
            (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "vb_free") (param i32 i32))
            (func (export "vb_call") (param i32 i32) (result i64)
                (loop $for_ever (br $for_ever)) (i64.const 9)))"#
    );
    let bytes = wat::parse_str(text).expect("a module");
    let path = host.path("slow.wasm");
    fs::write(&path, &bytes).expect("a file");
    let path = path.to_str().expect("a path").to_owned();
    [
        ("VERBATIM_MODULE_FILE", path),
        ("VERBATIM_MODULE_SHA256", verbatim_host::id::sha256_hex(&bytes)),
        ("VERBATIM_LIMITS", format!("fuel={} wall_ms=8000", u64::MAX)),
    ]
}

#[tokio::test]
async fn no_secret_is_in_the_log_the_database_or_the_sandbox() {
    let mut host = Served::start().await;
    let message = host.send("+15550001111", "x").await;
    host.wait(&message, "delivered").await;
    host.stop("-TERM").await;
    let slow = module(&host);
    let environment: Vec<(&str, &str)> =
        slow.iter().map(|(name, value)| (*name, value.as_str())).collect();
    host.spawn_with(&environment).await;

    let token = host.fake.account().token.expose_secret().to_owned();
    let secrets = [token.as_str(), SECONDARY_TOKEN, &host.key];
    let body = json!({"to": "+15550002222", "from": NUMBER, "content": TEXT});
    let request = host.request(Method::POST, "v1/messages").json(&body);
    let call = tokio::spawn(async move { request.send().await.map(|it| it.status()) });
    let start = Instant::now();
    let memory = loop {
        let memory = memory_of(host.id());
        if memory.iter().any(|it| it.is_of_the_sandbox() && it.holds(TEXT)) {
            break memory;
        }
        assert!(start.elapsed() < PATIENCE, "no call is in the sandbox: {}", host.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(memory.iter().any(|it| it.holds(&token)), "the program itself knows its token");
    for sandbox in memory.iter().filter(|it| it.is_of_the_sandbox()) {
        for (at, secret) in secrets.into_iter().enumerate() {
            assert!(!sandbox.holds(secret), "secret {at} is in the sandbox");
        }
    }
    let status = call.await.expect("it ended").expect("an answer");
    assert!(status.is_server_error(), "{status}");

    let database = host.database().to_owned();
    for file in [database.clone(), format!("{database}-wal"), format!("{database}-shm")] {
        let bytes = fs::read(&file).expect("a file of the database");
        let file_of = Mapping { bytes };
        for (at, secret) in secrets.into_iter().enumerate() {
            assert!(!file_of.holds(secret), "secret {at} is in {file}");
        }
    }
    for (at, secret) in secrets.into_iter().enumerate() {
        assert!(!host.log().contains(secret), "secret {at} is in the log");
        assert!(!host.out().contains(secret), "secret {at} was printed");
    }
}
