//! What a page loads: the module and its minified glue, as `gzip -9` packs them. Over the budget
//! the test fails and names the ten largest functions.
//!
//! The goal is 60,000 bytes. Tried and left, as it saves little for what it costs: at `opt-level` z
//! the module would be 8,000 smaller and `check` take two and a half times as long; inlining less
//! (`-inline-threshold=5`) 1,700 smaller, and `render` a third slower; `wasm-opt -Oz` 3,200 smaller,
//! with a compiler of C++ that whoever builds it would need; a heap that frees nothing within a
//! call, none. Nine tenths of it is code, of our own logic.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// Bytes that the module and its glue may take.
const BUDGET: usize = 87_000;

/// The guest before wasm-bindgen, which still has its functions' names.
const GUEST: &str =
    concat!(env!("OUT_DIR"), "/guest/wasm32-unknown-unknown/guest/verbatim_wasm.wasm");

#[test]
fn the_module_and_its_glue_stay_within_their_budget() {
    let esbuild = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/node_modules/.bin/esbuild");
    assert!(
        std::fs::exists(esbuild).unwrap_or(false),
        "expected esbuild; run `npm ci --prefix www`"
    );
    let glue = piped(Command::new(esbuild).arg("--minify"), verbatim_module::GLUE_JS.as_bytes());
    let module = packed(verbatim_module::BYTES);
    let glue = packed(&glue);
    println!("{} bytes: module {module}, glue {glue}", module + glue);
    assert!(
        module + glue <= BUDGET,
        "expected at most {BUDGET} bytes, found {module} of the module and {glue} of its glue; the \
         largest functions:\n{}",
        largest(10)
    );
}

fn packed(bytes: &[u8]) -> usize {
    piped(Command::new("gzip").args(["-9", "-c"]), bytes).len()
}

/// What a program makes of these bytes.
fn piped(command: &mut Command, bytes: &[u8]) -> Vec<u8> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("the program is there");
    let mut input = child.stdin.take().expect("its input");
    std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(bytes).expect("it reads"));
        let output = child.wait_with_output().expect("its end");
        assert!(output.status.success(), "{command:?}");
        output.stdout
    })
}

/// The largest functions of the guest, a line each.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other parts of a file hold no function")]
fn largest(count: usize) -> String {
    // Prebuilt bytes have no guest beside them.
    let Ok(guest) = std::fs::read(GUEST) else { return String::from("(no guest was built)") };
    let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(&guest) {
        match payload.expect("a wasm file") {
            Payload::ImportSection(imports) => {
                let functions = imports.into_imports().filter(|import| {
                    import.as_ref().is_ok_and(|import| matches!(import.ty, TypeRef::Func(_)))
                });
                imported += functions.count();
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                sizes.push(range.end - range.start);
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Ok(Name::Function(functions)) = subsection else { continue };
                    names.extend(functions.into_iter().flatten().map(|one| (one.index, one.name)));
                }
            }
            _ => {}
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().enumerate().collect();
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let line = |&(at, size): &(usize, u64)| {
        let index = u32::try_from(imported + at).expect("an index");
        format!("{size:>7} {}", names.get(&index).copied().unwrap_or("?"))
    };
    sizes.iter().take(count).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_largest_functions_have_names() {
    let largest = largest(10);
    assert!(largest.contains("verbatim_"), "{largest}");
    assert_eq!(largest.lines().count(), 10, "{largest}");
}
