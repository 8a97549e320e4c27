//! What carriers take a number for. Only long codes of the US and Canada are registered for A2P
//! 10DLC; toll-free numbers and short codes have verifications of their own.

/// The area codes of toll-free numbers.
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];
/// The area codes that other countries have in the same numbering plan (NANPA, "Geographic Area
/// Codes"): the Caribbean and Bermuda.
const OTHER_COUNTRIES: [&str; 21] = [
    "242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758",
    "767", "784", "809", "829", "849", "868", "869", "876",
];
/// The digits of a number of the plan, after `+1`.
const DIGITS: usize = 10;

/// A kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A US or Canadian number that is not toll-free.
    LongCode,
    /// A US or Canadian toll-free number.
    TollFree,
    /// A number of another country; or no number.
    Other,
}

/// The kind of a number, E.164.
#[must_use]
pub fn kind(number: &str) -> Kind {
    let national = number.strip_prefix("+1").filter(|national| national.len() == DIGITS);
    match national.and_then(|national| national.get(..3)) {
        Some(code) if TOLL_FREE.contains(&code) => Kind::TollFree,
        Some(code) if !OTHER_COUNTRIES.contains(&code) => Kind::LongCode,
        Some(_) | None => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_codes_of_the_us_and_canada_are_long_codes() {
        for (number, expected) in [
            ("+12025550123", Kind::LongCode),
            ("+14165550123", Kind::LongCode),
            ("+17875550123", Kind::LongCode),
            ("+18885550123", Kind::TollFree),
            ("+18005550123", Kind::TollFree),
            ("+18765550123", Kind::Other),
            ("+14415550123", Kind::Other),
            ("+447700900123", Kind::Other),
            ("+1202555012", Kind::Other),
            ("72345", Kind::Other),
            ("MG0123456789abcdef0123456789abcdef", Kind::Other),
        ] {
            assert_eq!(kind(number), expected, "{number}");
        }
    }
}
