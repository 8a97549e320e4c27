//! `verbatim serve` and the operator's commands beside it: the real program, over real sockets.

#[path = "support/served.rs"]
mod served;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::json;
use served::{NUMBER, Served, run, verbatim};

const PERSON: &str = "+15550001111";

#[tokio::test]
async fn a_message_goes_out_comes_back_delivered_and_the_program_stops_when_told() {
    let mut host = Served::start().await;
    let message = host.send(PERSON, "Hello").await;
    let delivered = host.wait(&message, "delivered").await;
    assert_eq!(delivered["attempts"][0]["state"], "accepted");
    // Its number is connected at Twilio, which answers by itself: the consent counts, and no
    // second reply is sent.
    let stop = json!({"from": PERSON, "to": NUMBER, "body": "STOP"});
    let phone = host.fake.url().join("fake/phone").expect("a URL");
    let account = host.fake.account();
    let token = account.token.expose_secret();
    let written = host.http.post(phone).basic_auth(&account.sid, Some(token)).json(&stop);
    let (status, written) = host.answer(written).await;
    assert_eq!((status, written["replies"].as_array().map(Vec::len)), (StatusCode::OK, Some(0)));
    assert_eq!(host.send(PERSON, "Are you there?").await["state"], "suppressed");
    let (status, took) = host.stop("-TERM").await;
    assert!(status.success(), "{status}: {}", host.log());
    assert!(took < Duration::from_secs(5), "{took:?}");

    host.spawn().await;
    assert_eq!(host.get("v1/messages").await.1["messages"].as_array().map(Vec::len), Some(2));
    assert!(host.stop("-INT").await.0.success(), "{}", host.log());
    for line in host.log().lines() {
        serde_json::from_str::<serde_json::Value>(line).expect(line);
    }
    let ready: serde_json::Value = serde_json::from_str(&host.out()).expect("JSON");
    assert_eq!(ready["inbound_webhook"], host.at("twilio/inbound").as_str());
}

#[tokio::test]
async fn there_is_no_phone_and_no_log_of_twilio_outside_of_dev() {
    let host = Served::start().await;
    for path in ["v1/dev/phone", "v1/dev/log"] {
        assert_eq!(host.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn what_is_missing_is_named_and_nothing_is_started() {
    let sid = format!("AC{}", "0".repeat(32));
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("verbatim.db");
    let all = [
        ("--database", database.to_str().expect("a path")),
        ("--public-url", "https://sms.example.com"),
        ("--account-sid", &sid),
    ];
    for missing in all {
        let rest = all.iter().filter(|one| **one != missing);
        let rest: Vec<&str> = rest.flat_map(|(name, value)| [*name, *value]).collect();
        let (status, _, error) =
            run(verbatim(&["serve"]).args(&rest).env("TWILIO_AUTH_TOKEN", "t"));
        assert!(status == 2 && error.contains(missing.0), "{error}");
    }
    let all: Vec<&str> = all.iter().flat_map(|(name, value)| [*name, *value]).collect();
    for token in [None, Some("")] {
        let mut command = verbatim(&["serve"]);
        let (status, _, error) =
            run(command.args(&all).envs(token.map(|it| ("TWILIO_AUTH_TOKEN", it))));
        assert!(status == 2 && error.contains("TWILIO_AUTH_TOKEN"), "{error}");
    }
    let insecure = ["--public-url", "http://sms.example.com"];
    let (status, _, error) = run(verbatim(&["serve"]).args(insecure));
    assert!(status == 2 && error.contains("expected an https address"), "{error}");
    assert!(!database.exists());
}

#[tokio::test]
async fn a_revoked_key_is_refused_and_so_are_its_sessions() {
    let host = Served::start().await;
    let sign_in = host.http.post(host.at("v1/session")).json(&json!({ "key": host.key }));
    let signed_in = sign_in.send().await.expect("an answer");
    let cookie = signed_in.headers()["set-cookie"].to_str().expect("text").to_owned();
    let session = cookie.split(';').next().expect("a pair");
    let by_session = || host.http.get(host.at("v1/senders")).header("cookie", session);
    assert_eq!(host.answer(by_session()).await.0, StatusCode::OK);

    let other = host.json(&["keys", "create", "another", "--json"]);
    let listed = host.json(&["keys", "list", "--json"]).to_string();
    assert!(listed.contains("tests") && listed.contains("another"), "{listed}");
    assert!(!listed.contains("vk_"), "a key is shown once: {listed}");

    let (status, _, error) = host.command(&["keys", "revoke", &host.key_id]);
    assert_eq!(status, 0, "{error}");
    assert_eq!(host.get("v1/senders").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(host.answer(by_session()).await.0, StatusCode::UNAUTHORIZED);
    let other = host
        .http
        .request(Method::GET, host.at("v1/senders"))
        .bearer_auth(other["key"].as_str().expect("a key"));
    assert_eq!(host.answer(other).await.0, StatusCode::OK);
    let (status, _, error) = host.command(&["keys", "revoke", "no-such-key"]);
    assert!(status == 1 && error.contains("keys list"), "{error}");
}

#[test]
fn a_misspelt_database_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("verbatm.db");
    let (status, _, error) = run(verbatim(&["keys", "list", "--database"]).arg(&file));
    assert!(status == 2 && error.contains("verbatim migrate"), "{error}");
    assert!(!file.exists());
}

#[tokio::test]
async fn opt_outs_go_out_of_one_database_and_into_another() {
    let host = Served::start().await;
    let (bad, good) = (host.path("bad.csv"), host.path("good.csv"));
    std::fs::write(&bad, format!("recipient,sender\n{PERSON},{NUMBER}\nx,{NUMBER}\n"))
        .expect("a file");
    std::fs::write(&good, format!("recipient,sender\n{PERSON},{NUMBER}\n")).expect("a file");
    let path = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    let (status, _, error) = host.command(&["opt-outs", "import", &path(&bad)]);
    assert!(status == 1 && error.contains("line 3"), "{error}");
    assert_eq!(host.send(PERSON, "x").await["state"], "queued", "nothing was recorded");
    let done = host.json(&["opt-outs", "import", "--json", &path(&good)]);
    assert_eq!(done, json!({"added": 1, "unchanged": 0}));
    assert_eq!(host.send(PERSON, "x").await["state"], "suppressed", "at once, in a running host");

    let (status, csv, _) = host.command(&["opt-outs", "export"]);
    assert!(status == 0 && csv.contains(PERSON), "{csv}");
    let (out, other) = (host.path("out.csv"), host.path("other.db"));
    assert_eq!(host.command(&["opt-outs", "export", "--out", &path(&out)]).0, 0);
    assert_eq!(std::fs::read_to_string(&out).expect("the file"), csv);
    assert_eq!(run(verbatim(&["migrate", "--database"]).arg(&other)).0, 0);
    let import = run(verbatim(&["opt-outs", "import", &path(&out), "--database"]).arg(&other));
    assert_eq!((import.0, import.1.as_str()), (0, "1 recorded, 0 unchanged\n"));
    let exported = run(verbatim(&["opt-outs", "export", "--database"]).arg(&other));
    assert_eq!(exported.1, csv, "with its date");
}
