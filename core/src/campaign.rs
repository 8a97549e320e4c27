//! What the registered campaign of a sender says of its messages (A2P 10DLC): carriers block what
//! differs from it.

/// What a campaign says. `None`: nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Campaign {
    /// Whether its messages hold links.
    pub links: Option<bool>,
    /// Whether its messages hold phone numbers.
    pub phone_numbers: Option<bool>,
    /// Remind of the disclosure of STOP and HELP. It is the duty of whoever collects consent, not
    /// of every body, so it is off by default.
    pub disclosure: bool,
}
