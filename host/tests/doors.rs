//! Who comes in and who does not: keys, sessions, origins, sizes and signatures.

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use verbatim_host::twilio::signature::{Payload, sign};

use crate::support::{KEY, Server, answer, sandbox_number};

const PERSON: &str = "+15550001111";

#[tokio::test]
async fn every_route_of_the_api_wants_a_key() {
    let server = Server::start().await;
    let revoked = server.key_to_be_revoked().await;
    let mut routes = vec![(Method::GET, "v1/no-such-route".to_owned())];
    let mut open = Vec::new();
    // The router is made of the same list as the document, so none is forgotten here.
    let document = verbatim_host::api::describe_api();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let path = path.replace(['{', '}'], "").replacen('/', "", 1);
            let without_key = operation["security"] == json!([]);
            if without_key { &mut open } else { &mut routes }.push((method, path));
        }
    }
    assert!(routes.len() > 25, "{routes:?}");
    for (method, path) in routes {
        let none = answer(server.raw(method.clone(), &path)).await;
        assert_eq!(none.0, StatusCode::UNAUTHORIZED, "{method} {path}");
        for key in ["a-key-of-somebody", &revoked] {
            let wrong = answer(server.raw(method.clone(), &path).bearer_auth(key)).await;
            assert_eq!(wrong.0, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(wrong.1["code"], "unauthorised");
        }
        if path.starts_with("v1/no-") {
            continue;
        }
        let right = server.raw(method.clone(), &path).bearer_auth(KEY).send().await;
        let right = right.expect("an answer");
        assert_ne!(right.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
        if right.status() == StatusCode::NOT_FOUND {
            let text = right.text().await.expect("a body");
            assert!(!text.contains("there is no such route"), "{method} {path}");
        }
    }
    let expected = [(Method::GET, "v1/openapi.json"), (Method::POST, "v1/session")];
    assert_eq!(open, expected.map(|(method, path)| (method, path.to_owned())));
    assert_eq!(server.get("v1/templates").await.0, StatusCode::OK);
    assert_eq!(server.get("v1/no-such-route").await.0, StatusCode::NOT_FOUND);
    for open in ["readyz", "livez", "verbatim.wasm", "verbatim.js", ""] {
        assert!(answer(server.raw(Method::GET, open)).await.0.is_success(), "{open}");
    }
}

#[tokio::test]
async fn the_link_signs_in_once() {
    let server = Server::start().await;
    let link = server.dev.console_link();
    let first = server.http.get(&link).send().await.expect("an answer");
    assert_eq!(first.status(), StatusCode::SEE_OTHER);
    let cookie = first.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let session = cookie.split(';').next().expect("a pair").to_owned();
    let again = server.http.get(&link).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::SEE_OTHER);
    assert_eq!(again.headers()["location"], "/?link=used", "the console says so");
    assert!(!again.headers().contains_key("set-cookie"), "and nobody is signed in");

    let with = |method, path| server.raw(method, path).header("cookie", &session);
    assert_eq!(answer(with(Method::GET, "v1/templates")).await.0, StatusCode::OK);
    let send = json!({"to": PERSON, "from": sandbox_number(), "content": "x"});
    let without_origin = answer(with(Method::POST, "v1/messages").json(&send)).await;
    assert_eq!(without_origin.0, StatusCode::FORBIDDEN, "a cookie alone changes nothing");
    let origin = server.dev.url().as_str().trim_end_matches('/').to_owned();
    let ours = with(Method::POST, "v1/messages").header("origin", &origin).json(&send);
    assert_eq!(answer(ours).await.0, StatusCode::ACCEPTED);

    let out = with(Method::DELETE, "v1/session").header("origin", &origin);
    assert_eq!(answer(out).await.0, StatusCode::NO_CONTENT);
    let gone = answer(with(Method::GET, "v1/templates")).await;
    assert_eq!(gone.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_pasted_key_signs_in() {
    let server = Server::start().await;
    let sign_in =
        |key: &str| server.raw(Method::POST, "v1/session").json(&json!({ "key": key })).send();
    let refused = sign_in("a-key-of-somebody").await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(!refused.headers().contains_key("set-cookie"));
    let taken = sign_in(KEY).await.expect("an answer");
    assert_eq!(taken.status(), StatusCode::OK);
    assert!(taken.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn a_web_page_elsewhere_cannot_reach_the_host() {
    let server = Server::start().await;
    let foreign = server.raw(Method::GET, "v1/templates").bearer_auth(KEY);
    let foreign = answer(foreign.header("origin", "https://evil.example")).await;
    assert_eq!((foreign.0, &foreign.1["code"]), (StatusCode::FORBIDDEN, &json!("foreign_origin")));
    let rebound = server.raw(Method::GET, "v1/templates").bearer_auth(KEY);
    let port = server.dev.host().address().port();
    let rebound = answer(rebound.header("host", format!("evil.example:{port}"))).await;
    assert_eq!(rebound.0, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_request_of_a_gigabyte_is_refused_without_being_read() {
    let server = Server::start().await;
    let address = server.dev.host().address();
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("a head");
    // Not one byte of the body is sent, and the answer is there all the same.
    let mut answer = vec![0; 4096];
    let read = socket.read(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("too_large") || answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_is_cut_off() {
    let server = Server::start().await;
    let address = server.dev.host().address();
    let mut socket = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("a head");
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    // 17 chunks of 64 KiB are one more than the longest request holds.
    for _ in 0..17 {
        socket.write_all(&chunk).await.expect("a chunk");
    }
    let mut answer = vec![0; 4096];
    let read = socket.read(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn exactly_the_longest_request_is_read() {
    let server = Server::start().await;
    for (extra, status) in [(0, StatusCode::BAD_REQUEST), (1, StatusCode::PAYLOAD_TOO_LARGE)] {
        let body = vec![b'x'; verbatim_host::api::MAX_BODY + extra];
        let request = server.raw(Method::POST, "v1/templates").bearer_auth(KEY);
        let request = request.header("content-type", "application/json").body(body);
        assert_eq!(answer(request).await.0, status);
    }
}

#[tokio::test]
async fn a_webhook_without_a_valid_signature_leaves_no_trace_but_a_counter() {
    let server = Server::start().await;
    let stop = [
        ("MessageSid", "SM00000000000000000000000000000001"),
        ("From", PERSON),
        ("To", sandbox_number()),
        ("Body", "STOP"),
    ];
    let parameters: Vec<(String, String)> =
        stop.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let url = format!("{}twilio/inbound", server.dev.url());
    let token = server.dev.twilio().account().token;
    let good = sign(&token, &url, &Payload::Form(&parameters));
    let other = sign(&secrecy::SecretString::from("wrong"), &url, &Payload::Form(&parameters));
    let elsewhere = sign(&token, &format!("{url}?x=1"), &Payload::Form(&parameters));

    let refused = |signature: Option<&str>, settings: Option<&str>| {
        let mut request = server.raw(Method::POST, "twilio/inbound").form(&stop);
        for (name, value) in
            [("x-twilio-signature", signature), ("x-twilio-webhooks-signature-settings", settings)]
        {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        answer(request)
    };
    for (signature, settings) in [
        (None, None),
        (Some(""), None),
        (Some(other.as_str()), None),
        (Some(elsewhere.as_str()), None),
        (Some(good.as_str()), Some("key=KY1,algorithm=HMAC_SHA256")),
    ] {
        assert_eq!(refused(signature, settings).await.0, StatusCode::FORBIDDEN, "{signature:?}");
    }
    let status = answer(server.raw(Method::POST, "twilio/status").form(&stop)).await;
    assert_eq!(status.0, StatusCode::FORBIDDEN);
    let counted = server.dev.host().app().metrics.refused_webhooks.get();
    assert_eq!(counted, 6);
    assert_eq!(server.send(PERSON, "x").await["state"], "queued", "no STOP was recorded");

    let (status, twiml) = refused(Some(&good), None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(twiml.as_str().expect("XML").contains("<Message>You have been unsubscribed"));
    assert_eq!(server.send(PERSON, "x").await["state"], "suppressed");

    // A retry of the same message gets the same reply, also after its author has opted in again.
    server.write(PERSON, "START").await;
    assert_eq!(refused(Some(&good), None).await.1, twiml);
    assert_eq!(server.send(PERSON, "x").await["state"], "queued", "and changes nothing");
}

#[tokio::test]
async fn every_answer_carries_the_strict_headers() {
    let server = Server::start().await;
    for path in ["", "verbatim.js", "v1/templates", "no-such-page"] {
        let response = server.raw(Method::GET, path).send().await.expect("an answer");
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("default-src 'self'") && policy.contains("'wasm-unsafe-eval'"));
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let expected = if path == "verbatim.js" { "no-cache" } else { "no-store" };
        assert_eq!(headers["cache-control"], expected, "{path}");
    }
}

#[tokio::test]
async fn no_secret_is_in_the_database() {
    use secrecy::ExposeSecret;
    let server = Server::start().await;
    let message = server.send(PERSON, "x").await;
    server.wait(&message, "delivered").await;
    let link = server.dev.console_link();
    let link = link.rsplit_once('=').expect("a token").1.to_owned();
    let token = server.dev.twilio().account().token.expose_secret().to_owned();
    let database = server.database();
    for file in [database.clone(), database.with_extension("db-wal")] {
        let bytes = std::fs::read(&file).expect("the database");
        for secret in [KEY, link.as_str(), token.as_str()] {
            let found = bytes.windows(secret.len()).any(|it| it == secret.as_bytes());
            assert!(!found, "{} holds a secret", file.display());
        }
    }
}
