//! The batch on every engine there is: the module in the sandbox says of each row what its `render`
//! op says and what native core says; and a module that lies about one is an error with a name.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use verbatim_core::limits::MESSAGE_BYTES;
use verbatim_core::{Kind, Slots, Weighed, parse};
use verbatim_host::sandbox::{Batch, BatchError, Grant, Limits, Row, Sandbox, Sha256};

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    Sandbox::embedded(Limits::default()).expect("the embedded module is what it should be")
});

/// What became of a row, in words.
fn shown(row: Row<'_>) -> String {
    match row {
        Row::Message { text, encoding, segments } => format!("{encoding} {segments} {text}"),
        Row::Refused { code } => format!("V{code:03}"),
    }
}

/// The rows of a batch, or the module's error for all of them.
fn batch(body: &str, tokens: usize, rows: &[Vec<Option<String>>]) -> Result<Vec<String>, Value> {
    let mut batch = Batch::new(body, tokens);
    for row in rows {
        assert!(batch.push(row.iter().map(Option::as_deref)));
    }
    match SANDBOX.render_batch(&batch) {
        Ok(rendered) => Ok(rendered.rows().map(shown).collect()),
        Err(BatchError::Refused { json }) => Err(serde_json::from_str(&json).expect("JSON")),
        Err(error) => panic!("{error}"),
    }
}

/// The same row by the op `render`.
fn rendered(body: &str, names: &[(Kind, &str)], row: &[Option<String>]) -> Result<String, Value> {
    let mut values = json!({"variant": {}, "entity": {}, "variable": {}, "translation": {}});
    for ((kind, name), value) in names.iter().zip(row) {
        if let Some(value) = value {
            values[kind.as_str()][name] = value.as_str().into();
        }
    }
    let request = json!({"op": "render", "body": body, "values": values}).to_string();
    let response = SANDBOX.call(request.as_bytes(), &Grant::default()).expect("an answer").response;
    let mut response: Value = serde_json::from_slice(&response).expect("JSON");
    let ok = &response["ok"];
    match ok["text"].as_str() {
        Some(text) => {
            let segments = &ok["segments"];
            let encoding = segments["encoding"].as_str().expect("an encoding");
            Ok(format!("{encoding} {} {text}", segments["segments"]))
        }
        None => Err(response["error"].take()),
    }
}

/// The same row by native core.
fn natively(slots: &Slots<'_>, row: &[Option<String>]) -> String {
    let row: Vec<_> = row.iter().map(|value| value.as_deref().map(Weighed::new)).collect();
    let mut room = [0; MESSAGE_BYTES];
    match slots.message_into(&mut room, &row) {
        Ok((bytes, count)) => {
            let text = str::from_utf8(&room[..bytes]).expect("UTF-8");
            format!("{} {} {text}", count.encoding.as_str(), count.segments)
        }
        Err(code) => code.to_string(),
    }
}

fn body() -> impl Strategy<Value = String> {
    const FRAGMENTS: &[&str] = &[
        "${a}",
        "${a}",
        "${variant_b}",
        "{{entity:a}}",
        "{{vrbl:A-1}}",
        "{{tn:a}}",
        " ",
        "Hi ",
        "€",
        "ë",
        "👋",
        "$5 {",
        "\r\n",
        "a longer sentence, of one septet each. ",
    ];
    let fragment = prop_oneof![
        40 => prop::sample::select(FRAGMENTS),
        1 => prop::sample::select(&["{{x}}", "${", "\0"][..]),
    ];
    vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

fn value() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some("\0".to_owned())),
        8 => (prop::sample::select(&["", " ", "x", "€[", "{{tn:a}}", "Zoë 👋", "seven septets"][..]),
              prop::sample::select(&[1_usize, 1, 1, 1, 30, 400, 1600][..]))
            .prop_map(|(value, often)| Some(value.repeat(often))),
        4 => ".{0,20}".prop_map(Some),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn a_batch_says_of_each_row_what_render_and_native_core_say(
        body in body(),
        rows in vec(vec(value(), 6), 0..6),
    ) {
        let mut names: Vec<(Kind, &str)> = Vec::new();
        let parsed = parse(&body);
        for token in parsed.template.tokens() {
            if !names.contains(&(token.kind, token.name)) {
                names.push((token.kind, token.name));
            }
        }
        let rows: Vec<Vec<_>> =
            rows.into_iter().map(|row| row.into_iter().take(names.len()).collect()).collect();
        match (batch(&body, names.len(), &rows), Slots::of_body(&body)) {
            (Ok(found), Ok(slots)) => {
                prop_assert_eq!(found.len(), rows.len());
                for (row, found) in rows.iter().zip(found) {
                    let expected = match rendered(&body, &names, row) {
                        Ok(text) => text,
                        Err(error) => error["code"].as_str().unwrap_or_default().to_owned(),
                    };
                    prop_assert_eq!(&found, &expected);
                    prop_assert_eq!(&found, &natively(&slots, row));
                }
            }
            (Err(error), Err(_)) => {
                let expected = rendered(&body, &names, &[]).expect_err("it has errors");
                prop_assert_eq!(&error["error"], &expected);
            }
            (found, _) => prop_assert!(false, "{:?}", found),
        }
    }
}

#[test]
fn a_batch_uses_no_more_than_the_limits_of_any_call() {
    let mut batch = Batch::new("Hi ${a}", 1);
    while batch.push([Some("x")]) {}
    let usage = SANDBOX.render_batch(&batch).expect("a megabyte of rows").usage;
    let limits = SANDBOX.limits();
    assert!(usage.fuel < limits.fuel / 10, "{usage:?}");
    assert!(usage.memory_bytes < limits.memory_bytes / 2, "{usage:?}");
    assert_eq!((usage.request_bytes, usage.host_calls), (batch.bytes(), 0));

    let tight = Limits { request_bytes: 100, ..Limits::default() };
    let bytes = verbatim_module::BYTES;
    let sandbox = Sandbox::load(bytes, Sha256(verbatim_module::SHA256), tight).expect("loads");
    let error = sandbox.render_batch(&batch).expect_err("it is too long").to_string();
    assert!(error.ends_with(" in `vb_render_batch`"), "{error}");
}

/// A module that answers a batch as `batch` says, and has this in its memory from 0 on.
fn module(data: &[u8], batch: &str) -> Sandbox {
    let mut escaped = String::new();
    data.iter().for_each(|byte| write!(escaped, "\\{byte:02x}").expect("memory"));
    let text = format!(
        r#"(module
            (memory (export "memory") 80)
            (data (i32.const 0) "{escaped}")
            (func (export "verbatim_abi_1"))
            (func (export "vb_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "vb_free") (param i32 i32))
            (func (export "vb_call") (param i32 i32) (result i64) (i64.const 0))
            {batch})"#
    );
    let wasm = wat::parse_str(text).expect("well-formed");
    let limits = Limits { fuel: 20_000_000, wall: Duration::from_secs(30), ..Limits::default() };
    Sandbox::load(&wasm, Sha256::of(&wasm), limits).expect("it loads")
}

#[test]
fn a_module_that_lies_about_a_batch_is_an_error_and_the_next_batch_ends_as_the_first() {
    let gives = |result: &str| {
        format!(r#"(func (export "vb_render_batch") (param i32 i32) (result i64) {result})"#)
    };
    let honest = b"\x01\0\0\0\x02\0\0\0Hi\0\x01\0";
    let at_0 = |length: usize| gives(&format!("(i64.const {length})"));
    let nonsense = "expected a batch as ABI.md has it from the module, found ";
    for (data, batch, expected) in [
        (&honest[..], at_0(13), "GSM-7 1 Hi"),
        (honest, at_0(12), &format!("{nonsense}an answer that ends early, in row 0")),
        (honest, at_0(14), &format!("{nonsense}1 bytes after the last row")),
        (b"\xfe\xff\xff\xff", at_0(4), &format!("{nonsense}4294967294 rows for 1")),
        (b"\x01\0\0\0\xff\xff\xff\xff", at_0(8), "a text of 4294967295 bytes in row 0"),
        (b"", gives("(i64.const 0x400001)"), "expected a response of at most"),
        (b"", gives("(i64.const 0x500001)"), "outside its memory"),
        (b"", gives("(i64.const -1)"), "outside its memory"),
        (b"", gives("(loop (br 0)) (i64.const 0)"), "the module used up its fuel"),
        (b"", gives("(unreachable)"), "the module trapped"),
    ] {
        let sandbox = module(data, &batch);
        let mut rows = Batch::new("Hi", 0);
        assert!(rows.push([]));
        let call = || match sandbox.render_batch(&rows) {
            Ok(rendered) => rendered.rows().map(shown).collect(),
            Err(error) => error.to_string(),
        };
        let (first, second) = (call(), call());
        assert!(first.contains(expected), "{batch}: {first}");
        assert_eq!(first, second);
    }
}

#[test]
fn a_module_without_the_export_loads_and_its_batches_are_refused_by_name() {
    let sandbox = module(b"", "");
    assert!(sandbox.call(b"{}", &Grant::default()).is_ok());
    let error = sandbox.render_batch(&Batch::new("Hi", 0)).expect_err("it lacks the export");
    assert_eq!(error, BatchError::NotExported);
    assert!(error.to_string().contains("`vb_render_batch`"), "{error}");
}

/// Values that stand twice make the response longer than it was thought to be, just under the most
/// that a response may have: there the module's memory would not hold twice as much.
#[test]
fn a_response_that_grows_over_its_limit_late_is_refused_and_no_trap() {
    let body = format!("{}${{a}}${{a}}", "a".repeat(492));
    let row = vec![Some("b".repeat(10))];
    let refused = batch(&body, 1, &vec![row; 8_167]).expect_err("it is too long");
    assert_eq!(refused["error"]["code"], "V095", "{refused}");
}
