//! What the fake tells the host, signed as Twilio signs.

use std::sync::Arc;

use reqwest::Url;

use super::chaos::{Asked, Journey};
use super::ledger::Entry;
use super::messaging::is_blocked;
use super::{Reports, Shared};
use crate::twilio::{field, signature};

/// How many steps later a callback comes that the next one is to overtake.
const LATE: u32 = 2;
/// The phone was off or out of reach.
const OUT_OF_REACH: i64 = 30003;
/// Carriers block the number, because it is not registered for A2P 10DLC.
const UNREGISTERED: i64 = 30034;

/// Lets a message go its way, and reports each step to its callback URL, if it has one.
pub(super) fn report_statuses(
    shared: Arc<Shared>,
    entry: Entry,
    callback: Option<Url>,
    asked: Asked,
) {
    tokio::spawn(async move {
        let arrives = shared.dice().arrives(asked);
        let last = match is_blocked(&shared, &entry.from, &entry.to) {
            true => ("undelivered", Some(UNREGISTERED)),
            false if arrives => ("delivered", None),
            false => ("undelivered", Some(OUT_OF_REACH)),
        };
        for (status, error) in [("sent", None), last] {
            tokio::time::sleep(shared.settings.step).await;
            shared.ledger().set_status(&entry.sid, status, error);
            let is_reported = status != "sent" || shared.settings.reports == Reports::Each;
            let Some(callback) = callback.clone().filter(|_| is_reported) else { continue };
            let journey = shared.dice().journey(asked, status);
            let parameters = status_parameters(&shared, &entry, status, error);
            if journey.is_late {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    tokio::time::sleep(shared.settings.step * LATE).await;
                    report(&shared, &callback, &parameters, journey).await;
                });
            } else {
                report(&shared, &callback, &parameters, journey).await;
            }
        }
    });
}

fn status_parameters(
    shared: &Shared,
    entry: &Entry,
    status: &str,
    error: Option<i64>,
) -> Vec<(&'static str, String)> {
    let mut parameters = vec![
        ("AccountSid", shared.account_sid.to_string()),
        ("ApiVersion", "2010-04-01".to_owned()),
        (field::FROM, entry.from.clone()),
        (field::MESSAGE_SID, entry.sid.clone()),
        (field::MESSAGE_STATUS, status.to_owned()),
        ("SmsSid", entry.sid.clone()),
        ("SmsStatus", status.to_owned()),
        (field::TO, entry.to.clone()),
    ];
    if let Some(service) = &entry.service {
        parameters.push((field::MESSAGING_SERVICE_SID, service.clone()));
    }
    if let Some(code) = error {
        parameters.push((field::ERROR_CODE, code.to_string()));
    }
    parameters
}

async fn report(
    shared: &Shared,
    callback: &Url,
    parameters: &[(&'static str, String)],
    journey: Journey,
) {
    for _ in 0..journey.times {
        if let Err(error) = post(shared, callback, parameters.to_vec()).await {
            tracing::warn!(error, "a status callback was not taken");
        }
    }
}

/// Reports a person's message, and gives the host's answer.
pub(super) async fn report_inbound(shared: &Shared, entry: &Entry) -> Result<String, String> {
    let mut parameters = vec![
        ("AccountSid", shared.account_sid.to_string()),
        ("ApiVersion", "2010-04-01".to_owned()),
        (field::BODY, entry.body.clone()),
        (field::FROM, entry.from.clone()),
        (field::MESSAGE_SID, entry.sid.clone()),
        ("NumMedia", "0".to_owned()),
        (field::NUM_SEGMENTS, entry.num_segments.clone()),
        ("SmsMessageSid", entry.sid.clone()),
        ("SmsSid", entry.sid.clone()),
        ("SmsStatus", entry.status.to_owned()),
        (field::TO, entry.to.clone()),
    ];
    let holds = |(_, numbers): &&(String, Vec<String>)| numbers.contains(&entry.to);
    if let Some((service, _)) = shared.settings.services.iter().find(holds) {
        parameters.push((field::MESSAGING_SERVICE_SID, service.clone()));
    }
    post(shared, &shared.settings.inbound_webhook, parameters).await
}

async fn post(
    shared: &Shared,
    url: &Url,
    parameters: Vec<(&'static str, String)>,
) -> Result<String, String> {
    let parameters: Vec<(String, String)> =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let payload = signature::Payload::Form(&parameters);
    let signed = signature::sign(&shared.token, url.as_str(), &payload);
    let answer = shared
        .http
        .post(url.clone())
        .header(signature::SIGNATURE_HEADER, signed)
        .form(&parameters)
        .send()
        .await
        .map_err(|error| format!("the webhook could not be reached: {error}"))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("the webhook answered {status}"));
    }
    answer.text().await.map_err(|error| format!("the webhook's answer broke off: {error}"))
}
