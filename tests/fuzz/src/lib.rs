//! Modules made at random by wasm-smith, in the shape of ours: its exports, its imports, and code
//! that means nothing.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

/// The interface of ABI.md, as text.
const SHAPE: &str = r#"(module
    (import "verbatim" "twilio_create_message" (func (param i32 i32) (result i32)))
    (import "verbatim" "opt_out_lookup" (func (param i32 i32) (result i32)))
    (import "verbatim" "opt_out_record" (func (param i32 i32) (result i32)))
    (import "verbatim" "log" (func (param i32 i32 i32)))
    (memory (export "memory") 1 20)
    (func (export "verbatim_abi_1"))
    (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "vb_free") (param i32 i32))
    (func (export "vb_call") (param i32 i32) (result i64) (i64.const 0)))"#;

static SHAPE_BYTES: LazyLock<Vec<u8>> =
    LazyLock::new(|| wat::parse_str(SHAPE).expect("the interface is well-formed text"));

/// A module in the interface's shape; every second one may use what this host refuses. None if
/// `data` is too little for one.
pub fn module(data: &[u8]) -> Option<Vec<u8>> {
    let mut data = Unstructured::new(data);
    let strange = data.arbitrary().ok()?;
    let config = Config {
        module_shape: Some(SHAPE_BYTES.clone()),
        // Most code made at random traps at its first access; some of it is to live longer.
        disallow_traps: data.arbitrary().ok()?,
        max_instructions: 1000,
        max_tables: 1 + usize::from(strange),
        compact_imports_enabled: strange,
        exceptions_enabled: strange,
        gc_enabled: strange,
        memory64_enabled: strange,
        reference_types_enabled: strange,
        relaxed_simd_enabled: strange,
        simd_enabled: strange,
        tail_call_enabled: strange,
        threads_enabled: strange,
        wide_arithmetic_enabled: strange,
        ..Config::default()
    };
    Some(Module::new(config, &mut data).ok()?.to_bytes())
}
