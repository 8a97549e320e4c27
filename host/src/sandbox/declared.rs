//! What a module declares that it needs, read before anything of it is compiled: a memory or a
//! table over its limit is refused by name, and costs the reading of a few bytes.

use wasmparser::{MemoryType, Parser, Payload, TableType};

use super::Limits;
use super::load::LoadError;

/// Bytes of a page of linear memory.
const PAGE: u64 = 64 << 10;

/// Compares what `bytes` declare with `limits`.
///
/// What cannot be read here is the compiler's to refuse: it says why.
pub(super) fn check(bytes: &[u8], limits: &Limits) -> Result<(), LoadError> {
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::MemorySection(memories)) => {
                for memory in memories.into_iter().map_while(Result::ok) {
                    let found = bytes_of(&memory);
                    if found > u64::try_from(limits.memory_bytes).unwrap_or(u64::MAX) {
                        return Err(LoadError::Memory { limit: limits.memory_bytes, found });
                    }
                }
            }
            Ok(Payload::TableSection(tables)) => {
                for table in tables.into_iter().map_while(Result::ok) {
                    let TableType { initial: found, .. } = table.ty;
                    if found > u64::try_from(limits.table_entries).unwrap_or(u64::MAX) {
                        return Err(LoadError::Table { limit: limits.table_entries, found });
                    }
                }
            }
            // Both stand before the code, which need not be looked at.
            Ok(Payload::CodeSectionStart { .. }) | Err(_) => break,
            Ok(_) => {}
        }
    }
    Ok(())
}

fn bytes_of(memory: &MemoryType) -> u64 {
    memory.initial.saturating_mul(memory.page_size_log2.map_or(PAGE, |log2| 1 << log2.min(63)))
}
