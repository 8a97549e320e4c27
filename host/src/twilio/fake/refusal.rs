//! What the fake refuses, and how: Twilio's codes, statuses and error bodies.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use verbatim_core::{PhoneNumber, limits};

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
    pub(super) status_callback: Option<reqwest::Url>,
}

/// Reads a request as strictly as Twilio does.
pub(super) fn order(
    parameters: &[(String, String)],
    services: &[(String, Vec<String>)],
) -> Result<Order, Refusal> {
    let value = |name: &str| {
        let found = parameters.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let refuse = |code, message: String| Err(Refusal::new(StatusCode::BAD_REQUEST, code, message));

    let Some(to) = value(field::TO) else {
        return refuse(21604, "A 'To' phone number is required.".to_owned());
    };
    if PhoneNumber::new(to).is_err() {
        return refuse(21211, format!("Invalid 'To' Phone Number: {to}"));
    }
    let service = value(field::MESSAGING_SERVICE_SID);
    let from = match (value(field::FROM), service) {
        (Some(from), _) => from,
        (None, Some(service)) => match services.iter().find(|(sid, _)| sid == service) {
            Some((_, numbers)) if !numbers.is_empty() => numbers[0].as_str(),
            Some(_) | None => {
                return refuse(21701, "The Messaging Service does not exist".to_owned());
            }
        },
        (None, None) => {
            return refuse(21603, "A 'From' phone number is required.".to_owned());
        }
    };
    if PhoneNumber::new(from).is_err() {
        return refuse(21212, format!("Invalid 'From' Phone Number: {from}"));
    }
    for (number, as_sender, code) in TEST_NUMBERS {
        if number == if as_sender { from } else { to } {
            let message = crate::twilio::error::lookup(code).map_or("", |error| error.meaning);
            return refuse(code, format!("{message} ({number})"));
        }
    }
    let body = value(field::BODY).unwrap_or_default();
    if body.trim().is_empty() {
        return refuse(21602, "Message body is required.".to_owned());
    }
    if body.chars().count() > limits::MESSAGE_CHARS {
        let message = "The concatenated message body exceeds the 1600 character limit";
        return refuse(21617, message.to_owned());
    }
    let status_callback = match value(field::STATUS_CALLBACK).map(str::parse::<reqwest::Url>) {
        None => None,
        // Twilio refuses a host name with an underscore.
        Some(Ok(url)) if url.host_str().is_some_and(|host| !host.contains('_')) => Some(url),
        Some(_) => return refuse(21609, "Invalid 'StatusCallback' URL".to_owned()),
    };
    Ok(Order {
        to: to.to_owned(),
        from: from.to_owned(),
        service: service.map(str::to_owned),
        body: body.to_owned(),
        status_callback,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(parameters: &[(&str, &str)]) -> Option<i64> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let parameters: Vec<_> = parameters.iter().map(owned).collect();
        order(&parameters, &[]).err().map(|refusal| refusal.code)
    }

    #[test]
    fn every_test_number_gives_its_code() {
        for (number, as_sender, code) in TEST_NUMBERS {
            let (from, to) =
                if as_sender { (number, "+15550001111") } else { ("+15005550006", number) };
            let found = code_of(&[("To", to), ("From", from), ("Body", "x")]);
            assert_eq!(found, Some(code), "{number}");
        }
        let fine = [("To", "+15550001111"), ("From", "+15005550006"), ("Body", "x")];
        assert_eq!(code_of(&fine), None);
    }

    #[test]
    fn the_fake_refuses_what_twilio_refuses() {
        let (to, from) = (("To", "+15550001111"), ("From", "+15550001234"));
        assert_eq!(code_of(&[from, ("Body", "x")]), Some(21604));
        assert_eq!(code_of(&[to, ("Body", "x")]), Some(21603));
        assert_eq!(code_of(&[to, from]), Some(21602));
        assert_eq!(code_of(&[to, from, ("Body", " \n")]), Some(21602));
        assert_eq!(code_of(&[to, from, ("Body", &"a".repeat(1601))]), Some(21617));
        assert_eq!(code_of(&[to, from, ("Body", &"a".repeat(1600))]), None);
        assert_eq!(code_of(&[("To", "5550001111"), from, ("Body", "x")]), Some(21211));
        let underscore = ("StatusCallback", "http://my_host/x");
        assert_eq!(code_of(&[to, from, ("Body", "x"), underscore]), Some(21609));
        let service = ("MessagingServiceSid", "MG00000000000000000000000000000000");
        assert_eq!(code_of(&[to, service, ("Body", "x")]), Some(21701));
    }
}
