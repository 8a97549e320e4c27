//! The built file has the shape that ABI.md promises, and nothing else in it.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use wasmparser::types::{EntityType, Types};
use wasmparser::{FuncType, MemoryType, RefType, Validator, WasmFeatures};

/// 16 MiB in pages of 64 KiB: ABI.md, "Exports".
const MAX_PAGES: u64 = 256;

/// The interface of ABI.md, as `name: parameters -> results`.
const ABI_EXPORTS: &[&str] = &[
    "vb_alloc: i32 -> i32",
    "vb_call: i32 i32 -> i64",
    "vb_free: i32 i32 -> ",
    "vb_render_batch: i32 i32 -> i64",
    "verbatim_abi_1:  -> ",
];

/// The host's functions of ABI.md, as `name: parameters -> results`.
const HOST_IMPORTS: &[&str] = &[
    "log: i32 i32 i32 -> ",
    "opt_out_lookup: i32 i32 -> i32",
    "opt_out_record: i32 i32 -> i32",
    "twilio_create_message: i32 i32 -> i32",
];

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

fn signature(name: &str, function: &FuncType) -> String {
    let join = |types: &[wasmparser::ValType]| {
        types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    format!("{name}: {} -> {}", join(function.params()), join(function.results()))
}

/// The functions that the module imports, as `name: parameters -> results`, by module.
fn imports(types: &Types) -> BTreeMap<String, Vec<String>> {
    let mut imports = BTreeMap::<_, Vec<_>>::new();
    let types = types.as_ref();
    for (module, name, entity) in types.core_imports().expect("a core module") {
        let EntityType::Func(id) = entity else {
            panic!("expected functions alone among the imports, found {module}.{name}: {entity:?}");
        };
        let signature = signature(name, types[id].unwrap_func());
        imports.entry(module.to_owned()).or_default().push(signature);
    }
    imports.values_mut().for_each(|names| names.sort());
    imports
}

#[test]
fn the_module_needs_neither_externref_nor_reference_types() {
    // That it validates at all without the reference types is half of it.
    for signature in imports(&types()).values().flatten() {
        let (_, types) = signature.split_once(": ").expect("a name and its types");
        assert!(!types.contains("ref"), "{signature}");
    }
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
fn the_host_is_asked_for_functions_of_the_abi_with_their_types() {
    let imports = imports(&types());
    let asked = &imports["verbatim"];
    for signature in asked {
        assert!(HOST_IMPORTS.contains(&signature.as_str()), "{signature}");
    }
    // The linker leaves out what no op calls; without these three the ops would decide nothing.
    for name in ["opt_out_lookup", "opt_out_record", "twilio_create_message"] {
        assert!(asked.iter().any(|signature| signature.starts_with(name)), "{name}: {asked:?}");
    }
}

#[test]
fn every_other_import_is_bindgens_own() {
    for (module, names) in imports(&types()) {
        if module == "verbatim" {
            continue;
        }
        assert_eq!(module, "./verbatim_bg.js");
        for name in names {
            assert!(name.starts_with("__wbg_") || name.starts_with("__wbindgen_"), "{name}");
        }
    }
}

#[test]
fn every_export_of_the_abi_is_there_with_its_type() {
    let types = types();
    let types = types.as_ref();
    let mut functions = Vec::new();
    let mut memory = false;
    for (name, entity) in types.core_exports().expect("a core module") {
        match entity {
            EntityType::Func(id) if name.starts_with("v") => {
                functions.push(signature(name, types[id].unwrap_func()));
            }
            EntityType::Memory(_) => memory |= name == "memory",
            EntityType::Func(_)
            | EntityType::Table(_)
            | EntityType::Global(_)
            | EntityType::Tag(_)
            | EntityType::FuncExact(_) => {}
        }
    }
    for expected in ABI_EXPORTS {
        assert!(functions.iter().any(|found| found == expected), "{expected}: {functions:?}");
    }
    assert!(memory, "the memory is exported");
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
    let asked = imports(&types())["verbatim"].len();
    assert_eq!(glue.matches(" = hostImports;").count(), asked);
    assert!(glue.contains("export function setHost("));
    assert!(verbatim_module::GLUE_D_TS.contains("export function setHost("));
    assert!(verbatim_module::WASM_D_TS.contains("vb_call"));
}
