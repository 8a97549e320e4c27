//! Every diagnostic by its stable code, in one table: `describe`, the terminal, the API and the
//! documentation read from it.
//!
//! A code is never reused. 1 to 19 are errors of a title or a body, 20 to 29 of a rendering,
//! 30 to 49 of a send, 90 to 99 of a request; 100 and more are lints.

use core::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is saved and nothing leaves.
    Error,
    /// It works, and costs money or trust.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What it means, in one line.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $severity:ident $meaning:literal;)*) => {
        /// The stable code of a diagnostic, written `V001`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Code {
            $(#[doc = $meaning] $name = $number,)*
        }

        /// The table of all codes, in their order.
        pub const CODES: &[CodeEntry] = &[$(CodeEntry {
            code: Code::$name,
            severity: Severity::$severity,
            meaning: $meaning,
        },)*];
    };
}

codes! {
    TitleLength = 1 Error "a title has 1 to 100 characters";
    TitleCharacter = 2 Error "a title has no braces, no control characters and no white space at its ends";
    BodyLength = 3 Error "a body has 1 to 500 characters";
    BodyBlank = 4 Error "a body is not white space alone";
    BodyNul = 5 Error "a body does not hold the character U+0000";
    TitleTwice = 6 Error "a title is unique in its project";
    UnknownTokenKind = 10 Error "a token's kind is `entity`, `vrbl` or `tn`";
    TokenLeftOpen = 11 Error "a token ends with its closing braces";
    TokenWithoutKind = 12 Error "a token in double braces names its kind";
    WhiteSpaceInToken = 13 Error "a token holds no white space";
    InvalidTokenName = 14 Error "a token's name has letters, digits and `_` (and `-`, but in `${…}`)";
    TokenWithoutName = 15 Error "a token has a name";
    PromptReferenceInBody = 16 Error "`{{twilio_sms:…}}` and `{{ho:…}}` belong in an action's prompt";
    UnknownReference = 17 Error "a prompt's reference names a template or a handoff that exists";
    SecondHandoff = 18 Error "a prompt makes one handoff";
    MissingValue = 20 Error "every token has a value when a message is sent";
    TextBlank = 21 Error "a message is not blank (Twilio 21602)";
    TextLength = 22 Error "a message has at most 1600 characters (Twilio 21617)";
    TextNul = 23 Error "a message does not hold the character U+0000";
    PreviewLength = 24 Error "a previewed text has at most 1 MiB";
    NotPhoneNumber = 30 Error "a number is written in E.164: `+`, then 2 to 15 digits";
    NotMessagingServiceSid = 31 Error "a Messaging Service SID is `MG` and 32 hexadecimal digits";
    NoSender = 32 Error "an environment without a sender refuses to send";
    TemplateNotFound = 33 Error "a send names a template that exists";
    NotAccountSid = 34 Error "an Account SID is `AC` and 32 hexadecimal digits";
    NotGranted = 36 Error "the host grants what a call asks for";
    HostMalformed = 37 Error "the host understands what a call asks for";
    HostBudget = 38 Error "a call stays within the host's budget";
    InvalidPattern = 40 Error "a keyword pattern is a small regular expression that needs a character";
    RequestNotJson = 90 Error "a request is one JSON object in UTF-8";
    UnknownOp = 91 Error "a request names an op that the module has";
    RequestField = 92 Error "a request has the fields of its op, and no others";
    RequestTooLarge = 93 Error "a request has at most 1 MiB";
    RequestTooDeep = 94 Error "a request's JSON is at most 32 deep";
    ResponseTooLarge = 95 Error "a response has at most 4 MiB";
    NotSupported = 96 Error "an option is one that this module supports";
    InvalidDomain = 97 Error "a domain is a list of values, a length and an alphabet, or a range of numbers";
    RequestNotBatch = 98 Error "a batch is a body and its rows, and their values are UTF-8";
    UnknownName = 100 Warning "a token names something that exists";
    NoDomain = 101 Info "exact bounds need to know what every token may hold";
    NeverFilled = 102 Warning "every token has a value for every variant";
    ForcesUcs2 = 110 Warning "a character outside the GSM alphabet makes segments less than half as long";
    StaysUcs2 = 111 Info "some characters have no spelling in the GSM alphabet";
    OverOneSegment = 112 Warning "a message of more than one segment costs more than one";
    DoubleSpace = 120 Info "words are parted by one space";
    TrailingSpace = 121 Info "nothing that nobody sees stands at the end of a line";
    TokensTouch = 122 Info "two tokens are parted by a space";
    AllCapitals = 130 Warning "a message does not shout";
    NoPersonalToken = 131 Info "a message says something of its reader";
    NoDisclosure = 132 Warning "a message says how to stop and how to get help, if that is asked for";
    PublicShortener = 140 Warning "links do not use a public shortener, which carriers block";
    UnannouncedLink = 141 Warning "a message has links only if its campaign says so";
    UnannouncedPhone = 142 Warning "a message has phone numbers only if its campaign says so";
    KeywordCollision = 150 Warning "a message does not ask for a word that is a compliance keyword";
    SharedSender = 160 Warning "an environment other than `live` does not send from the sender of `live`";
}

impl Code {
    /// The number in the code, as batches carry it.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Its line in the table.
    #[must_use]
    pub fn entry(self) -> &'static CodeEntry {
        // The table is generated from the same lines as the enum, so the search always ends.
        CODES.iter().find(|entry| entry.code == self).unwrap_or(&CODES[0])
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.entry().severity
    }

    /// The code that is written `text`, e.g. `V012`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number: u16 = text.strip_prefix('V')?.parse().ok()?;
        let entry = CODES.iter().find(|entry| entry.code.number() == number)?;
        (text.len() == 4).then_some(entry.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "V{:03}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_code_stands_once_in_the_table_and_reads_back() {
        for pair in CODES.windows(2) {
            assert!(pair[0].code < pair[1].code, "{} is out of order", pair[1].code);
        }
        for entry in CODES {
            assert_eq!(Code::parse(&entry.code.to_string()), Some(entry.code));
            assert_eq!(entry.code.entry(), entry);
        }
        assert_eq!(Code::parse("V10"), None);
        assert_eq!(Code::parse("V999"), None);
    }
}
