//! Compares Twilio's ledger with the store: none lost, none doubled, none begun after a STOP, and
//! every message in a final state, or in one with its reason.

use std::time::Duration;

use verbatim_host::dispatch::{decide, doubt};
use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::store::OnUnknown;
use verbatim_host::time::Timestamp;

use super::memory::{Claim, Memory, Message, Phase, Word};
use super::twilio::Twilio;

/// What was promised, and was not kept.
pub(super) type Broken = String;

/// How near a refusal and a START may be for their order to be nobody's fault.
const NEAR: i64 = 60_000_000;

/// A POST of this claim is on the wire now, from a host that started then.
pub(super) fn begun(
    memory: &Memory,
    twilio: &Twilio,
    claim: &Claim,
    started_at: Timestamp,
    now: Timestamp,
) -> Result<(), Broken> {
    let what = format!("{} of {}", claim.attempt, claim.message);
    let waited = now.since(claim.began_at);
    if waited >= decide::POST_WITHIN {
        return Err(format!("{what} is posted {waited:?} after its claim"));
    }
    for phase in [Phase::Leased, Phase::Unknown] {
        let mut beside = memory.places(phase).filter(|(_, message, _)| message.pair == claim.pair);
        if let Some((other, _, _)) = beside.find(|(other, _, _)| *other != claim.message) {
            return Err(format!("{what} begins while {other} to the same pair is not known"));
        }
    }
    let said = memory.words.iter().filter(|word| word.pair == claim.pair);
    let last = said.filter(|word| word.commit <= claim.commit).max_by_key(|word| word.said_at);
    if last.is_some_and(|word| word.action == ConsentAction::OptOut) {
        return Err(format!("{what} begins after a STOP has committed"));
    }
    let known = |sid: &str| memory.has_received(sid);
    let mut heard = twilio.spoken.iter().filter(|one| one.pair == claim.pair);
    let last = heard.rfind(|one| one.visible_at <= started_at || known(&one.sid));
    if last.is_some_and(|one| one.action == ConsentAction::OptOut && one.visible_at <= started_at) {
        return Err(format!("{what} begins after a STOP that came while its host was down"));
    }
    Ok(())
}

/// How long ago a STOP has committed that this POST, which is on the wire now, was claimed before.
pub(super) fn gap(memory: &Memory, claim: &Claim, now: Timestamp) -> Duration {
    let after = |word: &&Word| {
        word.pair == claim.pair
            && word.action == ConsentAction::OptOut
            && word.commit > claim.commit
    };
    let stops = memory.words.iter().filter(after);
    stops.map(|word| now.since(word.recorded_at)).max().unwrap_or_default()
}

/// Twilio has taken this message just now, under this SID.
pub(super) fn taken(memory: &Memory, twilio: &Twilio, sid: &str) -> Result<(), Broken> {
    let Some(new) = twilio.taken.get(sid) else { return Ok(()) };
    let Some(message) = memory.messages.get(&new.message) else {
        return Err(format!("{sid} is a message that nobody accepted"));
    };
    let may_take = message.valid_for.unwrap_or(doubt::VALID_FOR) + doubt::MARGIN;
    for (other, before) in twilio.of_message(&new.message).filter(|(other, _)| *other != sid) {
        let by_choice = message.on_unknown == OnUnknown::Resend
            && new.began_at >= before.began_at.plus(may_take);
        if !by_choice {
            let (message, one, two) = (&new.message, &before.attempt, &new.attempt);
            return Err(format!("{message} is sent twice: {other} by {one}, {sid} by {two}"));
        }
    }
    Ok(())
}

/// Nothing moves any more.
pub(super) fn ended(memory: &Memory, twilio: &Twilio, accepted: usize) -> Result<(), Broken> {
    if memory.messages.len() != accepted {
        return Err(format!("{accepted} were accepted, {} are there", memory.messages.len()));
    }
    for (id, message) in &memory.messages {
        message_ended(twilio, id, message)?;
    }
    for one in &twilio.spoken {
        consent(memory, twilio, &one.pair)?;
    }
    Ok(())
}

/// What has moved since the last look.
pub(super) fn moved(memory: &mut Memory) -> Result<(), Broken> {
    for change in std::mem::take(&mut memory.moves) {
        if change.to.rank() >= change.from.rank() {
            continue;
        }
        let resend = memory
            .messages
            .get(&change.message)
            .is_some_and(|message| message.on_unknown == OnUnknown::Resend);
        let allowed = match (change.from, change.to) {
            (State::Dispatching, State::Queued) => true,
            (State::Unknown, State::Queued) => resend,
            _ => false,
        };
        if !allowed {
            let (message, from, to) = (change.message, change.from, change.to);
            return Err(format!("{message} moves back from {from} to {to}"));
        }
    }
    Ok(())
}

fn message_ended(twilio: &Twilio, id: &str, message: &Message) -> Result<(), Broken> {
    let state = message.state;
    if message.place.is_some() {
        return Err(format!("{id} is left in the outbox, {state}"));
    }
    let taken: Vec<_> = twilio.of_message(id).collect();
    let its_own = taken.iter().find(|(sid, _)| Some(*sid) == message.sid.as_deref());
    let ok = match (state, its_own) {
        (State::Queued | State::Dispatching, _) => false,
        (State::Unknown, _) => taken.is_empty() && message.reason.as_deref() == Some("not_found"),
        (State::Canceled | State::Suppressed, _) => taken.is_empty(),
        (State::Failed, None) => taken.is_empty(),
        (
            State::Accepted | State::Sent | State::Failed | State::Undelivered | State::Delivered,
            own,
        ) => own.is_some_and(|(_, taken)| taken.state() == Some(state)),
    };
    if ok {
        return Ok(());
    }
    let has: Vec<_> = taken.iter().map(|(sid, taken)| (sid, taken.state())).collect();
    Err(format!("{id} ends {state} ({:?}, {:?}), Twilio has {has:?}", message.reason, message.sid))
}

/// The last word of a person counts in the end.
fn consent(memory: &Memory, twilio: &Twilio, pair: &Pair) -> Result<(), Broken> {
    let Some(last) = twilio.spoken.iter().rfind(|one| one.pair == *pair) else { return Ok(()) };
    let opted_out = last.action == ConsentAction::OptOut;
    if memory.is_opted_out(pair) == opted_out {
        return Ok(());
    }
    // Twilio's refusal has no date of its own; when it may be newer than a START, it counts.
    let near = memory.words.iter().any(|word| {
        word.by_refusal
            && word.pair == *pair
            && word.said_at.as_micros().abs_diff(last.date.as_micros()) < NEAR as u64
    });
    if !opted_out && near {
        return Ok(());
    }
    Err(format!("{pair:?} said {:?} last, and the store does not know", last.action))
}
