//! The whole way: accepted, posted, delivered; STOP, suppressed; START, delivered again.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Server, sandbox_number};

const PERSON: &str = "+15550001111";

#[tokio::test]
async fn a_message_is_delivered_stopped_suppressed_and_delivered_again() {
    let server = Server::start().await;
    let first = server.send(PERSON, "Hello {not a token} €").await;
    assert_eq!((&first["state"], &first["sid"]), (&json!("queued"), &json!(null)));
    let delivered = server.wait(&first, "delivered").await;
    assert_eq!(delivered["attempts"][0]["state"], "accepted");
    assert_eq!(server.phone(PERSON).await, ["Hello {not a token} €"]);

    let replies = server.write(PERSON, " Stop! ").await;
    assert_eq!(
        replies,
        ["You have been unsubscribed and will not receive further messages. Reply START to \
          resubscribe."]
    );
    let suppressed = server.send(PERSON, "Are you there?").await;
    assert_eq!(suppressed["state"], "suppressed", "success for the caller, named for the operator");
    assert_eq!(suppressed["reason"], "opted_out");
    assert!(server.write(PERSON, "what?").await.is_empty(), "dropped until START");

    let replies = server.write(PERSON, "start").await;
    assert_eq!(replies, ["You have been resubscribed and will receive messages again."]);
    let again = server.send(PERSON, "Welcome back").await;
    server.wait(&again, "delivered").await;
    let texts = server.phone(PERSON).await;
    assert_eq!(texts.last().map(String::as_str), Some("Welcome back"));
    assert!(!texts.contains(&"Are you there?".to_owned()));
    assert_eq!(server.log().await.len(), 2, "Twilio was asked twice and no more");
}

#[tokio::test]
async fn what_leaves_is_what_was_accepted_byte_for_byte() {
    let server = Server::start().await;
    let text = "“Café” – e\u{301} 👩‍👩‍👧 \r\n& <b> + %41 ©";
    let message = server.send(PERSON, text).await;
    assert_eq!(message["text"], text);
    let delivered = server.wait(&message, "delivered").await;
    let log = server.log().await;
    assert_eq!(log[0]["fields"]["Body"], text);
    assert_eq!(log[0]["fields"]["SmartEncoded"], "false");
    assert_eq!(log[0]["fields"]["To"], PERSON);
    assert_eq!(log[0]["fields"]["From"], sandbox_number());
    let counted = log[0]["response"]["num_segments"].as_str().expect("a string");
    assert_eq!(counted, delivered["segments"]["segments"].to_string(), "billed as predicted");
    assert_eq!(delivered["billed_segments"], delivered["segments"]["segments"]);
}

#[tokio::test]
async fn a_template_is_sent_in_the_language_asked_for() {
    let server = Server::start().await;
    let values = json!({
        "variant": {"restaurant_name": "Casa Pepe"},
        "entity": {"booking_date": "3/5", "booking_time": "20:00"},
        "variable": {"FIRST_NAME": "Ana", "CONFIRMATION_CODE": "{{vrbl:X}}"},
        "translation": {"see_you_soon": "¡Hasta pronto!"},
    });
    let request = json!({
        "to_number": PERSON, "template": "reservation_confirmation", "language": "es",
        "values": values, "conversation_id": "call-7",
    });
    let (status, message) = server.post("v1/messages", &request).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    assert_eq!(message["template"], "reservation_confirmation_es");
    assert_eq!(message["template_version"], 1);
    assert_eq!(message["environment"], "sandbox");
    let text = message["text"].as_str().expect("text");
    assert!(text.starts_with("Hola Ana: su mesa en Casa Pepe"), "{text}");
    assert!(text.contains("{{vrbl:X}}"), "a value is never scanned again: {text}");
    server.wait(&message, "delivered").await;
    let (_, conversation) = server.get("v1/conversations/call-7").await;
    assert_eq!(conversation["messages"][0]["id"], message["id"]);
    assert_eq!(conversation["log"][0]["event"], "queued");
}

#[tokio::test]
async fn a_message_tells_its_values_and_what_twilio_reported() {
    let server = Server::start().await;
    let draft = json!({
        "title": "told", "body": "Hi {{entity:guest}}", "senders": {"sandbox": sandbox_number()},
    });
    assert_eq!(server.post("v1/templates", &draft).await.0, StatusCode::CREATED);
    let values = json!({"entity": {"guest": "Ana"}});
    let request = json!({"to": PERSON, "template": "told", "values": values});
    let (_, message) = server.post("v1/messages", &request).await;
    let delivered = server.wait(&message, "delivered").await;
    assert_eq!(delivered["values"]["entity"], values["entity"]);
    let reports = delivered["reports"].as_array().expect("a list");
    let told: Vec<_> = reports.iter().map(|one| one["status"].as_str().expect("a word")).collect();
    assert_eq!(told.last(), Some(&"delivered"), "{told:?}");
    assert!(reports.is_sorted_by_key(|one| one["received_at"].as_str().map(str::to_owned)));
    let (_, listed) = server.get("v1/messages").await;
    assert_eq!(listed["messages"][0].get("values"), None, "a list does not tell that much");
}

#[tokio::test]
async fn what_became_of_messages_is_counted() {
    let server = Server::start().await;
    let sent = server.send(PERSON, "Hello").await;
    server.wait(&sent, "delivered").await;
    let refused = server.send("+15005550001", &"x".repeat(161)).await;
    server.wait(&refused, "failed").await;
    let (status, stats) = server.get("v1/stats?hours=1&environment=sandbox").await;
    assert_eq!(status, StatusCode::OK);
    let total = &stats["total"];
    assert_eq!(total["states"], json!({"delivered": 1, "failed": 1}));
    assert_eq!((&total["predicted_segments"], &total["billed_segments"]), (&json!(3), &json!(1)));
    assert_eq!(total["predicted_of_billed"], 1);
    assert_eq!(stats["by_error"][0]["code"], 21211);
    assert!(stats["by_error"][0]["help"].is_string());
    assert_eq!(stats["by_sender"][0]["sender"], sandbox_number());
    assert_eq!((&stats["complete"], &stats["span_seconds"]), (&json!(true), &json!(60)));
    let (_, live) = server.get("v1/stats?environment=live").await;
    assert_eq!((&live["total"]["messages"], &live["over_time"]), (&json!(0), &json!([])));
    for hours in ["0", "721", "-1", "many"] {
        let (status, problem) = server.get(&format!("v1/stats?hours={hours}")).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("bad_field"))
        );
    }
}

#[tokio::test]
async fn the_sender_is_the_chosen_templates_own() {
    let server = Server::start().await;
    for (title, sender) in [("note_en", "+15550002001"), ("note_fr", "+15550002002")] {
        let template = json!({"title": title, "body": "x", "senders": {"sandbox": sender}});
        assert_eq!(server.post("v1/templates", &template).await.0, StatusCode::CREATED);
    }
    for (language, sender) in [("en", "+15550002001"), ("fr", "+15550002002")] {
        let request = json!({"to": PERSON, "template": "note", "language": language});
        let (status, message) = server.post("v1/messages", &request).await;
        assert_eq!((status, message["sender"].as_str()), (StatusCode::ACCEPTED, Some(sender)));
    }
}

#[tokio::test]
async fn twilios_refusal_is_named_and_not_repeated() {
    let server = Server::start().await;
    let message = server.send("+15005550001", "x").await;
    let failed = server.wait(&message, "failed").await;
    assert_eq!(failed["error"]["code"], 21211);
    assert_eq!(failed["reason"], "twilio_21211");
    assert!(failed["error"]["help"].is_string());
    assert_eq!(server.log().await.len(), 1);
}

#[tokio::test]
async fn an_opt_out_at_twilio_is_recorded_here() {
    let server = Server::start().await;
    let message = server.send("+15005550004", "x").await;
    server.wait(&message, "suppressed").await;
    assert_eq!(server.send("+15005550004", "y").await["state"], "suppressed");
    assert_eq!(server.log().await.len(), 1);
}

#[tokio::test]
async fn a_stop_to_a_service_s_number_stops_the_service() {
    let server = Server::start().await;
    let senders = json!({"sandbox": verbatim_host::dev::SERVICE});
    let template = json!({"title": "pooled", "body": "From a service", "senders": senders});
    assert_eq!(server.post("v1/templates", &template).await.0, StatusCode::CREATED);
    let request = json!({"to": PERSON, "template": "pooled"});
    let (status, message) = server.post("v1/messages", &request).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    server.wait(&message, "delivered").await;
    server.write(PERSON, "QUIT").await;
    assert_eq!(server.post("v1/messages", &request).await.1["state"], "suppressed");
    server.write(PERSON, "UNSTOP").await;
    assert_eq!(server.post("v1/messages", &request).await.1["state"], "queued");
}

#[tokio::test]
async fn twilio_is_told_how_long_a_message_may_wait() {
    let server = Server::start().await;
    let message = server.send(PERSON, "four hours").await;
    server.wait(&message, "delivered").await;
    let code = json!({
        "to": PERSON, "from": sandbox_number(), "content": "ten minutes", "valid_for": 600,
        "on_unknown": "resend",
    });
    let (status, message) = server.post("v1/messages", &code).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{message}");
    server.wait(&message, "delivered").await;
    let periods = server.log().await;
    let periods: Vec<_> = periods.iter().map(|one| &one["fields"]["ValidityPeriod"]).collect();
    assert_eq!(periods, ["14400", "600"]);
}
