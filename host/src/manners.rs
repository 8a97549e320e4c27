//! Limits of good manners: how much one person gets, and all together, as the project sets it.
//! What is over a limit is suppressed with its reason: nothing of it leaves, and nothing is lost in
//! silence. None is set to begin with.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::{NewMessage, Store, StoreError, Tx};
use crate::time::Timestamp;

/// The setting that holds them, as JSON.
const SETTING: &str = "manners";
/// The most messages that a limit may count, because each is looked at.
pub const MAX_MESSAGES: u32 = 10_000;
/// The longest window: a week.
pub const MAX_SECONDS: u32 = 7 * 24 * 60 * 60;

/// What is set. A limit that is not there does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Manners {
    /// Messages to one person, from whatever sender.
    pub per_recipient: Option<Quota>,
    /// How long the same text to the same person is too soon.
    pub same_text: Option<Window>,
    /// Messages of the whole project.
    pub per_project: Option<Quota>,
}

/// So many messages in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// 1 to 10,000.
    pub messages: u32,
    /// 1 to 604,800: a week.
    pub seconds: u32,
}

/// So long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// 1 to 604,800: a week.
    pub seconds: u32,
}

/// A limit that nothing can be measured by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `{limit}.{member}` to be 1 to {most}, found {found}")]
pub struct BadLimit {
    limit: &'static str,
    member: &'static str,
    most: u32,
    found: u32,
}

impl Manners {
    /// What a project has set.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(store: &Store) -> Result<Self, StoreError> {
        store.setting(SETTING).await?.map_or_else(|| Ok(Self::default()), |text| read(&text))
    }

    /// Sets them, from the commit on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        tx.set_setting(SETTING, &serde_json::json!(self).to_string(), now).await
    }

    /// Whether each limit can be measured by.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), BadLimit> {
        let quotas = [("per_recipient", self.per_recipient), ("per_project", self.per_project)];
        let messages = quotas.map(|(limit, quota)| {
            (limit, "messages", MAX_MESSAGES, quota.map(|quota| quota.messages))
        });
        let seconds = quotas
            .map(|(limit, quota)| (limit, quota.map(|quota| quota.seconds)))
            .into_iter()
            .chain([("same_text", self.same_text.map(|window| window.seconds))])
            .map(|(limit, seconds)| (limit, "seconds", MAX_SECONDS, seconds));
        for (limit, member, most, found) in messages.into_iter().chain(seconds) {
            if let Some(found) = found.filter(|found| !(1..=most).contains(found)) {
                return Err(BadLimit { limit, member, most, found });
            }
        }
        Ok(())
    }
}

/// Why a message that is about to be stored is over a limit, if it is: the reason of its
/// suppression.
///
/// # Errors
/// The database failed.
pub async fn over_limit(
    tx: &mut Tx,
    new: &NewMessage,
    now: Timestamp,
) -> Result<Option<&'static str>, StoreError> {
    let Some(text) = tx.setting(SETTING).await? else { return Ok(None) };
    let manners: Manners = read(&text)?;
    let since = |seconds: u32| now.minus(Duration::from_secs(u64::from(seconds)));
    if let Some(Quota { messages, seconds }) = manners.per_recipient
        && tx.has_sent_to(&new.recipient, messages, since(seconds)).await?
    {
        return Ok(Some("recipient_limit"));
    }
    if let Some(Window { seconds }) = manners.same_text
        && tx.has_said_to(&new.recipient, &new.text, since(seconds)).await?
    {
        return Ok(Some("same_text"));
    }
    if let Some(Quota { messages, seconds }) = manners.per_project
        && tx.has_sent(messages, since(seconds)).await?
    {
        return Ok(Some("project_limit"));
    }
    Ok(None)
}

fn read(text: &str) -> Result<Manners, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt(format!("the manners `{text}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_nothing_or_of_too_much_is_refused_by_its_name() {
        for (json, refused) in [
            (r#"{"per_recipient": {"messages": 0, "seconds": 60}}"#, "per_recipient.messages"),
            (r#"{"per_project": {"messages": 10001, "seconds": 60}}"#, "per_project.messages"),
            (r#"{"same_text": {"seconds": 0}}"#, "same_text.seconds"),
            (r#"{"per_project": {"messages": 1, "seconds": 604801}}"#, "per_project.seconds"),
        ] {
            let manners: Manners = serde_json::from_str(json).expect(json);
            let error = manners.check().expect_err(json).to_string();
            assert!(error.contains(refused), "{error}");
        }
        let all = r#"{"per_recipient": {"messages": 3, "seconds": 3600},
            "same_text": {"seconds": 600}, "per_project": null}"#;
        let manners: Manners = serde_json::from_str(all).expect("JSON");
        assert_eq!(manners.check(), Ok(()));
    }
}
