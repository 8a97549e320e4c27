//! The real program keeps its promises when it is killed under load; `cargo xtask crash` does it
//! 200 times. What the checker sees is tested beside it, in `src/crash/checker.rs`.

use std::path::PathBuf;

use verbatim_tests::crash::{self, Kind, Settings};

/// Whatever resolves itself soon: what is never made stays in doubt for hours.
const CHAOS: &str = "seed=1,latency_ms=0..100,throttled=0.1,error_after=0.1,undelivered=0.1,\
    callback_dropped=0.2,callback_doubled=0.2,callback_reordered=0.2";

/// The program of the same build, which lies beside the folder of this one.
fn program() -> PathBuf {
    std::env::var_os("VERBATIM_BIN").map_or_else(
        || {
            let this = std::env::current_exe().expect("this program has a path");
            this.ancestors().nth(2).expect("it lies in a target folder").join("verbatim")
        },
        PathBuf::from,
    )
}

async fn crash(kind: Kind, hosts: usize, restarts: u32, chaos: &str) {
    let chaos = chaos.parse().expect("a chaos");
    let settings = Settings {
        program: program(),
        kind,
        hosts,
        kills: 3,
        restarts,
        chaos,
        disk_full: false,
        seed: 1,
    };
    match crash::run(&settings).await {
        Ok(seen) => {
            println!("{seen:?}");
            // A run in which nothing happens keeps every promise.
            assert!(seen.messages >= 8 && seen.posts > 0 && seen.repeated > 0, "{seen:?}");
        }
        Err(broken) => panic!("{broken}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_on_sqlite_keeps_every_promise_while_twilio_misbehaves() {
    crash(Kind::Sqlite, 1, 0, CHAOS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_keep_every_promise_while_one_is_killed_and_postgresql_is_restarted() {
    crash(Kind::Postgres, 2, 1, "").await;
}
