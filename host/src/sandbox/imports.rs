//! The host's side of the module's four imports (ABI.md, "Imports").
//!
//! They do no I/O: they compare what the guest asks with what this very call was granted, and note
//! it as an intent. Nothing here trusts a byte of what it is given: pointer and length are checked
//! against the memory before anything is read, and nothing is allocated for them before that.

use std::borrow::Cow;

use serde::Deserialize;
use verbatim_core::limits::MESSAGE_CHARS;
use verbatim_core::{MessagingServiceSid, PhoneNumber, Sender, deliverable};
use wasmtime::{Caller, Extern, Linker, ResourceLimiter, Trap};

use super::{ConsentAction, Grant, Intent, Limits, Pair};

/// The name under which a module imports them.
pub(super) const MODULE: &str = "verbatim";

/// What one host call costs of the fuel: without a price a flood of calls would be bounded by the
/// wall clock alone, and would end differently on every machine.
const HOST_CALL_FUEL: u64 = 10_000;

/// Characters of a keyword, at most; the longest of ours has five.
const KEYWORD_CHARS: usize = 32;

/// The negative results of ABI.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NotGranted = -1,
    Malformed = -2,
    OverBudget = -3,
    OptedOut = -4,
}

/// Which export the guest is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its start function, `vb_alloc` or `vb_free`: nothing is granted there.
    Around,
    /// `vb_call`.
    Call,
}

/// What belongs to one call.
pub(super) struct State {
    grant: Grant,
    limits: Limits,
    pub(super) phase: Phase,
    pub(super) host_calls: u32,
    pub(super) log_lines: u32,
    sends: u32,
    pub(super) intents: Vec<Intent>,
    /// Bytes of linear memory at most so far.
    pub(super) peak_memory: usize,
    /// Entries of the table at most so far.
    pub(super) peak_table: usize,
    /// Bytes of the longest host call so far.
    pub(super) peak_host_call: usize,
    /// A growth beyond the limit was refused: a trap that follows is most likely its result.
    pub(super) memory_refused: bool,
    /// The same of a table.
    pub(super) table_refused: bool,
}

impl State {
    pub(super) fn new(grant: &Grant, limits: Limits) -> Self {
        Self {
            grant: grant.clone(),
            limits,
            phase: Phase::Around,
            host_calls: 0,
            log_lines: 0,
            sends: 0,
            intents: Vec::new(),
            peak_memory: 0,
            peak_table: 0,
            peak_host_call: 0,
            memory_refused: false,
            table_refused: false,
        }
    }

    fn create_message(&mut self, json: &[u8]) -> Result<i32, Refusal> {
        let message: CreateMessage<'_> = parse(json)?;
        let pair = message.pair()?;
        deliverable(&message.body).map_err(|_| Refusal::Malformed)?;
        let granted = match &self.grant.send {
            Some((granted, count)) if *granted == pair => *count,
            Some(_) | None => return Err(Refusal::NotGranted),
        };
        if self.consent_of(&pair) == Some(true) {
            return Err(Refusal::OptedOut);
        }
        if self.sends >= granted {
            return Err(Refusal::OverBudget);
        }
        self.sends += 1;
        self.intents.push(Intent::CreateMessage { pair, body: message.body.into_owned() });
        Ok(0)
    }

    fn opt_out_lookup(&mut self, json: &[u8]) -> Result<i32, Refusal> {
        let asked: Lookup<'_> = parse(json)?;
        let pair = pair(&asked.recipient, &asked.sender)?;
        self.consent_of(&pair).map(i32::from).ok_or(Refusal::NotGranted)
    }

    fn opt_out_record(&mut self, json: &[u8]) -> Result<i32, Refusal> {
        let record: Record<'_> = parse(json)?;
        let pair = pair(&record.recipient, &record.sender)?;
        // The store keeps these two for ever, and PostgreSQL keeps no U+0000.
        let fits = |text: &str, chars| !text.contains('\0') && text.chars().count() <= chars;
        if !fits(&record.keyword, KEYWORD_CHARS) || !fits(&record.matched, MESSAGE_CHARS) {
            return Err(Refusal::Malformed);
        }
        if !self.grant.record.contains(&pair) {
            return Err(Refusal::NotGranted);
        }
        // A call handles one message, and one message says one thing about a pair.
        if self.intents.iter().any(|intent| intent.records(&pair)) {
            return Err(Refusal::OverBudget);
        }
        self.intents.push(Intent::RecordConsent {
            pair,
            action: match record.action {
                Action::OptOut => ConsentAction::OptOut,
                Action::OptIn => ConsentAction::OptIn,
            },
            keyword: record.keyword.into_owned(),
            matched: record.matched.into_owned(),
        });
        Ok(0)
    }

    /// Whether the pair is opted out; none if its consent was not fetched for this call.
    fn consent_of(&self, pair: &Pair) -> Option<bool> {
        self.grant.consent.iter().find(|(known, _)| known == pair).map(|(_, opted_out)| *opted_out)
    }

    fn log(&mut self, level: i32, bytes: &[u8]) {
        self.log_lines = self.log_lines.saturating_add(1);
        if self.log_lines > self.limits.log_lines {
            return;
        }
        // Of a byte sequence that is no UTF-8 there is nothing to show.
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let line = log_line(text, self.limits.log_line_chars);
        match level {
            1 => tracing::error!(target: "verbatim::module", "{line}"),
            2 => tracing::warn!(target: "verbatim::module", "{line}"),
            4 => tracing::debug!(target: "verbatim::module", "{line}"),
            _ => tracing::info!(target: "verbatim::module", "{line}"),
        }
    }
}

/// `text` as one line of at most `chars` characters: no control character reaches a terminal or
/// ends the line, and no bidirectional mark turns what follows it around.
fn log_line(text: &str, chars: usize) -> String {
    text.chars()
        .take(chars)
        .map(|c| match c {
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// Defines the four imports.
pub(super) fn define(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "twilio_create_message", |caller: Caller<'_, State>, at, len| {
        ask(caller, at, len, State::create_message)
    })?;
    linker.func_wrap(MODULE, "opt_out_lookup", |caller: Caller<'_, State>, at, len| {
        ask(caller, at, len, State::opt_out_lookup)
    })?;
    linker.func_wrap(MODULE, "opt_out_record", |caller: Caller<'_, State>, at, len| {
        ask(caller, at, len, State::opt_out_record)
    })?;
    linker.func_wrap(MODULE, "log", |mut caller: Caller<'_, State>, level: i32, at, len| {
        charge(&mut caller)?;
        if let Ok((bytes, state)) = handed_over(&mut caller, at, len) {
            state.log(level, bytes);
        }
        Ok(())
    })?;
    Ok(())
}

fn ask(
    mut caller: Caller<'_, State>,
    at: u32,
    len: u32,
    answer: fn(&mut State, &[u8]) -> Result<i32, Refusal>,
) -> wasmtime::Result<i32> {
    charge(&mut caller)?;
    let answer = match caller.data().phase {
        Phase::Around => Err(Refusal::NotGranted),
        Phase::Call => {
            handed_over(&mut caller, at, len).and_then(|(bytes, state)| answer(state, bytes))
        }
    };
    Ok(answer.unwrap_or_else(|refusal| refusal as i32))
}

/// Takes the price of a host call off the fuel.
fn charge(caller: &mut Caller<'_, State>) -> wasmtime::Result<()> {
    match caller.get_fuel()?.checked_sub(HOST_CALL_FUEL) {
        Some(left) => caller.set_fuel(left),
        None => {
            caller.set_fuel(0)?;
            Err(Trap::OutOfFuel.into())
        }
    }
}

/// The `len` bytes at `at` in the guest's memory, counted against the call's budget.
fn handed_over<'a>(
    caller: &'a mut Caller<'_, State>,
    at: u32,
    len: u32,
) -> Result<(&'a [u8], &'a mut State), Refusal> {
    // A module without an exported memory is refused when it is loaded.
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let (memory, state) = memory.ok_or(Refusal::Malformed)?.data_and_store_mut(&mut *caller);
    state.host_calls = state.host_calls.saturating_add(1);
    if state.host_calls > state.limits.host_calls {
        return Err(Refusal::OverBudget);
    }
    let bytes = slice(memory, at, len).ok_or(Refusal::Malformed)?;
    state.peak_host_call = state.peak_host_call.max(bytes.len());
    if bytes.len() > state.limits.host_call_bytes {
        return Err(Refusal::OverBudget);
    }
    Ok((bytes, state))
}

/// The `len` bytes at `at`, if all of them lie in the memory.
pub(super) fn slice(memory: &[u8], at: u32, len: u32) -> Option<&[u8]> {
    let at = usize::try_from(at).ok()?;
    let end = at.checked_add(usize::try_from(len).ok()?)?;
    memory.get(at..end)
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.limits.memory_bytes;
        if allowed {
            self.peak_memory = self.peak_memory.max(desired);
        }
        self.memory_refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.limits.table_entries;
        if allowed {
            self.peak_table = self.peak_table.max(desired);
        }
        self.table_refused |= !allowed;
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        1
    }
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(json).map_err(|_| Refusal::Malformed)
}

fn pair(recipient: &str, sender: &str) -> Result<Pair, Refusal> {
    let recipient = PhoneNumber::new(recipient).map_err(|_| Refusal::Malformed)?;
    let sender = Sender::new(sender).map_err(|_| Refusal::Malformed)?;
    Ok(Pair { recipient: recipient.to_string(), sender: sender.to_string() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateMessage<'a> {
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    messaging_service_sid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

impl CreateMessage<'_> {
    fn pair(&self) -> Result<Pair, Refusal> {
        let recipient = PhoneNumber::new(&self.to).map_err(|_| Refusal::Malformed)?;
        let sender = match (&self.from, &self.messaging_service_sid) {
            (Some(number), None) => PhoneNumber::new(number).map(Sender::Number),
            (None, Some(sid)) => MessagingServiceSid::new(sid).map(Sender::Service),
            (Some(_), Some(_)) | (None, None) => return Err(Refusal::Malformed),
        };
        let sender = sender.map_err(|_| Refusal::Malformed)?;
        Ok(Pair { recipient: recipient.to_string(), sender: sender.to_string() })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lookup<'a> {
    #[serde(borrow)]
    recipient: Cow<'a, str>,
    #[serde(borrow)]
    sender: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<'a> {
    #[serde(borrow)]
    recipient: Cow<'a, str>,
    #[serde(borrow)]
    sender: Cow<'a, str>,
    action: Action,
    #[serde(borrow)]
    keyword: Cow<'a, str>,
    #[serde(borrow)]
    matched: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    OptOut,
    OptIn,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: &str = "+15550000001";
    const FROM: &str = "+15550000002";
    const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";

    fn granted(sender: &str, opted_out: Option<bool>) -> State {
        let pair = Pair { recipient: TO.to_owned(), sender: sender.to_owned() };
        let grant = Grant {
            consent: opted_out.map(|opted_out| (pair.clone(), opted_out)).into_iter().collect(),
            send: Some((pair.clone(), 1)),
            record: vec![pair],
        };
        let mut state = State::new(&grant, Limits::default());
        state.phase = Phase::Call;
        state
    }

    fn create(state: &mut State, json: &str) -> i32 {
        state.create_message(json.as_bytes()).unwrap_or_else(|refusal| refusal as i32)
    }

    #[test]
    fn a_granted_message_is_noted_once_and_the_next_is_over_budget() {
        let mut state = granted(FROM, Some(false));
        let json = format!(r#"{{"to":"{TO}","from":"{FROM}","body":"Hi \"you\""}}"#);
        assert_eq!(create(&mut state, &json), 0);
        assert_eq!(create(&mut state, &json), -3);
        let pair = Pair { recipient: TO.to_owned(), sender: FROM.to_owned() };
        let body = "Hi \"you\"".to_owned();
        assert_eq!(state.intents, [Intent::CreateMessage { pair, body }]);
    }

    #[test]
    fn a_messaging_service_is_a_sender_and_null_is_no_second_one() {
        let mut state = granted(SERVICE, None);
        let json = format!(
            r#"{{"to":"{TO}","from":null,"messaging_service_sid":"{SERVICE}","body":"Hi"}}"#
        );
        assert_eq!(create(&mut state, &json), 0);
    }

    #[test]
    fn an_opted_out_recipient_is_refused_before_the_budget_is_looked_at() {
        let mut state = granted(FROM, Some(true));
        let json = format!(r#"{{"to":"{TO}","from":"{FROM}","body":"Hi"}}"#);
        assert_eq!(create(&mut state, &json), -4);
        assert_eq!(state.intents, []);
    }

    #[test]
    fn another_recipient_and_another_sender_are_not_granted() {
        let mut state = granted(FROM, Some(false));
        for json in [
            format!(r#"{{"to":"+15550000009","from":"{FROM}","body":"Hi"}}"#),
            format!(r#"{{"to":"{TO}","from":"+15550000009","body":"Hi"}}"#),
            format!(r#"{{"to":"{TO}","messaging_service_sid":"{SERVICE}","body":"Hi"}}"#),
        ] {
            assert_eq!(create(&mut state, &json), -1, "{json}");
        }
        assert_eq!(state.intents, []);
    }

    #[test]
    fn a_malformed_message_is_refused_as_such_whatever_is_granted() {
        let mut state = granted(FROM, Some(false));
        for json in [
            String::new(),
            "null".to_owned(),
            format!(r#"{{"to":"{TO}","from":"{FROM}"}}"#),
            format!(r#"{{"to":"{TO}","body":"Hi"}}"#),
            format!(r#"{{"to":"{TO}","from":"{SERVICE}","body":"Hi"}}"#),
            format!(
                r#"{{"to":"{TO}","from":"{FROM}","messaging_service_sid":"{SERVICE}","body":"Hi"}}"#
            ),
            format!(r#"{{"to":"{TO}","from":"{FROM}","body":"Hi","media":"x"}}"#),
            format!(r#"{{"to":"{TO}","to":"{TO}","from":"{FROM}","body":"Hi"}}"#),
            format!(r#"{{"to":"{TO}","from":"{FROM}","body":"Hi"}} {{}}"#),
            format!(r#"{{"to":"15550000001","from":"{FROM}","body":"Hi"}}"#),
            format!(r#"{{"to":"{TO}","from":"{FROM}","body":" "}}"#),
            format!(r#"{{"to":"{TO}","from":"{FROM}","body":"a\u0000"}}"#),
            format!(r#"{{"to":"{TO}","from":"{FROM}","body":"{}"}}"#, "a".repeat(1601)),
        ] {
            assert_eq!(create(&mut state, &json), -2, "{json}");
        }
        assert_eq!(state.intents, []);
    }

    #[test]
    fn consent_that_was_not_fetched_is_not_granted() {
        let lookup = |state: &mut State, json: &str| {
            state.opt_out_lookup(json.as_bytes()).unwrap_or_else(|refusal| refusal as i32)
        };
        let json = format!(r#"{{"recipient":"{TO}","sender":"{FROM}"}}"#);
        assert_eq!(lookup(&mut granted(FROM, Some(true)), &json), 1);
        assert_eq!(lookup(&mut granted(FROM, Some(false)), &json), 0);
        assert_eq!(lookup(&mut granted(FROM, None), &json), -1);
        assert_eq!(lookup(&mut granted(SERVICE, Some(true)), &json), -1);
        assert_eq!(lookup(&mut granted(FROM, Some(true)), "{}"), -2);
    }

    #[test]
    fn consent_is_recorded_for_granted_pairs_alone() {
        let mut state = granted(FROM, None);
        let record = |state: &mut State, recipient: &str, action: &str, matched: &str| {
            let json = format!(
                r#"{{"recipient":"{recipient}","sender":"{FROM}","action":"{action}",
                    "keyword":"STOP","matched":"{matched}"}}"#
            );
            state.opt_out_record(json.as_bytes()).unwrap_or_else(|refusal| refusal as i32)
        };
        let state = &mut state;
        assert_eq!(record(state, "+15550000009", "opt_out", "QUIT"), -1);
        assert_eq!(record(state, TO, "forget", "QUIT"), -2);
        assert_eq!(record(state, TO, "opt_out", &"x".repeat(1601)), -2);
        assert_eq!(record(state, TO, "opt_out", "\\u0000"), -2);
        assert_eq!(record(state, TO, "opt_out", "QUIT"), 0);
        assert_eq!(record(state, TO, "opt_in", "YES"), -3, "one message says one thing");
        let longest = "x".repeat(1600);
        assert_eq!(record(&mut granted(FROM, None), TO, "opt_out", &longest), 0);
        let [Intent::RecordConsent { pair, action, keyword, matched }] = &state.intents[..] else {
            panic!("{:?}", state.intents);
        };
        assert_eq!((pair.recipient.as_str(), *action), (TO, ConsentAction::OptOut));
        assert_eq!((keyword.as_str(), matched.as_str()), ("STOP", "QUIT"));
    }

    #[test]
    fn a_logged_line_is_one_short_line_without_control_characters() {
        assert_eq!(log_line("a\nb\x1b[31mc\u{202e}d\u{9b}", 100), "a b [31mc d ");
        assert_eq!(log_line("ééééé", 3), "ééé");
    }

    #[test]
    fn a_slice_lies_in_the_memory_or_is_none() {
        let memory = [0; 16];
        let len = |at, len| slice(&memory, at, len).map(<[u8]>::len);
        assert_eq!(len(0, 16), Some(16));
        assert_eq!(len(16, 0), Some(0));
        assert_eq!(len(0, 17), None);
        assert_eq!(len(17, 0), None);
        assert_eq!(len(16, 1), None);
        assert_eq!(len(u32::MAX, 1), None);
        assert_eq!(len(1, u32::MAX), None);
        assert_eq!(len(u32::MAX, u32::MAX), None);
    }
}
