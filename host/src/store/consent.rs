//! Consent: the pairs' rows, and the ledger behind them.
//!
//! A change of consent and a claim lock the same row of `pairs`, so one of them comes first. A
//! STOP to a number also locks, and clears the queue of, every Messaging Service that holds it.

use super::claim::{OPTED_OUT, is_service};
use super::statement::values;
use super::{Store, StoreError, Tx, sql};
use crate::id::new_id;
use crate::message::State;
use crate::sandbox::{ConsentAction, Pair};
use crate::time::Timestamp;

/// A line of the append-only ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Recipient and sender.
    pub pair: Pair,
    /// Opt out, or in again.
    pub action: ConsentAction,
    /// How we know.
    pub source: ConsentSource,
    /// The keyword, e.g. `STOP`.
    pub keyword: Option<String>,
    /// The variant that matched, e.g. `UNSUBSCRIBE`.
    pub matched: Option<String>,
    /// What was received, to the letter.
    pub raw_text: Option<String>,
    /// The message that it was received in.
    pub message_sid: Option<String>,
    /// When it was said, by Twilio's date: of two, the later counts, whichever arrives first.
    pub happened_at: Timestamp,
}

/// How a change of consent became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentSource {
    /// The person wrote a keyword.
    Inbound,
    /// Twilio refused a send because the person had opted out there (21610).
    TwilioRefusal,
    /// An operator recorded it, for this reason.
    Operator(String),
    /// It came in a file, with this reason if there was one.
    Import(Option<String>),
}

impl ConsentSource {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::TwilioRefusal => "twilio_refusal",
            Self::Operator(_) => "operator",
            Self::Import(_) => "import",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Inbound | Self::TwilioRefusal => None,
            Self::Operator(reason) => Some(reason),
            Self::Import(reason) => reason.as_deref(),
        }
    }
}

impl Store {
    /// Whether each pair is opted out. A pair never heard of is not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn consent_of(&self, pairs: Vec<Pair>) -> Result<Vec<(Pair, bool)>, StoreError> {
        let mut known = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let key = values![&pair.recipient, &pair.sender];
            let opted_out: Option<i64> = self.value(&sql::PAIR_IS_OPTED_OUT, key).await?;
            known.push((pair, opted_out == Some(1)));
        }
        Ok(known)
    }

    /// Whether a recipient has opted out of a Messaging Service or of any number of its pool.
    /// Nothing: the pool is not known, so nobody can tell.
    ///
    /// # Errors
    /// The database failed.
    pub async fn consent_of_service(
        &self,
        recipient: &str,
        service: &str,
    ) -> Result<Option<bool>, StoreError> {
        if self.value::<String>(&sql::POOL_IS_KNOWN, values![service]).await?.is_none() {
            return Ok(None);
        }
        let key = values![recipient, service];
        if self.value::<i64>(&sql::PAIR_IS_OPTED_OUT, key).await? == Some(1) {
            return Ok(Some(true));
        }
        let of_pool: Option<String> = self.value(&sql::OPTED_OUT_OF_SERVICE, key).await?;
        Ok(Some(of_pool.is_some()))
    }
}

impl Tx {
    /// Records changes of consent: the pairs' rows, the ledger, and, after an opt-out, every
    /// queued message of those pairs suppressed. Gives the ids of those. All changes that a
    /// transaction makes are made at once, because their pairs are locked in one order, and
    /// before any message is touched.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_consent(
        &mut self,
        entries: &[LedgerEntry],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let services = self.lock_all(entries).await?;
        let mut suppressed = Vec::new();
        for entry in entries {
            self.set_consent(entry, now).await?;
            self.append_to_ledger(entry, now).await?;
        }
        for entry in entries {
            let covered = services.iter().filter(|(number, _)| *number == entry.pair.sender);
            let covered = covered.map(|(_, service)| service);
            for sender in std::iter::once(&entry.pair.sender).chain(covered) {
                let pair = Pair { recipient: entry.pair.recipient.clone(), sender: sender.clone() };
                if self.is_withdrawn(&entry.pair).await? {
                    suppressed.extend(self.suppress_queued(&pair, now).await?);
                }
            }
        }
        Ok(suppressed)
    }

    /// Locks the pairs of these entries and of every service that holds one of their numbers, in
    /// the order that claims have as well. Gives those services, each with its number.
    async fn lock_all(
        &mut self,
        entries: &[LedgerEntry],
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.value::<String>(&sql::HOLD_POOLS, values![]).await?;
        let mut services = Vec::new();
        let mut pairs = Vec::new();
        for Pair { recipient, sender } in entries.iter().map(|entry| &entry.pair) {
            pairs.push((sender.clone(), recipient.clone()));
            if is_service(sender) || services.iter().any(|(number, _)| number == sender) {
                continue;
            }
            let holders: Vec<(String,)> =
                self.all(&sql::SERVICES_OF_NUMBER, values![sender]).await?;
            for (service,) in holders {
                pairs.push((service.clone(), recipient.clone()));
                services.push((sender.clone(), service));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        for (sender, recipient) in &pairs {
            self.run(&sql::ENSURE_PAIR, values![recipient, sender]).await?;
            self.value::<i64>(&sql::LOCK_PAIR, values![recipient, sender]).await?;
        }
        Ok(services)
    }

    async fn set_consent(&mut self, entry: &LedgerEntry, now: Timestamp) -> Result<(), StoreError> {
        let opted_out = match entry.action {
            ConsentAction::OptOut => 1_i64,
            ConsentAction::OptIn => 0,
        };
        // A clock that is wrong does not make a later word count for less.
        let said_at = entry.happened_at.min(now);
        let Pair { recipient, sender } = &entry.pair;
        self.run(&sql::SET_CONSENT, values![recipient, sender, opted_out, said_at]).await?;
        Ok(())
    }

    /// Notes that a person has agreed to what an action sends: a line in the ledger and nothing
    /// else, so that it never takes back an opt-out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_consent(
        &mut self,
        pair: &Pair,
        action: &str,
        conversation: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let said = match conversation {
            Some(conversation) => format!("the action `{action}`, in `{conversation}`"),
            None => format!("the action `{action}`"),
        };
        let none: Option<&str> = None;
        let values = values![
            new_id(),
            &pair.recipient,
            &pair.sender,
            "consent",
            "action",
            said,
            none,
            none,
            none,
            none,
            now,
            now
        ];
        self.run(&sql::APPEND_TO_LEDGER, values).await?;
        Ok(())
    }

    async fn append_to_ledger(
        &mut self,
        entry: &LedgerEntry,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let action = match entry.action {
            ConsentAction::OptOut => "opt_out",
            ConsentAction::OptIn => "opt_in",
        };
        let values = values![
            new_id(),
            &entry.pair.recipient,
            &entry.pair.sender,
            action,
            entry.source.as_str(),
            entry.source.reason(),
            &entry.keyword,
            &entry.matched,
            &entry.raw_text,
            &entry.message_sid,
            entry.happened_at,
            now
        ];
        self.run(&sql::APPEND_TO_LEDGER, values).await?;
        Ok(())
    }

    async fn is_withdrawn(&mut self, pair: &Pair) -> Result<bool, StoreError> {
        let key = values![&pair.recipient, &pair.sender];
        let opted_out: Option<i64> = self.value(&sql::PAIR_IS_OPTED_OUT, key).await?;
        Ok(opted_out == Some(1))
    }

    async fn suppress_queued(
        &mut self,
        pair: &Pair,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> =
            self.all(&sql::TAKE_BACK_PAIR, values![&pair.recipient, &pair.sender]).await?;
        let mut ids = Vec::with_capacity(rows.len());
        for (id,) in rows {
            self.advance(&id, State::Suppressed, Some(OPTED_OUT), None, now).await?;
            ids.push(id);
        }
        Ok(ids)
    }
}
