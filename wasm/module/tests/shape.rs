//! The built file has the shape that ABI.md promises, and nothing else in it.

use std::fmt::Write as _;

use expect_test::expect_file;
use sha2::{Digest as _, Sha256};
use wasmparser::types::{EntityType, Types};
use wasmparser::{MemoryType, RefType, ValType, Validator, WasmFeatures};

/// 16 MiB in pages of 64 KiB: ABI.md, "Exports".
const MAX_PAGES: u64 = 256;

/// What any engine of the last years has; no reference types, no garbage collection.
fn types() -> Types {
    let features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS;
    Validator::new_with_features(features)
        .validate_all(verbatim_module::BYTES)
        .expect("the module needs no feature beyond these")
}

/// What the module imports and exports, with types, each in its order.
///
/// wasm-bindgen's own names end in a hash of its version and ours, and the memory's first size
/// depends on what the guest holds: neither is anybody's interface.
fn interface() -> String {
    let types = types();
    let types = types.as_ref();
    let shown = |entity| match entity {
        EntityType::Func(id) => {
            let function = types[id].unwrap_func();
            format!("{} -> {}", list(function.params()), list(function.results()))
        }
        EntityType::Memory(MemoryType { maximum, .. }) => match maximum {
            Some(pages) => format!("memory of at most {pages} pages"),
            None => "memory without a maximum".to_owned(),
        },
        EntityType::Table(table) => format!("table of {}", table.element_type),
        EntityType::Global(global) => format!("global of {}", global.content_type),
        EntityType::Tag(_) | EntityType::FuncExact(_) => format!("{entity:?}"),
    };
    let mut imports: Vec<_> = types
        .core_imports()
        .expect("a core module")
        .map(|(module, name, entity)| (module, without_hash(name), shown(entity)))
        .collect();
    let mut exports: Vec<_> = types
        .core_exports()
        .expect("a core module")
        .map(|(name, entity)| (without_hash(name), shown(entity)))
        .collect();
    imports.sort();
    exports.sort();
    let mut text = String::new();
    for (module, name, shown) in imports {
        writeln!(text, "import {module} {name}: {shown}").expect("a string takes all");
    }
    for (name, shown) in exports {
        writeln!(text, "export {name}: {shown}").expect("a string takes all");
    }
    text
}

fn list(types: &[ValType]) -> String {
    let types: Vec<_> = types.iter().map(ToString::to_string).collect();
    format!("({})", types.join(", "))
}

/// `__wbg_new_4f9fafbb3909af72` without its hash.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((stem, hash)) if hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()) => {
            stem
        }
        Some(_) | None => name,
    }
}

#[test]
fn the_interface_is_the_one_that_is_written_down() {
    // Whoever changes it on purpose looks at ABI.md first, and then runs with UPDATE_EXPECT=1.
    expect_file!["abi.txt"].assert_eq(&interface());
}

#[test]
fn the_module_needs_neither_externref_nor_reference_types() {
    // That it validates at all without the reference types is half of it.
    assert!(!interface().contains("externref"));
}

#[test]
fn the_only_table_is_the_function_table() {
    let types = types();
    let types = types.as_ref();
    assert_eq!(types.table_count(), 1);
    assert_eq!(types.table_at(0).element_type, RefType::FUNCREF);
}

#[test]
fn the_memory_is_one_and_at_most_16_mib() {
    let types = types();
    let types = types.as_ref();
    assert_eq!(types.memory_count(), 1);
    let MemoryType { memory64, shared, initial, maximum, page_size_log2 } = types.memory_at(0);
    assert!(!memory64 && !shared && page_size_log2.is_none());
    assert_eq!(maximum, Some(MAX_PAGES));
    // More than two MiB at the start would be a table somewhere that should not be there.
    assert!(initial <= 32, "{initial} pages");
}

#[test]
fn the_module_imports_from_the_host_and_from_bindgen_alone() {
    for line in interface().lines().filter(|line| line.starts_with("import ")) {
        let ours = line.starts_with("import verbatim ");
        assert!(ours || line.starts_with("import ./verbatim_bg.js __wb"), "{line}");
    }
}

#[test]
fn nothing_runs_before_the_first_call() {
    let starts = wasmparser::Parser::new(0)
        .parse_all(verbatim_module::BYTES)
        .filter(|payload| matches!(payload, Ok(wasmparser::Payload::StartSection { .. })))
        .count();
    assert_eq!(starts, 0);
}

#[test]
fn no_path_and_no_tool_is_named_in_the_bytes() {
    let text = String::from_utf8_lossy(verbatim_module::BYTES);
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let workspace = std::fs::canonicalize(workspace).expect("the workspace is there");
    let workspace = workspace.to_str().expect("its path is UTF-8");
    for machine in [workspace, "/home/", "/root/", ".cargo/registry", ".rustup", "rustlib"] {
        assert!(!text.contains(machine), "{machine}");
    }
}

#[test]
fn the_bytes_are_those_of_the_sum_that_is_checked_in() {
    // From any machine. Who changes the module writes the sum anew with `UPDATE_EXPECT=1`.
    let sum = format!("{}  verbatim.wasm\n", verbatim_module::SHA256_HEX);
    expect_file!["../verbatim.wasm.sha256"].assert_eq(&sum);
}

#[test]
fn the_sha256_is_that_of_the_bytes() {
    let digest: [u8; 32] = Sha256::digest(verbatim_module::BYTES).into();
    assert_eq!(verbatim_module::SHA256, digest);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(verbatim_module::SHA256_HEX, hex);
}

#[test]
fn the_glue_imports_nothing_and_lets_the_page_answer() {
    let glue = verbatim_module::GLUE_JS;
    assert!(!glue.lines().any(|line| line.trim_start().starts_with("import ")));
    let asked = interface().matches("import verbatim ").count();
    assert_eq!(glue.matches(" = hostImports;").count(), asked);
    assert!(glue.contains("export function setHost("));
    assert!(verbatim_module::GLUE_D_TS.contains("export function setHost("));
    assert!(verbatim_module::WASM_D_TS.contains("vb_call"));
}
