//! A dynamic token of a body: its kind, its name and where it stands.

use core::fmt;

/// The four kinds of dynamic token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `${name}`: an attribute of the variant.
    Variant,
    /// `{{entity:name}}`.
    Entity,
    /// `{{vrbl:NAME}}`.
    Variable,
    /// `{{tn:name}}`.
    Translation,
}

impl Kind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Variant, Self::Entity, Self::Variable, Self::Translation];

    /// `variant`, `entity`, `variable` or `translation`: the key in `values` and `names`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Variant => "variant",
            Self::Entity => "entity",
            Self::Variable => "variable",
            Self::Translation => "translation",
        }
    }

    /// What stands before and after the name.
    #[must_use]
    pub const fn delimiters(self) -> (&'static str, &'static str) {
        match self {
            Self::Variant => ("${", "}"),
            Self::Entity => ("{{entity:", "}}"),
            Self::Variable => ("{{vrbl:", "}}"),
            Self::Translation => ("{{tn:", "}}"),
        }
    }

    /// Whether `name` is a name of this kind.
    #[must_use]
    pub fn is_name(self, name: &str) -> bool {
        match (self, name.as_bytes()) {
            (_, []) => false,
            (Self::Variant, [first, rest @ ..]) => {
                is_word(*first) && !first.is_ascii_digit() && rest.iter().all(|&b| is_word(b))
            }
            (Self::Entity | Self::Variable | Self::Translation, all) => {
                all.iter().all(|&b| is_word_or_dash(b))
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One token of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its name, as written.
    pub name: &'a str,
    /// The byte of the body at which it begins.
    pub start: usize,
    /// The byte of the body after its end.
    pub end: usize,
}

/// A token written out: `${name}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'a>(pub(crate) Kind, pub(crate) &'a str);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.0.delimiters();
        write!(f, "{before}{}{after}", self.1)
    }
}

pub(crate) const fn is_word(byte: u8) -> bool {
    is_word_or_dash(byte) && byte != b'-'
}

/// By a table, because parsing spends its time here: a name takes half of what comparing takes.
pub(crate) const fn is_word_or_dash(byte: u8) -> bool {
    WORD_OR_DASH[byte as usize]
}

static WORD_OR_DASH: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_kind_is_written_by_its_name() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string(), kind.as_str());
        }
    }
}
