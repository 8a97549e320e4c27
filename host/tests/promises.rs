//! What writers, senders and the people who are written to are promised of a host: one test for
//! each promise, named by it, from outside.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use verbatim_host::dev::NUMBERS;
use verbatim_host::message::Environment;

use crate::support::{Answer, KEY, Server, sandbox_number};

const PERSON: &str = "+15550001111";

/// Saves a template that every environment sends.
async fn publish(server: &Server, title: &str, body: &str) {
    let senders: serde_json::Map<_, _> = NUMBERS
        .iter()
        .map(|(environment, number)| (environment.as_str().to_owned(), json!(number)))
        .collect();
    let draft = json!({"title": title, "body": body, "senders": senders});
    let (status, made) = server.post("v1/templates", &draft).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    for environment in ["live", "pre_release"] {
        let path = format!("v1/templates/{title}/publish");
        let (status, done) = server.post(&path, &json!({ "environment": environment })).await;
        assert_eq!(status, StatusCode::OK, "{done}");
    }
}

async fn send(server: &Server, mut request: Value) -> Answer {
    request["to"] = json!(PERSON);
    server.post("v1/messages", &request).await
}

/// The text, or the code of the refusal.
async fn sent(server: &Server, request: Value) -> String {
    let (_, answer) = send(server, request).await;
    let said = if answer["text"].is_null() { &answer["code"] } else { &answer["text"] };
    said.as_str().expect("text").to_owned()
}

#[tokio::test]
async fn each_environment_sends_from_its_own_sender_and_by_default_it_is_sandbox() {
    let server = Server::start().await;
    publish(&server, "hello", "Hello").await;
    for (environment, number) in NUMBERS {
        let request = json!({"template": "hello", "environment": environment.as_str()});
        let (status, message) = send(&server, request).await;
        assert_eq!((status, &message["sender"]), (StatusCode::ACCEPTED, &json!(number)));
    }
    let (_, message) = send(&server, json!({"template": "hello"})).await;
    assert_eq!(message["environment"], Environment::Sandbox.as_str());
    assert_eq!(message["sender"], sandbox_number());
}

#[tokio::test]
async fn an_environment_without_a_sender_refuses_and_never_borrows_anothers() {
    let server = Server::start().await;
    publish(&server, "hello", "Hello").await;
    for (environment, number) in NUMBERS {
        let title = format!("only_{}", environment.as_str());
        let senders = json!({ environment.as_str(): number });
        let draft = json!({"title": title, "body": "x", "senders": senders});
        assert_eq!(server.post("v1/templates", &draft).await.0, StatusCode::CREATED);
        for published in ["live", "pre_release"] {
            let path = format!("v1/templates/{title}/publish");
            server.post(&path, &json!({ "environment": published })).await;
        }
        for (other, _) in NUMBERS {
            let request = json!({"template": title, "environment": other.as_str()});
            let (status, answer) = send(&server, request).await;
            assert_eq!(status.is_success(), other == environment, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_title_is_unique_in_a_project_and_has_no_braces_and_no_control_characters() {
    let server = Server::start().await;
    let make = async |title: &str| {
        let (status, answer) =
            server.post("v1/templates", &json!({"title": title, "body": "x"})).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(make("reservation_confirmation").await.0, StatusCode::CREATED);
    assert_eq!(make("reservation_confirmation").await.0, StatusCode::CONFLICT);
    for title in ["a{b", "a}b", "a\u{1}b", "", &"t".repeat(101)] {
        let (status, code) = make(title).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{title:?}: {code}");
    }
    assert_eq!(make(&"t".repeat(100)).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn sandbox_sends_the_newest_version_and_the_others_what_was_published() {
    let server = Server::start().await;
    publish(&server, "hello", "one").await;
    let draft = json!({"title": "hello", "body": "two"});
    assert_eq!(server.put("v1/templates/hello", &draft).await.0, StatusCode::OK);
    let text = async |environment: &str| {
        sent(&server, json!({"template": "hello", "environment": environment})).await
    };
    assert_eq!(text("sandbox").await, "two");
    assert_eq!((text("pre_release").await, text("live").await), ("one".into(), "one".into()));
    server.post("v1/templates/hello/publish", &json!({"environment": "live"})).await;
    assert_eq!((text("pre_release").await, text("live").await), ("one".into(), "two".into()));
    // Going back is one step.
    server.post("v1/templates/hello/publish", &json!({"environment": "live", "version": 1})).await;
    assert_eq!(text("live").await, "one");
}

#[tokio::test]
async fn a_send_takes_the_closest_language_then_the_bare_title_then_the_default_language() {
    let server = Server::start().await;
    for title in ["hi", "hi_es", "hi_pt", "hi_pt-BR", "bye_en", "bye_fr"] {
        publish(&server, title, title).await;
    }
    server.put("v1/project", &json!({"default_language": "fr"})).await;
    for (template, language, chosen) in [
        ("hi", "es", "hi_es"),
        ("hi", "pt-BR", "hi_pt-BR"),
        ("hi", "pt-PT", "hi_pt"),
        ("hi", "de", "hi"),
        ("bye", "en", "bye_en"),
        ("bye", "de", "bye_fr"),
        ("bye_en", "fr", "bye_en"),
    ] {
        let (_, message) = send(&server, json!({"template": template, "language": language})).await;
        assert_eq!(message["template"], chosen, "{template} in {language}: {message}");
        assert_eq!(message["text"], chosen);
    }
}

#[tokio::test]
async fn send_sms_and_send_sms_template_are_called_as_the_platforms_call_them() {
    let server = Server::start().await;
    publish(&server, "hello", "Hello {{vrbl:NAME}}").await;
    let free = json!({"to_number": PERSON, "from_number": sandbox_number(), "content": "Hi {{x"});
    let (status, message) = server.post("v1/messages", &free).await;
    assert_eq!((status, &message["text"]), (StatusCode::ACCEPTED, &json!("Hi {{x")), "{message}");
    let values = json!({"variable": {"NAME": "Ana"}});
    let named = json!({"to_number": PERSON, "template": "hello", "values": values});
    let (status, message) = server.post("v1/messages", &named).await;
    assert_eq!((status, &message["text"]), (StatusCode::ACCEPTED, &json!("Hello Ana")));
}

#[tokio::test]
async fn a_missing_value_is_refused_unless_it_may_be_blank_or_kept_and_nothing_leaves() {
    let server = Server::start().await;
    publish(&server, "hello", "Hi {{entity:guest}}!").await;
    let (status, problem) = send(&server, json!({"template": "hello"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["missing"], json!([{"kind": "entity", "name": "guest"}]));
    assert_eq!((server.count().await, server.log().await.len()), (0, 0), "nothing leaves");
    for (missing, text) in [("blank", "Hi !"), ("keep", "Hi {{entity:guest}}!")] {
        let request = json!({"template": "hello", "missing": missing});
        assert_eq!(sent(&server, request).await, text);
    }
}

#[tokio::test]
async fn each_send_stands_in_the_log_of_its_conversation() {
    let server = Server::start().await;
    for text in ["one", "two"] {
        let request = json!({"from": sandbox_number(), "content": text, "conversation_id": "c"});
        assert_eq!(send(&server, request).await.0, StatusCode::ACCEPTED);
    }
    let (_, conversation) = server.get("v1/conversations/c").await;
    for (at, text) in ["one", "two"].into_iter().enumerate() {
        let (message, line) = (&conversation["messages"][at], &conversation["log"][at]);
        assert_eq!((&message["text"], &message["id"]), (&json!(text), &line["message_id"]));
        assert_eq!(line["event"], "queued");
    }
}

#[tokio::test]
async fn refusals_by_the_api_and_failures_of_delivery_are_counted_apart() {
    let server = Server::start().await;
    let refused = server.send("+15005550001", "x").await;
    server.wait(&refused, "failed").await;
    let (_, mut chaos) = server.get("v1/dev/chaos").await;
    chaos["undelivered"] = json!(1);
    assert_eq!(server.put("v1/dev/chaos", &chaos).await.0, StatusCode::OK);
    for _ in 0..2 {
        let lost = server.send(PERSON, "x").await;
        server.wait(&lost, "undelivered").await;
    }
    let shown = server.raw(Method::GET, "metrics").bearer_auth(KEY).send().await;
    let shown = shown.expect("an answer").text().await.expect("text");
    let of = |when: &str| {
        let begins = format!("verbatim_api_failures_total{{when=\"{when}\"");
        let lines = shown.lines().filter(|line| line.starts_with(&begins));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u32>().ok()).sum::<u32>()
    };
    assert_eq!((of("api"), of("delivery")), (1, 2), "{shown}");
}

#[tokio::test]
async fn each_keyword_of_the_table_is_answered_to_the_letter() {
    let stop = "You have been unsubscribed and will not receive further messages. Reply START to \
                resubscribe.";
    let start = "You have been resubscribed and will receive messages again.";
    let help = "Reply STOP to unsubscribe or START to resubscribe.";
    let server = Server::start().await;
    let pair = format!("v1/opt-outs/{PERSON}/{}", sandbox_number());
    for (variants, reply, opted_out) in [
        (&["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"][..], stop, true),
        (&["HELP"], help, true),
        (&["START", "YES", "UNSTOP"], start, false),
        (&["HELP"], help, false),
    ] {
        for variant in variants {
            assert_eq!(server.write(PERSON, variant).await, [reply], "{variant}");
            assert_eq!(server.get(&pair).await.1["opted_out"], opted_out, "{variant}");
        }
    }
}

#[tokio::test]
async fn a_send_to_who_opted_out_succeeds_delivers_nothing_and_is_counted() {
    let server = Server::start().await;
    server.write(PERSON, "STOP").await;
    let (status, message) =
        send(&server, json!({"from": sandbox_number(), "content": "Hello"})).await;
    assert_eq!((status, &message["state"]), (StatusCode::ACCEPTED, &json!("suppressed")));
    assert_eq!(message["reason"], "opted_out");
    assert!(server.log().await.is_empty(), "Twilio never hears of it");
    let (_, stats) = server.get("v1/stats").await;
    assert_eq!(stats["total"]["states"], json!({"suppressed": 1}));
}

#[tokio::test]
async fn the_agent_gets_no_keyword_and_nothing_from_who_opted_out() {
    let server = Server::start().await;
    // Nobody listens there: what would be posted waits, and is listed.
    let setting = json!({"url": "http://127.0.0.1:9/inbound"});
    assert_eq!(server.put("v1/webhooks/default", &setting).await.0, StatusCode::OK);
    for text in ["help", "Stop!", "are you there?", "HELP.", "START", "see you"] {
        server.write(PERSON, text).await;
    }
    let (_, found) = server.get("v1/forwards").await;
    let forwards = found["forwards"].as_array().expect("forwards");
    assert_eq!(forwards.len(), 1, "{found}");
    assert!(forwards[0].to_string().contains("see you"), "{found}");
}

#[tokio::test]
async fn the_phone_in_dev_says_of_each_text_what_became_of_it_and_what_the_agent_would_get() {
    let server = Server::start().await;
    let request = json!({"content": "Hello", "conversation_id": "talk", "from": sandbox_number()});
    let (status, message) = send(&server, request).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    for text in ["are you there?", "Stop!", "hello?", "START"] {
        server.write(PERSON, text).await;
    }
    let (_, phone) = server.get(&format!("v1/dev/phone?number=%2B{}", &PERSON[1..])).await;
    let messages = phone["messages"].as_array().expect("messages");
    let written: Vec<_> = messages.iter().filter(|one| one["direction"] == "inbound").collect();
    let became: Vec<_> = written.iter().map(|one| one["became"]["disposition"].clone()).collect();
    assert_eq!(became, ["forward", "intercepted", "dropped", "intercepted"]);
    let event = &written[0]["became"]["event"];
    assert_eq!(event["type"], "message.received");
    assert_eq!(event["data"]["text"], "are you there?");
    assert_eq!(event["data"]["conversation_id"], "talk");
    for one in &written[1..] {
        assert_eq!(one["became"]["event"], Value::Null, "nobody hears of it: {one}");
    }
    server.stop().await;
}

#[tokio::test]
async fn wider_lists_own_words_patterns_and_replies_and_a_yes_of_the_opted_out_are_settings() {
    let server = Server::start().await;
    let pair = format!("v1/opt-outs/{PERSON}/{}", sandbox_number());
    let is_out = async || server.get(&pair).await.1["opted_out"] == json!(true);
    for word in ["REVOKE", "opt out", "Arr\u{ea}t", "alto", "basta", "leave me"] {
        assert_eq!(server.write(PERSON, word).await, [""; 0], "`{word}` counts for nothing yet");
    }
    assert!(!is_out().await);
    assert_eq!(server.write(PERSON, "yes").await.len(), 1, "the table has it");

    let setting = json!({"sets": ["twilio", "fcc", "french", "spanish"],
        "words": {"STOP": ["basta"]}, "patterns": {"STOP": ["leave .*"]},
        "yes_only_when_opted_out": true, "replies": {"STOP": "Bye then.", "HELP": "Call us."}});
    let (status, set) = server.put("v1/keywords", &setting).await;
    assert_eq!(status, StatusCode::OK, "{set}");
    assert_eq!(server.get("v1/keywords").await.1, set);
    assert_eq!(server.write(PERSON, "Yes").await, [""; 0], "who is not opted out says it to us");
    for word in ["REVOKE", "opt out", "Arr\u{ea}t", "alto", "Basta!", "leave me"] {
        assert_eq!(server.write(PERSON, word).await, ["Bye then."], "{word}");
        assert!(is_out().await, "{word}");
        assert_eq!(server.write(PERSON, "yes").await.len(), 1);
        assert!(!is_out().await);
    }
    assert_eq!(server.write(PERSON, "help").await, ["Call us."]);
    for (bad, code) in [
        (json!({"patterns": {"STOP": ["("]}}), "V040"),
        (json!({"replies": {"STOP": " "}}), "V021"),
        (json!({"words": {"STOP": [""]}}), "bad_field"),
        (json!({"words": {"STOP": vec!["a"; 101]}}), "bad_field"),
        (json!({"words": {"END": ["a"]}}), "bad_field"),
        (json!({"sets": ["klingon"]}), "bad_field"),
    ] {
        let (status, problem) = server.put("v1/keywords", &bad).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)));
    }
    assert_eq!(server.get("v1/keywords").await.1, set, "nothing of it was stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_sets_keywords_and_shows_them_as_the_api_has_them() {
    let server = Server::start().await;
    let command = |arguments: &[&str]| {
        let asked = ["keywords"].iter().chain(arguments).copied().collect::<Vec<_>>();
        server.command(&asked)
    };
    let (status, out, _) = command(&["show"]);
    assert_eq!((status, out.contains("and nothing else")), (0, true), "{out}");
    let set = ["set", "--list", "fcc", "--word", "STOP=basta", "--word", "stop=no mas"];
    let more =
        ["--pattern", "STOP=a{1,3}", "--reply", "HELP=Call us.", "--yes-only-when-opted-out"];
    let (status, out, error) = command(&[&set[..], &more].concat());
    assert_eq!(status, 0, "{error}");
    let expected = "lists: fcc\nwords for STOP: basta, no mas\npatterns for STOP: a{1,3}\n\
        reply to HELP: Call us.\nYES counts only from who is opted out\n";
    assert_eq!(out, expected);
    let (_, json, _) = command(&["show", "--json"]);
    let shown: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(shown, server.get("v1/keywords").await.1);
    assert_eq!(server.write(PERSON, "aaa").await.len(), 1, "a pattern counts");

    for (bad, expected, status) in [
        (["set", "--pattern", "STOP=("], "V040", 1),
        (["set", "--word", "END=x"], "expected STOP=…, START=… or HELP=…, found `END=x`", 2),
        (["set", "--list", "klingon"], "twilio", 2),
    ] {
        let (found, _, error) = command(&bad);
        assert!(found == status && error.contains(expected), "{found}: {error}");
    }
    assert_eq!(server.get("v1/keywords").await.1, shown, "nothing of it was stored");
    let (_, out, _) = command(&["set"]);
    assert!(out.contains("and nothing else"), "what is not named counts no more: {out}");
    server.stop().await;
}

#[tokio::test]
async fn a_program_that_holds_a_host_sends_as_over_http() {
    let server = Server::start().await;
    publish(&server, "hello", "Hello ${name}").await;
    let host = server.dev.host();
    let request =
        json!({"to": PERSON, "template": "hello", "values": {"variant": {"name": "Zoë"}}});

    let first = host.send(&request, Some("once")).await.expect("it is accepted");
    assert_eq!(first["text"], "Hello Zoë");
    assert_eq!(host.send(&request, Some("once")).await, Ok(first.clone()), "the same answer");
    let over_http = server.raw(Method::POST, "v1/messages").bearer_auth(KEY);
    let over_http = over_http.header("idempotency-key", "once").json(&request);
    let answer: Value = over_http.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(answer, first, "one key, over whichever way");
    server.wait(&first, "delivered").await;

    let (_, refused) = send(&server, json!({"template": "hello"})).await;
    let missing = host.send(&json!({"to": PERSON, "template": "hello"}), None).await;
    let missing = missing.expect_err("a value is missing");
    assert_eq!(
        (json!(missing.code), json!(missing.detail)),
        (refused["code"].clone(), refused["detail"].clone())
    );
    server.stop().await;
}
