//! A new message for one that was not delivered, if its sender is set so.
//!
//! Twilio had accepted the old one and may have delivered it all the same, so it stays as it is,
//! and its owner must have chosen that a person may get a text twice rather than not at all. The
//! new one asks for consent like any other, and is not made anew in its turn.

use std::time::Duration;

use super::statement::values;
use super::{ConversationEvent, StoreError, Tx, sql};
use crate::id::new_id;
use crate::message::State;
use crate::time::Timestamp;
use crate::twilio::error::{self, Class};

/// How long a new message waits: what kept the old one back, a full queue or a carrier's limit, is
/// seldom over at once.
pub(crate) const RESEND_PAUSE: Duration = Duration::from_secs(60);

impl Tx {
    /// Sets whether a new message is made of a registered sender's that are not delivered.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_resend_undelivered(
        &mut self,
        sender: &str,
        resend: bool,
    ) -> Result<(), StoreError> {
        self.run(&sql::SET_RESEND_UNDELIVERED, values![sender, i64::from(resend)]).await?;
        Ok(())
    }

    /// Makes a new message of one that has just ended without being delivered, if the code says
    /// that it may be worth it and its sender is set so.
    pub(super) async fn resend_undelivered(
        &mut self,
        id: &str,
        error_code: Option<i64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let class = error_code.and_then(error::lookup).map(|error| error.class);
        if class != Some(Class::DeliveryWorthANewMessage) {
            return Ok(());
        }
        let found: Option<(Option<String>,)> = self.first(&sql::RESENDABLE, values![id]).await?;
        let Some((conversation,)) = found else { return Ok(()) };
        let (new, state) = (new_id(), State::Queued);
        let copy = values![id, &new, state.rank(), now, now.plus(RESEND_PAUSE)];
        self.run(&sql::COPY_MESSAGE, copy).await?;
        if let Some(conversation) = conversation {
            let line = ConversationEvent::of_message(&new, state, now);
            self.log_conversation(&conversation, line).await?;
        }
        self.moved(&new, state);
        Ok(())
    }
}
