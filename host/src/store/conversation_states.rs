//! What a conversation knows that fills tokens.

use super::statement::values;
use super::{Store, StoreError, Tx, project_sql as sql};
use crate::time::Timestamp;

/// A conversation's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredState {
    /// The variant's name.
    pub variant: Option<String>,
    /// The person's language.
    pub language: Option<String>,
    /// What its variables hold: a JSON object.
    pub variables: String,
    /// What its entities hold: a JSON object.
    pub entities: String,
}

type StateRow = (Option<String>, Option<String>, String, String);

impl From<StateRow> for StoredState {
    fn from((variant, language, variables, entities): StateRow) -> Self {
        Self { variant, language, variables, entities }
    }
}

impl Store {
    /// A conversation's state, if it has any.
    ///
    /// # Errors
    /// The database failed.
    pub async fn conversation_state(&self, id: &str) -> Result<Option<StoredState>, StoreError> {
        let row: Option<StateRow> = self.first(&sql::CONVERSATION_STATE, values![id]).await?;
        Ok(row.map(StoredState::from))
    }
}

impl Tx {
    /// A conversation's state, which nobody else changes until this transaction ends. It begins, as
    /// the conversation does, if it was never named before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold_state(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<StoredState, StoreError> {
        self.run(&sql::BEGIN_STATE, values![id, now]).await?;
        let row: Option<StateRow> = self.first(&sql::CONVERSATION_STATE, values![id]).await?;
        let lost = || StoreError::Corrupt("no state of a conversation".to_owned());
        row.map(StoredState::from).ok_or_else(lost)
    }

    /// Sets a conversation's state, which is held.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_state(&mut self, id: &str, state: &StoredState) -> Result<(), StoreError> {
        let StoredState { variant, language, variables, entities } = state;
        self.run(&sql::SET_STATE, values![id, variant, language, variables, entities]).await?;
        Ok(())
    }
}
