//! Lists of the API, their filters and their pages; opt-outs, the ledger, senders and versions.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{KEY, Server, answer, sandbox_number};

const PERSON: &str = "+15550001111";
const OTHER: &str = "+15550002222";

fn ids(list: &Value) -> Vec<&str> {
    let messages = list["messages"].as_array().expect("messages");
    messages.iter().map(|one| one["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn messages_are_listed_by_every_filter_and_page_by_page() {
    let server = Server::start().await;
    let mut sent = Vec::new();
    for number in 0..5 {
        let to = if number % 2 == 0 { PERSON } else { OTHER };
        let message = server.send(to, &format!("number {number}")).await;
        server.wait(&message, "delivered").await;
        sent.insert(0, message["id"].as_str().expect("an id").to_owned());
    }
    let failed = server.send("+15005550001", "x").await;
    server.wait(&failed, "failed").await;
    sent.insert(0, failed["id"].as_str().expect("an id").to_owned());

    for (filter, expected) in [
        ("", vec![0, 1, 2, 3, 4, 5]),
        ("to=%2B15550001111", vec![1, 3, 5]),
        ("to=%2B15550001111&state=delivered", vec![1, 3, 5]),
        ("to=%2B15550001111&state=failed", vec![]),
        ("state=failed", vec![0]),
        ("state=delivered", vec![1, 2, 3, 4, 5]),
        ("state=queued", vec![]),
        ("environment=sandbox&state=failed", vec![0]),
        ("environment=live", vec![]),
        ("template=none", vec![]),
        ("sender=%2B15550001236", vec![0, 1, 2, 3, 4, 5]),
        ("state=failed&sender=%2B15550009999", vec![]),
    ] {
        let expected: Vec<&str> = expected.into_iter().map(|at: usize| sent[at].as_str()).collect();
        let (status, whole) = server.get(&format!("v1/messages?{filter}")).await;
        assert_eq!((status, ids(&whole)), (StatusCode::OK, expected.clone()), "{filter}");
        assert_eq!(whole["next"], Value::Null, "{filter}");
        let (mut paged, mut next) = (Vec::new(), None);
        loop {
            let before = next.map(|next| format!("&before={next}")).unwrap_or_default();
            let page = server.get(&format!("v1/messages?limit=2&{filter}{before}")).await.1;
            paged.extend(ids(&page).into_iter().map(str::to_owned));
            next = page["next"].as_str().map(str::to_owned);
            if next.is_none() {
                break;
            }
        }
        assert_eq!(paged, expected, "{filter}");
    }
    for bad in ["state=lost", "environment=prod", "before=1", "limit=x", "colour=red"] {
        let (status, problem) = server.get(&format!("v1/messages?{bad}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}: {problem}");
    }
}

#[tokio::test]
async fn an_opt_out_is_added_with_its_reason_and_stops_what_is_sent() {
    let server = Server::start().await;
    let from = sandbox_number();
    let pair = format!("v1/opt-outs/{PERSON}/{from}");
    assert_eq!(server.get(&pair).await.1["opted_out"], false);
    let add = json!({"recipient": PERSON, "sender": from, "reason": "wrote us a letter"});
    let (status, added) = server.post("v1/opt-outs", &add).await;
    assert_eq!((status, &added["opted_out"]), (StatusCode::CREATED, &json!(true)));
    assert_eq!(server.get(&pair).await.1, added);
    assert_eq!(server.send(PERSON, "x").await["state"], "suppressed");
    server.write(PERSON, "START").await;
    assert_eq!(server.get(&pair).await.1["opted_out"], false);

    let (_, ledger) = server.get("v1/consent?recipient=%2B15550001111").await;
    let lines = ledger["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 3, "the number's two, and its service's: {ledger}");
    let first = lines.last().expect("a line");
    assert_eq!(first["action"], "opt_out");
    assert_eq!((&first["source"], &first["reason"]), (&json!("operator"), &add["reason"]));
    assert_eq!(lines[0]["action"], "opt_in");
    assert_eq!(lines[0]["raw_text"], "START");
    let (_, page) = server.get("v1/consent?recipient=%2B15550001111&limit=1").await;
    let next = page["next"].as_str().expect("a next");
    let more = format!("v1/consent?recipient=%2B15550001111&limit=9&before={next}");
    assert_eq!(server.get(&more).await.1["lines"].as_array().map(Vec::len), Some(2));

    for bad in [
        json!({"recipient": PERSON, "sender": from}),
        json!({"recipient": PERSON, "sender": from, "reason": " "}),
        json!({"recipient": PERSON, "sender": from, "reason": "x".repeat(501)}),
        json!({"recipient": "1", "sender": from, "reason": "x"}),
    ] {
        let (status, problem) = server.post("v1/opt-outs", &bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    }
}

#[tokio::test]
async fn a_file_of_opt_outs_is_imported_whole_or_not_at_all_and_once() {
    let server = Server::start().await;
    let from = sandbox_number();
    let import = async |text: String| {
        let request = server.raw(Method::POST, "v1/opt-outs/import").bearer_auth(KEY);
        answer(request.header("content-type", "text/csv").body(text)).await
    };
    let bad = format!("recipient,sender\n{PERSON},{from}\n5550001111,{from}\n");
    let (status, problem) = import(bad).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((&problem["code"], &problem["line"]), (&json!("bad_row"), &json!(3)));
    assert_eq!(server.get("v1/opt-outs").await.1["opt_outs"], json!([]));

    let people: Vec<String> = (0..1200).map(|it| format!("+1555100{it:04}")).collect();
    let rows: Vec<String> = people.iter().map(|it| format!("{it},{from},moved\n")).collect();
    let file = format!("recipient,sender,reason\n{}", rows.concat());
    assert_eq!(import(file.clone()).await.1, json!({"added": 1200, "unchanged": 0}));
    assert_eq!(import(file).await.1, json!({"added": 0, "unchanged": 1200}), "the same again");
    let (mut listed, mut next) = (Vec::new(), String::new());
    loop {
        let (status, page) = server.get(&format!("v1/opt-outs?limit=500{next}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let page_of = page["opt_outs"].as_array().expect("a page");
        listed.extend(page_of.iter().map(|it| it["recipient"].as_str().expect("one").to_owned()));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&after={}", cursor.replace('+', "%2B")),
            None => break,
        }
    }
    assert_eq!(listed, people);
    let request = server.raw(Method::POST, "v1/opt-outs/import").bearer_auth(KEY).json(&json!({}));
    assert_eq!(answer(request).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn an_older_word_in_a_file_does_not_undo_a_later_start() {
    let server = Server::start().await;
    server.write(PERSON, "STOP").await;
    server.write(PERSON, "START").await;
    let from = sandbox_number();
    let file = format!("recipient,sender,since\n{PERSON},{from},2020-01-01T00:00:00Z\n");
    let request = server.raw(Method::POST, "v1/opt-outs/import").bearer_auth(KEY);
    let done = answer(request.header("content-type", "text/csv").body(file)).await;
    assert_eq!(done.1, json!({"added": 0, "unchanged": 1}));
    assert_eq!(server.send(PERSON, "x").await["state"], "queued");
}

#[tokio::test]
async fn a_sender_is_registered_for_an_environment_and_taken_from_it() {
    let server = Server::start().await;
    let sender = "+15550007777";
    let send = json!({"to": PERSON, "from": sender, "content": "x", "environment": "live"});
    assert_eq!(server.post("v1/messages", &send).await.1["code"], "sender_not_registered");
    let register = json!({"environment": "live", "sender": sender, "replies": "twilio"});
    let (status, registered) = server.post("v1/senders", &register).await;
    assert_eq!((status, &registered["replies"]), (StatusCode::CREATED, &json!("twilio")));
    assert_eq!(registered["segments_per_minute"], 60, "Twilio's own for a US long code");
    let faster = json!({"environment": "live", "sender": sender, "segments_per_minute": 600,
        "on_unknown": "resend"});
    let faster = server.post("v1/senders", &faster).await.1;
    assert_eq!(
        (&faster["segments_per_minute"], &faster["on_unknown"]),
        (&json!(600), &json!("resend"))
    );
    let listed = server.get("v1/senders").await.1["senders"].as_array().cloned();
    assert!(listed.is_some_and(|all| all.contains(&faster)), "{faster}");
    let free = json!({"environment": "live", "sender": sender, "segments_per_minute": 0});
    assert_eq!(server.post("v1/senders", &free).await.1["segments_per_minute"], json!(null));
    assert_eq!(server.post("v1/messages", &send).await.0, StatusCode::ACCEPTED);
    // What is not said stays as it was.
    let again = json!({"environment": "pre_release", "sender": sender});
    assert_eq!(server.post("v1/senders", &again).await.1["replies"], "twilio");
    assert_eq!(server.delete(&format!("v1/senders/live/{sender}")).await.0, StatusCode::NO_CONTENT);
    assert_eq!(server.post("v1/messages", &send).await.1["code"], "sender_not_registered");
    assert_eq!(server.delete(&format!("v1/senders/live/{sender}")).await.0, StatusCode::NOT_FOUND);

    let service = format!("MG{}", "a".repeat(32));
    let send = json!({"to": PERSON, "from": service, "content": "x"});
    let of_service = json!({"environment": "sandbox", "sender": service});
    let (status, problem) = server.post("v1/senders", &of_service).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::BAD_GATEWAY, &json!("twilio_failed")),
        "Twilio knows of no such service, so nobody knows which numbers it holds"
    );
    let with_pool = json!({"environment": "sandbox", "sender": service, "numbers": [sender]});
    assert_eq!(server.post("v1/senders", &with_pool).await.0, StatusCode::CREATED);
    assert_eq!(server.post("v1/messages", &send).await.0, StatusCode::ACCEPTED);
    for bad in [
        json!({"environment": "prod", "sender": sender}),
        json!({"environment": "live", "sender": "5550007777"}),
        json!({"environment": "live", "sender": sender, "replies": "nobody"}),
        json!({"environment": "live", "sender": sender, "numbers": [sender]}),
        json!({"environment": "live", "sender": service, "numbers": []}),
        json!({"environment": "live", "sender": service, "numbers": ["1"]}),
    ] {
        let (status, problem) = server.post("v1/senders", &bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    }
}

#[tokio::test]
async fn who_saves_what_another_has_saved_since_is_told() {
    let server = Server::start().await;
    let draft = |body: &str| json!({"title": "shared", "body": body});
    assert_eq!(server.post("v1/templates", &draft("one")).await.0, StatusCode::CREATED);
    let read = server.raw(Method::GET, "v1/templates/shared").bearer_auth(KEY);
    let tag = read.send().await.expect("an answer").headers()["etag"].clone();
    assert_eq!(tag, "\"1\"");
    let save = async |tag: &str, body: &str| {
        let request = server.raw(Method::PUT, "v1/templates/shared").bearer_auth(KEY);
        answer(request.header("if-match", tag).json(&draft(body))).await
    };
    assert_eq!(save("\"1\"", "two").await.0, StatusCode::OK);
    let (status, problem) = save("\"1\"", "three").await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    assert_eq!((&problem["code"], &problem["version"]), (&json!("template_changed"), &json!(2)));
    assert_eq!(server.get("v1/templates/shared").await.1["body"], "two", "nothing was saved");
    assert_eq!(save("\"2\"", "three").await.0, StatusCode::OK);
    assert_eq!(save("*", "four").await.0, StatusCode::OK);
    assert_eq!(save("2", "five").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    // Two at once from the same version: one of them is told.
    let (one, two) = tokio::join!(save("\"4\"", "five"), save("\"4\"", "six"));
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::PRECONDITION_FAILED]);
}

#[tokio::test]
async fn versions_are_listed_and_an_environment_goes_back_in_one_step() {
    let server = Server::start().await;
    let draft = |body: &str| json!({"title": "noted", "body": body});
    server.post("v1/templates", &draft("one")).await;
    for body in ["two", "three"] {
        server.put("v1/templates/noted", &draft(body)).await;
    }
    let (_, list) = server.get("v1/templates/noted/versions").await;
    let versions = list["versions"].as_array().expect("versions");
    let bodies: Vec<_> = versions.iter().map(|one| one["body"].as_str().expect("text")).collect();
    assert_eq!(bodies, ["three", "two", "one"]);
    let publish = async |body: Value| server.post("v1/templates/noted/publish", &body).await;
    assert_eq!(publish(json!({"environment": "live"})).await.1["published"]["live"], 3);
    let back = json!({"environment": "live", "version": 1});
    assert_eq!(publish(back).await.1["published"]["live"], 1);
    let lost = publish(json!({"environment": "live", "version": 9})).await;
    assert_eq!(lost.1["code"], "unknown_version");
}
