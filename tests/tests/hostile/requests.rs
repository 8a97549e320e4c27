//! Requests made at random out of those of the corpus, through the sandbox and natively.
//! `VERBATIM_REQUESTS=1000000 cargo test --release -p verbatim-tests --test hostile requests --
//! --nocapture` makes more of them; a panic names the seed.

use std::path::Path;
use std::{env, fs};

use verbatim_tests::fuzz::call_any;
use verbatim_tests::generated::{Draws, bytes};

/// How many without asking for more.
const REQUESTS: u64 = 2_000;

/// What breaks readers of JSON and counters of characters.
const PIECES: [&[u8]; 16] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b",",
    b"\\u0000",
    b"\\ud83d",
    b"\\udc4b",
    b"\xff\xfe",
    b"\xf0\x9f\x91\x8b",
    b"-1",
    b"18446744073709551616",
    b"1e999",
    b"null",
    b"${",
];

#[test]
fn a_request_made_at_random_has_the_same_answer_natively_and_in_the_sandbox() {
    let asked = env::var("VERBATIM_REQUESTS").ok();
    let number = asked.map_or(REQUESTS, |number| number.parse().expect("a number"));
    let corpus = corpus();
    assert!(corpus.len() > 300, "{} lines", corpus.len());
    for seed in 0..number {
        let request = request(&corpus, seed);
        if std::panic::catch_unwind(|| call_any(&request)).is_err() {
            panic!("broken at seed {seed}: {}", request.escape_ascii());
        }
    }
}

/// The requests that are objects; the others are fuzz by themselves.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let lines = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).expect("UTF-8");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines
        .filter_map(|line| {
            let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            Some(line.get("request")?.to_string().into_bytes())
        })
        .collect()
}

/// One of the corpus with a few changes, or random bytes.
fn request(corpus: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut draws = Draws::new(seed);
    if seed.is_multiple_of(16) {
        return bytes(!seed, draws.below(200));
    }
    let mut request = corpus[draws.below(corpus.len())].clone();
    for _ in 0..=draws.below(3) {
        let at = draws.below(request.len() + 1);
        let to = (at + draws.below(12)).min(request.len());
        match draws.below(5) {
            0 => drop(request.drain(at..to)),
            1 => drop(request.splice(at..to, PIECES[draws.below(PIECES.len())].iter().copied())),
            2 => {
                let other = &corpus[draws.below(corpus.len())];
                let from = draws.below(other.len());
                drop(request.splice(at..to, other[from..].iter().copied()));
            }
            3 => {
                let part = request[at..to].repeat(1 + draws.below(40));
                drop(request.splice(at..to, part));
            }
            _ => {
                if let Some(byte) = request.get_mut(at) {
                    *byte ^= 1 << draws.below(8);
                }
            }
        }
    }
    request
}
