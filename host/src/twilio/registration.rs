//! How a sender is registered for A2P 10DLC, by what Twilio lists: the one place that judges it, for
//! the API, the commands, the console and each live send.
//!
//! A long code is judged by the campaign of the Messaging Service that holds it, a service by its
//! own, and everything else needs none.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::directory::Service;
use crate::number::{Kind, kind};

/// A campaign of a Messaging Service, and what its owner said of its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Campaign {
    /// Twilio's word: `IN_PROGRESS`, `VERIFIED` or `FAILED`.
    pub status: String,
    /// The brand's, in Twilio's word: `APPROVED` or how far it is; nothing if Twilio names none.
    pub brand: Option<String>,
    /// Whether its messages hold links, as far as it says.
    pub links: Option<bool>,
    /// Whether its messages hold phone numbers, as far as it says.
    pub phone_numbers: Option<bool>,
    /// The messages that it gave as examples.
    pub samples: Vec<String>,
}

/// What is to be thought of a sender.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is no US or Canadian long code, and holds none.
    NotNeeded,
    /// Carriers take what it sends.
    Registered,
    /// Brand or campaign is still being looked at.
    Pending,
    /// Brand or campaign was refused, or taken away: carriers block what it sends.
    Failed,
    /// It has no campaign: carriers block what it sends.
    Missing,
    /// Twilio was not asked, does not answer, or does not list it.
    Unknown,
}

impl Standing {
    /// As the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not_needed",
            Self::Registered => "registered",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is known that carriers block what it sends.
    #[must_use]
    pub const fn is_blocked(self) -> bool {
        matches!(self, Self::Failed | Self::Missing)
    }
}

/// How a sender is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registration {
    /// What is to be thought of it.
    pub standing: Standing,
    /// The Messaging Service by which it is judged.
    pub service: Option<String>,
    /// The campaign of that.
    pub campaign: Option<Campaign>,
}

impl Registration {
    /// One of which nothing is known.
    pub const UNKNOWN: Self = Self { standing: Standing::Unknown, service: None, campaign: None };

    /// That of a service: of its campaigns, one that is registered counts first.
    #[must_use]
    pub fn of_service(sid: &str, numbers: &[String], campaigns: &[Campaign]) -> Self {
        let campaign = campaigns.iter().min_by_key(|campaign| campaign.standing()).cloned();
        let standing = match &campaign {
            _ if !numbers.iter().any(|number| kind(number) == Kind::LongCode) => {
                Standing::NotNeeded
            }
            Some(campaign) => campaign.standing(),
            None => Standing::Missing,
        };
        Self { standing, service: Some(sid.to_owned()), campaign }
    }

    /// That of a number. `is_listed`: whether it is one of the account's.
    #[must_use]
    pub fn of_number(number: &str, is_listed: bool, services: &[Service]) -> Self {
        let standing = match kind(number) {
            Kind::LongCode if is_listed => Standing::Missing,
            Kind::LongCode => Standing::Unknown,
            Kind::TollFree | Kind::Other => Standing::NotNeeded,
        };
        let holds = |service: &&Service| service.numbers.iter().any(|held| held == number);
        match services.iter().find(holds) {
            Some(service) if standing != Standing::NotNeeded => service.registration.clone(),
            Some(_) | None => Self { standing, ..Self::UNKNOWN },
        }
    }

    /// What was found of it, in words.
    #[must_use]
    pub fn found(&self) -> String {
        match (self.standing, &self.campaign) {
            (Standing::NotNeeded, _) => "no A2P 10DLC registration is needed".to_owned(),
            (Standing::Unknown, _) => "not known to Twilio as this account's".to_owned(),
            (_, Some(Campaign { status, brand, .. })) => {
                format!("campaign {status}, brand {}", brand.as_deref().unwrap_or("not named"))
            }
            (_, None) if self.service.is_none() => {
                "no campaign, in no Messaging Service".to_owned()
            }
            (_, None) => "no campaign".to_owned(),
        }
    }

    /// What is still to be done, and where; nothing if nothing is.
    #[must_use]
    pub fn to_do(&self) -> Option<&'static str> {
        let brand = self.campaign.as_ref().map(Campaign::brand);
        match (self.standing, brand) {
            (Standing::NotNeeded | Standing::Registered | Standing::Unknown, _) => None,
            (Standing::Pending, Some(Standing::Pending)) => {
                Some("wait until the brand is approved")
            }
            (Standing::Pending, _) => Some("wait until the campaign is verified"),
            (Standing::Failed, Some(Standing::Failed)) => {
                Some("mend the brand at console.twilio.com, Trust Hub")
            }
            (Standing::Failed, _) => {
                Some("mend the campaign at console.twilio.com, Messaging, Regulatory Compliance")
            }
            (Standing::Missing, _) if self.service.is_some() => Some(
                "register a campaign for its Messaging Service at console.twilio.com, Messaging, \
                 Regulatory Compliance",
            ),
            (Standing::Missing, _) => Some(
                "add it to a Messaging Service with a verified campaign at console.twilio.com, \
                 Messaging, Services",
            ),
        }
    }
}

/// What was found, and what is to be done.
impl fmt::Display for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found())?;
        self.to_do().map_or(Ok(()), |to_do| write!(f, "; {to_do}"))
    }
}

impl Campaign {
    fn brand(&self) -> Standing {
        match self.brand.as_deref() {
            None | Some("APPROVED") => Standing::Registered,
            Some("FAILED" | "SUSPENDED" | "DELETION_PENDING" | "DELETION_FAILED") => {
                Standing::Failed
            }
            Some(_) => Standing::Pending,
        }
    }

    /// That of brand and campaign which is worse. A word that is not known blocks nothing.
    fn standing(&self) -> Standing {
        let campaign = match self.status.as_str() {
            "VERIFIED" => Standing::Registered,
            "FAILED" | "SUSPENDED" => Standing::Failed,
            _ => Standing::Pending,
        };
        campaign.max(self.brand())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
    const LONG: &str = "+12025550123";
    const TOLL_FREE: &str = "+18885550123";

    fn campaign(brand: Option<&str>, status: &str) -> Campaign {
        let brand = brand.map(str::to_owned);
        Campaign { status: status.to_owned(), brand, ..Campaign::default() }
    }

    fn service(numbers: &[&str], campaigns: &[Campaign]) -> Service {
        let numbers: Vec<String> = numbers.iter().map(|&number| number.to_owned()).collect();
        Service {
            sid: SERVICE.to_owned(),
            name: String::new(),
            smart_encoding: false,
            registration: Registration::of_service(SERVICE, &numbers, campaigns),
            numbers,
            campaigns: campaigns.to_vec(),
        }
    }

    #[test]
    fn a_registration_says_what_is_to_be_done() {
        for (brand, status, standing, expected) in [
            (Some("APPROVED"), "VERIFIED", Standing::Registered, None),
            (None, "VERIFIED", Standing::Registered, None),
            (Some("FAILED"), "IN_PROGRESS", Standing::Failed, Some("mend the brand")),
            (Some("SUSPENDED"), "VERIFIED", Standing::Failed, Some("mend the brand")),
            (Some("IN_REVIEW"), "IN_PROGRESS", Standing::Pending, Some("wait until the brand")),
            (Some("APPROVED"), "FAILED", Standing::Failed, Some("mend the campaign")),
            (Some("APPROVED"), "IN_PROGRESS", Standing::Pending, Some("wait until the campaign")),
            (Some("APPROVED"), "NEW_WORD", Standing::Pending, Some("wait until the campaign")),
        ] {
            let found = service(&[LONG], &[campaign(brand, status)]).registration;
            assert_eq!(found.standing, standing, "{brand:?} {status}");
            let to_do = found.to_do().map(|to_do| to_do.starts_with(expected.unwrap_or("-")));
            assert_eq!(to_do, expected.map(|_| true), "{found}");
        }
    }

    #[test]
    fn a_number_is_judged_by_the_service_that_holds_it_and_only_a_long_code_is() {
        let failed = [service(&[LONG, TOLL_FREE], &[campaign(None, "FAILED")])];
        let none: [Service; 0] = [];
        for (number, is_listed, services, expected) in [
            (LONG, true, &failed[..], Standing::Failed),
            (LONG, true, &none[..], Standing::Missing),
            (LONG, false, &none[..], Standing::Unknown),
            (TOLL_FREE, true, &failed[..], Standing::NotNeeded),
            ("+447700900123", true, &none[..], Standing::NotNeeded),
            ("72345", true, &none[..], Standing::NotNeeded),
        ] {
            let found = Registration::of_number(number, is_listed, services);
            assert_eq!(found.standing, expected, "{number}: {found}");
            assert_eq!(found.standing.is_blocked(), found.to_do().is_some(), "{found}");
        }
    }

    #[test]
    fn a_service_is_judged_by_its_own_best_campaign_if_it_holds_a_long_code() {
        let standing = |numbers: &[&str], campaigns: &[Campaign]| {
            service(numbers, campaigns).registration.standing
        };
        let (good, bad) = (campaign(Some("APPROVED"), "VERIFIED"), campaign(None, "FAILED"));
        assert_eq!(standing(&[LONG], &[]), Standing::Missing);
        assert_eq!(standing(&[TOLL_FREE, LONG], std::slice::from_ref(&bad)), Standing::Failed);
        assert_eq!(standing(&[LONG], &[bad.clone(), good]), Standing::Registered);
        for numbers in [&[][..], &[TOLL_FREE], &["+447700900123"]] {
            assert_eq!(standing(numbers, &[]), Standing::NotNeeded);
            assert_eq!(standing(numbers, std::slice::from_ref(&bad)), Standing::NotNeeded);
        }
    }
}
