//! The guest: what `verbatim.wasm` is made of.
//!
//! `ops` holds the requests (`ask`) and their answers (`answer`). Two thin faces lie on it:
//! `plugin`, the plain interface of ABI.md for any wasm runtime, and `browser`, the wasm-bindgen
//! exports for JavaScript. No rule stands here: whatever decides something is in `verbatim-core`.

pub mod answer;
pub mod ask;
pub mod imports;
pub mod json;
pub mod ops;
pub mod outside;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod plugin;
