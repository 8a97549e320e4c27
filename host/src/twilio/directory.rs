//! Asks Twilio which numbers and Messaging Services the account has, which numbers a service holds,
//! and what campaigns it has (A2P 10DLC). Nothing here sends.

use std::time::{Duration, Instant};

use reqwest::Url;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use verbatim_core::AccountSid;

use super::client::Client;
use super::list::AskError;
use super::registration::{Campaign, Registration};

/// The most pages of a list that are read.
const MAX_PAGES: usize = 50;
/// How long a directory is given without asking again.
pub const FRESH: Duration = Duration::from_secs(5 * 60);
/// Entries on a page.
const PAGE: &str = "100";

/// The numbers and services of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Directory {
    /// Its numbers.
    pub numbers: Vec<Number>,
    /// Its Messaging Services.
    pub services: Vec<Service>,
}

/// A number of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Number {
    /// E.164.
    pub number: String,
    /// Its name, as its owner gave it.
    pub name: String,
    /// Whether it sends and receives SMS.
    pub sms: bool,
    /// How it is registered, if it is a US or Canadian long code.
    pub registration: Registration,
}

/// A Messaging Service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Service {
    /// `MG` and 32 hexadecimal digits.
    pub sid: String,
    /// Its name, as its owner gave it.
    pub name: String,
    /// Whether Twilio replaces characters of what it sends. Each request of ours says that it
    /// must not.
    pub smart_encoding: bool,
    /// The numbers that it holds.
    pub numbers: Vec<String>,
    /// Its campaigns; none if it was never registered for US long codes.
    pub campaigns: Vec<Campaign>,
    /// How it is registered for those.
    pub registration: Registration,
}

impl Directory {
    /// How a sender is registered, as far as this account's numbers and services tell.
    #[must_use]
    pub fn registration(&self, sender: &str) -> Registration {
        let service = self.services.iter().find(|service| service.sid == sender);
        match service {
            Some(service) => service.registration.clone(),
            None if !sender.starts_with('+') => Registration::UNKNOWN,
            None => {
                let is_listed = self.numbers.iter().any(|one| one.number == sender);
                Registration::of_number(sender, is_listed, &self.services)
            }
        }
    }
}

/// A directory that is asked for again when it has grown old: a console's page asks for it often,
/// and Twilio need not be.
#[derive(Debug, Default)]
pub struct Cached {
    known: Mutex<Option<(Instant, AccountSid, Directory)>>,
}

impl Cached {
    /// The directory of a client's account, at most [`FRESH`] old, and how old. Who asks while it is
    /// being asked for waits for that.
    ///
    /// # Errors
    /// Twilio did not say.
    pub async fn get(&self, client: &Client) -> Result<(Directory, Duration), AskError> {
        let account = client.account.sid;
        let mut known = self.known.lock().await;
        let is_fresh = |(at, of, _): &&(Instant, AccountSid, Directory)| {
            *of == account && at.elapsed() < FRESH
        };
        if let Some((at, _, directory)) = known.as_ref().filter(is_fresh) {
            return Ok((directory.clone(), at.elapsed()));
        }
        let directory = client.directory().await?;
        *known = Some((Instant::now(), account, directory.clone()));
        Ok((directory, Duration::ZERO))
    }

    /// The directory as it is now.
    ///
    /// # Errors
    /// Twilio did not say; then what was known is forgotten.
    pub async fn anew(&self, client: &Client) -> Result<Directory, AskError> {
        *self.known.lock().await = None;
        Ok(self.get(client).await?.0)
    }
}

#[derive(Deserialize)]
struct NumberPage {
    incoming_phone_numbers: Vec<NumberResource>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct NumberResource {
    phone_number: String,
    friendly_name: Option<String>,
    capabilities: Option<Capabilities>,
}

#[derive(Deserialize)]
struct Capabilities {
    sms: bool,
}

/// A list of `messaging.twilio.com`, whatever it lists.
trait Listing: DeserializeOwned {
    type One;

    fn read(self) -> (Vec<Self::One>, Option<String>);
}

#[derive(Deserialize)]
struct Meta {
    next_page_url: Option<String>,
}

macro_rules! listing {
    ($name:ident, $member:ident, $one:ident) => {
        #[derive(Deserialize)]
        struct $name {
            $member: Vec<$one>,
            meta: Meta,
        }

        impl Listing for $name {
            type One = $one;

            fn read(self) -> (Vec<$one>, Option<String>) {
                (self.$member, self.meta.next_page_url)
            }
        }
    };
}

listing!(ServicePage, services, ServiceResource);
listing!(PoolPage, phone_numbers, PoolResource);
listing!(CampaignPage, compliance, CampaignResource);

#[derive(Deserialize)]
struct ServiceResource {
    sid: String,
    friendly_name: Option<String>,
    #[serde(default)]
    smart_encoding: bool,
}

#[derive(Deserialize)]
struct PoolResource {
    phone_number: String,
}

#[derive(Deserialize)]
struct CampaignResource {
    campaign_status: String,
    brand_registration_sid: Option<String>,
    has_embedded_links: Option<bool>,
    has_embedded_phone: Option<bool>,
    message_samples: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct BrandResource {
    status: String,
}

impl Client {
    /// All numbers and services of the account.
    ///
    /// # Errors
    /// Twilio did not say.
    pub async fn directory(&self) -> Result<Directory, AskError> {
        let mut services = Vec::new();
        for found in self.messaging_list::<ServicePage>(&["v1", "Services"]).await? {
            services.push(self.complete(found).await?);
        }
        Ok(Directory { numbers: self.numbers(&services).await?, services })
    }

    /// One Messaging Service.
    ///
    /// # Errors
    /// Twilio did not say, or has no such service.
    pub async fn service(&self, sid: &str) -> Result<Service, AskError> {
        let url = self.messaging_url(&["v1", "Services", sid])?;
        let found = self.ask(url).await?;
        self.complete(found).await
    }

    async fn complete(&self, found: ServiceResource) -> Result<Service, AskError> {
        let sid = found.sid;
        let pool = ["v1", "Services", &sid, "PhoneNumbers"];
        let pool = self.messaging_list::<PoolPage>(&pool).await?;
        let compliance = ["v1", "Services", &sid, "Compliance", "Usa2p"];
        let mut campaigns = Vec::new();
        for campaign in self.messaging_list::<CampaignPage>(&compliance).await? {
            let brand = match campaign.brand_registration_sid {
                Some(brand) => Some(self.brand(&brand).await?),
                None => None,
            };
            campaigns.push(Campaign {
                status: campaign.campaign_status,
                brand,
                links: campaign.has_embedded_links,
                phone_numbers: campaign.has_embedded_phone,
                samples: campaign.message_samples.unwrap_or_default(),
            });
        }
        let numbers: Vec<String> = pool.into_iter().map(|one| one.phone_number).collect();
        Ok(Service {
            registration: Registration::of_service(&sid, &numbers, &campaigns),
            sid,
            name: found.friendly_name.unwrap_or_default(),
            smart_encoding: found.smart_encoding,
            numbers,
            campaigns,
        })
    }

    async fn brand(&self, sid: &str) -> Result<String, AskError> {
        let url = self.messaging_url(&["v1", "a2p", "BrandRegistrations", sid])?;
        Ok(self.ask::<BrandResource>(url).await?.status)
    }

    async fn numbers(&self, services: &[Service]) -> Result<Vec<Number>, AskError> {
        let mut url = self.messages.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop().push("IncomingPhoneNumbers.json");
        }
        url.query_pairs_mut().append_pair("PageSize", PAGE);
        let mut numbers = Vec::new();
        for _ in 0..MAX_PAGES {
            let page: NumberPage = self.ask(url).await?;
            numbers.extend(page.incoming_phone_numbers.into_iter().map(|one| Number {
                registration: Registration::of_number(&one.phone_number, true, services),
                name: one.friendly_name.unwrap_or_default(),
                sms: one.capabilities.is_some_and(|it| it.sms),
                number: one.phone_number,
            }));
            match page.next_page_uri {
                Some(next) => url = self.on_the_same_host(&next)?,
                None => return Ok(numbers),
            }
        }
        Err(AskError::TooMany)
    }

    async fn messaging_list<L: Listing>(&self, path: &[&str]) -> Result<Vec<L::One>, AskError> {
        let first = self.messaging_url(path)?;
        let (mut url, mut all) = (first.clone(), Vec::new());
        url.query_pairs_mut().append_pair("PageSize", PAGE);
        for _ in 0..MAX_PAGES {
            let (page, next) = self.ask::<L>(url).await?.read();
            all.extend(page);
            let Some(next) = next else { return Ok(all) };
            // Whatever an answer says, the token goes to Twilio alone.
            let next = next.parse::<Url>().ok().filter(|next| next.origin() == first.origin());
            url = next.ok_or_else(|| {
                AskError::Unreadable("the next page is on another host".to_owned())
            })?;
        }
        Err(AskError::TooMany)
    }

    fn messaging_url(&self, path: &[&str]) -> Result<Url, AskError> {
        let mut url = messaging(&self.account.base_url);
        let bad = |()| AskError::Unreadable("Twilio's address takes no path".to_owned());
        url.path_segments_mut().map_err(bad)?.pop_if_empty().extend(path);
        Ok(url)
    }
}

/// Where the messaging API is, beside the one of accounts: `messaging.twilio.com`, or
/// `messaging.dublin.ie1.twilio.com` beside `api.dublin.ie1.twilio.com`. Any other host, such as
/// the fake's, has both.
fn messaging(base: &Url) -> Url {
    let mut url = base.clone();
    let host = url.host_str().and_then(|host| host.strip_prefix("api.")).map(str::to_owned);
    if let Some(rest) = host.filter(|rest| rest.ends_with("twilio.com")) {
        // Cannot fail: it is an http address with a host.
        let _ = url.set_host(Some(&format!("messaging.{rest}")));
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messaging_api_is_beside_the_one_of_accounts() {
        for (base, expected) in [
            ("https://api.twilio.com/", "https://messaging.twilio.com/"),
            ("https://api.dublin.ie1.twilio.com/", "https://messaging.dublin.ie1.twilio.com/"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("https://api.example.com/", "https://api.example.com/"),
        ] {
            assert_eq!(messaging(&base.parse().expect("a URL")).as_str(), expected);
        }
    }
}
