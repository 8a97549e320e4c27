//! Messages page by page, by what they have in common.

use super::messages::MessageRow;
use super::statement::values;
use super::{Message, Store, StoreError, sql};
use crate::message::{Environment, State};

/// The most messages that a page of a list holds.
const MAX_PAGE: i64 = 200;
/// The most messages that are looked at for a page of a filtered list.
pub const MAX_WALK: i64 = 10_000;
/// Sorts after every UUIDv7.
pub(super) const AFTER_ALL_IDS: &str = "~";

/// Which messages a list gives, newest first.
#[derive(Debug, Clone, Default)]
pub struct MessagePage {
    /// At most so many; capped.
    pub limit: Option<i64>,
    /// Only those before this id.
    pub before: Option<String>,
    /// Only those to this person.
    pub recipient: Option<String>,
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those from this sender.
    pub sender: Option<String>,
    /// Only those of this environment.
    pub environment: Option<Environment>,
    /// Only those of a template of this title.
    pub template: Option<String>,
    /// Only those of this conversation.
    pub conversation_id: Option<String>,
    /// Only those of which Twilio has counted other segments than were predicted.
    pub miscounted: bool,
}

impl Store {
    /// A page of messages, newest first, and the id before which the next page begins, if there
    /// is one. A page may hold fewer than asked for, or none, and have a next one all the same:
    /// no more than [`MAX_WALK`] are looked at for one page.
    ///
    /// # Errors
    /// The database failed.
    pub async fn messages(
        &self,
        page: &MessagePage,
    ) -> Result<(Vec<Message>, Option<String>), StoreError> {
        let before = page.before.as_deref().unwrap_or(AFTER_ALL_IDS);
        let limit = page.limit.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let state = page.state.map(State::as_str);
        let environment = page.environment.map(Environment::as_str);
        let (sender, template) = (&page.sender, &page.template);
        let conversation = &page.conversation_id;
        let mut walked = None;
        let rows: Vec<MessageRow> = match (&page.recipient, state) {
            (recipient, _) if page.miscounted => {
                let which = values![
                    before,
                    limit,
                    recipient,
                    state,
                    sender,
                    environment,
                    template,
                    conversation
                ];
                self.walk(&sql::LIST_MESSAGES_MISCOUNTED, which).await?
            }
            (recipient, _) if conversation.is_some() => {
                let which = values![
                    before,
                    conversation,
                    limit,
                    state,
                    sender,
                    environment,
                    template,
                    recipient
                ];
                self.walk(&sql::LIST_MESSAGES_IN, which).await?
            }
            (Some(recipient), _) => {
                let which = values![before, recipient, limit, state, sender, environment, template];
                self.walk(&sql::LIST_MESSAGES_TO, which).await?
            }
            (None, Some(state)) if page.state.is_some_and(State::is_not_delivered) => {
                let which = values![before, limit, state, sender, environment, template];
                self.walk(&sql::LIST_MESSAGES_NOT_DELIVERED, which).await?
            }
            (None, _) => {
                let all = state.is_none()
                    && environment.is_none()
                    && sender.is_none()
                    && template.is_none();
                let walk = if all { limit } else { MAX_WALK };
                walked = (!all).then_some(walk);
                let which = values![before, walk, limit, state, sender, environment, template];
                self.walk(&sql::LIST_MESSAGES, which).await?
            }
        };
        let messages = rows.into_iter().map(Message::try_from).collect::<Result<Vec<_>, _>>()?;
        let full = i64::try_from(messages.len()) == Ok(limit);
        let next = match (full, walked) {
            (true, _) => messages.last().map(|last| last.id.clone()),
            (false, Some(walk)) => {
                self.value(&sql::LIST_WALKED_TO, values![before, walk - 1]).await?
            }
            (false, None) => None,
        };
        Ok((messages, next))
    }
}
