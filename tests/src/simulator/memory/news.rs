//! News of messages, by callback or because Twilio was asked.

use verbatim_host::dispatch::poll;
use verbatim_host::store::StatusNews;
use verbatim_host::time::Timestamp;

use super::{Memory, Message};

impl Memory {
    pub(crate) fn record_status(&mut self, news: &StatusNews, now: Timestamp) {
        self.commits += 1;
        let key = (news.sid.clone(), news.status.clone());
        if self.callbacks.insert(key, news.state).is_some() && !self.callbacks_move_back {
            return;
        }
        let Some(id) = self.message_of(news) else { return };
        let Some(to) = news.state else { return };
        let moved = if self.callbacks_move_back {
            self.set(&id, to, None, now);
            true
        } else {
            self.advance(&id, to, None, now)
        };
        if moved {
            self.dequeue(&id);
        }
    }

    fn message_of(&mut self, news: &StatusNews) -> Option<String> {
        let by_sid = |(_, message): &(&String, &Message)| message.sid.as_ref() == Some(&news.sid);
        if let Some((id, _)) = self.messages.iter().find(by_sid) {
            return Some(id.clone());
        }
        let attempt = self.attempts.get_mut(news.attempt_id.as_ref()?)?;
        let message = self.messages.get_mut(&attempt.message)?;
        if message.sid.is_some() {
            return None;
        }
        message.sid = Some(news.sid.clone());
        attempt.sid = Some(news.sid.clone());
        Some(attempt.message.clone())
    }

    pub(crate) fn take_polls(&mut self, now: Timestamp) -> Vec<String> {
        self.commits += 1;
        let mut sids = Vec::new();
        for message in self.messages.values_mut() {
            if message.poll_at.is_some_and(|at| at <= now) {
                message.poll_at =
                    poll::next(now, message.updated_at).filter(|_| message.sid.is_some());
                sids.extend(message.sid.clone());
            }
        }
        sids
    }
}
