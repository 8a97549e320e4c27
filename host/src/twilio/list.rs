//! Asks Twilio which messages it has. Nothing here sends, so all of it may be asked again.

use reqwest::Url;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::bill::Bill;
use super::client::{Client, ErrorBody, plain, read_body};
use super::{field, status};
use crate::message::State;
use crate::time::Timestamp;

/// Messages on a page: full of the longest texts it still is an answer that is read.
const PAGE: usize = 100;
/// The most bytes of a page that are read.
const MAX_PAGE: usize = 4 * 1024 * 1024;
/// The most pages that are read; a longer list counts as not read at all.
const MAX_PAGES: usize = 100;

/// Which messages are asked for.
#[derive(Debug, Clone)]
pub struct Query {
    /// Only those to this number.
    pub to: String,
    /// Only those from this number.
    pub from: Option<String>,
    /// Only those that were created since. Twilio has no such filter, so this ends the paging.
    pub created_since: Timestamp,
    /// Only those sent on the day of `created_since` or later, which Twilio does filter by. What
    /// it has not sent yet has no such day: not for messages of ours.
    pub by_day: bool,
}

/// A message as Twilio has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Twilio's name for it.
    pub sid: String,
    /// Which way it went.
    pub direction: Direction,
    /// The number it came from; Twilio may not have chosen one yet.
    pub from: Option<String>,
    /// The number it went to.
    pub to: String,
    /// The Messaging Service.
    pub service: Option<String>,
    /// The text.
    pub text: String,
    /// When Twilio made it, in whole seconds of Twilio's clock.
    pub created_at: Timestamp,
    /// Twilio's own word for how it stands.
    pub status: String,
    /// What that means for a message of ours.
    pub state: Option<State>,
    /// Why it was not delivered.
    pub error_code: Option<i64>,
    /// The segments that it counted; nothing while it says 0.
    pub segments: Option<i64>,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a person.
    Inbound,
    /// By a request of ours, or of another program of the account.
    OutboundApi,
    /// In answer to a webhook, or by a call: never one of the outbox.
    Other,
}

/// Twilio did not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It refused.
    #[error("Twilio refused to say what it has: {0}")]
    Refused(String),
    /// It could not be reached, or its answer broke off.
    #[error("Twilio gave no answer: {0}")]
    Failed(String),
    /// Its answer is not what its documentation has.
    #[error("Twilio's answer could not be read: {0}")]
    Unreadable(String),
    /// There are more than are read.
    #[error("expected at most {} entries in a list, found more", MAX_PAGES * PAGE)]
    TooMany,
}

#[derive(Deserialize)]
struct Page {
    messages: Vec<Resource>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Resource {
    sid: String,
    direction: String,
    from: Option<String>,
    to: Option<String>,
    messaging_service_sid: Option<String>,
    body: Option<String>,
    date_created: Option<String>,
    status: String,
    error_code: Option<i64>,
    num_segments: Option<String>,
    price: Option<String>,
    price_unit: Option<String>,
}

impl Client {
    /// The messages that Twilio has, newest first.
    ///
    /// # Errors
    /// Any page of them could not be read: half a list proves nothing.
    pub async fn list(&self, query: &Query) -> Result<Vec<Listed>, AskError> {
        let mut url = self.messages.clone();
        {
            let mut parameters = url.query_pairs_mut();
            parameters.append_pair(field::TO, &query.to);
            if let Some(from) = &query.from {
                parameters.append_pair(field::FROM, from);
            }
            if query.by_day {
                parameters.append_pair(field::SENT_SINCE, &day(query.created_since));
            }
            parameters.append_pair(field::PAGE_SIZE, &PAGE.to_string());
        }
        let mut listed = Vec::new();
        for _ in 0..MAX_PAGES {
            let page: Page = self.ask(url).await?;
            let messages = page.messages.into_iter().map(|one| Ok(one.read()?.0));
            let messages = messages.collect::<Result<Vec<Listed>, AskError>>()?;
            // Twilio sorts by the date of sending, so that a single older one proves nothing.
            let past = messages.iter().all(|one| one.created_at < query.created_since);
            listed.extend(messages.into_iter().filter(|one| one.created_at >= query.created_since));
            match page.next_page_uri {
                Some(next) if !past => url = self.on_the_same_host(&next)?,
                Some(_) | None => return Ok(listed),
            }
        }
        Err(AskError::TooMany)
    }

    /// One message, and its bill.
    ///
    /// # Errors
    /// Twilio did not say.
    pub async fn fetch(&self, sid: &str) -> Result<(Listed, Bill), AskError> {
        let mut url = self.messages.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop().extend(["Messages", &format!("{sid}.json")]);
        }
        self.ask::<Resource>(url).await?.read()
    }

    /// The next page's address: whatever an answer says, the token goes to Twilio alone.
    pub(super) fn on_the_same_host(&self, path: &str) -> Result<Url, AskError> {
        let next = self.account.base_url.join(path).ok();
        next.filter(|url| url.origin() == self.account.base_url.origin())
            .ok_or_else(|| AskError::Unreadable("the next page is on another host".to_owned()))
    }

    pub(super) async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        url: Url,
    ) -> Result<T, AskError> {
        let token = self.account.token.expose_secret();
        let request = self.http.get(url).basic_auth(self.account.sid, Some(token));
        let mut response = request.send().await.map_err(|error| AskError::Failed(plain(&error)))?;
        let status = response.status();
        let body = read_body(&mut response, MAX_PAGE).await.map_err(AskError::Failed)?;
        if !status.is_success() {
            let said = serde_json::from_slice::<ErrorBody>(&body).ok();
            let said = said.map(|error| format!("{} ({})", error.message, error.code));
            return Err(AskError::Refused(said.unwrap_or_else(|| status.to_string())));
        }
        serde_json::from_slice(&body).map_err(|error| AskError::Unreadable(error.to_string()))
    }
}

impl Resource {
    fn read(self) -> Result<(Listed, Bill), AskError> {
        let bill = Bill::read(self.num_segments, self.price, self.price_unit);
        let date = self.date_created.unwrap_or_default();
        let created_at = jiff::fmt::rfc2822::parse(&date)
            .map_err(|_| AskError::Unreadable(format!("`{date}` is no date of RFC 2822")))?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        let listed = Listed {
            sid: self.sid,
            direction: match self.direction.as_str() {
                "inbound" => Direction::Inbound,
                "outbound-api" => Direction::OutboundApi,
                _ => Direction::Other,
            },
            from: filled(self.from),
            to: self.to.unwrap_or_default(),
            service: filled(self.messaging_service_sid),
            text: self.body.unwrap_or_default(),
            created_at: Timestamp::from_micros(created_at.timestamp().as_microsecond()),
            state: status::state_of(&self.status),
            status: self.status,
            error_code: self.error_code,
            segments: bill.segments,
        };
        Ok((listed, bill))
    }
}

/// The day of an instant in UTC, as Twilio's filters have it.
fn day(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    instant.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twilio::client::Account;

    fn listed(json: &str) -> Result<Listed, AskError> {
        serde_json::from_str::<Resource>(json).expect("a resource").read().map(|read| read.0)
    }

    #[test]
    fn a_message_reads_as_twilio_writes_it() {
        let read = listed(
            r#"{"sid":"SM1","direction":"outbound-api","from":null,"to":"+15550001111",
                "messaging_service_sid":"MG1","body":"Hi","error_code":30003,"status":"undelivered",
                "date_created":"Thu, 24 Aug 2023 05:01:45 +0000","num_segments":"0","new":1}"#,
        );
        let read = read.expect("a message");
        assert_eq!(read.created_at, Timestamp::from_micros(1_692_853_305_000_000));
        assert_eq!((read.from, read.segments), (None, None));
        assert_eq!(read.state, Some(State::Undelivered));
        assert_eq!(day(read.created_at), "2023-08-24");
    }

    #[test]
    fn a_message_without_its_date_is_not_read() {
        let read = listed(r#"{"sid":"SM1","direction":"inbound","status":"received"}"#);
        assert!(matches!(read, Err(AskError::Unreadable(_))), "{read:?}");
    }

    #[test]
    fn the_next_page_is_never_on_another_host() {
        let account = Account {
            sid: verbatim_core::AccountSid::new(&format!("AC{}", "0".repeat(32))).expect("a SID"),
            token: secrecy::SecretString::from("t"),
            base_url: "https://api.twilio.com".parse().expect("a URL"),
        };
        let client = Client::new(account).expect("a client");
        let next = |path| client.on_the_same_host(path).is_ok();
        assert!(next("/2010-04-01/Accounts/AC0/Messages.json?Page=1"));
        assert!(!next("https://evil.example/2010-04-01"));
        assert!(!next("//evil.example/x"));
        assert!(!next("http://api.twilio.com/x"));
    }
}
