use proptest::prelude::*;
use verbatim_core::limits::MESSAGE_BYTES;
use verbatim_core::{
    Code, Detail, Kind, Missing, MissingValue, Policy, Slots, Template, Values, Weighed, compose,
    count, fill, preview,
};

use crate::cases;
use crate::texts::{Piece, body, pieces, utf16_slice, value, written};

struct Given<'a>(&'a [Piece]);

impl Values for Given<'_> {
    fn get(&self, kind: Kind, name: &str) -> Option<&str> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Token { kind: k, name: n, value } if *k == kind && n == name => value.as_deref(),
            Piece::Token { .. } | Piece::Text(_) => None,
        })
    }
}

/// The pieces put together, each token as `token` writes it.
fn joined(
    pieces: &[Piece],
    token: impl Fn(Kind, &str, Option<&str>) -> Option<String>,
) -> Option<String> {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Token { kind, name, value } => token(*kind, name, value.as_deref()),
    });
    texts.collect::<Option<Vec<_>>>().map(|texts| texts.concat())
}

fn written_out(pieces: &[Piece]) -> String {
    joined(pieces, |kind, name, _| Some(written(kind, name))).unwrap_or_default()
}

proptest! {
    #![proptest_config(cases(800))]

    #[test]
    fn rendering_never_loses_or_reorders_text(pieces in pieces()) {
        let body = written_out(&pieces);
        let template = Template::new(&body).map_err(|refusal| refusal.message);
        prop_assert!(template.is_ok(), "{template:?}");
        let Ok(template) = template else { return Ok(()) };
        let rendered = |missing| template.render(&Given(&pieces), missing).ok();

        let keep = |kind, name: &str, value: Option<&str>| {
            Some(value.map_or_else(|| written(kind, name), String::from))
        };
        prop_assert_eq!(rendered(Missing::Keep), joined(&pieces, keep));
        let blank = |_, _: &str, value: Option<&str>| Some(String::from(value.unwrap_or_default()));
        prop_assert_eq!(rendered(Missing::Blank), joined(&pieces, blank));
        let refuse = |_, _: &str, value: Option<&str>| value.map(String::from);
        prop_assert_eq!(rendered(Missing::Refuse), joined(&pieces, refuse));
    }

    #[test]
    fn filling_in_one_pass_says_what_a_template_says(body in body(), pieces in pieces()) {
        for body in [body, written_out(&pieces)] {
            for missing in [Missing::Refuse, Missing::Blank, Missing::Keep] {
                let template = Template::new(&body).ok();
                let expected = template.and_then(|one| one.render(&Given(&pieces), missing).ok());
                prop_assert_eq!(fill(&body, &Given(&pieces), missing), expected, "{}", body);
            }
        }
    }

    #[test]
    fn a_refusal_names_each_missing_value_once_in_order(pieces in pieces()) {
        let body = written_out(&pieces);
        let Ok(template) = Template::new(&body) else { return Ok(()) };
        let mut expected: Vec<MissingValue> = Vec::new();
        for piece in &pieces {
            let Piece::Token { kind, name, value: None } = piece else { continue };
            let missing = MissingValue { kind: *kind, name: name.clone() };
            if !expected.contains(&missing) {
                expected.push(missing);
            }
        }
        match template.render(&Given(&pieces), Missing::Refuse) {
            Ok(_) => prop_assert!(expected.is_empty()),
            Err(refusal) => {
                prop_assert_eq!(refusal.code, Code::MissingValue);
                prop_assert_eq!(refusal.detail, Detail::Missing(expected));
            }
        }
    }

    #[test]
    fn a_batch_says_of_each_row_what_composing_and_counting_it_say(
        pieces in pieces(),
        often in prop::sample::select(&[0_usize, 1, 1, 1, 60, 400, 900]),
    ) {
        let pieces: Vec<_> = pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Token { kind, name, value } => {
                    Piece::Token { kind, name, value: value.map(|value| value.repeat(often)) }
                }
                text @ Piece::Text(_) => text,
            })
            .collect();
        let body = written_out(&pieces);
        let Ok(slots) = Slots::of_body(&body) else {
            prop_assert!(compose(&body, &Given(&pieces), Missing::Blank).is_err());
            return Ok(());
        };
        let given = Given(&pieces);
        let values: Vec<_> =
            slots.names().map(|(kind, name)| given.value(kind, name).map(Weighed::new)).collect();
        let mut room = [0; MESSAGE_BYTES];
        let found = slots.message_into(&mut room, &values);
        match compose(&body, &given, Missing::Refuse) {
            Ok(expected) => {
                prop_assert_eq!(found, Ok((expected.len(), count(&expected, Policy::Standard))));
                prop_assert_eq!(&room[..expected.len()], expected.as_bytes());
            }
            Err(refusal) => prop_assert_eq!(found, Err(refusal.code)),
        }
    }

    #[test]
    fn spans_slice_the_body_and_the_text_in_both_units(pieces in pieces()) {
        let body = written_out(&pieces);
        let preview = preview(&body, &Given(&pieces), Policy::Standard);
        prop_assert!(preview.is_ok(), "{preview:?}");
        let Ok(preview) = preview else { return Ok(()) };
        let tokens = pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Token { kind, name, value } => Some((*kind, name, value)),
        });
        prop_assert_eq!(preview.spans.len(), tokens.clone().count());
        for (span, (kind, name, value)) in preview.spans.iter().zip(tokens) {
            let written = written(kind, name);
            let shown = value.as_ref().unwrap_or(&written);
            prop_assert_eq!(span.body.slice(&body), &written);
            prop_assert_eq!(utf16_slice(&body, span.body.utf16), Some(written.clone()));
            prop_assert_eq!(span.text.slice(&preview.text), shown);
            prop_assert_eq!(utf16_slice(&preview.text, span.text.utf16), Some(shown.clone()));
            prop_assert_eq!(span.missing, value.is_none());
        }
    }

    #[test]
    fn an_attribute_is_found_without_its_prefix_unless_it_is_there_with_it(
        name in "[A-Za-z_][A-Za-z0-9_]{0,5}",
        with in prop::option::of(value()),
        without in prop::option::of(value()),
    ) {
        let long = format!("variant_{name}");
        let values = [(&long, &with), (&name, &without)]
            .into_iter()
            .filter_map(|(name, value)| Some((Kind::Variant, name.as_str(), value.as_deref()?)));
        let values: Vec<_> = values.collect();
        let body = written(Kind::Variant, &long);
        let Ok(template) = Template::new(&body) else { return Ok(()) };
        let text = template.render(&values[..], Missing::Refuse).ok();
        prop_assert_eq!(text, with.or(without));
    }
}
