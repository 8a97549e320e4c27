//! What a writer is promised of titles, bodies, tokens and counts: one test for each promise, named
//! by it.

use verbatim_core::{
    Code, Diagnostic, Domain, Domains, Draft, Encoding, Kind, Missing, Policy, Row, Template,
    Title, bounds, check, count, deliverable, forcing, parse, preview,
};

/// The codes of what is wrong with a body.
fn codes(body: &str) -> Vec<Code> {
    errors(body).into_iter().map(|one| one.code).collect()
}

fn errors(body: &str) -> Vec<Diagnostic> {
    let found = check(&Draft { body, ..Draft::default() }).diagnostics;
    found.into_iter().filter(|one| one.severity == verbatim_core::Severity::Error).collect()
}

#[test]
fn a_body_has_1_to_500_characters() {
    for (body, expected) in [
        ("", vec![Code::BodyLength]),
        ("a", vec![]),
        (&"a".repeat(500), vec![]),
        (&"a".repeat(501), vec![Code::BodyLength]),
    ] {
        assert_eq!(codes(body), expected, "{} characters", body.chars().count());
    }
}

#[test]
fn a_character_of_a_limit_is_a_unicode_scalar_value() {
    // Four bytes, two code units, one scalar value; and a letter with its mark is two.
    let (wave, e) = ("\u{1F44B}", "e\u{301}");
    assert_eq!(codes(&wave.repeat(500)), []);
    assert_eq!(codes(&wave.repeat(501)), [Code::BodyLength]);
    assert_eq!(codes(&e.repeat(250)), []);
    assert_eq!(codes(&e.repeat(251)), [Code::BodyLength]);
    assert!(Title::new(&wave.repeat(100)).is_ok() && Title::new(&wave.repeat(101)).is_err());
    assert!(deliverable(&wave.repeat(1600)).is_ok() && deliverable(&wave.repeat(1601)).is_err());
}

#[test]
fn each_kind_of_token_is_read_as_it_is_written() {
    let body =
        "${property_name} {{entity:booking_date}} {{vrbl:CONFIRMATION_CODE}} {{tn:greeting}}";
    let template = Template::new(body).unwrap();
    let read: Vec<_> = template.tokens().iter().map(|one| (one.kind, one.name)).collect();
    let expected = [
        (Kind::Variant, "property_name"),
        (Kind::Entity, "booking_date"),
        (Kind::Variable, "CONFIRMATION_CODE"),
        (Kind::Translation, "greeting"),
    ];
    assert_eq!(read, expected);
}

#[test]
fn a_variants_name_begins_with_no_digit_and_other_names_may_hold_dashes() {
    for body in ["${_a1}", "{{entity:1-a_B}}", "{{vrbl:-}}", "{{tn:9}}"] {
        assert_eq!(parse(body).template.tokens().len(), 1, "{body}");
    }
    for body in ["${1a}", "${a-b}", "${é}", "{{entity:a b}}", "{{vrbl:é}}", "{{tn:}}"] {
        assert_eq!(parse(body).template.tokens().len(), 0, "{body}");
        assert_eq!(codes(body).len(), 1, "{body}");
    }
}

#[test]
fn an_attribute_is_looked_up_as_written_and_then_without_variant() {
    let template = Template::new("${variant_opening_hours}").unwrap();
    let render = |values: &[(Kind, &str, &str)]| template.render(values, Missing::Refuse);
    let short = (Kind::Variant, "opening_hours", "9 to 5");
    let long = (Kind::Variant, "variant_opening_hours", "always");
    assert_eq!(render(&[short]).unwrap(), "9 to 5");
    assert_eq!(render(&[short, long]).unwrap(), "always");
    assert!(render(&[(Kind::Entity, "opening_hours", "9 to 5")]).is_err());
}

#[test]
fn what_is_no_token_is_literal_text() {
    for body in ["$5", "a { b", "}}", "}", "$", "a {b} c", "$$", "100 % {}"] {
        let parsed = parse(body);
        assert_eq!((parsed.template.tokens().len(), parsed.diagnostics_total()), (0, 0), "{body}");
        assert_eq!(parsed.template.render(&(), Missing::Refuse).unwrap(), body);
    }
}

#[test]
fn what_looks_like_a_token_and_is_none_is_an_error_that_offers_its_fix() {
    for (body, fixed) in [
        ("{{name}}", "{{entity:name}}"),
        ("{{ entity:x }}", "{{entity:x}}"),
        ("{{foo:x}}", "{{entity:x}}"),
        ("${first name}", "${first_name}"),
        ("${", ""),
        ("{{vrbl:x", "{{vrbl:x}}"),
    ] {
        let found = errors(body);
        let [one] = found.as_slice() else { panic!("{body}: {found:?}") };
        assert!(one.message.contains("expected") || one.message.contains("unknown"), "{one}");
        let edit = &one.fixes[0].edits[0];
        let [from, to] = edit.range.bytes;
        let mended = format!("{}{}{}", &body[..from], edit.text, &body[to..]);
        assert_eq!(mended, fixed, "{body}: {one}");
    }
}

#[test]
fn references_of_prompts_in_a_body_are_an_error_that_says_where_they_belong() {
    for body in ["{{twilio_sms:details}}", "{{ho:front_desk}}"] {
        let found = errors(body);
        let [one] = found.as_slice() else { panic!("{body}: {found:?}") };
        assert!(one.message.contains("prompt"), "{body}: {one}");
    }
}

#[test]
fn values_are_inserted_once_and_never_scanned_for_tokens_again() {
    let template = Template::new("{{vrbl:X}}${y}").unwrap();
    let values = [(Kind::Variable, "X", "${y}"), (Kind::Variant, "y", "{{vrbl:X}}")];
    let text = template.render(&values[..], Missing::Refuse).unwrap();
    assert_eq!(text, "${y}{{vrbl:X}}");
}

#[test]
fn a_preview_shows_a_missing_value_as_its_token_and_marks_it() {
    let values = [(Kind::Variant, "here", "there")];
    let shown = preview("${here} {{tn:gone}}", &values[..], Policy::Standard).unwrap();
    assert_eq!(shown.text, "there {{tn:gone}}");
    let marked: Vec<_> = shown.spans.iter().map(|one| (one.missing, &*one.name)).collect();
    assert_eq!(marked, [(false, "here"), (true, "gone")]);
    assert_eq!(shown.spans[1].text.slice(&shown.text), "{{tn:gone}}");
}

#[test]
fn a_missing_value_is_refused_by_name_left_blank_or_kept_as_asked() {
    let template = Template::new("Hi {{entity:guest}}!").unwrap();
    let refused = template.render(&(), Missing::Refuse).unwrap_err();
    assert!(refused.message.contains("{{entity:guest}}"), "{}", refused.message);
    assert_eq!(template.render(&(), Missing::Blank).unwrap(), "Hi !");
    assert_eq!(template.render(&(), Missing::Keep).unwrap(), "Hi {{entity:guest}}!");
}

#[test]
fn a_text_is_not_blank_and_has_at_most_1600_characters() {
    for (text, expected) in [
        ("", Some(Code::TextBlank)),
        (" \n\u{A0}", Some(Code::TextBlank)),
        (&"a".repeat(1600), None),
        (&"a".repeat(1601), Some(Code::TextLength)),
    ] {
        assert_eq!(deliverable(text).err().map(|refusal| refusal.code), expected);
    }
}

#[test]
fn one_hundred_and_sixty_characters_are_one_segment_in_gsm_7_alone() {
    for (text, encoding, segments) in [
        ("a".repeat(160), Encoding::Gsm7, 1),
        ("a".repeat(161), Encoding::Gsm7, 2),
        ("\u{20AC}".repeat(80), Encoding::Gsm7, 1),
        ("\u{20AC}".repeat(81), Encoding::Gsm7, 2),
        ("\u{EA}".repeat(70), Encoding::Ucs2, 1),
        ("\u{EA}".repeat(71), Encoding::Ucs2, 2),
        (format!("{}\u{EA}", "a".repeat(159)), Encoding::Ucs2, 3),
    ] {
        let found = count(&text, Policy::Standard);
        assert_eq!((found.encoding, found.segments), (encoding, segments), "{text}");
    }
}

#[test]
fn each_character_that_forces_ucs_2_has_its_place_and_its_replacement() {
    let text = "it\u{2019}s e\u{301} \u{1F44B}";
    let found: Vec<_> =
        forcing(text).map(|one| (one.range.slice(text).to_owned(), one.replacement)).collect();
    let with = |text: &str| Some(text.to_owned());
    let expected = [("\u{2019}", with("'")), ("e\u{301}", with("\u{E9}")), ("\u{1F44B}", None)];
    assert_eq!(found, expected.map(|(at, replacement)| (at.to_owned(), replacement)));
}

#[test]
fn the_fewest_and_the_most_segments_are_exact_and_reached_by_their_witnesses() {
    let row = |variant: &str, name: &str| Row {
        variant: variant.into(),
        values: vec![("name".into(), name.into())],
    };
    let domains = Domains {
        rows: vec![row("London", "The Inn"), row("Paris", "Ch\u{E2}teau")],
        tokens: vec![(Kind::Entity, "n".into(), Domain::Range { min: 1, max: 99_999 })],
    };
    let body = format!("${{name}} {}{{{{entity:n}}}}", "a".repeat(60));
    let template = Template::new(&body).unwrap();
    let found = bounds(&template, &domains, Policy::Standard).unwrap();
    assert!(found.exact);
    let (least, most) = (found.min.unwrap(), found.max.unwrap());
    assert_eq!((least.segments, most.segments), (1, 2));
    let dearest = most.witness.as_ref().and_then(|it| it.variant.as_deref());
    assert_eq!(dearest, Some("Paris"));
    for end in [least, most] {
        let witness = end.witness.unwrap();
        let values = witness.values.iter();
        let values: Vec<_> = values.map(|(kind, name, value)| (*kind, &**name, &**value)).collect();
        let text = template.render(&values[..], Missing::Refuse).unwrap();
        assert_eq!(count(&text, Policy::Standard).segments, end.segments, "{text}");
    }
}
