//! Every limit of a sandbox, by name.

use std::time::Duration;

/// What a module may use. The default is what the embedded module needs, many times over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a module's file, at most; more is not compiled. Default: 8 MiB.
    pub module_bytes: usize,
    /// Bytes of a request, at most. Default: 1 MiB (ABI.md, "Requests").
    pub request_bytes: usize,
    /// Bytes of a response, at most. Default: 4 MiB (ABI.md, "Requests").
    pub response_bytes: usize,
    /// Fuel of one call, instantiation included: about one unit for each instruction, the same
    /// on every machine. Default: 2,000,000,000; the dearest request of 1 MiB that we know, a
    /// `preview` of `${a}` from end to end, takes a quarter of it, and a send a few ten thousand.
    pub fuel: u64,
    /// Time of one call by the wall clock, instantiation included; measured to 10 ms.
    /// Default: 2 s.
    pub wall: Duration,
    /// Bytes of linear memory, at most. Default: 16 MiB (ABI.md, "Exports").
    pub memory_bytes: usize,
    /// Entries of the function table, at most. Default: 4,096.
    pub table_entries: usize,
    /// Bytes of the host's stack that the guest's frames may take. Default: 256 KiB.
    pub stack_bytes: usize,
    /// Calls of `twilio_create_message`, `opt_out_lookup`, `opt_out_record` and `log` together.
    /// Each also costs the fuel of 10,000 instructions. Default: 256.
    pub host_calls: u32,
    /// Bytes that one such call may hand over. Default: 64 KiB.
    pub host_call_bytes: usize,
    /// Lines that one call may log; further ones are dropped. Default: 16.
    pub log_lines: u32,
    /// Characters of a logged line; the rest is cut off. Default: 500.
    pub log_line_chars: usize,
    /// Calls at the same time; a further one waits for a place. Default: 64.
    pub concurrent_calls: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            module_bytes: 8 << 20,
            request_bytes: 1 << 20,
            response_bytes: 4 << 20,
            fuel: 2_000_000_000,
            wall: Duration::from_secs(2),
            memory_bytes: 16 << 20,
            table_entries: 4096,
            stack_bytes: 256 << 10,
            host_calls: 256,
            host_call_bytes: 64 << 10,
            log_lines: 16,
            log_line_chars: 500,
            concurrent_calls: 64,
        }
    }
}
