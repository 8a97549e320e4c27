//! What the account has at Twilio, as the API, the command line and the doctor show it; and the
//! numbers of a Messaging Service, which are asked for, not typed in.

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use verbatim_host::dev::{NUMBERS, OTHER_SERVICE, SERVICE};
use verbatim_host::twilio::fake::{CampaignStatus, Chaos, FakeSettings};

use crate::support::served::{NUMBER, Served, run, verbatim};
use crate::support::{Server, sandbox_number};

const PERSON: &str = "+15550001111";

#[tokio::test]
async fn the_api_lists_numbers_and_services_with_their_registration() {
    let server = Server::start().await;
    let (status, account) = server.get("v1/account/senders").await;
    assert_eq!(status, StatusCode::OK, "{account}");
    let numbers: Vec<&Value> =
        account["numbers"].as_array().expect("numbers").iter().map(|it| &it["number"]).collect();
    assert_eq!(json!(numbers), json!(NUMBERS.map(|(_, number)| number)));
    let campaign = json!({
        "status": "VERIFIED",
        "brand": "APPROVED",
        "links": true,
        "phone_numbers": true,
        "samples": ["Hi Ada, your table at Trattoria Roma is ready."],
    });
    let registration =
        |service: &str| json!({"standing": "registered", "service": service, "campaign": campaign});
    let expected = json!({
        "sid": SERVICE,
        "name": "a service of the fake",
        "smart_encoding": false,
        "numbers": [sandbox_number()],
        "campaigns": [campaign],
        "registration": registration(SERVICE),
    });
    assert_eq!(account["services"][0], expected);
    assert_eq!(account["services"].as_array().map(Vec::len), Some(2), "{account}");
    assert_eq!(account["numbers"][0]["registration"], registration(OTHER_SERVICE));
    server.stop().await;
}

#[tokio::test]
async fn a_service_is_registered_with_the_numbers_that_twilio_says() {
    let host = Served::start_with(|fake| FakeSettings {
        services: vec![(SERVICE.to_owned(), vec![NUMBER.to_owned()])],
        ..fake
    })
    .await;
    let register = |sender: &str| {
        let body = json!({"environment": "sandbox", "sender": sender});
        host.answer(host.request(Method::POST, "v1/senders").json(&body))
    };
    let (status, problem) = register("MG00000000000000000000000000000000").await;
    let found = (status, problem["code"].as_str());
    assert_eq!(found, (StatusCode::BAD_GATEWAY, Some("twilio_failed")), "{problem}");
    let (status, sender) = register(SERVICE).await;
    assert_eq!(status, StatusCode::CREATED, "{sender}");
    let body = json!({"to": PERSON, "from": SERVICE, "content": "x"});
    let request = host.request(Method::POST, "v1/messages").json(&body);
    let (status, message) = host.answer(request).await;
    assert_eq!(status, StatusCode::ACCEPTED, "its pool is known: {message}");
    host.wait(&message, "delivered").await;
}

#[tokio::test]
async fn a_service_whose_numbers_nobody_can_ask_for_sends_nothing() {
    let host = Served::start_without_account().await;
    let body = json!({"environment": "sandbox", "sender": SERVICE});
    let made = host.answer(host.request(Method::POST, "v1/senders").json(&body)).await;
    assert_eq!(made.0, StatusCode::CREATED, "{}", made.1);
    let body = json!({"to": PERSON, "from": SERVICE, "content": "x"});
    let request = host.request(Method::POST, "v1/messages").json(&body);
    let (status, problem) = host.answer(request).await;
    let found = (status, problem["code"].as_str());
    assert_eq!(found, (StatusCode::UNPROCESSABLE_ENTITY, Some("unknown_pool")), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_and_the_command_say_what_ails_a_service() {
    let set = |campaign, smart_encoding| {
        move |fake| FakeSettings {
            services: vec![(SERVICE.to_owned(), vec![NUMBER.to_owned()])],
            chaos: Chaos { campaign, ..Chaos::default() },
            smart_encoding,
            ..fake
        }
    };
    for (campaign, smart_encoding, fine, words) in [
        (CampaignStatus::Verified, false, true, "campaign VERIFIED, brand APPROVED"),
        (CampaignStatus::Failed, false, false, "mend the campaign"),
        (CampaignStatus::None, false, false, "register a campaign for its Messaging Service"),
        (CampaignStatus::Verified, true, false, "smart encoding is on"),
    ] {
        let host = Served::start_with(set(campaign, smart_encoding)).await;
        let body = json!({"environment": "sandbox", "sender": SERVICE});
        let made = host.answer(host.request(Method::POST, "v1/senders").json(&body)).await;
        assert_eq!(made.0, StatusCode::CREATED, "{}", made.1);
        assert_eq!(host.log().contains("has smart encoding on"), smart_encoding);
        let account = host.fake.account();
        let ask = |command: &str| {
            let mut command =
                verbatim(&[command, "--json", "--account-sid", &account.sid.to_string()]);
            command.args(["--twilio-url", account.base_url.as_str()]);
            command.args(["--public-url", host.url.as_str()]);
            command.env("TWILIO_AUTH_TOKEN", account.token.expose_secret());
            if command.get_args().any(|it| it == "doctor") {
                command.args(["--database", host.database()]);
            }
            run(&mut command)
        };
        let (status, out, error) = ask("doctor");
        assert_eq!(status == 0, fine, "{out}{error}");
        assert!(out.contains(words), "expected `{words}` in {out}");
        let (status, out, error) = ask("account");
        assert_eq!(status, 0, "{error}");
        let listed: Value = serde_json::from_str(&out).expect("JSON");
        let status = listed["services"][0]["campaigns"][0]["status"].clone();
        let expected = (campaign != CampaignStatus::None).then_some(json!(campaign));
        assert_eq!(status, expected.unwrap_or_default());
        assert_eq!(listed["services"][0]["smart_encoding"], smart_encoding);
    }
}
