//! A disk that is full: what was accepted is kept, what is new is refused by name, and all goes on
//! when there is room. `cargo xtask crash --disk-full` does it on a real disk, and kills as well.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::served::{NUMBER, Served};

/// Shorter than the database is after its migrations.
const TOO_SHORT: u64 = 4_096;
const PATIENCE: Duration = Duration::from_secs(20);

async fn send(host: &Served, number: usize) -> (StatusCode, Value) {
    let to = format!("+1555{number:07}");
    let body = json!({"to": to, "from": NUMBER, "content": format!("text {number}")});
    host.answer(host.request(Method::POST, "v1/messages").json(&body)).await
}

#[tokio::test]
async fn what_was_accepted_is_kept_while_the_disk_is_full_and_all_goes_on_when_it_is_not() {
    let host = Served::start().await;
    let mut accepted = Vec::new();
    for number in 0..10 {
        accepted.push(send(&host, number).await.1);
    }
    host.limit_files(Some(TOO_SHORT));
    let (mut refused, start) = (0, Instant::now());
    while refused < 5 {
        let (status, answer) = send(&host, 10 + accepted.len() + refused).await;
        match status {
            StatusCode::ACCEPTED => accepted.push(answer),
            StatusCode::INSUFFICIENT_STORAGE => {
                assert_eq!(answer["code"], "no_room", "{answer}");
                assert!(answer["detail"].as_str().expect("text").contains("make room"), "{answer}");
                refused += 1;
            }
            // It shared its way to the disk with another, which met the end of the disk.
            StatusCode::SERVICE_UNAVAILABLE => assert_eq!(answer["code"], "store_failed"),
            _ => panic!("{status}: {answer}"),
        }
        assert!(start.elapsed() < PATIENCE, "it has room: {}", accepted.len());
    }
    assert_eq!(host.get("v1/senders").await.0, StatusCode::OK, "what is there can be read");
    host.limit_files(None);

    let start = Instant::now();
    let (status, answer) = send(&host, 1_000).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    accepted.push(answer);
    for message in &accepted {
        let id = message["id"].as_str().expect("an id");
        loop {
            let (_, now) = host.get(&format!("v1/messages/{id}")).await;
            // A callback that could not be stored is lost, and Twilio is asked about its message
            // later; an answer, and the message is in doubt until it is found there.
            if now["state"] != "queued" {
                break;
            }
            assert!(start.elapsed() < PATIENCE, "it stays as it is: {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let (_, list) = host.get("v1/messages?limit=200").await;
    let stored = list["messages"].as_array().expect("messages").len();
    assert_eq!(stored, accepted.len(), "all that was accepted, and nothing that was refused");
}
