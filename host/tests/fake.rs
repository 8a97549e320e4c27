//! The fake Twilio from outside, over HTTP: strict where Twilio is strict, and wrong as often as
//! it is told to be.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use verbatim_host::dev::SERVICE;
use verbatim_host::twilio::fake::TEST_NUMBERS;

use crate::support::{Answer, Server, answer, sandbox_number};

const PERSON: &str = "+15550001111";

/// The fake of a host, as any client of Twilio's sees it.
struct Twilio<'a> {
    server: &'a Server,
}

impl Twilio<'_> {
    async fn ask(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let account = self.server.dev.twilio().account();
        let url = account.base_url.join(path).expect("a URL");
        let request = self.server.http.request(method, url);
        let token = Some(account.token.expose_secret());
        let request = request.basic_auth(account.sid, token);
        answer(if form.is_empty() { request } else { request.form(form) }).await
    }

    fn messages(&self) -> String {
        format!("2010-04-01/Accounts/{}/Messages.json", self.server.dev.twilio().account().sid)
    }

    async fn create(&self, form: &[(&str, &str)]) -> Answer {
        self.ask(Method::POST, &self.messages(), form).await
    }

    async fn send(&self, to: &str, body: &str) -> Answer {
        self.create(&[("To", to), ("From", sandbox_number()), ("Body", body)]).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }
}

async fn set_chaos(server: &Server, chaos: &Value) {
    let (status, set) = server.put("v1/dev/chaos", chaos).await;
    assert_eq!(status, StatusCode::OK, "{set}");
}

/// Waits until the fake's list says that a message has a status.
async fn until(twilio: &Twilio<'_>, sid: &str, expected: &str) -> Value {
    let path = twilio.messages().replace(".json", &format!("/{sid}.json"));
    for _ in 0..200 {
        let (_, message) = twilio.get(&path).await;
        if message["status"] == expected {
            return message;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{sid} never was {expected}");
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {json}"))
}

#[tokio::test]
async fn every_refusal_has_twilios_form() {
    let server = Server::start().await;
    let twilio = Twilio { server: &server };
    let messages = twilio.messages();
    let mut refusals = vec![
        (twilio.create(&[("From", sandbox_number()), ("Body", "x")]).await, 400, 21604),
        (twilio.get(&messages.replace(".json", "/SM0.json")).await, 404, 20404),
        (twilio.get("2010-04-01/Accounts/AC0/Messages.json").await, 404, 20404),
        (twilio.get(&format!("{messages}?DateSent=yesterday")).await, 400, 20001),
    ];
    for (number, as_sender, code) in TEST_NUMBERS {
        let (from, to) = if as_sender { (number, PERSON) } else { ("+15005550006", number) };
        let form = [("To", to), ("From", from), ("Body", "x")];
        refusals.push((twilio.create(&form).await, 400, code));
    }
    let fake = server.dev.twilio();
    let url = fake.url().join(&messages).expect("a URL");
    refusals.push((answer(server.http.get(url).basic_auth("AC0", Some("x"))).await, 401, 20003));
    for ((found, body), status, code) in refusals {
        let expected = json!({
            "code": code,
            "message": text(&body, "message"),
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status,
        });
        assert_eq!((found.as_u16(), &body), (status, &expected));
    }
    let fine = [("To", PERSON), ("From", "+15005550006"), ("Body", "x")];
    assert_eq!(twilio.create(&fine).await.0, StatusCode::CREATED);
    server.stop().await;
}

#[tokio::test]
async fn a_messaging_service_counts_and_chooses_its_number_when_it_sends() {
    let server = Server::start().await;
    let twilio = Twilio { server: &server };
    let long = "a".repeat(161);
    let (status, made) =
        twilio.create(&[("To", PERSON), ("MessagingServiceSid", SERVICE), ("Body", &long)]).await;
    assert_eq!(status, StatusCode::CREATED);
    let members = ["status", "from", "num_segments", "date_sent", "messaging_service_sid"];
    let shown = |message: &Value| members.map(|name| message[name].clone());
    let at_first = [json!("accepted"), json!(null), json!("0"), json!(null), json!(SERVICE)];
    assert_eq!(shown(&made), at_first);
    let arrived = until(&twilio, text(&made, "sid"), "delivered").await;
    let [_, from, segments, sent, _] = shown(&arrived);
    assert_eq!((from, segments), (json!(sandbox_number()), json!("2")));
    assert!(sent.is_string());

    let (_, made) = twilio.send(PERSON, &long).await;
    assert_eq!((text(&made, "status"), text(&made, "num_segments")), ("queued", "2"));
    server.stop().await;
}

#[tokio::test]
async fn a_list_is_filtered_and_comes_in_pages_that_lead_on() {
    let server = Server::start().await;
    let twilio = Twilio { server: &server };
    let mut sids = Vec::new();
    for number in 0..5 {
        let (_, made) = twilio.send(PERSON, &format!("text {number}")).await;
        sids.push(text(&made, "sid").to_owned());
    }
    twilio.send("+15550002222", "to somebody else").await;
    for sid in &sids {
        until(&twilio, sid, "delivered").await;
    }
    let day = |ahead: i64| {
        let today = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        today.saturating_add(jiff::Span::new().days(ahead)).to_string()
    };
    let from = sandbox_number().replace('+', "%2B");
    for (filter, found) in [
        ("To=%2B15550001111".to_owned(), 5),
        ("To=%2B15550002222".to_owned(), 1),
        (format!("From={from}"), 6),
        ("From=%2B15550009999".to_owned(), 0),
        (format!("To=%2B15550001111&DateSent%3E={}", day(-1)), 5),
        (format!("To=%2B15550001111&DateSent%3E={}", day(1)), 0),
        (format!("To=%2B15550001111&DateSent%3C={}", day(1)), 5),
        (format!("To=%2B15550001111&DateSent%3C={}", day(-1)), 0),
        (format!("DateSent={}", day(7)), 0),
    ] {
        let (_, list) = twilio.get(&format!("{}?{filter}", twilio.messages())).await;
        assert_eq!(list["messages"].as_array().expect("messages").len(), found, "{filter}");
    }

    let mut path = format!("{}?To=%2B15550001111&PageSize=2", twilio.messages());
    let (mut seen, mut pages) = (Vec::new(), Vec::new());
    loop {
        let (_, page) = twilio.get(&path).await;
        let messages = page["messages"].as_array().expect("messages");
        seen.extend(messages.iter().map(|one| text(one, "sid").to_owned()));
        pages.push(["page", "page_size", "start", "end"].map(|name| page[name].clone()));
        assert!(text(&page, "first_page_uri").contains("Page=0"));
        match page["next_page_uri"].as_str() {
            Some(next) => path = next.trim_start_matches('/').to_owned(),
            None => break,
        }
    }
    sids.reverse();
    assert_eq!(seen, sids, "newest first");
    assert_eq!(json!(pages), json!([[0, 2, 0, 1], [1, 2, 2, 3], [2, 2, 4, 4]]));
    server.stop().await;
}

#[tokio::test]
async fn who_has_opted_out_at_twilio_is_refused_there_unless_that_is_off() {
    let server = Server::start().await;
    let twilio = Twilio { server: &server };
    server.write(PERSON, "STOP").await;
    assert_eq!(twilio.send(PERSON, "x").await.0, StatusCode::CREATED, "off");
    server.write(PERSON, "START").await;

    set_chaos(&server, &json!({ "answers_keywords": true })).await;
    let replies = server.write(PERSON, " stop ").await;
    assert_eq!(replies.len(), 1, "Twilio answers, and lets no other answer through: {replies:?}");
    assert!(replies[0].starts_with("You have successfully been unsubscribed."), "{replies:?}");
    let by_service = [("To", PERSON), ("MessagingServiceSid", SERVICE), ("Body", "x")];
    for (status, refusal) in [twilio.send(PERSON, "x").await, twilio.create(&by_service).await] {
        assert_eq!((status, &refusal["code"]), (StatusCode::BAD_REQUEST, &json!(21610)));
    }
    assert_eq!(twilio.send("+15550002222", "x").await.0, StatusCode::CREATED);
    assert_eq!(server.write(PERSON, "Unstop").await.len(), 2, "Twilio's answer and the host's");
    assert_eq!(twilio.send(PERSON, "x").await.0, StatusCode::CREATED);
    // The host was told of both.
    let pair = format!("v1/opt-outs/%2B{}/%2B{}", &PERSON[1..], &sandbox_number()[1..]);
    assert_eq!(server.get(&pair).await.1["opted_out"], false);
    server.stop().await;
}

#[tokio::test]
async fn who_sends_faster_than_its_ceiling_is_told_to_slow_down() {
    let server = Server::start().await;
    let twilio = Twilio { server: &server };
    for (ceiling, code) in [("per_second", 20429), ("per_second_of_account", 63017)] {
        set_chaos(&server, &json!({ ceiling: 2 })).await;
        let mut codes = Vec::new();
        for number in 0..3 {
            let (status, body) = twilio.send(PERSON, &format!("text {number}")).await;
            codes.push((status.as_u16(), body["code"].clone()));
        }
        let expected = [(201, json!(null)), (201, json!(null)), (429, json!(code))];
        assert_eq!(codes, expected, "{ceiling}");
    }
    server.stop().await;
}

#[tokio::test]
async fn each_fault_leaves_behind_what_it_says() {
    let server = Server::start().await;
    let twilio = Twilio { server: &server };
    for (fault, status, code, is_made) in [
        ("throttled", 429, 20429, false),
        ("error_before", 500, 20500, false),
        ("error_after", 500, 20500, true),
    ] {
        set_chaos(&server, &json!({ fault: 1 })).await;
        let (found, body) = twilio.send(PERSON, fault).await;
        assert_eq!((found.as_u16(), &body["code"]), (status, &json!(code)), "{fault}");
        set_chaos(&server, &json!({})).await;
        let (_, list) = twilio.get(&twilio.messages()).await;
        let made = list["messages"].as_array().expect("messages");
        assert_eq!(made.iter().any(|one| one["body"] == fault), is_made, "{fault}");
        let log = server.log().await;
        let line = log.last().expect("a line");
        assert_eq!((text(line, "fate"), line["made"].is_string()), (fault, is_made));
    }
    server.stop().await;
}

#[tokio::test]
async fn what_twilio_took_without_an_answer_is_found_and_sent_once() {
    let server = Server::start().await;
    set_chaos(&server, &json!({ "error_after": 1, "callback_dropped": 1 })).await;
    let message = server.send(PERSON, "Once, please").await;
    let unknown = server.wait(&message, "unknown").await;
    assert_eq!(unknown["sid"], json!(null));
    let found = server.wait(&message, "delivered").await;
    assert!(found["sid"].is_string(), "by Twilio's list: {found}");
    assert_eq!(server.phone(PERSON).await, ["Once, please"]);
    server.stop().await;
}

#[tokio::test]
async fn callbacks_that_are_doubled_and_late_move_nothing_back() {
    let server = Server::start().await;
    set_chaos(&server, &json!({ "callback_doubled": 1, "callback_reordered": 1 })).await;
    let message = server.send(PERSON, "Hello").await;
    server.wait(&message, "delivered").await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    server.wait(&message, "delivered").await;

    set_chaos(&server, &json!({ "undelivered": 1 })).await;
    let message = server.send(PERSON, "Hello again").await;
    let ended = server.wait(&message, "undelivered").await;
    assert_eq!(ended["error"]["code"], 30003, "{ended}");
    server.stop().await;
}

#[tokio::test]
async fn chaos_is_read_set_and_refused_by_name() {
    let server = Server::start().await;
    let (status, found) = server.get("v1/dev/chaos").await;
    assert_eq!((status, &found["timeout_after"]), (StatusCode::OK, &json!(0.0)));
    let (status, set) = server
        .put("v1/dev/chaos", &json!({"seed": 7, "latency_ms": {"least": 5, "most": 9}}))
        .await;
    assert_eq!((status, &set["seed"]), (StatusCode::OK, &json!(7)));
    assert_eq!(server.get("v1/dev/chaos").await.1, set);
    for bad in [
        json!({"throttled": 1.5}),
        json!({"latency_ms": {"least": 9, "most": 5}}),
        json!({"nonsense": 1}),
    ] {
        let (status, problem) = server.put("v1/dev/chaos", &bad).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("bad_field"))
        );
    }
    assert_eq!(server.get("v1/dev/chaos").await.1, set, "and nothing was changed");
    server.stop().await;
}
