//! Requests that mean harm, against every route of the API's own description: foreign pages,
//! bodies that are too long, and text that another would take for SQL, a header or a path.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{KEY, Server, answer, sandbox_number};

const PERSON: &str = "+15550001111";
/// What somebody else's program would run, split, or resolve.
const PAYLOADS: [&str; 8] = [
    "'; DROP TABLE messages; --",
    "x' OR '1'='1",
    "\"; DELETE FROM pairs; --",
    "$1 || (SELECT hash FROM api_keys)",
    "x\r\nX-Injected: 1\r\n\r\nHTTP/1.1 200 OK",
    "%0d%0aX-Injected:%201",
    "../../../../etc/passwd",
    "{{entity:x}}${y}<script>\u{202e}\u{fffe}",
];

struct Operation {
    method: Method,
    path: String,
    parameters: Vec<Value>,
    takes: Option<String>,
}

/// Every operation that the API has. The stream of events has no text and no end.
fn operations() -> Vec<Operation> {
    let document = verbatim_host::api::describe_api();
    let paths = document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, operations) in paths.iter().filter(|(path, _)| *path != "/v1/events") {
        for (method, operation) in operations.as_object().expect("operations") {
            let content = operation["requestBody"]["content"].as_object();
            all.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path[1..].to_owned(),
                parameters: operation["parameters"].as_array().cloned().unwrap_or_default(),
                takes: content.and_then(|kinds| kinds.keys().next().cloned()),
            });
        }
    }
    all
}

/// A request of each kind that is as it must be; its texts are what is replaced.
fn samples() -> Vec<(Method, &'static str, Value)> {
    let number = sandbox_number();
    let values =
        json!({"variant": {"a": "b"}, "entity": {"a": "b"}, "variable": {}, "translation": {}});
    vec![
        (
            Method::POST,
            "v1/messages",
            json!({"to": PERSON, "from": number, "content": "x",
            "environment": "sandbox", "conversation_id": "c", "language": "en", "module": "m"}),
        ),
        (
            Method::POST,
            "v1/messages",
            json!({"to": PERSON, "template": "t", "language": "en",
            "missing": "keep", "values": values}),
        ),
        (Method::POST, "v1/preview", json!({"body": "x ${a}", "values": values})),
        (
            Method::POST,
            "v1/templates",
            json!({"title": "t", "body": "x",
            "senders": {"live": number, "pre_release": number, "sandbox": number}}),
        ),
        (Method::PUT, "v1/templates/{id}", json!({"title": "t", "body": "x"})),
        (Method::POST, "v1/templates/{id}/duplicate", json!({"title": "t2"})),
        (Method::POST, "v1/templates/{id}/publish", json!({"environment": "live"})),
        (
            Method::POST,
            "v1/senders",
            json!({"environment": "live", "sender": number,
            "replies": "twilio"}),
        ),
        (
            Method::POST,
            "v1/opt-outs",
            json!({"recipient": "+15550003333", "sender": number,
            "reason": "x"}),
        ),
        (
            Method::PUT,
            "v1/webhooks/{sender}",
            json!({"url": "https://hooks.example.com/", "secret": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"}),
        ),
        (
            Method::PUT,
            "v1/account",
            json!({"account_sid": format!("AC{}", "0".repeat(32)), "auth_token": "x"}),
        ),
        (Method::PUT, "v1/conversations/{id}", json!({"metadata": {"a": "b", "c": {"d": "e"}}})),
        (
            Method::PATCH,
            "v1/conversations/{id}/state",
            json!({"variant": "v", "language": "en", "variables": {"A": "b"}, "entities": {"a": "b"}}),
        ),
        (Method::PUT, "v1/project", json!({"default_language": "en"})),
        (
            Method::PUT,
            "v1/keywords",
            json!({"sets": ["fcc"], "words": {"STOP": ["basta"]}, "patterns": {"HELP": ["h.*"]},
                "yes_only_when_opted_out": true, "replies": {"HELP": "Call us"}}),
        ),
        (
            Method::PUT,
            "v1/manners",
            json!({"per_recipient": {"messages": 1000, "seconds": 60},
                "same_text": {"seconds": 1}, "per_project": {"messages": 10000, "seconds": 1}}),
        ),
        (
            Method::POST,
            "v1/project/import",
            json!({"files": {"config/handoffs.yaml": "handoffs: []", "topics/a.yaml": "name: a"}}),
        ),
        (Method::POST, "v1/project/export", json!({"files": {"topics/a.yaml": "name: a"}})),
        (Method::PUT, "v1/registrations", json!({"on_unregistered": "warn"})),
        (
            Method::POST,
            "v1/check",
            json!({"title": "t", "body": "${a}", "language": "en", "sender": number}),
        ),
        (
            Method::PUT,
            "v1/actions/{name}",
            json!({"name": "a", "prompt": "{{twilio_sms:opening_hours}}", "topic": "t",
            "extra": {"a": "b"}}),
        ),
        (
            Method::POST,
            "v1/actions/{name}/run",
            json!({"to_number": PERSON, "conversation_id": "c", "variant": "v", "language": "en",
            "environment": "sandbox", "missing": "keep", "values": values}),
        ),
        (
            Method::PUT,
            "v1/handoffs/{name}",
            json!({"name": "a", "description": "x", "method": "refer", "destination": "sip:a@b",
            "config": {"a": "b"}, "extra": {"a": "b"}}),
        ),
        (
            Method::PUT,
            "v1/variants/{name}",
            json!({"name": "a", "values": {"a": "b"}, "extra": {"a": "b"}}),
        ),
        (
            Method::PUT,
            "v1/attributes/{name}",
            json!({"name": "a", "kind": "text", "config": {"a": "b"}, "values": {}}),
        ),
        (
            Method::PUT,
            "v1/entities/{name}",
            json!({"name": "a", "description": "x", "entity_type": "enum", "config": {"a": "b"}}),
        ),
        (
            Method::PUT,
            "v1/translations/{name}",
            json!({"name": "a", "translations": {"en": "x"}, "extra": {"a": "b"}}),
        ),
        (Method::POST, "v1/session", json!({"key": "x"})),
        (Method::POST, "v1/dev/phone", json!({"from": "+15550003333", "to": number, "body": "x"})),
        (Method::PUT, "v1/dev/chaos", json!({"seed": 1})),
    ]
}

/// The same with one of its texts replaced, for each of them.
fn with_each_text_replaced(sample: &Value, payload: &str) -> Vec<Value> {
    match sample {
        Value::String(_) => vec![json!(payload)],
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                with_each_text_replaced(member, payload).into_iter().map(move |changed| {
                    let mut whole = members.clone();
                    whole.insert(name.clone(), changed);
                    Value::Object(whole)
                })
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Vec::new(),
    }
}

/// Answered by a refusal or as it should be, whole, with no header of the attacker's.
async fn survives(request: RequestBuilder, what: &str) -> (StatusCode, String) {
    let response: Response = request.send().await.expect(what);
    let status = response.status();
    assert!(!status.is_server_error(), "{status} after {what}");
    assert!(!response.headers().contains_key("x-injected"), "{what}");
    (status, response.text().await.expect(what))
}

async fn is_unharmed(server: &Server) {
    let all = server.get("v1/messages?state=delivered").await.1;
    assert_eq!(all["messages"].as_array().map(Vec::len), Some(1), "{all}");
    assert_eq!(server.get("v1/templates").await.0, StatusCode::OK);
    let opted_out = server.get(&format!("v1/opt-outs/+15550004444/{}", sandbox_number())).await.1;
    assert_eq!(opted_out["opted_out"], true);
}

/// A host with a message, and a person who has opted out.
async fn server() -> Server {
    let server = Server::start().await;
    let message = server.send(PERSON, "here").await;
    server.wait(&message, "delivered").await;
    server.write("+15550004444", "STOP").await;
    server
}

#[tokio::test]
async fn no_text_of_a_body_is_taken_for_sql_or_a_header() {
    let server = server().await;
    let (mut tried, mut refused) = (0, 0);
    for (method, path, sample) in samples() {
        for payload in PAYLOADS {
            for body in with_each_text_replaced(&sample, payload) {
                let path = path.replace("{id}", "opening_hours").replace("{name}", "a");
                let request = server.raw(method.clone(), &path).bearer_auth(KEY).json(&body);
                let (status, _) = survives(request, &format!("{method} {path} {body}")).await;
                tried += 1;
                refused += usize::from(status.is_client_error());
            }
        }
    }
    is_unharmed(&server).await;
    assert!(tried > 250, "{tried}");
    println!("{tried} tried, {refused} refused");
    // What is text may hold anything, and is what it was.
    for payload in PAYLOADS {
        let message = server.send("+15550005555", payload).await;
        assert_eq!(message["text"], payload);
        let id = message["id"].as_str().expect("an id");
        assert_eq!(server.get(&format!("v1/messages/{id}")).await.1["text"], payload);
    }
}

#[tokio::test]
async fn no_parameter_of_an_address_or_header_is_taken_for_sql_or_a_header() {
    let server = server().await;
    let mut tried = 0;
    for operation in operations() {
        for parameter in &operation.parameters {
            let name = parameter["name"].as_str().expect("a name");
            for payload in PAYLOADS {
                let encoded: String = form_urlencoded::byte_serialize(payload.as_bytes()).collect();
                let encoded = encoded.replace('+', "%20");
                let mut path = operation.path.clone();
                let mut header = None;
                match parameter["in"].as_str() {
                    Some("path") => path = path.replace(&format!("{{{name}}}"), &encoded),
                    Some("query") => path = format!("{path}?{name}={encoded}"),
                    // What HTTP itself cannot carry, a client cannot send.
                    _ => header = reqwest::header::HeaderValue::from_str(payload).ok(),
                }
                let path = path.replace(['{', '}'], "");
                let mut request = server.raw(operation.method.clone(), &path).bearer_auth(KEY);
                if let Some(value) = header {
                    request = request.header(name, value);
                }
                if operation.takes.is_some() {
                    request = request.json(&json!({}));
                }
                survives(request, &format!("{} {path}", operation.method)).await;
                tried += 1;
            }
        }
    }
    is_unharmed(&server).await;
    assert!(tried > 200, "{tried}");
    println!("{tried} tried");
}

#[test]
fn every_body_that_the_api_takes_is_among_the_samples() {
    let takes =
        operations().into_iter().filter(|it| it.takes.as_deref() == Some("application/json"));
    let taken: BTreeSet<_> = takes.map(|it| (it.method.to_string(), it.path)).collect();
    let samples =
        samples().into_iter().map(|(method, path, _)| (method.to_string(), path.to_owned()));
    assert_eq!(taken, samples.collect());
}

#[tokio::test]
async fn a_foreign_page_and_a_foreign_name_reach_no_route_at_all() {
    let server = Server::start().await;
    let port = server.dev.host().address().port();
    let mut paths: Vec<_> = operations().into_iter().map(|it| (it.method, it.path)).collect();
    for open in ["metrics", "readyz", "livez", "verbatim.wasm", "", "sign-in?token=x", "v1/events"]
    {
        paths.push((Method::GET, open.to_owned()));
    }
    for webhook in ["twilio/inbound", "twilio/status", "twilio/status/x"] {
        paths.push((Method::POST, webhook.to_owned()));
    }
    for (method, path) in paths {
        let path = path.replace(['{', '}'], "");
        let raw = || server.raw(method.clone(), &path).bearer_auth(KEY);
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            let refused = answer(raw().header("origin", origin)).await;
            assert_eq!(refused.1["code"], "foreign_origin", "{method} {path} {origin}");
        }
        for host in [format!("evil.example:{port}"), "evil.example".to_owned()] {
            let refused = answer(raw().header("host", &host)).await;
            assert_eq!(refused.1["code"], "foreign_host", "{method} {path} {host}");
        }
    }
}

#[tokio::test]
async fn no_route_reads_a_body_or_a_head_that_is_too_long() {
    let server = Server::start().await;
    let too_long = || vec![b'x'; verbatim_host::api::MAX_BODY + 1];
    let mut paths: Vec<_> = operations()
        .into_iter()
        .filter(|it| it.takes.is_some())
        .map(|it| (it.method, it.path.replace(['{', '}'], "")))
        .collect();
    for webhook in ["twilio/inbound", "twilio/status", "twilio/status/x"] {
        paths.push((Method::POST, webhook.to_owned()));
    }
    for (method, path) in paths {
        for kind in ["application/json", "text/csv", "application/x-www-form-urlencoded"] {
            let request = server.raw(method.clone(), &path).bearer_auth(KEY);
            let request = request.header("content-type", kind).body(too_long());
            // It is answered before all of it is sent, so the connection may break first.
            if let Ok(response) = request.send().await {
                assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE, "{method} {path}");
            }
        }
    }
    let long = server.raw(Method::GET, "v1/templates").bearer_auth(KEY);
    let long = long.header("x-long", "x".repeat(1 << 20)).send().await;
    assert!(long.map_or(true, |it| it.status() == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    let mut many = server.raw(Method::GET, "v1/templates").bearer_auth(KEY);
    for number in 0..200 {
        many = many.header(format!("x-{number}"), "x");
    }
    let many = many.send().await;
    assert!(many.map_or(true, |it| it.status() == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    let path = format!("v1/templates/{}", "x".repeat(100_000));
    let long = server.raw(Method::GET, &path).bearer_auth(KEY).send().await;
    assert!(long.map_or(true, |it| it.status().is_client_error()));
    assert_eq!(server.get("v1/templates").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_given_up_in_time() {
    let server = Server::start().await;
    let address = server.dev.host().address();
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("a head");
    let start = std::time::Instant::now();
    let mut answer = [0; 12];
    let (mut reader, mut writer) = socket.split();
    let drip = async {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        read = reader.read_exact(&mut answer) => { read.expect("an answer"); }
        () = drip => {}
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("it goes on for ever"),
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_replayed_webhook_changes_nothing_and_is_answered_as_before() {
    use verbatim_host::twilio::signature::{Payload, sign};
    let server = Server::start().await;
    let parameters: Vec<(String, String)> = [
        ("MessageSid", "SM00000000000000000000000000000009"),
        ("From", PERSON),
        ("To", sandbox_number()),
        ("Body", "START"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let url = format!("{}twilio/inbound", server.dev.url());
    let token = server.dev.twilio().account().token;
    let signed = sign(&token, &url, &Payload::Form(&parameters));
    let replay = || {
        let request = server.raw(Method::POST, "twilio/inbound").form(&parameters);
        answer(request.header("x-twilio-signature", &signed))
    };
    let first = replay().await;
    assert_eq!(first.0, StatusCode::OK);
    server.write(PERSON, "STOP").await;
    // Whoever has overheard a START cannot use it to undo a STOP.
    assert_eq!(replay().await, first);
    assert_eq!(server.send(PERSON, "x").await["state"], "suppressed");
}
