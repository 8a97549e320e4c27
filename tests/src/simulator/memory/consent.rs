//! What people wrote, each once; what was said last counts, by its date.

use verbatim_host::message::State;
use verbatim_host::sandbox::{ConsentAction, Pair};
use verbatim_host::time::Timestamp;

use super::{Memory, Word};

impl Memory {
    pub(crate) fn is_opted_out(&self, pair: &Pair) -> bool {
        self.consent.get(pair).is_some_and(|(opted_out, _)| *opted_out)
    }

    pub(crate) fn has_received(&self, sid: &str) -> bool {
        self.inbound.contains(sid)
    }

    /// `false`: it was taken in before.
    pub(crate) fn receive(
        &mut self,
        sid: &str,
        pair: &Pair,
        action: ConsentAction,
        said_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        let is_new = self.inbound.insert(sid.to_owned());
        if is_new {
            self.record_consent(pair, action, said_at, (now, false));
        }
        is_new
    }

    pub(crate) fn record_consent(
        &mut self,
        pair: &Pair,
        action: ConsentAction,
        said_at: Timestamp,
        (now, by_refusal): (Timestamp, bool),
    ) {
        self.commits += 1;
        let said_at = said_at.min(now);
        let commit = self.commits;
        let (pair_of, recorded_at) = (pair.clone(), now);
        self.words.push(Word { commit, pair: pair_of, action, said_at, recorded_at, by_refusal });
        let opted_out = action == ConsentAction::OptOut;
        let known = self.consent.entry(pair.clone()).or_insert((opted_out, said_at));
        if known.1 <= said_at {
            *known = (opted_out, said_at);
        }
        if action == ConsentAction::OptOut && known.0 {
            let ids: Vec<String> = self
                .messages
                .iter()
                .filter(|(_, message)| message.pair == *pair)
                .map(|(id, _)| id.clone())
                .collect();
            for id in ids {
                if self.take_back(&id) {
                    self.advance(&id, State::Suppressed, Some("opted_out"), now);
                }
            }
        }
    }
}
