//! Twilio's own handling of STOP, START and HELP, which it does unless that is switched off: it
//! answers, blocks the pair (21610), and still forwards what was written.
//!
//! Written apart from `core`, from Twilio's list of words, so that it can differ from it as
//! Twilio does: one word, in any case, without punctuation.

/// What a word means to Twilio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Stop,
    Start,
    Help,
}

const STOP: [&str; 8] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];
const HELP: [&str; 2] = ["HELP", "INFO"];

impl Keyword {
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_in = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        [(Self::Stop, &STOP[..]), (Self::Start, &START), (Self::Help, &HELP)]
            .into_iter()
            .find_map(|(keyword, words)| is_in(words).then_some(keyword))
    }

    /// What Twilio answers.
    pub(super) fn reply(self) -> &'static str {
        match self {
            Self::Stop => {
                "You have successfully been unsubscribed. You will not receive any more messages \
                 from this number. Reply START to resubscribe."
            }
            Self::Start => {
                "You have successfully been re-subscribed to messages from this number. Reply \
                 HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
            }
            Self::Help => "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        }
    }
}
