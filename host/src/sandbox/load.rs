//! Loads a module: checks its digest, compiles it, and links exactly what ABI.md lets it import.

use wasmtime::{
    Config, Enabled, Engine, ExternType, FuncType, InstanceAllocationStrategy, InstancePre, Linker,
    Module, ModuleExport, PoolingAllocationConfig, ValType,
};

use super::imports::{self, State};
use super::limits::grouped;
use super::{Limits, Sha256, declared};

/// The exports of a module that keeps the ABI.
const EXPORTS: [(&str, &[Value], &[Value]); 4] = [
    ("verbatim_abi_1", &[], &[]),
    ("vb_alloc", &[Value::I32], &[Value::I32]),
    ("vb_free", &[Value::I32, Value::I32], &[]),
    ("vb_call", &[Value::I32, Value::I32], &[Value::I64]),
];

/// What it need not have: without it batches are refused, and nothing else.
const RENDER_BATCH: (&str, &[Value], &[Value]) =
    ("vb_render_batch", &[Value::I32, Value::I32], &[Value::I64]);

/// What it may import of the host.
const IMPORTS: [(&str, &[Value], &[Value]); 4] = [
    ("twilio_create_message", &[Value::I32, Value::I32], &[Value::I32]),
    ("opt_out_lookup", &[Value::I32, Value::I32], &[Value::I32]),
    ("opt_out_record", &[Value::I32, Value::I32], &[Value::I32]),
    ("log", &[Value::I32, Value::I32, Value::I32], &[]),
];

/// Bytes of linear memory that a given-back instance keeps: the guest's stack, data and first heap
/// fit, and clearing what was written of them is cheaper than asking the kernel for new pages.
const KEPT_MEMORY: usize = 256 << 10;
/// The same of its table.
const KEPT_TABLE: usize = 16 << 10;

/// Why a module was not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are not those that were named.
    #[error("expected a module with the SHA-256 {expected}, found {found}; it is refused")]
    Digest {
        /// The digest that was named.
        expected: Sha256,
        /// That of the bytes.
        found: Sha256,
    },
    /// The file is too long to be compiled.
    #[error(
        "expected a module of at most {} bytes (module_bytes), found {}",
        grouped(*.limit),
        grouped(*.found)
    )]
    TooLong {
        /// [`Limits::module_bytes`].
        limit: usize,
        /// The bytes there are.
        found: usize,
    },
    /// It begins with more memory than it may ever have.
    #[error(
        "expected a module with a memory of at most {} bytes (memory_bytes), found {} declared",
        grouped(*.limit),
        grouped(*.found)
    )]
    Memory {
        /// [`Limits::memory_bytes`].
        limit: usize,
        /// The bytes it declares.
        found: u64,
    },
    /// It begins with a longer table than it may ever have.
    #[error(
        "expected a module with a table of at most {} entries (table_entries), found {} declared",
        grouped(*.limit),
        grouped(*.found)
    )]
    Table {
        /// [`Limits::table_entries`].
        limit: usize,
        /// The entries it declares.
        found: u64,
    },
    /// It is no WebAssembly, or needs more of the engine than this host gives.
    #[error("expected a WebAssembly module that this host can run: {reason}")]
    Invalid {
        /// The engine's reason.
        reason: String,
    },
    /// It imports what is neither the ABI's nor wasm-bindgen's.
    #[error(
        "the module imports `{name}` from `{module}`, which this host does not know; expected the \
         imports of ABI.md alone"
    )]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// It imports a known name with another type.
    #[error("the module imports `{name}` from `{module}` as {found}; expected {expected}")]
    ImportType {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
        /// The ABI's type.
        expected: String,
        /// The module's.
        found: String,
    },
    /// It lacks an export.
    #[error("the module does not export `{name}`; expected it as {expected} (ABI.md, version 1)")]
    MissingExport {
        /// The export's name.
        name: &'static str,
        /// The ABI's type.
        expected: String,
    },
    /// It exports a name with another type.
    #[error("the module exports `{name}` as {found}; expected {expected} (ABI.md, version 1)")]
    ExportType {
        /// The export's name.
        name: &'static str,
        /// The ABI's type.
        expected: String,
        /// The module's.
        found: String,
    },
    /// The host's own machinery failed.
    #[error("the sandbox cannot be set up: {reason}")]
    Host {
        /// The reason.
        reason: String,
    },
}

/// A module, ready to be instantiated.
pub(super) struct Loaded {
    pub(super) engine: Engine,
    pub(super) instance: InstancePre<State>,
    pub(super) memory: ModuleExport,
    pub(super) alloc: ModuleExport,
    pub(super) free: ModuleExport,
    pub(super) call: ModuleExport,
    pub(super) render_batch: Option<ModuleExport>,
}

pub(super) fn load(bytes: &[u8], expected: Sha256, limits: &Limits) -> Result<Loaded, LoadError> {
    if bytes.len() > limits.module_bytes {
        return Err(LoadError::TooLong { limit: limits.module_bytes, found: bytes.len() });
    }
    let found = Sha256::of(bytes);
    if found != expected {
        return Err(LoadError::Digest { expected, found });
    }
    declared::check(bytes, limits)?;
    let engine = Engine::new(&config(limits)).map_err(|error| host(&error))?;
    let module = Module::from_binary(&engine, bytes)
        .map_err(|error| LoadError::Invalid { reason: one_line(&error) })?;

    let mut linker = Linker::new(&engine);
    imports::define(&mut linker).map_err(|error| host(&error))?;
    check_imports(&module, &mut linker)?;
    check_exports(&module)?;
    let instance = linker.instantiate_pre(&module).map_err(|error| host(&error))?;
    Ok(Loaded {
        memory: export(&module, "memory")?,
        alloc: export(&module, "vb_alloc")?,
        free: export(&module, "vb_free")?,
        call: export(&module, "vb_call")?,
        render_batch: module.get_export_index(RENDER_BATCH.0),
        engine,
        instance,
    })
}

fn config(limits: &Limits) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(limits.concurrent_calls)
        .total_memories(limits.concurrent_calls)
        .total_tables(limits.concurrent_calls)
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_entries)
        .max_unused_warm_slots(limits.concurrent_calls)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(KEPT_TABLE)
        // Where the kernel can say which pages were written, only those are cleared.
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        // What the ABI has no use for stays out of the compiler too.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_relaxed_simd(false)
        .wasm_simd(false)
        .wasm_tail_call(false);
    config
}

/// Refuses what the module must not import, and defines wasm-bindgen's own functions as traps:
/// they belong to the module's other face, for JavaScript.
fn check_imports(module: &Module, linker: &mut Linker<State>) -> Result<(), LoadError> {
    for import in module.imports() {
        let (from, name) = (import.module(), import.name());
        let unknown =
            || LoadError::UnknownImport { module: from.to_owned(), name: name.to_owned() };
        let ExternType::Func(found) = import.ty() else {
            return Err(unknown());
        };
        if from == imports::MODULE {
            let (_, parameters, results) =
                IMPORTS.iter().find(|(known, ..)| *known == name).ok_or_else(unknown)?;
            if !is_type(&found, parameters, results) {
                return Err(LoadError::ImportType {
                    module: from.to_owned(),
                    name: name.to_owned(),
                    expected: written(parameters, results),
                    found: found.to_string(),
                });
            }
        } else if is_bindgens(from, name) {
            let trap = format!("`{name}` was called, which only JavaScript has");
            linker
                .func_new(from, name, found, move |_, _, _| Err(wasmtime::Error::msg(trap.clone())))
                .map_err(|error| host(&error))?;
        } else {
            return Err(unknown());
        }
    }
    Ok(())
}

/// wasm-bindgen imports from the glue beside the module, under names of its own.
fn is_bindgens(module: &str, name: &str) -> bool {
    let from_glue = module.strip_prefix("./").is_some_and(|file| file.ends_with("_bg.js"));
    from_glue && (name.starts_with("__wbg_") || name.starts_with("__wbindgen_"))
}

fn check_exports(module: &Module) -> Result<(), LoadError> {
    match module.get_export("memory") {
        Some(ExternType::Memory(_)) => {}
        Some(other) => {
            return Err(LoadError::ExportType {
                name: "memory",
                expected: "a memory".to_owned(),
                found: kind(&other),
            });
        }
        None => {
            return Err(LoadError::MissingExport {
                name: "memory",
                expected: "a memory".to_owned(),
            });
        }
    }
    let optional =
        [RENDER_BATCH].into_iter().filter(|(name, ..)| module.get_export(name).is_some());
    for (name, parameters, results) in EXPORTS.into_iter().chain(optional) {
        let expected = written(parameters, results);
        match module.get_export(name) {
            Some(ExternType::Func(found)) if is_type(&found, parameters, results) => {}
            Some(found) => {
                return Err(LoadError::ExportType { name, expected, found: kind(&found) });
            }
            None => return Err(LoadError::MissingExport { name, expected }),
        }
    }
    Ok(())
}

fn export(module: &Module, name: &'static str) -> Result<ModuleExport, LoadError> {
    module.get_export_index(name).ok_or_else(|| LoadError::Host {
        reason: format!("the engine does not find the export `{name}` that it has listed"),
    })
}

/// The types that cross the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    I32,
    I64,
}

impl Value {
    fn is(self, found: &ValType) -> bool {
        match self {
            Self::I32 => matches!(found, ValType::I32),
            Self::I64 => matches!(found, ValType::I64),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
        }
    }
}

fn is_type(found: &FuncType, parameters: &[Value], results: &[Value]) -> bool {
    let same = |expected: &[Value], found: &mut dyn ExactSizeIterator<Item = ValType>| {
        expected.len() == found.len() && expected.iter().zip(found).all(|(e, f)| e.is(&f))
    };
    same(parameters, &mut found.params()) && same(results, &mut found.results())
}

/// A function's type in the engine's own notation, for messages: `(type (func (param i32)))`.
fn written(parameters: &[Value], results: &[Value]) -> String {
    let mut text = String::from("(type (func");
    for (word, values) in [("param", parameters), ("result", results)] {
        if !values.is_empty() {
            text.push_str(" (");
            text.push_str(word);
            for value in values {
                text.push(' ');
                text.push_str(value.name());
            }
            text.push(')');
        }
    }
    text.push_str("))");
    text
}

fn kind(found: &ExternType) -> String {
    match found {
        ExternType::Func(function) => function.to_string(),
        ExternType::Global(_) => "a global".to_owned(),
        ExternType::Table(_) => "a table".to_owned(),
        ExternType::Memory(_) => "a memory".to_owned(),
        ExternType::Tag(_) => "a tag".to_owned(),
    }
}

fn host(error: &wasmtime::Error) -> LoadError {
    LoadError::Host { reason: one_line(error) }
}

/// An error and its causes on one line.
pub(super) fn one_line(error: &wasmtime::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}
