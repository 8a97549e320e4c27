//! A host for verbatim.wasm on wasmi: `cargo run -- verbatim.wasm SHA256 [NAME]`

use std::collections::HashMap;
use std::process::ExitCode;
use std::{env, error, fmt, fs};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wasmi::{Caller, Config, Engine, Extern, Linker, Store, StoreLimits, StoreLimitsBuilder};

const REQUEST_BYTES: usize = 1 << 20;
const RESPONSE_BYTES: usize = 4 << 20;
const MEMORY_BYTES: usize = 16 << 20;
/// For one call; a usual one takes less than a hundredth of it.
const FUEL: u64 = 200_000_000;
/// What it costs the module to call us; without a price a flood of calls would never end.
const IMPORT_FUEL: u64 = 10_000;
const LOG_LINES: u32 = 16;

const NOT_GRANTED: i32 = -1;
const MALFORMED: i32 = -2;
const OVER_BUDGET: i32 = -3;

/// Answers what the module asks with a number; `None` if the request is malformed.
type Import = fn(&mut Grants, &Value) -> Option<i32>;

/// The functions that the module may ask for an answer, and ours that give it.
const ASKED: [(&str, Import); 3] = [
    ("opt_out_lookup", Grants::opt_out_lookup),
    ("opt_out_record", |_, _| Some(NOT_GRANTED)), // we never ask it to `receive`
    ("twilio_create_message", Grants::create_message),
];

/// A recipient and a sender: the key of consent.
type Pair = (String, String);
type AnyError = Box<dyn error::Error + Send + Sync>;

/// The module, or what it was asked for, was refused.
#[derive(Debug)]
struct Refused(String);

/// What one call may ask of us: the consent we looked up before it, and one message.
#[derive(Default)]
struct Grants {
    /// Whether the recipient is opted out.
    consent: HashMap<Pair, bool>,
    /// Whom it may write to.
    send: Option<Pair>,
    /// Proposed; nothing leaves before the call has returned.
    messages: Vec<Value>,
    lines: u32,
}

impl Grants {
    fn opt_out_lookup(&mut self, asked: &Value) -> Option<i32> {
        let pair = (text(&asked["recipient"])?, text(&asked["sender"])?);
        Some(self.consent.get(&pair).map_or(NOT_GRANTED, |&opted_out| i32::from(opted_out)))
    }

    fn create_message(&mut self, asked: &Value) -> Option<i32> {
        let sender = text(&asked["from"]).or_else(|| text(&asked["messaging_service_sid"]))?;
        if self.send != Some((text(&asked["to"])?, sender)) {
            return Some(NOT_GRANTED);
        }
        if !self.messages.is_empty() {
            return Some(OVER_BUDGET);
        }
        self.messages.push(asked.clone());
        Some(0)
    }
}

/// What belongs to one call.
struct State {
    grants: Grants,
    limits: StoreLimits,
}

/// Checked and compiled once; each call has an instance of its own.
struct Module {
    module: wasmi::Module,
    linker: Linker<State>,
}

impl Module {
    fn new(wasm: &[u8], sha256: &str) -> Result<Self, AnyError> {
        let found: String = Sha256::digest(wasm).iter().map(|byte| format!("{byte:02x}")).collect();
        if found != sha256 {
            return refused(format!("expected a module with the SHA-256 {sha256}, found {found}"));
        }
        let engine = Engine::new(Config::default().consume_fuel(true));
        let module = wasmi::Module::new(&engine, wasm)?;
        if module.get_export("verbatim_abi_1").is_none() {
            return refused("expected a module that exports `verbatim_abi_1`, found none");
        }
        Ok(Self { linker: linker(&engine, &module)?, module })
    }

    /// Answers one request with what was granted to it, and gives the messages it proposes.
    fn call(&self, request: &Value, grants: Grants) -> Result<(Value, Vec<Value>), AnyError> {
        let request = serde_json::to_vec(request)?;
        if request.len() > REQUEST_BYTES {
            return refused(format!("expected a request of at most {REQUEST_BYTES} bytes"));
        }
        let limits =
            StoreLimitsBuilder::new().memory_size(MEMORY_BYTES).table_elements(4096).build();
        let mut store = Store::new(self.module.engine(), State { grants, limits });
        store.limiter(|state| &mut state.limits);
        store.set_fuel(FUEL)?;
        let instance = self.linker.instantiate_and_start(&mut store, &self.module)?;
        let memory = instance.get_memory(&store, "memory").ok_or("the module has no memory")?;
        let alloc = instance.get_typed_func::<u32, u32>(&store, "vb_alloc")?;
        let call = instance.get_typed_func::<(u32, u32), u64>(&store, "vb_call")?;
        let free = instance.get_typed_func::<(u32, u32), ()>(&store, "vb_free")?;

        let length = u32::try_from(request.len())?;
        let at = alloc.call(&mut store, length)?;
        if at == 0 {
            return refused(format!("the module has no room for {length} bytes"));
        }
        memory.write(&mut store, usize::try_from(at)?, &request)?;
        let answer = call.call(&mut store, (at, length))?;
        free.call(&mut store, (at, length))?;
        let (at, length) = (u32::try_from(answer >> 32)?, answer as u32);
        if usize::try_from(length)? > RESPONSE_BYTES {
            return refused(format!("expected a response of at most {RESPONSE_BYTES} bytes"));
        }
        let response =
            read(memory.data(&store), at, length).ok_or("it points outside its memory")?;
        let mut response: Value = serde_json::from_slice(response)?;
        free.call(&mut store, (at, length))?;
        if let (Some(code), Some(message)) =
            (text(&response["error"]["code"]), text(&response["error"]["message"]))
        {
            return refused(format!("{code}: {message}"));
        }
        Ok((response["ok"].take(), store.into_data().grants.messages))
    }
}

/// Our four functions, traps for those of JavaScript, and nothing else.
fn linker(engine: &Engine, module: &wasmi::Module) -> Result<Linker<State>, AnyError> {
    let mut linker = Linker::new(engine);
    for (name, answer) in ASKED {
        let imported = move |mut caller: Caller<'_, State>, at: u32, length: u32| {
            let (memory, grants) = charged(&mut caller)?;
            let asked = read(memory, at, length).and_then(|json| serde_json::from_slice(json).ok());
            let answered = asked.and_then(|asked| answer(grants, &asked));
            Ok::<i32, wasmi::Error>(answered.unwrap_or(MALFORMED))
        };
        linker.func_wrap("verbatim", name, imported)?;
    }
    linker.func_wrap("verbatim", "log", log)?;
    for import in module.imports() {
        let (source, name) = (import.module(), import.name().to_owned());
        match (source, import.ty().func()) {
            ("verbatim", Some(_)) if name == "log" || ASKED.iter().any(|known| known.0 == name) => {
            }
            ("./verbatim_bg.js", Some(ty)) => {
                let why = format!("the module called `{name}`, which is JavaScript's");
                let trap = move |_: Caller<'_, State>, _: &[_], _: &mut [_]| {
                    Err(wasmi::Error::new(why.clone()))
                };
                linker.func_new(source, &name, ty.clone(), trap)?;
            }
            _ => {
                let why = format!("expected the imports of ABI.md, found `{name}` from `{source}`");
                return refused(why);
            }
        }
    }
    Ok(linker)
}

fn log(
    mut caller: Caller<'_, State>,
    _level: i32,
    at: u32,
    length: u32,
) -> Result<(), wasmi::Error> {
    let (memory, grants) = charged(&mut caller)?;
    grants.lines += 1;
    if let (Some(line), 0..=LOG_LINES) = (read(memory, at, length), grants.lines) {
        let line: String = String::from_utf8_lossy(line).chars().take(500).collect();
        eprintln!("module: {line:?}");
    }
    Ok(())
}

/// The module's memory and its grants, once it has paid for the import.
fn charged<'a>(
    caller: &'a mut Caller<'_, State>,
) -> Result<(&'a [u8], &'a mut Grants), wasmi::Error> {
    let left = caller.get_fuel()?.checked_sub(IMPORT_FUEL);
    caller.set_fuel(left.ok_or_else(|| wasmi::Error::new("the module has used up its fuel"))?)?;
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    let memory = memory.ok_or_else(|| wasmi::Error::new("the module has no memory"))?;
    let (memory, state) = memory.data_and_store_mut(caller);
    Ok((memory, &mut state.grants))
}

/// The bytes at `at`, if all of them lie in the memory.
fn read(memory: &[u8], at: u32, length: u32) -> Option<&[u8]> {
    memory.get(usize::try_from(at).ok()?..)?.get(..usize::try_from(length).ok()?)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn refused<T>(why: impl Into<String>) -> Result<T, AnyError> {
    Err(Refused(why.into()).into())
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for Refused {}

fn run(path: &str, sha256: &str, name: Option<&str>) -> Result<(), AnyError> {
    let module = Module::new(&fs::read(path)?, sha256)?;

    let body = "Hi ${name}, your table is booked for {{entity:time}}. Ref {{vrbl:REF}}";
    let mut values = json!({ "entity": { "time": "19:30" }, "variable": { "REF": "K7M2" } });
    if let Some(name) = name {
        values["variant"] = json!({ "name": name });
    }
    let request = json!({ "op": "render", "body": body, "values": values });
    let (rendered, _) = module.call(&request, Grants::default())?;
    let segments = &rendered["segments"];
    println!("render    {}", shown(&rendered["text"]));
    println!(
        "segments  {} ({}, {} units)",
        segments["segments"],
        shown(&segments["encoding"]),
        segments["units"]
    );

    let request = json!({ "op": "classify", "text": " Stop! " });
    let (found, _) = module.call(&request, Grants::default())?;
    println!("classify  {}: {}", shown(&found["keyword"]), shown(&found["reply"]));

    let pair = |recipient: &str| (recipient.to_owned(), "+15550001111".to_owned());
    for recipient in ["+15550002222", "+15550003333", "+15550004444"] {
        let consent = [(pair("+15550002222"), false), (pair("+15550003333"), true)];
        let grants =
            Grants { consent: consent.into(), send: Some(pair(recipient)), ..Grants::default() };
        let request = json!({
            "op": "send",
            "to": recipient,
            "sender": "+15550001111",
            "environment": "sandbox",
            "templates": [{ "title": "booking", "body": body }],
            "template": "booking",
            "values": values,
        });
        match module.call(&request, grants) {
            Ok((sent, messages)) => {
                println!("send      {recipient}: {}", shown(&sent["state"]));
                for message in &messages {
                    // Now, and only now, call Twilio.
                    println!(
                        "          {} says {}",
                        shown(&message["from"]),
                        shown(&message["body"])
                    );
                }
            }
            Err(error) if error.is::<Refused>() => println!("send      {recipient}: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn shown(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = match arguments[..] {
        [path, sha256] => run(path, sha256, None),
        [path, sha256, name] => run(path, sha256, Some(name)),
        _ => refused("expected verbatim.wasm, its SHA-256 and a name"),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("host: {error}");
            ExitCode::FAILURE
        }
    }
}
