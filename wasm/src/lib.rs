//! The guest: what `verbatim.wasm` is made of.
//!
//! `ops` holds the requests and their answers. Two thin faces lie on it: `plugin`, the plain
//! interface of ABI.md for any wasm runtime, and `browser`, the wasm-bindgen exports for
//! JavaScript. No rule stands here: whatever decides something is in `verbatim-core`.

pub mod imports;
pub mod ops;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod plugin;

/// The longest request that the module takes, in bytes: 1 MiB (ABI.md, "Requests").
pub const MAX_REQUEST_BYTES: usize = 1 << 20;
