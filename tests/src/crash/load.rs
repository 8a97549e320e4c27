//! Clients that send, and repeat a key until it is answered, as real ones do; and people who write
//! STOP, whether anybody listens or not.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use verbatim_host::time::Timestamp;
use verbatim_host::twilio::fake::Control;

use super::checker::Pair;
use super::host::SENDERS;
use crate::random::Random;

/// People who are written to again and again, until they have written STOP and a while after.
const REGULARS: u64 = 24;
/// The pause before a request is made again.
const AGAIN: Duration = Duration::from_millis(50);

/// What a client has asked for, and the answer: its 202, to the letter.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) key: String,
    pub(super) pair: Pair,
    pub(super) text: String,
    pub(super) body: String,
}

/// A STOP, and when its webhook was answered.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) pair: Pair,
    pub(super) at: Timestamp,
    pub(super) answered_at: Option<Timestamp>,
}

/// All who use the hosts.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) http: reqwest::Client,
    pub(super) hosts: Vec<Url>,
    pub(super) key: String,
    pub(super) twilio: Control,
    ended: AtomicBool,
    regulars: Mutex<Vec<(Pair, bool)>>,
    people: AtomicUsize,
    repeated: AtomicUsize,
    refused: AtomicUsize,
    answered: Mutex<Vec<Answered>>,
    written: Mutex<Vec<Written>>,
}

impl Load {
    pub(super) fn new(
        http: reqwest::Client,
        hosts: Vec<Url>,
        key: String,
        twilio: Control,
    ) -> Self {
        let load = Self {
            http,
            hosts,
            key,
            twilio,
            ended: AtomicBool::new(false),
            regulars: Mutex::default(),
            people: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            answered: Mutex::default(),
            written: Mutex::default(),
        };
        *lock(&load.regulars) = (0..REGULARS).map(|_| (load.stranger(), false)).collect();
        load
    }

    /// Nobody begins anything more.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    pub(super) fn answered(&self) -> Vec<Answered> {
        lock(&self.answered).clone()
    }

    pub(super) fn written(&self) -> Vec<Written> {
        lock(&self.written).clone()
    }

    /// How often a key was used again after its answer.
    pub(super) fn repeated(&self) -> usize {
        self.repeated.load(Ordering::Relaxed)
    }

    /// How often a full disk refused a request.
    pub(super) fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// One client.
    pub(super) async fn send(&self, client: u64, mut random: Random) -> Result<(), String> {
        for number in 0_u64.. {
            if self.ended.load(Ordering::Relaxed) {
                break;
            }
            let pair = match random.percent(50) {
                true => self.regular(&mut random).1,
                false => self.stranger(),
            };
            let (key, text) = (format!("{client}-{number}"), format!("message {client}-{number}"));
            let mut one = Answered { key, pair, text, body: String::new() };
            one.body = self.accept(&one, &mut random).await?;
            if random.percent(10) {
                self.repeat(&one, &mut random).await?;
            }
            lock(&self.answered).push(one);
            tokio::time::sleep(random.millis(5, 50)).await;
        }
        Ok(())
    }

    /// Uses a key again: the answer is the same, to the letter.
    pub(super) async fn repeat(&self, one: &Answered, random: &mut Random) -> Result<(), String> {
        let again = self.accept(one, random).await?;
        self.repeated.fetch_add(1, Ordering::Relaxed);
        if again == one.body {
            return Ok(());
        }
        Err(format!("the key {} was answered {}, and then {again}", one.key, one.body))
    }

    /// Asks until there is an answer, and that is a 202.
    async fn accept(&self, one: &Answered, random: &mut Random) -> Result<String, String> {
        let (to, from) = &one.pair;
        let request = json!({"to": to, "from": from, "content": one.text});
        loop {
            let url = random.pick(&self.hosts).join("v1/messages").map_err(|it| it.to_string())?;
            let asked = self.http.post(url).bearer_auth(&self.key);
            let asked = asked.header("Idempotency-Key", &one.key).json(&request).send().await;
            if let Ok(answer) = asked {
                let status = answer.status();
                // The connection may break before its end, and then nothing is known.
                if let Ok(body) = answer.text().await {
                    match status {
                        StatusCode::ACCEPTED => return Ok(body),
                        StatusCode::INSUFFICIENT_STORAGE => {
                            self.refused.fetch_add(1, Ordering::Relaxed);
                        }
                        status if status.is_server_error() => {}
                        status => return Err(format!("{} was answered {status}: {body}", one.key)),
                    }
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// People write STOP one after the other; who has, is written to for a while longer.
    pub(super) async fn stop(&self, mut random: Random) {
        while !self.ended.load(Ordering::Relaxed) {
            tokio::time::sleep(random.millis(300, 1_500)).await;
            let (place, (recipient, sender), has_stopped) = {
                let (place, pair) = self.regular(&mut random);
                (place, pair, lock(&self.regulars)[place].1)
            };
            if has_stopped {
                lock(&self.regulars)[place] = (self.stranger(), false);
                continue;
            }
            let at = Timestamp::now();
            let answered_at = self.write_stop(&recipient, &sender).await;
            lock(&self.written).push(Written { pair: (recipient, sender), at, answered_at });
            lock(&self.regulars)[place].1 = true;
        }
    }

    /// One host may be down, and asks Twilio when it is up again. Of several, one is up, and a
    /// person who got no confirmation writes again.
    async fn write_stop(&self, recipient: &str, sender: &str) -> Option<Timestamp> {
        loop {
            match self.twilio.write(recipient, sender, "STOP").await {
                Ok(_) => return Some(Timestamp::now()),
                Err(_) if self.hosts.len() == 1 => return None,
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    fn regular(&self, random: &mut Random) -> (usize, Pair) {
        let place = usize::try_from(random.below(REGULARS)).unwrap_or_default();
        (place, lock(&self.regulars)[place].0.clone())
    }

    /// A person to whom nobody has written yet.
    fn stranger(&self) -> Pair {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        (format!("+1555{number:07}"), SENDERS[number % SENDERS.len()].to_owned())
    }

    /// What the first host says to a GET.
    pub(super) async fn get(&self, path: &str) -> Result<Value, String> {
        let url = self.hosts[0].join(path).map_err(|error| error.to_string())?;
        let failed = |error: reqwest::Error| format!("GET {path}: {error}");
        let answer = self.http.get(url).bearer_auth(&self.key).send().await.map_err(failed)?;
        answer.error_for_status().map_err(failed)?.json().await.map_err(failed)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
