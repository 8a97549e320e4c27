//! The module's own JSON, beside `serde_json`: what it reads and refuses, and what it writes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value as Oracle;
use verbatim_wasm::key;
use verbatim_wasm::value::{Unreadable, Value, read};
use verbatim_wasm::writer::Writer;

/// What we read, as the oracle would say it; a number that is not whole is lost on the way.
fn translated(value: &Value<'_>) -> Oracle {
    match value {
        Value::Null => Oracle::Null,
        Value::Bool(value) => Oracle::Bool(*value),
        Value::Whole(number) => Oracle::from(*number),
        Value::Fraction => Oracle::from("not whole"),
        Value::Text(text) => Oracle::from(text.as_ref()),
        Value::List(items) => items.iter().map(translated).collect(),
        Value::Object(object) => {
            object.fields().map(|(name, value)| (name.to_owned(), translated(value))).collect()
        }
    }
}

fn whole_numbers_alone(value: Oracle) -> Oracle {
    match value {
        Oracle::Number(number) if number.as_i64().is_none() => Oracle::from("not whole"),
        Oracle::Array(items) => items.into_iter().map(whole_numbers_alone).collect(),
        Oracle::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, whole_numbers_alone(value))).collect()
        }
        other @ (Oracle::Null | Oracle::Bool(_) | Oracle::Number(_) | Oracle::String(_)) => other,
    }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let expected = serde_json::from_str::<Oracle>(text);
    if expected.as_ref().is_ok_and(|value| value.to_string().contains("-0.0")) {
        return Ok(()); // `-0` and `-0.0` are one float to the oracle; to us the first is whole.
    }
    let expected = expected.map(whole_numbers_alone);
    match (read(text), expected) {
        (Ok(found), Ok(expected)) => prop_assert_eq!(translated(&found), expected, "{}", text),
        (Err(Unreadable::Syntax { at, .. }), Err(_)) => prop_assert!(text.is_char_boundary(at)),
        // The oracle goes deeper, and takes the last of two fields.
        (Err(Unreadable::TooDeep | Unreadable::Twice(_)), _) => {}
        // The oracle refuses numbers that no float holds.
        (Ok(_), Err(error)) if error.to_string().contains("number out of range") => {}
        (found, expected) => prop_assert!(false, "{text}: {found:?}, not {expected:?}"),
    }
    Ok(())
}

/// Text that is JSON, as serde_json writes it.
fn json() -> impl Strategy<Value = Oracle> {
    let leaf = prop_oneof![
        Just(Oracle::Null),
        any::<bool>().prop_map(Oracle::from),
        any::<i64>().prop_map(Oracle::from),
        any::<u64>().prop_map(Oracle::from),
        any::<f64>().prop_map(Oracle::from),
        any::<String>().prop_map(Oracle::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        let name = prop_oneof!["[a-c]{0,2}", any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Oracle::from),
            prop::collection::hash_map(name, inner, 0..8)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Text that is nearly JSON: its own pieces in any order.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\t",
        "\u{a0}",
        "\"",
        "\"a\"",
        "\"\\u0041\"",
        "\"\\ud83d\\udc4b\"",
        "\\ud83d",
        "\"\\ud83d\"",
        "\"\\udc4b\"",
        "\"\\u00g0\"",
        "\"\\x\"",
        "\"\\/\"",
        "\u{1}",
        "0",
        "-",
        "1",
        "-0",
        "01",
        ".5",
        "1.",
        "1.5",
        "e",
        "1e5",
        "1E+2",
        "1e-",
        "9223372036854775808",
        "true",
        "false",
        "null",
        "nul",
        "True",
        "é",
        "👋",
        "\0",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_serde_json_reads_is_read_alike_and_what_it_refuses_is_refused(text in nearly()) {
        check(&text)?;
    }

    #[test]
    fn json_is_read_alike_however_it_is_spaced(value in json(), pretty: bool) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        check(&text)?;
    }

    #[test]
    fn json_cut_or_changed_anywhere_is_read_alike(value in json(), at: prop::sample::Index, with in "[\\]}\",:0-9a\\\\]{0,2}") {
        let text: Vec<_> = value.to_string().chars().collect();
        let at = at.index(text.len());
        let text: String = text[..at].iter().copied().chain(with.chars()).chain(text[at + 1..].iter().copied()).collect();
        check(&text)?;
    }

    #[test]
    fn what_is_written_is_what_serde_json_writes(fields: BTreeMap<String, (String, u32)>) {
        let mut out = Writer::new();
        out.object(|out| {
            for (name, (text, number)) in &fields {
                out.name(name).object(|out| {
                    out.key(key!("text")).text(text);
                    out.key(key!("numbers")).list([*number as usize; 2], Writer::number);
                });
            }
        });
        let expected: Oracle = fields
            .iter()
            .map(|(name, (text, number))| {
                (name.clone(), serde_json::json!({ "numbers": [number, number], "text": text }))
            })
            .collect();
        let found = out.finish().unwrap_or_default();
        prop_assert_eq!(serde_json::from_str::<Oracle>(&found).ok(), Some(expected));
    }
}
