//! The guest: what `verbatim.wasm` is made of.
//!
//! `ops` holds the requests (`ask`) and their answers (`answer`), `batch` the one that is binary.
//! Two thin faces lie on them: `plugin`, the plain interface of ABI.md for any wasm runtime, and
//! `browser`, the wasm-bindgen exports for JavaScript. No rule stands here: whatever decides something is in `verbatim-core`.

pub mod answer;
pub mod arena;
pub mod ask;
pub mod batch;
pub mod imports;
pub mod json;
pub mod ops;
pub mod outside;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod plugin;

/// Every allocation of the module; natively the program's own allocator stays.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: arena::Arena = arena::Arena::new();
