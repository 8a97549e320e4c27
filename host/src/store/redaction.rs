//! Takes out what messages said.

use serde_json::{Value as Json, json};

use super::row::row;
use super::statement::values;
use super::{StoreError, Tx, row, sql};
use crate::id::first_id_at;
use crate::redact::{Candidate, Verdict, judge};
use crate::time::Timestamp;

/// The setting that holds up to which message all are marked.
const MARKED_UP_TO: &str = "redaction_marked_up_to";

row! {
    struct DueRow {
        message_id: String,
        state: String,
        waiting: i64,
        created_at: i64,
        updated_at: i64,
    }
}

impl Tx {
    /// Marks messages that were accepted before a moment as due, the oldest first; how many.
    ///
    /// Ids sort by time, so the next ones are found where the last look has ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mark_for_redaction(
        &mut self,
        until: Timestamp,
        at_most: i64,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let from: Option<String> = self.value(&sql::SETTING, values![MARKED_UP_TO]).await?;
        let (from, until) = (from.unwrap_or_default(), first_id_at(until));
        let ids: Vec<(String,)> =
            self.all(&sql::CONTENTS_BETWEEN, values![from, until, at_most]).await?;
        for (id,) in &ids {
            self.run(&sql::MARK_FOR_REDACTION, values![id, now]).await?;
        }
        if let Some((last,)) = ids.last() {
            self.run(&sql::SET_SETTING, values![MARKED_UP_TO, last, now]).await?;
        }
        Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
    }

    /// Redacts those that are due and have ended, and looks at the others again later; how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn redact_due(&mut self, at_most: i64, now: Timestamp) -> Result<u64, StoreError> {
        let due: Vec<DueRow> = self.all(&sql::REDACTIONS_DUE, values![now, at_most]).await?;
        for row in &due {
            let candidate = Candidate {
                state: row::name("state", &row.state)?,
                in_outbox: row.waiting > 0,
                created_at: row::instant(row.created_at),
                updated_at: row::instant(row.updated_at),
            };
            match judge(now, candidate) {
                Verdict::Redact => self.redact(&row.message_id, now).await?,
                Verdict::LookAgain(at) => {
                    self.run(&sql::LOOK_AT_REDACTION, values![&row.message_id, at]).await?;
                }
            }
        }
        Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
    }

    async fn redact(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.run(&sql::REDACT, values![id, now]).await?;
        // The answer that the request got is given again to whoever repeats it.
        let answer: Option<String> = self.value(&sql::ANSWER_OF_MESSAGE, values![id]).await?;
        if let Some(answer) = answer {
            let answer = redacted(&answer, now);
            self.run(&sql::REDACT_ANSWER, values![id, answer]).await?;
        }
        Ok(())
    }

    /// Redacts what people wrote before a moment, but not what is still on its way to a webhook;
    /// how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn redact_inbound(
        &mut self,
        until: Timestamp,
        at_most: i64,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.run(&sql::REDACT_INBOUND, values![until, now, at_most]).await
    }
}

/// An answer without what the message says: with the members that it has.
fn redacted(answer: &str, now: Timestamp) -> String {
    let Ok(Json::Object(mut message)) = serde_json::from_str(answer) else { return "{}".into() };
    message.insert("text".to_owned(), json!(""));
    message.insert("segments".to_owned(), json!({}));
    message.insert("redacted_at".to_owned(), json!(now));
    Json::Object(message).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_all_but_what_the_message_says() {
        let answer = r#"{"id":"1","text":"Your code is 4711","segments":{"x":"4711"},"to":"+1"}"#;
        let answer = redacted(answer, Timestamp::from_micros(0));
        assert!(!answer.contains("4711"), "{answer}");
        assert!(answer.contains("\"id\":\"1\"") && answer.contains("\"to\":\"+1\""), "{answer}");
    }
}
