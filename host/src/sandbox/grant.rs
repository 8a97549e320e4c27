//! What one call may do, and what it asked for: the guest proposes, the host disposes.

/// A pair of a recipient (E.164) and a sender (E.164 or Messaging Service SID): the key of consent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair {
    /// The person's number.
    pub recipient: String,
    /// The Twilio number or Messaging Service.
    pub sender: String,
}

/// What one call may do. The default grants nothing.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// Pairs whose consent the host fetched before the call, and whether each is opted out.
    pub consent: Vec<(Pair, bool)>,
    /// The pair that the call may send to, and at most how many messages.
    pub send: Option<(Pair, u32)>,
    /// Pairs whose opt-out the call may record, each once.
    pub record: Vec<Pair>,
}

/// What the guest asked for; it counts only after the guest returned without a trap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// `twilio_create_message`.
    CreateMessage {
        /// Recipient and sender.
        pair: Pair,
        /// The text.
        body: String,
    },
    /// `opt_out_record`.
    RecordConsent {
        /// Recipient and sender.
        pair: Pair,
        /// Opt out, or in again.
        action: ConsentAction,
        /// The keyword, e.g. `STOP`.
        keyword: String,
        /// The variant that matched, e.g. `UNSUBSCRIBE`.
        matched: String,
    },
}

impl Intent {
    /// Whether it is a record of this pair's consent.
    pub(super) fn records(&self, of: &Pair) -> bool {
        match self {
            Self::RecordConsent { pair, .. } => pair == of,
            Self::CreateMessage { .. } => false,
        }
    }
}

/// What a keyword does to consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentAction {
    /// No more messages.
    OptOut,
    /// Messages again.
    OptIn,
}
