//! The guest: what `verbatim.wasm` is made of.
//!
//! `ops` answers requests: it reads them as JSON (`value`, `asked`, `ask`), asks `verbatim-core`,
//! and writes what it says (`answer`, `writer`); `batch` answers the one that is binary. Two thin
//! faces lie on them: `plugin`, the plain interface of ABI.md for any wasm runtime, and `browser`,
//! the wasm-bindgen exports for JavaScript. No rule stands here: whatever decides something is in
//! `verbatim-core`.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod answer;
mod ask;
pub mod asked;
pub mod batch;
pub mod heap;
pub mod imports;
pub mod limits;
pub mod ops;
pub mod outside;
pub mod value;
pub mod writer;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod plugin;

/// Every allocation of the module; natively the program's own allocator stays.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: heap::Heap<heap::Pages> = heap::Heap::new();

/// Nobody reads what a panic says inside a sandbox: its sentences would only be weight.
/// `verbatim-core` never panics; should it, the call traps and the host says so.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
