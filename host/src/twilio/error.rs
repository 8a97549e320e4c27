//! Twilio's error codes as data: what each means, what to do, and what the dispatcher may do.
//!
//! A code that is not in the table is never retried: nobody knows that it was not processed.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Gives the table's line of a code, if it has one.
#[must_use]
pub fn lookup(code: i64) -> Option<&'static TwilioError> {
    TABLE.iter().find(|error| error.code == code)
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwilioError {
    /// Twilio's number.
    pub code: i64,
    /// What follows from it.
    pub class: Class,
    /// What happened, in one plain sentence.
    pub meaning: &'static str,
    /// What to do about it.
    pub help: &'static str,
}

/// What follows from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Refused by the API without being processed: try again soon.
    Retry,
    /// Refused by the API without being processed: try again no sooner than this.
    RetryAfter(Duration),
    /// Refused by the API for good.
    Never,
    /// Refused because the recipient opted out there: record it here too.
    OptedOut,
    /// Twilio may have processed it.
    InDoubt,
    /// Not delivered. It may have been delivered all the same, so it is final; a new message
    /// may be worth it, if its owner opted in to that.
    DeliveryWorthANewMessage,
    /// Not delivered, and a new message would not be either.
    DeliveryFinal,
}

const fn line(code: i64, class: Class, meaning: &'static str, help: &'static str) -> TwilioError {
    TwilioError { code, class, meaning, help }
}

/// Every code that we know, in order.
pub const TABLE: &[TwilioError] = &[
    line(
        20003,
        Class::Never,
        "Twilio refused the credentials",
        "check the Account SID and the Auth Token",
    ),
    line(
        20429,
        Class::Retry,
        "Twilio was asked too often",
        "nothing: it is tried again; lower the sender's rate if it goes on",
    ),
    line(
        20500,
        Class::InDoubt,
        "Twilio had an internal error",
        "nothing: the message is reconciled before anything else is sent to this person",
    ),
    line(
        21211,
        Class::Never,
        "the recipient's number is not valid",
        "correct the number: E.164, e.g. +15550001234",
    ),
    line(
        21212,
        Class::Never,
        "the sender's number is not valid",
        "correct the sender of this environment",
    ),
    line(
        21408,
        Class::Never,
        "the account may not send to the recipient's country",
        "allow the country in Twilio's geographic permissions",
    ),
    line(21602, Class::Never, "the message was blank", "write a text"),
    line(21603, Class::Never, "the request named no sender", "set a sender for the environment"),
    line(21604, Class::Never, "the request named no recipient", "give a number to send to"),
    line(
        21606,
        Class::Never,
        "the sender's number cannot send messages, or is not the account's",
        "choose a number of the account that can send SMS",
    ),
    line(
        21608,
        Class::Never,
        "a trial account may only send to verified numbers",
        "verify the number with Twilio, or upgrade the account",
    ),
    line(
        21610,
        Class::OptedOut,
        "the recipient has opted out of this sender at Twilio",
        "nothing: the opt-out is recorded here too, until they send START",
    ),
    line(
        21611,
        Class::RetryAfter(Duration::from_secs(10 * MINUTE)),
        "the sender's queue at Twilio is full",
        "nothing: it is tried again later",
    ),
    line(
        21612,
        Class::Never,
        "Twilio cannot route from this sender to this recipient",
        "use another sender for this country",
    ),
    line(
        21614,
        Class::Never,
        "the recipient's number is not a mobile number",
        "use a number that receives SMS",
    ),
    line(21617, Class::Never, "the text is longer than 1,600 characters", "shorten the text"),
    line(
        21701,
        Class::Never,
        "the Messaging Service does not exist",
        "check the Messaging Service SID of this environment",
    ),
    line(
        30001,
        Class::DeliveryWorthANewMessage,
        "the sender's queue overflowed",
        "send again more slowly",
    ),
    line(
        30002,
        Class::DeliveryFinal,
        "the account was suspended while the message waited",
        "ask Twilio's support",
    ),
    line(
        30003,
        Class::DeliveryWorthANewMessage,
        "the phone was off or out of reach",
        "send again later",
    ),
    line(
        30004,
        Class::DeliveryFinal,
        "the recipient or the carrier blocked the message",
        "do not send to this number",
    ),
    line(30005, Class::DeliveryFinal, "the number is not in use", "remove the number"),
    line(
        30006,
        Class::DeliveryFinal,
        "the number is a landline, or its carrier is unreachable",
        "use a number that receives SMS",
    ),
    line(
        30007,
        Class::DeliveryFinal,
        "the carrier filtered the message as unwanted",
        "change the text, and check the sender's registration",
    ),
    line(
        30008,
        Class::DeliveryWorthANewMessage,
        "the carrier gave no reason",
        "send again; if it goes on, ask Twilio's support",
    ),
    line(
        30017,
        Class::DeliveryWorthANewMessage,
        "the carrier's network was congested",
        "send again later",
    ),
    line(
        30022,
        Class::DeliveryWorthANewMessage,
        "the sender went over its A2P 10DLC rate",
        "send again more slowly",
    ),
    line(
        30023,
        Class::DeliveryWorthANewMessage,
        "the brand reached its daily limit at T-Mobile",
        "send again tomorrow, or raise the brand's limit",
    ),
    line(
        30032,
        Class::DeliveryFinal,
        "the toll-free number is not verified",
        "verify the toll-free number with Twilio",
    ),
    line(
        30034,
        Class::DeliveryFinal,
        "the number is not registered for A2P 10DLC",
        "register the brand and the campaign, and add the number to it",
    ),
    line(
        30035,
        Class::DeliveryWorthANewMessage,
        "the registration of the number is under way",
        "send again when the number is registered",
    ),
    line(
        30036,
        Class::DeliveryWorthANewMessage,
        "the message waited longer than it is valid",
        "send again, or give it a longer validity",
    ),
    line(
        30410,
        Class::DeliveryWorthANewMessage,
        "the provider did not answer in time",
        "send again later",
    ),
    line(
        30500,
        Class::DeliveryWorthANewMessage,
        "the provider had an internal error",
        "send again later",
    ),
    line(63017, Class::Retry, "the account's rate was exceeded", "nothing: it is tried again"),
    line(
        63038,
        Class::RetryAfter(Duration::from_secs(24 * HOUR)),
        "the account reached its daily limit",
        "nothing: it is tried again in 24 hours",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_none_is_there_twice() {
        assert!(TABLE.windows(2).all(|two| two[0].code < two[1].code));
    }

    #[test]
    fn every_code_of_the_protocol_has_its_class() {
        let class = |code| lookup(code).map(|error| error.class);
        for code in [20429, 63017] {
            assert_eq!(class(code), Some(Class::Retry), "{code}");
        }
        for code in
            [20003, 21211, 21212, 21408, 21602, 21603, 21604, 21606, 21608, 21612, 21614, 21617]
        {
            assert_eq!(class(code), Some(Class::Never), "{code}");
        }
        for code in [30001, 30003, 30008, 30017, 30022, 30023, 30035, 30036, 30410, 30500] {
            assert_eq!(class(code), Some(Class::DeliveryWorthANewMessage), "{code}");
        }
        for code in [30002, 30004, 30005, 30006, 30007, 30032, 30034] {
            assert_eq!(class(code), Some(Class::DeliveryFinal), "{code}");
        }
        assert_eq!(class(21610), Some(Class::OptedOut));
        assert_eq!(class(20500), Some(Class::InDoubt));
        assert_eq!(class(12345), None);
    }
}
