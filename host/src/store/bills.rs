//! What Twilio bills, beside what was predicted. A difference is told: whoever previewed a message
//! was shown the wrong price.

use super::statement::values;
use super::{Change, StoreError, Tx, sql};
use crate::twilio::bill::Bill;

/// What was known before: the id, the segments predicted and billed, the price.
type Known = (String, i64, Option<i64>, Option<String>);

impl Tx {
    /// Notes what Twilio says of a message's bill; a SID of no message changes nothing. Once the
    /// price is known of one that has ended, it is asked for no more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_bill(&mut self, sid: &str, bill: &Bill) -> Result<(), StoreError> {
        let known: Option<Known> = self.first(&sql::BILL_OF_SID, values![sid]).await?;
        let Some((message_id, predicted, billed_before, price_before)) = known else {
            return Ok(());
        };
        let amount = bill.price.as_ref().map(|price| price.amount.as_str());
        let unit = bill.price.as_ref().map(|price| price.unit.as_str());
        self.run(&sql::NOTE_BILL, values![&message_id, bill.segments, amount, unit]).await?;
        if let Some(billed) = bill.segments.filter(|_| bill.segments != billed_before) {
            self.counted(&message_id, predicted, billed, billed_before);
        }
        if let Some(price) = bill.price.clone().filter(|_| price_before.is_none()) {
            self.changes.push(Change::Priced(price));
        }
        Ok(())
    }

    pub(super) fn counted(
        &mut self,
        message_id: &str,
        predicted: i64,
        billed: i64,
        billed_before: Option<i64>,
    ) {
        let message_id = message_id.to_owned();
        self.changes.push(Change::Counted { message_id, predicted, billed, billed_before });
    }
}
