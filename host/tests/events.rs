//! The stream of events: what moves is told, in order, and the stream ends with the host.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use verbatim_host::api::MAX_STREAMS;

use crate::support::{KEY, Server};

const PERSON: &str = "+15550001111";

async fn open(server: &Server) -> Response {
    let request = server.raw(Method::GET, "v1/events").bearer_auth(KEY);
    request.send().await.expect("an answer")
}

/// Reads on until the text holds something, or the stream ends.
async fn read(stream: &mut Response, until: &str) -> String {
    let mut text = String::new();
    while !text.contains(until) {
        let chunk = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await;
        match chunk.expect("an event in time").expect("a stream") {
            Some(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
            None => break,
        }
    }
    text
}

#[tokio::test]
async fn a_message_is_told_as_it_moves_and_never_back() {
    let server = Server::start().await;
    let mut stream = open(&server).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let message = server.send(PERSON, "x").await;
    let text = read(&mut stream, "\"delivered\"").await;
    let told: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).expect("JSON"))
        .collect();
    assert!(told.iter().all(|one| one["id"] == message["id"] && one["to"] == PERSON), "{text}");
    let ranks: Vec<i64> = told
        .iter()
        .map(|one| one["state"].as_str().expect("a state").parse().expect("a known state"))
        .map(|state: verbatim_host::message::State| state.rank())
        .collect();
    assert!(ranks.len() > 2 && ranks.is_sorted(), "{ranks:?}");
    assert_eq!(text.matches("event: message").count(), told.len());
}

#[tokio::test]
async fn streams_end_with_the_host_and_do_not_hold_it_up() {
    let server = Server::start().await;
    let mut stream = open(&server).await;
    let start = std::time::Instant::now();
    let end = read(&mut stream, "never");
    let (_, rest) = tokio::join!(server.stop(), end);
    assert_eq!(rest, "");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn there_are_only_so_many_streams_and_a_closed_one_makes_room() {
    let server = Server::start().await;
    let mut streams = Vec::new();
    for _ in 0..MAX_STREAMS {
        streams.push(open(&server).await);
    }
    let refused = open(&server).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.text().await.expect("text").contains("too_many_streams"));
    drop(streams);
    let start = std::time::Instant::now();
    while open(&server).await.status() != StatusCode::OK {
        assert!(start.elapsed() < Duration::from_secs(5), "no room was made");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
