//! The module behind its sandbox: what isolation costs, and what the JSON around a render does.
//!
//! The host's own sandbox is what is measured, with its default limits: fuel, wall clock and
//! memory bounded, a fresh instance for each call. Beside it stands one instance that is kept and
//! asked again and again, through wasmtime directly: what the same call costs without isolation.

use std::hint::black_box;

use verbatim_host::sandbox::{Grant, Limits, Sandbox, Sha256};
use wasmtime::{Engine, Linker, Memory, Module, Store, TypedFunc};

use crate::engine::{BODY, TEXT};
use crate::goal::Goal;
use crate::timing::Contender;

/// The smallest request that is answered by `ok`.
const SMALLEST: &[u8] = br#"{"op":"segments","text":""}"#;

/// A module that answers `{}` to anything: the sandbox alone.
const NOTHING: &str = r#"(module
    (memory (export "memory") 3)
    (data (i32.const 0) "{}")
    (func (export "verbatim_abi_1"))
    (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "vb_free") (param i32 i32))
    (func (export "vb_call") (param i32 i32) (result i64) (i64.const 2)))"#;

/// A row's name, goals and contenders.
pub type Rows = Vec<(&'static str, Vec<Goal>, Vec<Contender<'static>>)>;

/// All rows.
///
/// # Errors
/// A sentence that says why there are none.
pub fn rows() -> Result<Rows, String> {
    let nothing = wat::parse_str(NOTHING).map_err(|error| error.to_string())?;
    let nothing = Sandbox::load(&nothing, Sha256::of(&nothing), Limits::default())
        .map_err(|error| error.to_string())?;
    let ours = Sandbox::embedded(Limits::default()).map_err(|error| error.to_string())?;
    let render = format!(
        r#"{{"op":"render","body":"{BODY}","values":{{"variant":{{"guest_name":"Philippa"}},"entity":{{"restaurant":"The Old Mill"}},"variable":{{"CONFIRMATION_CODE":"QX7-4410"}},"translation":{{}}}}}}"#
    );
    let render: &'static [u8] = Vec::leak(render.into_bytes());
    let mut warm = Warm::new().map_err(|error| error.to_string())?;
    let text = format!(r#"{{"ok":{{"text":"{TEXT}""#);
    for response in [warm.call(render).ok(), fresh(&ours, render)] {
        let response = response.unwrap_or_default();
        if !response.starts_with(text.as_bytes()) {
            return Err(format!("the module answered {}", response.escape_ascii()));
        }
    }
    let again = ours.clone();
    Ok(vec![
        (
            "fresh instance, smallest call, drop",
            vec![Goal::Under(5_000.0, "the sandbox")],
            vec![
                Contender::new("the sandbox", move || fresh(&nothing, black_box(b""))),
                Contender::new("verbatim `segments`", move || fresh(&ours, black_box(SMALLEST))),
            ],
        ),
        (
            "`render` through JSON",
            vec![Goal::Under(3_000.0, "verbatim, warm instance")],
            vec![
                Contender::new("verbatim, warm instance", move || {
                    warm.call(black_box(render)).ok()
                }),
                Contender::new("verbatim, fresh instance", move || {
                    fresh(&again, black_box(render))
                }),
            ],
        ),
        (
            "module load from bytes: hash, compile, link",
            vec![],
            vec![Contender::new("verbatim", || Sandbox::embedded(Limits::default()).is_ok())],
        ),
    ])
}

fn fresh(sandbox: &Sandbox, request: &[u8]) -> Option<Vec<u8>> {
    sandbox.call(request, &Grant::default()).ok().map(|outcome| outcome.response)
}

/// One instance, kept.
struct Warm {
    store: Store<()>,
    memory: Memory,
    alloc: TypedFunc<u32, u32>,
    free: TypedFunc<(u32, u32), ()>,
    call: TypedFunc<(u32, u32), u64>,
}

impl Warm {
    fn new() -> wasmtime::Result<Self> {
        let engine = Engine::default();
        let module = Module::new(&engine, verbatim_module::BYTES)?;
        let mut linker = Linker::new(&engine);
        // `render` imports nothing of the host.
        linker.define_unknown_imports_as_traps(&module)?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module)?;
        let memory = instance.get_memory(&mut store, "memory");
        Ok(Self {
            memory: memory.ok_or_else(|| wasmtime::Error::msg("no memory"))?,
            alloc: instance.get_typed_func(&mut store, "vb_alloc")?,
            free: instance.get_typed_func(&mut store, "vb_free")?,
            call: instance.get_typed_func(&mut store, "vb_call")?,
            store,
        })
    }

    fn call(&mut self, request: &[u8]) -> wasmtime::Result<Vec<u8>> {
        let len = u32::try_from(request.len())?;
        let room = self.alloc.call(&mut self.store, len)?;
        self.memory.write(&mut self.store, room as usize, request)?;
        let packed = self.call.call(&mut self.store, (room, len))?;
        let (at, size) = ((packed >> 32) as u32, packed as u32);
        let mut response = vec![0; size as usize];
        self.memory.read(&self.store, at as usize, &mut response)?;
        self.free.call(&mut self.store, (at, size))?;
        self.free.call(&mut self.store, (room, len))?;
        Ok(response)
    }
}
