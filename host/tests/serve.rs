//! `verbatim serve` and the operator's commands beside it: the real program, over real sockets.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use verbatim_host::twilio::signature::{Payload, sign};
use verbatim_host::twilio::webhook;

use crate::support::postgres;
use crate::support::served::{NUMBER, SECONDARY_TOKEN, Served, run, verbatim};

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
    let written = host.http.post(phone).basic_auth(account.sid, Some(token)).json(&stop);
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

/// What `verbatim doctor` says of the host, with some of its arguments changed.
fn doctor(host: &Served, token: &str, public_url: &str, sid: &str) -> (i32, serde_json::Value) {
    let account = host.fake.account();
    let (status, out, error) = run(verbatim(&["doctor", "--json", "--public-url", public_url])
        .args(["--account-sid", sid, "--twilio-url", account.base_url.as_str()])
        .arg("--database")
        .arg(host.database())
        .env("TWILIO_AUTH_TOKEN", token));
    let found: serde_json::Value = serde_json::from_str(&out).expect(&error);
    (status, found["checks"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_a_host_well_and_says_what_ails_another() {
    let host = Served::start().await;
    let account = host.fake.account();
    let (token, url) = (account.token.expose_secret(), host.url.as_str());
    let (status, checks) = doctor(&host, token, url, account.sid.as_str());
    let names: Vec<_> = checks.as_array().expect("checks").iter().map(|it| &it["name"]).collect();
    let all = [
        "database",
        "clock",
        "api key",
        "senders",
        "keywords",
        "public address",
        "signature",
        "Twilio account",
        "Twilio senders",
    ];
    assert_eq!((status, names), (0, all.map(|name| json!(name)).iter().collect()), "{checks}");

    assert!(checks[4]["found"].as_str().is_some_and(|it| it.contains("revoke")), "{checks}");
    let fcc = host.request(Method::PUT, "v1/keywords").json(&json!({"sets": ["fcc"]}));
    assert_eq!(host.answer(fcc).await.0, StatusCode::OK);

    let ails = |(status, checks): (i32, serde_json::Value)| -> Vec<String> {
        assert_eq!(status, 1, "{checks}");
        let bad = checks.as_array().expect("checks").iter().filter(|it| it["ok"] == false);
        bad.map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
    };
    let wrong = doctor(&host, "another token", url, account.sid.as_str());
    assert_eq!(ails(wrong), ["signature", "Twilio account"]);
    // The host signs for another address than the one that is asked.
    let elsewhere = url.replace("127.0.0.1", "localhost");
    assert_eq!(ails(doctor(&host, token, &elsewhere, account.sid.as_str())), ["signature"]);
    let nowhere = doctor(&host, token, "http://127.0.0.1:9", account.sid.as_str());
    assert_eq!(ails(nowhere), ["public address"]);
    let nobody = format!("AC{}", "0".repeat(32));
    assert_eq!(ails(doctor(&host, token, url, &nobody)), ["Twilio account"]);
    let (_, checks) = doctor(&host, token, url, account.sid.as_str());
    assert_eq!(checks[4]["found"], "as they are set");
    let messages = host.get("v1/messages").await.1;
    assert_eq!(messages["messages"], json!([]), "a look leaves no trace");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_on_postgresql_sends_is_well_and_stops() {
    let database = tokio::task::spawn_blocking(|| postgres::Server::shared().database());
    let folder = tempfile::tempdir().expect("a folder");
    let mut host = Served::start_on(database.await.expect("a database"), folder).await;
    let message = host.send(PERSON, "Hello").await;
    host.wait(&message, "delivered").await;
    assert_eq!(host.get("metrics").await.0, StatusCode::OK);
    let account = host.fake.account();
    let (token, url) = (account.token.expose_secret(), host.url.as_str());
    let (status, checks) = doctor(&host, token, url, account.sid.as_str());
    assert_eq!(status, 0, "{checks}");
    let (status, _) = host.stop("-TERM").await;
    assert!(status.success(), "{}", host.log());
}

#[tokio::test]
async fn a_webhook_signed_by_either_of_two_tokens_is_taken() {
    let host = Served::start().await;
    let parameters = webhook::about_nothing();
    let url = host.at("twilio/status");
    let ask = async |token: &SecretString| {
        let signed = sign(token, url.as_str(), &Payload::Form(&parameters));
        let request = host.http.post(url.clone()).form(&parameters);
        host.answer(request.header("x-twilio-signature", signed)).await.0
    };
    // It tells nothing, so who takes its signature finds that it lacks the rest.
    assert_eq!(ask(&host.fake.account().token).await, StatusCode::UNPROCESSABLE_ENTITY);
    let other = SecretString::from(SECONDARY_TOKEN);
    assert_eq!(ask(&other).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ask(&SecretString::from("a third")).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_backup_of_a_running_host_is_restored_and_sends_nothing_twice() {
    let mut host = Served::start().await;
    let delivered = host.send(PERSON, "before").await;
    host.wait(&delivered, "delivered").await;
    let copy = host.path("copy.db");
    let path = copy.to_str().expect("a path").to_owned();
    let (status, _, error) = host.command(&["backup", "--out", &path]);
    assert_eq!(status, 0, "{error}");
    let (status, _, error) = host.command(&["backup", "--out", &path]);
    assert!(status == 1 && error.contains("could not make"), "never over a file: {error}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&copy).expect("the copy").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let (status, _, error) = host.command(&["restore", &path]);
    assert!(status == 1 && error.contains("could not make"), "never over a database: {error}");
    host.stop("-TERM").await;

    let restored = host.path("restored.db");
    let done = run(verbatim(&["restore", &path, "--database"]).arg(&restored));
    assert_eq!(done.0, 0, "{}", done.2);
    let keys = run(verbatim(&["keys", "list", "--database"]).arg(&restored));
    assert!(keys.1.contains("tests"), "{}", keys.1);

    let broken = host.path("broken.db");
    let mut bytes = std::fs::read(&copy).expect("the copy");
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&broken, bytes).expect("half a copy");
    let target = host.path("never.db");
    let refused = run(verbatim(&["restore"]).arg(&broken).arg("--database").arg(&target));
    assert!(refused.0 == 1 && refused.2.contains("expected a sound database"), "{}", refused.2);
    assert!(!target.exists());
}

#[test]
fn postgresql_has_its_own_tools_for_backups() {
    let server = "postgres://me:secret@db.example.com/sms";
    for (command, tool) in [
        (["backup", "--out", "x.db", "--database", server].as_slice(), "pg_dump"),
        (["restore", "x.db", "--database", server].as_slice(), "pg_restore"),
    ] {
        let (status, _, error) = run(&mut verbatim(command));
        assert!(status == 2 && error.contains(tool) && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up() {
    let host = Served::start().await;
    let made = host.json(&["keys", "create", "slow", "--rate", "1/3", "--json"]);
    let slow = made["key"].as_str().expect("a key");
    let ask = async |key: &str| {
        let request = host.http.get(host.at("v1/senders")).bearer_auth(key);
        request.send().await.expect("an answer")
    };
    for _ in 0..3 {
        assert_eq!(ask(slow).await.status(), StatusCode::OK);
    }
    let refused = ask(slow).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert!(refused.text().await.expect("text").contains("too_many_requests"));
    let sign_in = host.http.post(host.at("v1/session")).json(&json!({ "key": slow }));
    assert_eq!(
        host.answer(sign_in).await.0,
        StatusCode::TOO_MANY_REQUESTS,
        "a session is no way out"
    );
    assert_eq!(ask(&host.key).await.status(), StatusCode::OK, "another key");
    assert_eq!(ask("no key").await.status(), StatusCode::UNAUTHORIZED);
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert_eq!(ask(slow).await.status(), StatusCode::OK);
    let metrics = ask_text(&host, "metrics").await;
    assert!(metrics.contains("verbatim_limited_requests_total 2"), "{metrics}");

    let listed = host.command(&["keys", "list"]).1;
    assert!(listed.contains("1/3  slow") && listed.contains("2500/5000  tests"), "{listed}");
    let (status, _, error) = host.command(&["keys", "create", "x", "--rate", "0"]);
    assert!(status == 2 && error.contains("expected `unlimited`"), "{error}");
}

async fn ask_text(host: &Served, path: &str) -> String {
    let answer = host.request(Method::GET, path).send().await.expect("an answer");
    answer.text().await.expect("text")
}
