//! Where a template is used. Each environment has senders of its own and never borrows another's.

use core::{fmt, str};

/// An environment. The default of a send is `sandbox`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Environment {
    /// Real customers.
    Live,
    /// The last look before live.
    PreRelease,
    /// Trying things out.
    #[default]
    Sandbox,
}

impl Environment {
    /// All environments, the most public first.
    pub const ALL: [Self; 3] = [Self::Live, Self::PreRelease, Self::Sandbox];

    /// `live`, `pre_release` or `sandbox`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::PreRelease => "pre_release",
            Self::Sandbox => "sandbox",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What [`Environment::from_str`](str::FromStr::from_str) says of anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown environment; expected `live`, `pre_release` or `sandbox`")]
pub struct UnknownEnvironment;

impl str::FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(text: &str) -> Result<Self, UnknownEnvironment> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownEnvironment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_reads_back_as_it_is_written_and_nothing_else_does() {
        for one in Environment::ALL {
            assert_eq!(alloc::format!("{one}").parse(), Ok(one));
        }
        for other in ["", "Live", "prod", "pre-release"] {
            assert_eq!(other.parse::<Environment>(), Err(UnknownEnvironment));
        }
    }
}
