//! One call: a fresh instance, one request in, one response out, and everything that may go wrong.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Deserialize;
use wasmtime::{Instance, Memory, ModuleExport, Store, Trap, WasmParams, WasmResults};

use super::imports::{self, Phase, State};
use super::limits::grouped;
use super::load::{self, Loaded};
use super::{Grant, Intent, Limits, ticker};

/// What a call gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The response: UTF-8, JSON if the module keeps the ABI.
    pub response: Vec<u8>,
    /// What the guest asked for, in its order; the host decides what becomes of it.
    pub intents: Vec<Intent>,
    /// What the call used.
    pub usage: Usage,
}

/// What a call used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Fuel, of [`Limits::fuel`].
    pub fuel: u64,
    /// Time, of [`Limits::wall`].
    pub wall: Duration,
    /// Bytes of linear memory at most, of [`Limits::memory_bytes`].
    pub memory_bytes: usize,
    /// Entries of the function table at most, of [`Limits::table_entries`].
    pub table_entries: usize,
    /// Bytes of the request, of [`Limits::request_bytes`].
    pub request_bytes: usize,
    /// Bytes of the response, of [`Limits::response_bytes`]; 0 if there is none.
    pub response_bytes: usize,
    /// Calls of the imports, of [`Limits::host_calls`]; refused ones count.
    pub host_calls: u32,
    /// Bytes that the longest of them handed over, of [`Limits::host_call_bytes`].
    pub host_call_bytes: usize,
    /// Lines logged, of [`Limits::log_lines`]; dropped ones count.
    pub log_lines: u32,
}

/// Why a call gave nothing. Every intent of the call is gone with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallError {
    /// What went wrong.
    pub fault: Fault,
    /// The `op` of the request, if it could be read.
    pub op: Option<String>,
    /// What the call used until then.
    pub usage: Box<Usage>,
}

/// What went wrong in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// [`Limits::fuel`] is used up.
    Fuel {
        /// The limit.
        limit: u64,
    },
    /// [`Limits::wall`] is over.
    Time {
        /// The limit.
        limit: Duration,
    },
    /// More than [`Limits::memory_bytes`] was asked for, and the module could not do without.
    Memory {
        /// The limit.
        limit: usize,
    },
    /// More than [`Limits::table_entries`] was asked for, and the module could not do without.
    Table {
        /// The limit.
        limit: usize,
    },
    /// [`Limits::stack_bytes`] is used up.
    Stack {
        /// The limit.
        limit: usize,
    },
    /// The module trapped for a reason of its own.
    Trap {
        /// The engine's reason.
        reason: String,
    },
    /// The request is longer than [`Limits::request_bytes`]; the module did not see it.
    RequestTooLong {
        /// The limit.
        limit: usize,
        /// The request's length.
        found: usize,
    },
    /// `vb_alloc` refused room for the request.
    NoRoom {
        /// The request's length.
        len: usize,
    },
    /// `vb_alloc` gave room that does not lie in the memory.
    BadRoom {
        /// The pointer it gave.
        at: u32,
        /// The request's length.
        len: usize,
        /// The memory's length.
        memory: usize,
    },
    /// `vb_call` gave a response that does not lie in the memory.
    BadResponse {
        /// The pointer it gave.
        at: u32,
        /// The length it gave.
        len: u32,
        /// The memory's length.
        memory: usize,
    },
    /// The response is longer than [`Limits::response_bytes`].
    ResponseTooLong {
        /// The limit.
        limit: usize,
        /// The response's length.
        found: u32,
    },
    /// The response is not UTF-8.
    ResponseNotUtf8 {
        /// The first byte that is none.
        at: usize,
    },
}

impl Fault {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fuel { .. } => "module_fuel",
            Self::Time { .. } => "module_time",
            Self::Memory { .. } => "module_memory",
            Self::Table { .. } => "module_table",
            Self::Stack { .. } => "module_stack",
            Self::Trap { .. } => "module_trap",
            Self::RequestTooLong { .. } => "request_too_long",
            Self::NoRoom { .. } | Self::BadRoom { .. } => "module_alloc",
            Self::BadResponse { .. }
            | Self::ResponseTooLong { .. }
            | Self::ResponseNotUtf8 { .. } => "module_response",
        }
    }
}

impl Fault {
    /// The name of the limit that was reached, as [`Limits::set`] takes it; none for another fault.
    #[must_use]
    pub const fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Fuel { .. } => Some("fuel"),
            Self::Time { .. } => Some("wall_ms"),
            Self::Memory { .. } => Some("memory_bytes"),
            Self::Table { .. } => Some("table_entries"),
            Self::Stack { .. } => Some("stack_bytes"),
            Self::RequestTooLong { .. } => Some("request_bytes"),
            Self::ResponseTooLong { .. } => Some("response_bytes"),
            Self::Trap { .. }
            | Self::NoRoom { .. }
            | Self::BadRoom { .. }
            | Self::BadResponse { .. }
            | Self::ResponseNotUtf8 { .. } => None,
        }
    }
}

impl std::error::Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Fuel { limit } => {
                write!(f, "the module used up its fuel of {}", grouped(*limit))
            }
            Fault::Time { limit } => write!(f, "the module used up its time of {limit:?}"),
            Fault::Memory { limit } => {
                write!(f, "the module asked for more than its memory of {} bytes", grouped(*limit))
            }
            Fault::Table { limit } => {
                write!(f, "the module asked for more than its table of {} entries", grouped(*limit))
            }
            Fault::Stack { limit } => {
                write!(f, "the module used up its stack of {} bytes", grouped(*limit))
            }
            Fault::Trap { reason } => write!(f, "the module trapped ({reason})"),
            Fault::RequestTooLong { limit, found } => too_long(f, "request", *limit, *found),
            Fault::NoRoom { len } => {
                write!(f, "the module refused room for a request of {} bytes", grouped(*len))
            }
            Fault::BadRoom { at, len, memory } => write!(
                f,
                "the module gave {} as the room for {} bytes, outside its memory of {} bytes",
                grouped(*at),
                grouped(*len),
                grouped(*memory)
            ),
            Fault::BadResponse { at, len, memory } => write!(
                f,
                "the module gave a response of {} bytes at {}, outside its memory of {} bytes",
                grouped(*len),
                grouped(*at),
                grouped(*memory)
            ),
            Fault::ResponseTooLong { limit, found } => too_long(f, "response", *limit, *found),
            Fault::ResponseNotUtf8 { at } => {
                write!(f, "expected a response in UTF-8, and byte {at} of it is none")
            }
        }?;
        match &self.op {
            Some(op) => write!(f, " in `{op}`"),
            None => Ok(()),
        }
    }
}

fn too_long(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    limit: usize,
    found: impl TryInto<u64>,
) -> fmt::Result {
    let (limit, found) = (grouped(limit), grouped(found));
    write!(f, "expected a {what} of at most {limit} bytes, found {found}")
}

/// Runs one call. The caller holds a place of the pool.
pub(super) fn call(
    loaded: &Loaded,
    limits: &Limits,
    request: &[u8],
    grant: &Grant,
) -> Result<Outcome, CallError> {
    let (response, intents, usage) =
        call_export(loaded, limits, request, grant, &loaded.call, text)?;
    Ok(Outcome { response, intents, usage })
}

/// Runs one call of an export that takes a request and gives a response, which `read` reads where
/// it lies. The caller holds a place of the pool.
pub(super) fn call_export<T>(
    loaded: &Loaded,
    limits: &Limits,
    request: &[u8],
    grant: &Grant,
    export: &ModuleExport,
    read: impl FnOnce(&[u8]) -> Result<T, Fault>,
) -> Result<(T, Vec<Intent>, Usage), CallError> {
    let started = Instant::now();
    let mut store = Store::new(&loaded.engine, State::new(grant, *limits));
    store.limiter(|state| state);
    // Both are armed before anything of the module runs: its start function is no exception.
    let run = store.set_fuel(limits.fuel).map_err(Stop::Engine).and_then(|()| {
        store.set_epoch_deadline(ticker::ticks(limits.wall));
        run(&mut store, loaded, limits, request, export, read)
    });
    let fuel = limits.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
    let state = store.into_data();
    let usage = Usage {
        fuel,
        wall: started.elapsed(),
        memory_bytes: state.peak_memory,
        table_entries: state.peak_table,
        request_bytes: request.len(),
        response_bytes: run.as_ref().map_or(0, |&(bytes, _)| bytes),
        host_calls: state.host_calls,
        host_call_bytes: state.peak_host_call,
        log_lines: state.log_lines,
    };
    match run {
        Ok((_, read)) => Ok((read, state.intents, usage)),
        Err(stop) => Err(CallError {
            fault: fault(stop, &state, limits),
            op: op_of(request),
            usage: Box::new(usage),
        }),
    }
}

/// Why a run ended early.
enum Stop {
    /// The engine stopped it.
    Engine(wasmtime::Error),
    /// This file did.
    Fault(Fault),
}

impl From<wasmtime::Error> for Stop {
    fn from(error: wasmtime::Error) -> Self {
        Self::Engine(error)
    }
}

/// The response's length, and what was read of it.
fn run<T>(
    store: &mut Store<State>,
    loaded: &Loaded,
    limits: &Limits,
    request: &[u8],
    export: &ModuleExport,
    read: impl FnOnce(&[u8]) -> Result<T, Fault>,
) -> Result<(usize, T), Stop> {
    let too_long =
        || Stop::Fault(Fault::RequestTooLong { limit: limits.request_bytes, found: request.len() });
    if request.len() > limits.request_bytes {
        return Err(too_long());
    }
    let request_len = u32::try_from(request.len()).map_err(|_| too_long())?;

    let instance = loaded.instance.instantiate(&mut *store)?;
    let memory = memory(store, &instance, loaded)?;
    let alloc = function::<u32, u32>(store, &instance, &loaded.alloc)?;
    let free = function::<(u32, u32), ()>(store, &instance, &loaded.free)?;
    let call = function::<(u32, u32), u64>(store, &instance, export)?;

    let room = alloc.call(&mut *store, request_len)?;
    if room == 0 {
        return Err(Stop::Fault(Fault::NoRoom { len: request.len() }));
    }
    write(store, memory, room, request)?;

    store.data_mut().phase = Phase::Call;
    let packed = call.call(&mut *store, (room, request_len))?;
    store.data_mut().phase = Phase::Around;

    let (at, len) = unpack(packed);
    let response = response(memory.data(&*store), at, len, limits).map_err(Stop::Fault)?;
    let (length, read) = (response.len(), read(response).map_err(Stop::Fault)?);

    // The instance is dropped anyway; but the ABI asks for it, and a module that traps here has
    // not returned without a trap.
    free.call(&mut *store, (at, len))?;
    free.call(&mut *store, (room, request_len))?;
    Ok((length, read))
}

fn write(store: &mut Store<State>, memory: Memory, at: u32, bytes: &[u8]) -> Result<(), Stop> {
    let memory = memory.data_mut(&mut *store);
    let bad = Fault::BadRoom { at, len: bytes.len(), memory: memory.len() };
    let start = usize::try_from(at).unwrap_or(usize::MAX);
    let room = start.checked_add(bytes.len()).and_then(|end| memory.get_mut(start..end));
    room.ok_or(Stop::Fault(bad))?.copy_from_slice(bytes);
    Ok(())
}

/// The response where it lies, checked before it is copied: a length that lies costs nothing.
fn response<'m>(memory: &'m [u8], at: u32, len: u32, limits: &Limits) -> Result<&'m [u8], Fault> {
    let bad = Fault::BadResponse { at, len, memory: memory.len() };
    let response = imports::slice(memory, at, len).ok_or(bad)?;
    if response.len() > limits.response_bytes {
        return Err(Fault::ResponseTooLong { limit: limits.response_bytes, found: len });
    }
    Ok(response)
}

/// A response that is text.
fn text(response: &[u8]) -> Result<Vec<u8>, Fault> {
    match std::str::from_utf8(response) {
        Ok(text) => Ok(text.as_bytes().to_vec()),
        Err(error) => Err(Fault::ResponseNotUtf8 { at: error.valid_up_to() }),
    }
}

/// `(pointer << 32) | length`.
const fn unpack(packed: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = packed.to_be_bytes();
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

fn memory(store: &mut Store<State>, instance: &Instance, loaded: &Loaded) -> Result<Memory, Stop> {
    let export = instance.get_module_export(&mut *store, &loaded.memory);
    let memory = export.and_then(wasmtime::Extern::into_memory);
    memory.ok_or_else(|| Stop::Engine(wasmtime::Error::msg("no memory in the instance")))
}

fn function<P: WasmParams, R: WasmResults>(
    store: &mut Store<State>,
    instance: &Instance,
    export: &ModuleExport,
) -> Result<wasmtime::TypedFunc<P, R>, Stop> {
    let export = instance.get_module_export(&mut *store, export);
    let function = export.and_then(wasmtime::Extern::into_func);
    let function = function
        .ok_or_else(|| Stop::Engine(wasmtime::Error::msg("no such function in the instance")))?;
    Ok(function.typed(&*store)?)
}

fn fault(stop: Stop, state: &State, limits: &Limits) -> Fault {
    let error = match stop {
        Stop::Fault(fault) => return fault,
        Stop::Engine(error) => error,
    };
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Fault::Fuel { limit: limits.fuel },
        Some(Trap::Interrupt) => Fault::Time { limit: limits.wall },
        Some(Trap::StackOverflow) => Fault::Stack { limit: limits.stack_bytes },
        // Rust's allocator traps when it gets no memory.
        _ if state.memory_refused => Fault::Memory { limit: limits.memory_bytes },
        _ if state.table_refused => Fault::Table { limit: limits.table_entries },
        Some(trap) => {
            let reason = trap.to_string();
            Fault::Trap { reason: reason.trim_start_matches("wasm trap: ").to_owned() }
        }
        None => Fault::Trap { reason: load::one_line(&error) },
    }
}

/// The `op` of a request, for a message: only looked for when something went wrong.
fn op_of(request: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        op: std::borrow::Cow<'a, str>,
    }
    let head: Head<'_> = serde_json::from_slice(request).ok()?;
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let is_op = (1..=32).contains(&head.op.len()) && head.op.chars().all(is_name);
    is_op.then(|| head.op.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_result_is_pointer_and_length() {
        assert_eq!(unpack(0x0001_0002_8000_0004), (0x0001_0002, 0x8000_0004));
        assert_eq!(unpack(u64::MAX), (u32::MAX, u32::MAX));
    }

    #[test]
    fn an_op_is_named_only_if_it_looks_like_one() {
        let op = |request: &str| op_of(request.as_bytes());
        assert_eq!(op(r#"{"text":{"op":"x"},"op":"segments"}"#).as_deref(), Some("segments"));
        assert_eq!(op(r#"{"op":"a\nb"}"#), None);
        assert_eq!(op(&format!(r#"{{"op":"{}"}}"#, "a".repeat(33))), None);
        assert_eq!(op("not JSON"), None);
    }

    #[test]
    fn a_response_is_checked_where_it_lies() {
        let limits = Limits { response_bytes: 4, ..Limits::default() };
        let memory = b"ab\xffcdefg";
        let read = |memory, at, len, limits| response(memory, at, len, limits).and_then(text);
        assert_eq!(read(memory, 0, 2, &limits), Ok(b"ab".to_vec()));
        assert_eq!(read(memory, 3, 4, &limits), Ok(b"cdef".to_vec()));
        assert_eq!(read(memory, 3, 5, &limits), Err(Fault::ResponseTooLong { limit: 4, found: 5 }));
        assert_eq!(
            read(memory, 3, 6, &limits),
            Err(Fault::BadResponse { at: 3, len: 6, memory: 8 })
        );
        assert_eq!(read(memory, 1, 3, &limits), Err(Fault::ResponseNotUtf8 { at: 1 }));
    }
}
