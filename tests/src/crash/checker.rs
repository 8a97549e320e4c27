//! Compares what clients were told, what people wrote, what the store has and what Twilio was
//! asked: none lost, none doubled, none begun after a STOP that had committed, and every message in
//! a final state, or in one with its reason.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use verbatim_host::dispatch::decide::POST_WITHIN;
use verbatim_host::message::State;
use verbatim_host::time::Timestamp;

/// What a busy machine may add between a POST's beginning and its being noted at Twilio.
const BUSY: Duration = Duration::from_secs(2);

/// A recipient and a sender.
pub(super) type Pair = (String, String);

/// A message for which a client has seen its 202. Its text is its own.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub(super) id: String,
    pub(super) pair: Pair,
    pub(super) text: String,
}

/// A person's STOP.
#[derive(Debug, Clone)]
pub(super) struct Stop {
    pub(super) pair: Pair,
    /// From when on no claim may begin: its webhook was answered, or the host was started again.
    pub(super) counts_from: Option<Timestamp>,
    /// Whether the store knows of it in the end.
    pub(super) is_known: bool,
}

/// A message as the API shows it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) state: State,
    pub(super) reason: Option<String>,
    pub(super) pair: Pair,
    pub(super) text: String,
    pub(super) sid: Option<String>,
    /// Each with the time of its claim.
    pub(super) attempts: Vec<(String, Timestamp)>,
}

/// A request to make a message, as Twilio noted it.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) at: Timestamp,
    pub(super) pair: Pair,
    pub(super) text: String,
    /// Of the callback's URL.
    pub(super) attempt: String,
    pub(super) outcome: Outcome,
    /// Whether Twilio made something and gave another answer, or none.
    pub(super) is_unsaid: bool,
}

/// What a request to make a message led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A message of this name.
    Made(String),
    /// Nothing, and 429 proves it: it may be asked again.
    Throttled,
    /// Nothing, and no answer proves it.
    Failed,
}

impl Post {
    fn made(&self) -> Option<&String> {
        match &self.outcome {
            Outcome::Made(sid) => Some(sid),
            Outcome::Throttled | Outcome::Failed => None,
        }
    }
}

/// All that is known of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub(super) accepted: Vec<Accepted>,
    pub(super) stops: Vec<Stop>,
    pub(super) stored: Vec<Stored>,
    pub(super) posts: Vec<Post>,
}

impl Evidence {
    /// How many messages will still move by themselves.
    pub(super) fn unsettled(&self) -> usize {
        let made = self.posts.iter().filter(|post| post.made().is_some());
        let made: HashSet<&str> = made.map(|post| post.text.as_str()).collect();
        let in_doubt = self.pairs_in_doubt();
        let moves = |message: &&Stored| match message.state {
            State::Queued => !in_doubt.contains(&message.pair),
            State::Dispatching => true,
            State::Unknown => made.contains(message.text.as_str()),
            State::Accepted
            | State::Sent
            | State::Delivered
            | State::Undelivered
            | State::Failed
            | State::Canceled
            | State::Suppressed => false,
        };
        self.stored.iter().filter(moves).count()
    }

    /// Compares all of it, and gives the longest time from a STOP's commit to a POST whose claim
    /// was before it.
    ///
    /// # Errors
    /// The first promise that was not kept.
    pub(super) fn check(&self) -> Result<Duration, String> {
        let by_text: HashMap<&str, &Stored> =
            self.stored.iter().map(|message| (message.text.as_str(), message)).collect();
        self.nothing_is_lost(&by_text)?;
        let mut posts: HashMap<&str, Vec<&Post>> = HashMap::new();
        for post in &self.posts {
            let message = by_text
                .get(post.text.as_str())
                .ok_or_else(|| format!("`{}` was posted, and nobody has accepted it", post.text))?;
            if post.pair != message.pair || claim_of(message, post).is_none() {
                return Err(format!("{} has no attempt for {post:?}", message.id));
            }
            posts.entry(&post.text).or_default().push(post);
        }
        let in_doubt = self.pairs_in_doubt();
        for message in &self.stored {
            let posts = posts.get(message.text.as_str()).map_or(&[][..], Vec::as_slice);
            ended(message, posts, &in_doubt)?;
        }
        self.stopped(&by_text)
    }

    fn nothing_is_lost(&self, by_text: &HashMap<&str, &Stored>) -> Result<(), String> {
        for accepted in &self.accepted {
            let found = by_text.get(accepted.text.as_str());
            if !found.is_some_and(|it| it.id == accepted.id && it.pair == accepted.pair) {
                return Err(format!("{accepted:?} was accepted, the store has {found:?}"));
            }
        }
        let (accepted, stored) = (self.accepted.len(), self.stored.len());
        if accepted == stored {
            return Ok(());
        }
        Err(format!("{accepted} messages were accepted, {stored} are in the store"))
    }

    fn stopped(&self, by_text: &HashMap<&str, &Stored>) -> Result<Duration, String> {
        let mut longest = Duration::ZERO;
        for stop in &self.stops {
            if !stop.is_known {
                return Err(format!("{stop:?}: the store does not know of it"));
            }
            let Some(counts_from) = stop.counts_from else { continue };
            let after = |post: &&Post| post.pair == stop.pair && post.at > counts_from;
            for post in self.posts.iter().filter(after) {
                let message = by_text.get(post.text.as_str());
                let claim = message.and_then(|message| claim_of(message, post));
                let gap = post.at.since(counts_from);
                if claim.is_none_or(|began_at| began_at > counts_from) || gap > POST_WITHIN + BUSY {
                    return Err(format!("{post:?}, claimed {claim:?}, is {gap:?} after {stop:?}"));
                }
                longest = longest.max(gap);
            }
        }
        Ok(longest)
    }

    /// What stands behind a message in doubt waits for it.
    fn pairs_in_doubt(&self) -> HashSet<&Pair> {
        let in_doubt = self.stored.iter().filter(|message| message.state == State::Unknown);
        in_doubt.map(|message| &message.pair).collect()
    }
}

fn claim_of(message: &Stored, post: &Post) -> Option<Timestamp> {
    message.attempts.iter().find(|(id, _)| *id == post.attempt).map(|(_, began_at)| *began_at)
}

fn ended(message: &Stored, posts: &[&Post], in_doubt: &HashSet<&Pair>) -> Result<(), String> {
    // Only what was proven to have done nothing may be asked again.
    let counted = posts.iter().filter(|post| post.outcome != Outcome::Throttled).count();
    if counted > 1 {
        return Err(format!("{} was posted {} times: {posts:?}", message.id, posts.len()));
    }
    let has_reason = message.reason.is_some();
    let made = posts.iter().find_map(|post| post.made());
    let ok = match message.state {
        State::Queued => counted == 0 && in_doubt.contains(&message.pair),
        State::Dispatching => false,
        State::Unknown => made.is_none() && has_reason,
        State::Suppressed => counted == 0 && has_reason,
        State::Accepted | State::Sent | State::Delivered | State::Undelivered => {
            made.is_some() && made == message.sid.as_ref()
        }
        // Nobody cancels, and this Twilio refuses nothing.
        State::Failed | State::Canceled => false,
    };
    if ok {
        return Ok(());
    }
    let Stored { id, state, reason, sid, .. } = message;
    Err(format!("{id} ends {state} ({reason:?}, {sid:?}), and Twilio was asked {posts:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Pair {
        ("+15550000001".to_owned(), "+447700900001".to_owned())
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000 + millis * 1_000)
    }

    /// One message that was claimed at 0 and posted after 10 ms; then its person wrote STOP.
    fn kept() -> Evidence {
        let text = "message 0-0".to_owned();
        Evidence {
            accepted: vec![Accepted { id: "m".to_owned(), pair: pair(), text: text.clone() }],
            stops: vec![Stop { pair: pair(), counts_from: Some(at(5)), is_known: true }],
            stored: vec![Stored {
                id: "m".to_owned(),
                state: State::Delivered,
                reason: None,
                pair: pair(),
                text: text.clone(),
                sid: Some("SM1".to_owned()),
                attempts: vec![("a".to_owned(), at(0))],
            }],
            posts: vec![Post {
                at: at(10),
                pair: pair(),
                text,
                attempt: "a".to_owned(),
                outcome: Outcome::Made("SM1".to_owned()),
                is_unsaid: false,
            }],
        }
    }

    fn broken(change: impl FnOnce(&mut Evidence), expected: &str) {
        let mut evidence = kept();
        change(&mut evidence);
        let found = evidence.check().expect_err(expected);
        assert!(found.contains(expected), "{found}");
    }

    #[test]
    fn promises_that_were_kept_pass() {
        assert_eq!(kept().check(), Ok(Duration::from_millis(5)));
    }

    #[test]
    fn each_promise_that_is_broken_is_seen() {
        broken(|it| it.stored.clear(), "was accepted, the store has None");
        broken(|it| it.accepted.clear(), "0 messages were accepted, 1 are in the store");
        broken(|it| it.posts.push(it.posts[0].clone()), "was posted 2 times");
        broken(|it| it.posts[0].text.push('x'), "nobody has accepted it");
        broken(|it| it.posts[0].attempt.push('x'), "has no attempt");
        broken(|it| it.posts[0].outcome = Outcome::Failed, "ends delivered");
        broken(|it| it.posts[0].outcome = Outcome::Throttled, "ends delivered");
        broken(|it| it.posts.clear(), "ends delivered");
        broken(|it| it.stored[0].sid = Some("SM2".to_owned()), "ends delivered");
        broken(|it| it.stored[0].state = State::Queued, "ends queued");
        broken(|it| it.stored[0].state = State::Dispatching, "ends dispatching");
        broken(|it| it.stored[0].state = State::Unknown, "ends unknown");
        broken(|it| it.stops[0].is_known = false, "does not know of it");
        broken(|it| it.stored[0].attempts[0].1 = at(6), "after Stop");
        broken(|it| it.posts[0].at = at(4_006), "after Stop");
    }

    #[test]
    fn what_was_throttled_may_be_asked_again_and_what_failed_may_not() {
        let with_another = |outcome| {
            let mut evidence = kept();
            evidence.stops.clear();
            let another = Post { outcome, ..evidence.posts[0].clone() };
            evidence.posts.insert(0, another);
            evidence.check()
        };
        assert!(with_another(Outcome::Throttled).is_ok());
        let failed = with_another(Outcome::Failed).expect_err("a second request");
        assert!(failed.contains("was posted 2 times"), "{failed}");
    }

    #[test]
    fn what_waits_behind_a_message_in_doubt_is_settled_and_what_twilio_has_is_not() {
        let mut evidence = kept();
        evidence.stored[0].state = State::Unknown;
        assert_eq!(evidence.unsettled(), 1);
        evidence.posts[0].outcome = Outcome::Failed;
        assert_eq!(evidence.unsettled(), 0);
        let behind = Stored { state: State::Queued, ..evidence.stored[0].clone() };
        evidence.stored.push(behind);
        assert_eq!(evidence.unsettled(), 0);
        evidence.stored[0].state = State::Delivered;
        assert_eq!(evidence.unsettled(), 1);
    }
}
