//! What to do about a message that nobody knows the fate of: when to look for it at Twilio, what
//! counts as having found it, and what its owner wants when it is not there. Pure, as `decide`.

use std::time::Duration;

use super::decide::MAX_ATTEMPTS;
use crate::store::{Doubt, OnUnknown};
use crate::time::Timestamp;
use crate::twilio::list::{Direction, Listed};

/// How long a message may wait at Twilio, unless its sender of it said otherwise.
pub const VALID_FOR: Duration = Duration::from_secs(4 * 60 * 60);
/// How long after that it may still appear in a list.
pub const MARGIN: Duration = Duration::from_secs(15 * 60);
/// Absences after that which count as one answer. Absence from a list is no proof.
pub const ABSENCES: i64 = 2;
/// The pause before the first look: a status callback mostly comes sooner.
const FIRST_LOOK: Duration = Duration::from_secs(5);
/// The longest pause between two looks, and the one between the last two.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// How far Twilio's clock, which shows whole seconds, may be behind ours.
const CLOCKS: Duration = Duration::from_secs(60);
/// What a trial account puts before each text.
const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";

/// What a look found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Twilio has it.
    Found(Listed),
    /// Not there yet: look again then.
    LookAgain {
        /// When.
        at: Timestamp,
        /// How often it has been absent since it should be there.
        absences: i64,
    },
    /// Not there, and its owner would rather miss a message than send it twice.
    Hold,
    /// Not there, and its owner would rather send it twice than miss it.
    Resend,
}

/// When to look first for what has come into doubt just now.
#[must_use]
pub fn first_look(now: Timestamp) -> Timestamp {
    now.plus(FIRST_LOOK)
}

/// When to look again: the pauses grow with the time that it has been in doubt.
#[must_use]
pub fn next_look(now: Timestamp, doubt: &Doubt) -> Timestamp {
    now.plus(now.since(doubt.began_at).clamp(FIRST_LOOK, LONGEST_PAUSE))
}

/// Since when, by Twilio's clock, it may have been made.
#[must_use]
pub fn window(doubt: &Doubt) -> Timestamp {
    doubt.first_began_at.minus(CLOCKS)
}

/// Which of the messages that Twilio has may be this one, the oldest first: the same pair, the
/// same text or a trial account's form of it, made since the first attempt began.
#[must_use]
pub fn candidates(doubt: &Doubt, listed: Vec<Listed>) -> Vec<Listed> {
    let since = window(doubt);
    let by_sender = |one: &Listed| {
        let sender = Some(doubt.pair.sender.as_str());
        one.from.as_deref() == sender || one.service.as_deref() == sender
    };
    let same_text = |text: &str| {
        text == doubt.text
            || text.strip_prefix(TRIAL_PREFIX).is_some_and(|behind| behind == doubt.text)
    };
    let mut candidates = listed;
    candidates.retain(|one| {
        one.direction == Direction::OutboundApi
            && one.to == doubt.pair.recipient
            && by_sender(one)
            && one.created_at >= since
            && same_text(&one.text)
    });
    candidates.sort_by_key(|one| one.created_at);
    candidates
}

/// What follows from a whole list, of which `free` are the candidates that belong to no attempt.
#[must_use]
pub fn judge(now: Timestamp, doubt: &Doubt, free: Vec<Listed>) -> Verdict {
    // The pair has one message in doubt at a time, so there is one at most, unless this one has
    // been made twice already; then either of them is it.
    if let Some(found) = free.into_iter().next() {
        return Verdict::Found(found);
    }
    let expected_till = doubt.began_at.plus(doubt.valid_for.unwrap_or(VALID_FOR)).plus(MARGIN);
    if now < expected_till {
        return Verdict::LookAgain { at: next_look(now, doubt), absences: 0 };
    }
    let absences = doubt.absences + 1;
    if absences < ABSENCES {
        return Verdict::LookAgain { at: next_look(now, doubt), absences };
    }
    match doubt.on_unknown {
        OnUnknown::Resend if doubt.attempt < MAX_ATTEMPTS => Verdict::Resend,
        OnUnknown::Resend | OnUnknown::Hold => Verdict::Hold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::State;
    use crate::sandbox::Pair;

    const BEGAN: Timestamp = Timestamp::from_micros(1_000_000_000_000);
    const PERSON: &str = "+15550001111";
    const NUMBER: &str = "+15550001234";

    fn doubt() -> Doubt {
        Doubt {
            message_id: "m".to_owned(),
            attempt_id: "a".to_owned(),
            attempt: 1,
            pair: Pair { recipient: PERSON.to_owned(), sender: NUMBER.to_owned() },
            text: "Hello".to_owned(),
            began_at: BEGAN,
            first_began_at: BEGAN,
            valid_for: None,
            on_unknown: OnUnknown::Hold,
            absences: 0,
        }
    }

    fn listed(sid: &str) -> Listed {
        Listed {
            sid: sid.to_owned(),
            direction: Direction::OutboundApi,
            from: Some(NUMBER.to_owned()),
            to: PERSON.to_owned(),
            service: None,
            text: "Hello".to_owned(),
            created_at: BEGAN,
            status: "sent".to_owned(),
            state: Some(State::Sent),
            error_code: None,
            segments: Some(1),
        }
    }

    fn is_candidate(doubt: &Doubt, change: impl Fn(&mut Listed)) -> bool {
        let mut one = listed("SM1");
        change(&mut one);
        !candidates(doubt, vec![one]).is_empty()
    }

    #[test]
    fn only_what_may_be_this_very_message_is_a_candidate() {
        let doubt = doubt();
        assert!(is_candidate(&doubt, |_| {}));
        let trial = |one: &mut Listed| one.text = format!("{TRIAL_PREFIX}Hello");
        assert!(is_candidate(&doubt, trial));
        assert!(is_candidate(&doubt, |one| one.created_at = BEGAN.minus(CLOCKS)));
        let early = |one: &mut Listed| one.created_at = BEGAN.minus(CLOCKS * 2);
        assert!(!is_candidate(&doubt, early));
        assert!(!is_candidate(&doubt, |one| one.text = "Hello!".to_owned()));
        assert!(!is_candidate(&doubt, |one| one.text = "Oh, Hello".to_owned()));
        assert!(!is_candidate(&doubt, |one| one.from = Some("+15550009999".to_owned())));
        assert!(!is_candidate(&doubt, |one| one.to = "+15550002222".to_owned()));
        assert!(!is_candidate(&doubt, |one| one.direction = Direction::Other));
        assert!(!is_candidate(&doubt, |one| one.direction = Direction::Inbound));
    }

    #[test]
    fn a_service_is_found_by_its_own_sid_whatever_number_it_chose() {
        let service = "MG0123456789abcdef0123456789abcdef";
        let mut doubt = doubt();
        doubt.pair.sender = service.to_owned();
        assert!(is_candidate(&doubt, |one| one.service = Some(service.to_owned())));
        let not_chosen = |one: &mut Listed| {
            one.from = None;
            one.service = Some(service.to_owned());
        };
        assert!(is_candidate(&doubt, not_chosen));
        assert!(!is_candidate(&doubt, |_| {}));
    }

    #[test]
    fn of_two_the_older_one_is_it() {
        let (mut newer, older) = (listed("SM2"), listed("SM1"));
        newer.created_at = BEGAN.plus(CLOCKS);
        let found = candidates(&doubt(), vec![newer, older.clone()]);
        assert_eq!(judge(BEGAN, &doubt(), found), Verdict::Found(older));
    }

    #[test]
    fn absence_counts_only_twice_after_validity_and_margin() {
        let mut doubt = doubt();
        let till = BEGAN.plus(VALID_FOR).plus(MARGIN);
        let before = judge(till.minus(Duration::from_micros(1)), &doubt, vec![]);
        assert!(matches!(before, Verdict::LookAgain { absences: 0, .. }), "{before:?}");
        let once = judge(till, &doubt, vec![]);
        assert_eq!(once, Verdict::LookAgain { at: till.plus(LONGEST_PAUSE), absences: 1 });
        doubt.absences = 1;
        assert_eq!(judge(till, &doubt, vec![]), Verdict::Hold);
        doubt.on_unknown = OnUnknown::Resend;
        assert_eq!(judge(till, &doubt, vec![]), Verdict::Resend);
        doubt.attempt = MAX_ATTEMPTS;
        assert_eq!(judge(till, &doubt, vec![]), Verdict::Hold, "not for ever");
        assert!(matches!(judge(till, &doubt, vec![listed("SM1")]), Verdict::Found(_)));
        let code = Doubt { valid_for: Some(Duration::from_secs(600)), ..doubt };
        let soon = BEGAN.plus(Duration::from_secs(600)).plus(MARGIN);
        assert_eq!(judge(soon, &code, vec![]), Verdict::Hold);
    }

    #[test]
    fn looks_come_ever_more_slowly_up_to_a_limit() {
        let pause = |age| {
            let now = BEGAN.plus(Duration::from_secs(age));
            next_look(now, &doubt()).since(now).as_secs()
        };
        assert_eq!([0, 5, 20, 200, 10_000].map(pause), [5, 5, 20, 200, 300]);
        assert_eq!(first_look(BEGAN).since(BEGAN), FIRST_LOOK);
    }
}
