//! What Twilio bills for a message.

/// What is known of a message's bill. Twilio counts early and sets the price late.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    /// The segments that it counted; nothing while it says 0.
    pub segments: Option<i64>,
    /// What it costs.
    pub price: Option<Price>,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// A decimal number as Twilio writes it: what a message costs is negative.
    pub amount: String,
    /// The currency by ISO 4217, e.g. `USD`.
    pub unit: String,
}

impl Bill {
    /// Reads the three fields that a message of Twilio's has of it.
    #[must_use]
    pub fn read(
        num_segments: Option<String>,
        price: Option<String>,
        price_unit: Option<String>,
    ) -> Self {
        let is_amount = |price: &String| price.parse::<f64>().is_ok_and(f64::is_finite);
        let price = price.filter(is_amount).zip(price_unit);
        Self {
            // A string, and `"0"` at first with a Messaging Service.
            segments: num_segments.and_then(|count| count.parse().ok()).filter(|count| *count > 0),
            price: price.map(|(amount, unit)| Price { amount, unit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(segments: &str, price: Option<&str>) -> Bill {
        Bill::read(Some(segments.to_owned()), price.map(str::to_owned), Some("USD".to_owned()))
    }

    #[test]
    fn a_bill_is_known_piece_by_piece() {
        assert_eq!(bill("0", None), Bill::default());
        let price = Price { amount: "-0.01580".to_owned(), unit: "USD".to_owned() };
        let whole = Bill { segments: Some(2), price: Some(price) };
        assert_eq!(bill("2", Some("-0.01580")), whole);
        assert_eq!(bill("2", Some("free")), Bill { price: None, ..whole });
    }
}
