//! What is in doubt, and the three ways out.

use verbatim_host::message::State;
use verbatim_host::store::Doubt;
use verbatim_host::time::Timestamp;

use super::{Memory, Message, Phase, Place};

impl Memory {
    pub(crate) fn take_doubts(&mut self, again_at: Timestamp, now: Timestamp) -> Vec<Doubt> {
        let doubts: Vec<Doubt> = self
            .places(Phase::Unknown)
            .filter(|(_, _, place)| place.due_at <= now)
            .filter_map(|(id, message, place)| self.doubt(id, message, place))
            .collect();
        for doubt in &doubts {
            self.look_again(doubt, doubt.absences, again_at);
        }
        doubts
    }

    fn doubt(&self, id: &str, message: &Message, place: &Place) -> Option<Doubt> {
        let attempt_id = place.attempt.clone()?;
        let attempts = self.attempts.values().filter(|attempt| attempt.message == id);
        Some(Doubt {
            message_id: id.to_owned(),
            began_at: self.attempts.get(&attempt_id)?.began_at,
            first_began_at: attempts.map(|attempt| attempt.began_at).min()?,
            attempt_id,
            attempt: place.tries,
            pair: message.pair.clone(),
            text: message.text.clone(),
            valid_for: message.valid_for,
            on_unknown: message.on_unknown,
            absences: place.absences,
        })
    }

    pub(crate) fn is_bound(&self, sid: &str) -> bool {
        self.messages.values().any(|message| message.sid.as_deref() == Some(sid))
            || self.attempts.values().any(|attempt| attempt.sid.as_deref() == Some(sid))
    }

    pub(crate) fn look_again(&mut self, doubt: &Doubt, absences: i64, at: Timestamp) {
        self.commits += 1;
        let held = self.held(&doubt.message_id, &doubt.attempt_id, Phase::Unknown);
        let Some(place) = held else { return };
        place.due_at = at;
        place.absences = absences;
    }

    pub(crate) fn found(&mut self, doubt: &Doubt, sid: &str, to: Option<State>, now: Timestamp) {
        if self.end_doubt(doubt) {
            self.taken(&doubt.message_id, &doubt.attempt_id, sid, now);
            if let Some(to) = to {
                self.advance(&doubt.message_id, to, None, now);
            }
            self.let_next_go(&doubt.pair);
        }
    }

    pub(crate) fn hold(&mut self, doubt: &Doubt, now: Timestamp) {
        if self.end_doubt(doubt) {
            let state = State::Unknown;
            self.shift(&doubt.message_id, state, state, Some("not_found"), now);
            self.let_next_go(&doubt.pair);
        }
    }

    pub(crate) fn resend(&mut self, doubt: &Doubt, now: Timestamp) {
        self.commits += 1;
        let held = self.held(&doubt.message_id, &doubt.attempt_id, Phase::Unknown);
        let Some(place) = held else { return };
        place.phase = Phase::Due;
        place.attempt = None;
        place.due_at = now;
        place.absences = 0;
        self.shift(&doubt.message_id, State::Unknown, State::Queued, None, now);
        self.let_next_go(&doubt.pair);
    }

    fn end_doubt(&mut self, doubt: &Doubt) -> bool {
        self.commits += 1;
        let is_held = self.held(&doubt.message_id, &doubt.attempt_id, Phase::Unknown).is_some();
        if is_held && let Some(message) = self.messages.get_mut(&doubt.message_id) {
            message.place = None;
        }
        is_held
    }
}
