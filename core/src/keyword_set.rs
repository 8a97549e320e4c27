//! Words beyond the table, off by default, each set with its source.

use crate::Keyword;

/// An optional set of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeywordSet {
    /// What Twilio's own opt-out handling takes beyond the table: REVOKE and OPTOUT stop, INFO
    /// helps (Twilio, "Twilio support for opt-out keywords").
    Twilio,
    /// What US law names beyond the table: "revoke" and "opt out" (47 CFR 64.1200(a)(10), in force
    /// since 11 April 2025).
    Fcc,
    /// ARRET, AIDE and INFO, mandatory in Canada (CWTA, Canadian Common Short Code Application
    /// Guidelines 3.9), with the accent that telephones add, and ARRETE (Twilio, "Opt-out
    /// keywords").
    French,
    /// ALTO and AYUDA, which US carriers ask of programmes in Spanish (Twilio, "Industry Standards
    /// for Spanish-language Short Code campaigns").
    Spanish,
}

impl KeywordSet {
    /// All sets.
    pub const ALL: [Self; 4] = [Self::Twilio, Self::Fcc, Self::French, Self::Spanish];

    /// `twilio`, `fcc`, `french` or `spanish`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Fcc => "fcc",
            Self::French => "french",
            Self::Spanish => "spanish",
        }
    }

    /// Its words for a keyword. Letters beyond ASCII stand in both cases, because matching looks
    /// past the case of ASCII alone.
    #[must_use]
    pub const fn words(self, keyword: Keyword) -> &'static [&'static str] {
        match (self, keyword) {
            (Self::Twilio, Keyword::Stop) => &["REVOKE", "OPTOUT"],
            (Self::Twilio, Keyword::Help) => &["INFO"],
            (Self::Fcc, Keyword::Stop) => &["REVOKE", "OPT OUT"],
            (Self::French, Keyword::Stop) => {
                &["ARRET", "ARRÊT", "ARRêT", "ARRETE", "ARRÊTE", "ARRêTE"]
            }
            (Self::French, Keyword::Help) => &["AIDE", "INFO"],
            (Self::Spanish, Keyword::Stop) => &["ALTO"],
            (Self::Spanish, Keyword::Help) => &["AYUDA"],
            (Self::Twilio | Self::Fcc | Self::French | Self::Spanish, Keyword::Start)
            | (Self::Fcc, Keyword::Help) => &[],
        }
    }
}
