//! What the fake refuses, and how: Twilio's codes, statuses and error bodies.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use reqwest::Url;
use serde_json::{Value, json};
use verbatim_core::{PhoneNumber, limits};

use super::FakeSettings;
use crate::twilio::client::MAX_VALIDITY;
use crate::twilio::field;

/// Twilio's test numbers: the number, whether it is refused as a sender (else as a recipient),
/// and the code.
pub const TEST_NUMBERS: [(&str, bool, i64); 8] = [
    ("+15005550001", true, 21212),
    ("+15005550007", true, 21606),
    ("+15005550008", true, 21611),
    ("+15005550001", false, 21211),
    ("+15005550002", false, 21612),
    ("+15005550003", false, 21408),
    ("+15005550004", false, 21610),
    ("+15005550009", false, 21614),
];

/// The test number that sends.
const WORKS: &str = "+15005550006";

/// A refusal in Twilio's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: i64,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: i64, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn body(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = self.body();
        (self.status, Json(body)).into_response()
    }
}

/// A request to send that Twilio would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) to: String,
    /// The number that the message comes from.
    pub(super) from: String,
    pub(super) service: Option<String>,
    pub(super) body: String,
    pub(super) status_callback: Option<Url>,
}

/// Reads a request as strictly as Twilio does.
pub(super) fn order(
    parameters: &[(String, String)],
    settings: &FakeSettings,
) -> Result<Order, Refusal> {
    let value = |name: &str| {
        let found = parameters.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let to = value(field::TO).ok_or_else(|| bad(21604, "A 'To' phone number is required."))?;
    if PhoneNumber::new(to).is_err() {
        return Err(bad(21211, format!("Invalid 'To' Phone Number: {to}")));
    }
    let service = value(field::MESSAGING_SERVICE_SID);
    let from = sender(value(field::FROM), service, &settings.services)?;
    for (number, as_sender, code) in TEST_NUMBERS {
        if number == if as_sender { from } else { to } {
            let message = crate::twilio::error::lookup(code).map_or("", |error| error.meaning);
            return Err(bad(code, format!("{message} ({number})")));
        }
    }
    let is_ours = |number: &String| number == from;
    if !settings.numbers.is_empty() && from != WORKS && !settings.numbers.iter().any(is_ours) {
        let message = "is not a Twilio phone number of this account that can send SMS";
        return Err(bad(21606, format!("The 'From' phone number {from} {message}")));
    }
    let body = value(field::BODY).filter(|body| !body.trim().is_empty());
    let body = body.ok_or_else(|| bad(21602, "Message body is required."))?;
    if body.chars().count() > limits::MESSAGE_CHARS {
        let message = "The concatenated message body exceeds the 1600 character limit";
        return Err(bad(21617, message));
    }
    if let Some(period) = value(field::VALIDITY_PERIOD) {
        validity(period)?;
    }
    Ok(Order {
        to: to.to_owned(),
        from: from.to_owned(),
        service: service.map(str::to_owned),
        body: body.to_owned(),
        status_callback: value(field::STATUS_CALLBACK).map(status_callback).transpose()?,
    })
}

fn bad(code: i64, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}

/// The number that a message comes from.
fn sender<'a>(
    from: Option<&'a str>,
    service: Option<&str>,
    services: &'a [(String, Vec<String>)],
) -> Result<&'a str, Refusal> {
    let numbers = match service {
        None => None,
        Some(sid) => {
            let found = services.iter().find(|(known, _)| known == sid);
            Some(&found.ok_or_else(|| bad(21701, "The Messaging Service does not exist"))?.1)
        }
    };
    let from = match (from, numbers) {
        (Some(from), _) => from,
        (None, Some(numbers)) => numbers.first().map(String::as_str).ok_or_else(|| {
            bad(21703, "The Messaging Service does not have a phone number available to send")
        })?,
        (None, None) => return Err(bad(21603, "A 'From' phone number is required.")),
    };
    match PhoneNumber::new(from) {
        Ok(_) => Ok(from),
        Err(_) => Err(bad(21212, format!("Invalid 'From' Phone Number: {from}"))),
    }
}

/// <https://www.twilio.com/docs/api/errors/90014> and 90007.
fn validity(period: &str) -> Result<(), Refusal> {
    match period.parse::<u64>() {
        Ok(seconds) if (1..=MAX_VALIDITY.as_secs()).contains(&seconds) => Ok(()),
        Ok(_) => Err(bad(90007, format!("Invalid validity period value: {period}"))),
        Err(_) => Err(bad(90014, "Validity Period should be positive integer")),
    }
}

/// An address, whose host's name has no underscore: Twilio refuses one that has.
fn status_callback(text: &str) -> Result<Url, Refusal> {
    let url = text.parse::<Url>().ok();
    let url = url.filter(|url| url.host_str().is_some_and(|host| !host.contains('_')));
    url.ok_or_else(|| bad(21609, "Invalid 'StatusCallback' URL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "+15550001234";
    const FULL: &str = "MG0000000000000000000000000000000f";
    const EMPTY: &str = "MG0000000000000000000000000000000e";

    fn code_of(parameters: &[(&str, &str)]) -> Option<i64> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let parameters: Vec<_> = parameters.iter().map(owned).collect();
        let webhook = Url::parse("http://127.0.0.1/").expect("a URL");
        let settings = FakeSettings {
            numbers: vec![OURS.to_owned()],
            services: vec![
                (FULL.to_owned(), vec![OURS.to_owned()]),
                (EMPTY.to_owned(), Vec::new()),
            ],
            ..FakeSettings::new(webhook)
        };
        order(&parameters, &settings).err().map(|refusal| refusal.code)
    }

    #[test]
    fn every_test_number_gives_its_code() {
        for (number, as_sender, code) in TEST_NUMBERS {
            let (from, to) = if as_sender { (number, "+15550001111") } else { (WORKS, number) };
            let found = code_of(&[("To", to), ("From", from), ("Body", "x")]);
            assert_eq!(found, Some(code), "{number}");
        }
        let fine = [("To", "+15550001111"), ("From", WORKS), ("Body", "x")];
        assert_eq!(code_of(&fine), None);
    }

    #[test]
    fn the_fake_refuses_what_twilio_refuses() {
        let (long, longest) = ("ü".repeat(1601), "ü".repeat(1600));
        let without = |name: &str| {
            let all = [("To", "+15550001111"), ("From", OURS), ("Body", "x")];
            all.into_iter().filter(|(found, _)| *found != name).collect::<Vec<_>>()
        };
        for (name, value, expected) in [
            ("To", "", Some(21604)),
            ("To", "5550001111", Some(21211)),
            ("To", "+15550001111", None),
            ("From", "", Some(21603)),
            ("From", "5550001234", Some(21212)),
            ("From", "+15550009999", Some(21606)),
            ("From", OURS, None),
            ("MessagingServiceSid", "MG00000000000000000000000000000000", Some(21701)),
            ("MessagingServiceSid", FULL, None),
            ("Body", "", Some(21602)),
            ("Body", " \n", Some(21602)),
            ("Body", &long, Some(21617)),
            ("Body", &longest, None),
            ("StatusCallback", "http://my_host/x", Some(21609)),
            ("StatusCallback", "no address", Some(21609)),
            ("StatusCallback", "http://my-host/an_underscore", None),
            ("ValidityPeriod", "0", Some(90007)),
            ("ValidityPeriod", "1", None),
            ("ValidityPeriod", "36000", None),
            ("ValidityPeriod", "36001", Some(90007)),
            ("ValidityPeriod", "-1", Some(90014)),
            ("ValidityPeriod", "1.5", Some(90014)),
            ("SomethingNew", "x", None),
        ] {
            let mut parameters = without(name);
            parameters.push((name, value));
            assert_eq!(code_of(&parameters), expected, "{name}={value}");
        }
        for (service, expected) in [(FULL, None), (EMPTY, Some(21703))] {
            let mut parameters = without("From");
            parameters.push(("MessagingServiceSid", service));
            assert_eq!(code_of(&parameters), expected, "{service}");
        }
    }
}
