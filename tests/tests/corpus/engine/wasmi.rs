//! The module's bytes in wasmi, an interpreter, by the plain interface: a fresh instance for each
//! request.

use verbatim_module::BYTES;
use wasmi::{Caller, Engine, Error, Extern, FuncType, Linker, Memory, Module, Store, Val};

use verbatim_tests::corpus::{Answer, Case};
use verbatim_tests::granted::Simulated;

pub(super) fn answer(cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let engine = Engine::default();
    let module = Module::new(&engine, BYTES).map_err(|error| error.to_string())?;
    let linker = linker(&engine, &module).map_err(|error| error.to_string())?;
    let one = |case: &Case| {
        let mut store = Store::new(&engine, Simulated::new(&case.granted));
        let response = call(&linker, &module, &mut store, &case.request)
            .unwrap_or_else(|error| error.to_string().into_bytes());
        Some(Answer { response, intents: store.into_data().intents })
    };
    Ok(cases.iter().map(one).collect())
}

fn call(
    linker: &Linker<Simulated>,
    module: &Module,
    store: &mut Store<Simulated>,
    request: &[u8],
) -> Result<Vec<u8>, Error> {
    let instance = linker.instantiate_and_start(&mut *store, module)?;
    let memory = instance.get_memory(&*store, "memory").expect("the memory is exported");
    let alloc = instance.get_typed_func::<u32, u32>(&*store, "vb_alloc")?;
    let call = instance.get_typed_func::<(u32, u32), u64>(&*store, "vb_call")?;
    let free = instance.get_typed_func::<(u32, u32), ()>(&*store, "vb_free")?;

    let len = u32::try_from(request.len()).expect("a request has at most 1 MiB");
    let at = alloc.call(&mut *store, len)?;
    assert_ne!(at, 0, "there is room for a request of {len} bytes");
    memory.write(&mut *store, to_usize(at), request).expect("the room lies in the memory");
    let packed = call.call(&mut *store, (at, len))?;
    free.call(&mut *store, (at, len))?;
    let [at, len] = [packed >> 32, packed & 0xffff_ffff].map(|half| half as u32);
    let response = slice(memory.data(&*store), at, len).expect("it lies in the memory").to_vec();
    free.call(&mut *store, (at, len))?;
    Ok(response)
}

/// The four functions of ABI.md, and traps for those of the other face.
fn linker(engine: &Engine, module: &Module) -> Result<Linker<Simulated>, Error> {
    let mut linker = Linker::new(engine);
    for import in ["twilio_create_message", "opt_out_lookup", "opt_out_record"] {
        linker.func_wrap(
            "verbatim",
            import,
            move |mut caller: Caller<'_, Simulated>, at: u32, len: u32| -> i32 {
                let memory = memory(&caller);
                let (bytes, host) = memory.data_and_store_mut(&mut caller);
                host.answer(import, slice(bytes, at, len).expect("it lies in the memory"))
            },
        )?;
    }
    linker.func_wrap("verbatim", "log", |_: Caller<'_, Simulated>, _: i32, _: u32, _: u32| {})?;
    for import in module.imports().filter(|import| import.module() != "verbatim") {
        let ty: FuncType = import.ty().func().expect("only functions are imported").clone();
        let name = import.name().to_owned();
        linker.func_new(
            import.module(),
            import.name(),
            ty,
            move |_, _: &[Val], _: &mut [Val]| {
                Err(Error::new(format!("the guest called {name}, which is JavaScript's")))
            },
        )?;
    }
    Ok(linker)
}

fn memory(caller: &Caller<'_, Simulated>) -> Memory {
    caller.get_export("memory").and_then(Extern::into_memory).expect("the memory is exported")
}

fn slice(memory: &[u8], at: u32, len: u32) -> Option<&[u8]> {
    memory.get(to_usize(at)..)?.get(..to_usize(len))
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).expect("this machine has 32 bits or more")
}
