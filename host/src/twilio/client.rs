//! Asks Twilio to send, and says what is known afterwards.
//!
//! There is no idempotency key, so nothing here repeats a request: no redirects, no retries of
//! the HTTP library's own. Whether a repeat is safe is decided from the [`Answer`].

use std::sync::Once;
use std::time::{Duration, Instant};

use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use verbatim_core::AccountSid;

use super::field;
use crate::address::is_loopback;
use crate::metrics::Times;

/// How long the connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole request may take; a lease is longer.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest that a message may wait at Twilio.
pub const MAX_VALIDITY: Duration = Duration::from_secs(36_000);
/// The most bytes of an answer that are read.
const MAX_ANSWER: usize = 256 * 1024;
/// The code of an answer that carries none.
const TOO_MANY_REQUESTS: i64 = 20429;

/// An account, and where its API is.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub sid: AccountSid,
    /// The Auth Token.
    pub token: SecretString,
    /// `https://api.twilio.com`, or the fake's address.
    pub base_url: Url,
}

/// One message to send.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// E.164.
    pub recipient: &'a str,
    /// E.164, or a Messaging Service SID.
    pub sender: &'a str,
    /// The text, byte for byte.
    pub text: &'a str,
    /// Where Twilio reports how it fares.
    pub status_callback: &'a str,
    /// How long it may wait at Twilio before it is given up there; from 1 s to 10 hours.
    pub valid_for: Duration,
}

/// What is known after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Twilio has it.
    Created(Created),
    /// Twilio refused it: proof that it was not processed.
    Refused(Refused),
    /// The connection was never made: proof that nothing was sent.
    NeverSent(String),
    /// Nobody knows.
    InDoubt(String),
}

impl Answer {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Refused(_) => "refused",
            Self::NeverSent(_) => "never_sent",
            Self::InDoubt(_) => "in_doubt",
        }
    }
}

/// What Twilio says of a message that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Its name there.
    pub sid: String,
    /// The segments that it counted; nothing while it says 0.
    pub segments: Option<i64>,
}

/// Why Twilio refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// Twilio's error code.
    pub code: Option<i64>,
    /// Twilio's words.
    pub message: String,
    /// How long it asks us to wait.
    pub retry_after: Option<Duration>,
}

/// A client of one account. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) account: Account,
    pub(super) messages: Url,
    times: Times,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The base URL cannot carry a path.
    #[error("expected an http or https address for Twilio's API, found `{0}`")]
    BaseUrl(Url),
    /// The HTTP library refused its settings.
    #[error("could not set up the HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

#[derive(Deserialize)]
struct CreatedBody {
    sid: String,
    /// A string, and `"0"` at first with a Messaging Service.
    num_segments: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ErrorBody {
    pub(super) code: i64,
    pub(super) message: String,
}

impl Client {
    /// A client of an account.
    ///
    /// # Errors
    /// The base URL is not one, or the HTTP library refused.
    pub fn new(account: Account) -> Result<Self, ClientError> {
        Self::with_times(account, Times::of_a_network())
    }

    /// The same, whose times are measured together with those of others.
    ///
    /// # Errors
    /// The base URL is not one, or the HTTP library refused.
    pub fn with_times(account: Account, times: Times) -> Result<Self, ClientError> {
        let mut messages = account.base_url.clone();
        messages
            .path_segments_mut()
            .map_err(|()| ClientError::BaseUrl(account.base_url.clone()))?
            .pop_if_empty()
            .extend(["2010-04-01", "Accounts", account.sid.as_str(), "Messages.json"]);
        let http = http_client(&account.base_url)?;
        Ok(Self { http, account, messages, times })
    }

    /// Asks Twilio to send one message. At most one request leaves.
    pub async fn create_message(&self, outgoing: &Outgoing<'_>) -> Answer {
        let from = match verbatim_core::Sender::new(outgoing.sender) {
            Ok(verbatim_core::Sender::Service(_)) => field::MESSAGING_SERVICE_SID,
            Ok(verbatim_core::Sender::Number(_)) => field::FROM,
            Err(refusal) => return Answer::NeverSent(refusal.to_string()),
        };
        let valid_for = outgoing.valid_for.as_secs().clamp(1, MAX_VALIDITY.as_secs()).to_string();
        let form = [
            (field::TO, outgoing.recipient),
            (from, outgoing.sender),
            (field::BODY, outgoing.text),
            (field::STATUS_CALLBACK, outgoing.status_callback),
            // What was previewed is what goes out: Twilio must not replace characters.
            (field::SMART_ENCODED, "false"),
            // What is in doubt is looked for until then, so Twilio must not send it later.
            (field::VALIDITY_PERIOD, &valid_for),
        ];
        let start = Instant::now();
        let sent = self
            .http
            .post(self.messages.clone())
            .basic_auth(self.account.sid, Some(self.account.token.expose_secret()))
            .form(&form)
            .send()
            .await;
        let answer = match sent {
            Ok(response) => read(response).await,
            // Only while connecting is it certain that no byte of the request was written.
            Err(error) if error.is_connect() => Answer::NeverSent(plain(&error)),
            Err(error) => Answer::InDoubt(plain(&error)),
        };
        self.times.took(answer.kind(), start.elapsed());
        answer
    }

    /// The account.
    #[must_use]
    pub fn account_sid(&self) -> AccountSid {
        self.account.sid
    }
}

/// An HTTP client as every part of the host uses it: rustls on ring, no redirects, no retries,
/// and no proxy for an address on this machine.
///
/// # Errors
/// The HTTP library refused its settings.
pub fn http_client(target: &Url) -> Result<reqwest::Client, reqwest::Error> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Fails only when a provider is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(concat!("verbatim/", env!("CARGO_PKG_VERSION")));
    if is_loopback(target) { builder.no_proxy().build() } else { builder.build() }
}

async fn read(mut response: reqwest::Response) -> Answer {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    match read_body(&mut response, MAX_ANSWER).await {
        Ok(body) => interpret(status, retry_after, &body),
        // The status alone proves a 429; a success without its SID proves nothing useful.
        Err(_) if status == StatusCode::TOO_MANY_REQUESTS => interpret(status, retry_after, &[]),
        Err(why) => Answer::InDoubt(why),
    }
}

/// An answer's body, or why there is none.
pub(super) async fn read_body(
    response: &mut reqwest::Response,
    at_most: usize,
) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= at_most => body.extend(chunk),
            Ok(Some(_)) => return Err("the answer is too long".to_owned()),
            Ok(None) => return Ok(body),
            Err(error) => return Err(plain(&error)),
        }
    }
}

/// What an answer proves.
fn interpret(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Answer {
    if status.is_success() {
        return match serde_json::from_slice::<CreatedBody>(body) {
            Ok(created) => Answer::Created(Created {
                sid: created.sid,
                segments: created
                    .num_segments
                    .and_then(|count| count.parse().ok())
                    .filter(|count| *count > 0),
            }),
            Err(_) => Answer::InDoubt(format!("Twilio answered {status} without a SID")),
        };
    }
    let error = serde_json::from_slice::<ErrorBody>(body).ok();
    let proven = status == StatusCode::TOO_MANY_REQUESTS
        || (status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT && error.is_some());
    if !proven {
        return Answer::InDoubt(format!("Twilio answered {status}"));
    }
    let implied = (status == StatusCode::TOO_MANY_REQUESTS).then_some(TOO_MANY_REQUESTS);
    Answer::Refused(Refused {
        status: status.as_u16(),
        code: error.as_ref().map(|error| error.code).or(implied),
        message: error.map_or_else(|| format!("Twilio answered {status}"), |error| error.message),
        retry_after,
    })
}

/// An error without its URL, which holds the account's SID.
pub(crate) fn plain(error: &reqwest::Error) -> String {
    use std::error::Error;
    let kind = if error.is_timeout() {
        "the request timed out"
    } else if error.is_connect() {
        "could not connect"
    } else {
        "the connection broke"
    };
    let mut cause = error.source();
    while let Some(next) = cause.and_then(Error::source) {
        cause = Some(next);
    }
    cause.map_or_else(|| kind.to_owned(), |cause| format!("{kind}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).expect("a status");
        interpret(status, None, body.as_bytes())
    }

    const ERROR: &str = r#"{"code":21211,"message":"no","more_info":"","status":400}"#;

    #[test]
    fn only_what_is_proven_unprocessed_is_refused() {
        let refused = |status, body| matches!(answer(status, body), Answer::Refused(_));
        assert!(refused(400, ERROR));
        assert!(refused(429, ERROR));
        assert!(refused(429, ""), "429 needs no body");
        assert!(!refused(408, ERROR), "408 may have been processed");
        assert!(!refused(400, "<html>"), "a proxy may have written this");
        assert!(!refused(500, ERROR));
        assert!(!refused(307, ""));
    }

    #[test]
    fn a_success_counts_only_with_its_sid() {
        let created = answer(201, r#"{"sid":"SM1","num_segments":"0","new":[]}"#);
        assert_eq!(created, Answer::Created(Created { sid: "SM1".to_owned(), segments: None }));
        let counted = answer(201, r#"{"sid":"SM1","num_segments":"3"}"#);
        assert!(matches!(counted, Answer::Created(Created { segments: Some(3), .. })));
        assert!(matches!(answer(201, "{}"), Answer::InDoubt(_)));
        assert!(matches!(answer(200, ""), Answer::InDoubt(_)));
    }

    #[tokio::test]
    async fn a_refused_connection_was_never_sent() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        drop(listener);
        let account = Account {
            sid: AccountSid::new(&format!("AC{}", "0".repeat(32))).expect("a SID"),
            token: SecretString::from("t"),
            base_url: format!("http://{address}").parse().expect("a URL"),
        };
        let outgoing = Outgoing {
            recipient: "+15550001111",
            sender: "+15550001234",
            text: "x",
            status_callback: "http://x/",
            valid_for: MAX_VALIDITY,
        };
        let answer = Client::new(account).expect("a client").create_message(&outgoing).await;
        assert!(matches!(answer, Answer::NeverSent(_)), "{answer:?}");
    }
}
