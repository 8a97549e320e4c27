//! Who may send where, who answers whose keywords, and which numbers a Messaging Service holds.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::doubts::OnUnknown;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::dispatch::rate;
use crate::message::{Environment, UnknownName};
use crate::time::Timestamp;

/// The most senders that a list gives.
const MAX_LISTED: i64 = 10_000;

/// A sender that an environment may use for free-form text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredSender {
    /// The environment.
    pub environment: Environment,
    /// E.164, or a Messaging Service SID.
    pub sender: String,
    /// Who answers its keywords.
    pub replies: Replies,
}

/// A registered sender with all that is set for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderSettings {
    /// What it is registered for.
    pub registered: RegisteredSender,
    /// What becomes of its messages that stay in doubt.
    pub on_unknown: OnUnknown,
    /// Whether a new message is made of one that was not delivered.
    pub resend_undelivered: bool,
    /// Its rate; nothing: as fast as it goes.
    pub segments_per_minute: Option<i64>,
}

/// Who answers STOP, START and HELP on a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Replies {
    /// Verbatim does; the default in `dev`.
    Verbatim,
    /// Twilio does by itself, so Verbatim records the consent and stays silent.
    Twilio,
}

impl Replies {
    /// As the module and the store write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verbatim => "verbatim",
            Self::Twilio => "twilio",
        }
    }
}

impl fmt::Display for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Replies {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Verbatim, Self::Twilio]
            .into_iter()
            .find(|replies| replies.as_str() == text)
            .ok_or_else(|| UnknownName::new("`verbatim` or `twilio`", text))
    }
}

impl Store {
    /// Every registered sender.
    ///
    /// # Errors
    /// The database failed.
    pub async fn senders(&self) -> Result<Vec<SenderSettings>, StoreError> {
        let rows: Vec<(String, String, String, String, i64, Option<i64>)> =
            self.all(&sql::LIST_SENDERS, values![MAX_LISTED]).await?;
        rows.into_iter()
            .map(|(environment, sender, replies, on_unknown, resend, rate)| {
                Ok(SenderSettings {
                    registered: RegisteredSender {
                        environment: row::name("environment", &environment)?,
                        sender,
                        replies: row::name("setting of replies", &replies)?,
                    },
                    on_unknown: row::name("choice for what is in doubt", &on_unknown)?,
                    resend_undelivered: resend == 1,
                    segments_per_minute: rate.filter(|rate| *rate > 0),
                })
            })
            .collect()
    }

    /// Whether an environment may send free-form text from a sender.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_registered(
        &self,
        environment: Environment,
        sender: &str,
    ) -> Result<bool, StoreError> {
        let which = values![environment.as_str(), sender];
        let found: Option<String> = self.value(&sql::SENDER_IS_REGISTERED, which).await?;
        Ok(found.is_some())
    }

    /// Who answers keywords that arrive on a number; nothing for one that is not registered.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replies_of(&self, number: &str) -> Result<Option<Replies>, StoreError> {
        let replies: Option<String> = self.value(&sql::SENDER_REPLIES, values![number]).await?;
        replies.map(|replies| row::name("setting of replies", &replies)).transpose()
    }

    /// The numbers of a Messaging Service; empty when its pool is not known.
    ///
    /// # Errors
    /// The database failed.
    pub async fn numbers_of_service(&self, service: &str) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = self.all(&sql::NUMBERS_OF_SERVICE, values![service]).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// The Messaging Services that hold a number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn services_of_number(&self, number: &str) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = self.all(&sql::SERVICES_OF_NUMBER, values![number]).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }
}

impl Tx {
    /// Registers a sender for an environment, or changes who answers its keywords. Its rate is what
    /// Twilio gives its kind by default, unless one is set.
    ///
    /// # Errors
    /// The database failed.
    pub async fn register_sender(
        &mut self,
        sender: &RegisteredSender,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let replies = sender.replies.as_str();
        self.run(&sql::REGISTER_SENDER, values![&sender.sender, replies, now]).await?;
        let environment = sender.environment.as_str();
        self.run(&sql::REGISTER_SENDER_IN, values![environment, &sender.sender, now]).await?;
        self.suggest_rate(&sender.sender, rate::default_of(&sender.sender)).await
    }

    /// Sets a sender's rate in segments a minute, or lets it go as fast as it can, unless its rate
    /// is set already.
    ///
    /// # Errors
    /// The database failed.
    pub async fn suggest_rate(
        &mut self,
        sender: &str,
        segments_per_minute: Option<u32>,
    ) -> Result<(), StoreError> {
        let rate = i64::from(segments_per_minute.unwrap_or(0));
        self.run(&sql::SUGGEST_RATE, values![sender, rate]).await?;
        Ok(())
    }

    /// Sets a sender's rate in segments a minute, or lets it go as fast as it can.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_rate(
        &mut self,
        sender: &str,
        segments_per_minute: Option<u32>,
    ) -> Result<(), StoreError> {
        let rate = i64::from(segments_per_minute.unwrap_or(0));
        self.run(&sql::SET_RATE, values![sender, rate]).await?;
        Ok(())
    }

    /// Sets what becomes of a registered sender's messages that stay in doubt: of those that are
    /// accepted from now on, and say nothing else themselves.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_on_unknown(
        &mut self,
        sender: &str,
        on_unknown: OnUnknown,
    ) -> Result<(), StoreError> {
        self.run(&sql::SET_ON_UNKNOWN, values![sender, on_unknown.as_str()]).await?;
        Ok(())
    }

    /// Takes a sender from an environment. `false`: it was not registered there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unregister_sender(
        &mut self,
        environment: Environment,
        sender: &str,
    ) -> Result<bool, StoreError> {
        let which = values![environment.as_str(), sender];
        Ok(self.run(&sql::UNREGISTER_SENDER, which).await? == 1)
    }

    /// Notes which numbers a Messaging Service holds, as just fetched, after every STOP that has
    /// begun: one to a number of it covers the service, from the commit of this on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_pool(
        &mut self,
        service: &str,
        numbers: &[String],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.value::<String>(&sql::CHANGE_POOLS, values![]).await?;
        self.run(&sql::FETCH_SERVICE, values![service, now]).await?;
        self.run(&sql::FORGET_SERVICE_NUMBERS, values![service]).await?;
        for number in numbers {
            self.run(&sql::ADD_SERVICE_NUMBER, values![service, number]).await?;
        }
        Ok(())
    }
}
