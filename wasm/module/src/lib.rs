//! The built module: `verbatim.wasm`, the glue by which a page loads it, and its SHA-256.
//!
//! The build script makes them all from `core` and `wasm`. The host runs [`BYTES`] in its sandbox
//! and serves the same bytes to the page; whoever loads them compares them with [`SHA256`] first.
//!
//! ```
//! assert!(verbatim_module::BYTES.starts_with(b"\0asm"));
//! assert_eq!(verbatim_module::SHA256_HEX.len(), 64);
//! ```

/// `verbatim.wasm`, whole, after wasm-bindgen: one file with both faces of ABI.md.
pub const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/verbatim_bg.wasm"));

include!(concat!(env!("OUT_DIR"), "/digest.rs"));

/// The JavaScript glue: an ES module without imports.
///
/// It exports `initSync` and a default function, which take the module's bytes or a compiled
/// `WebAssembly.Module`; `setHost`, which names who answers the module's imports; and the typed
/// operations of the JavaScript face.
pub const GLUE_JS: &str = include_str!(concat!(env!("OUT_DIR"), "/verbatim.js"));

/// TypeScript's declarations of [`GLUE_JS`].
pub const GLUE_D_TS: &str = include_str!(concat!(env!("OUT_DIR"), "/verbatim.d.ts"));

/// TypeScript's declarations of the bare exports of [`BYTES`].
pub const WASM_D_TS: &str = include_str!(concat!(env!("OUT_DIR"), "/verbatim_bg.wasm.d.ts"));
