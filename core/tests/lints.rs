//! What the lints say, and what they leave unsaid.

use expect_test::{Expect, expect};
use verbatim_core::{
    Campaign, Domain, Domains, Draft, Environment, Kind, Names, Part, Severity, check,
};

fn draft(body: &str) -> Draft<'_> {
    Draft { body, ..Draft::default() }
}

/// Each finding on a line: code, the text that it is about, the message, the fixes.
fn said(draft: &Draft<'_>) -> String {
    let lines = check(draft).diagnostics.into_iter().map(|one| {
        let about = if one.part == Part::Body { one.range.slice(draft.body) } else { "" };
        let fixes: Vec<_> = one.fixes.iter().map(|fix| fix.label.as_str()).collect();
        let fixes =
            if fixes.is_empty() { String::new() } else { format!(" [{}]", fixes.join("; ")) };
        format!("{} {about:?} {}{fixes}\n", one.code, one.message)
    });
    lines.collect()
}

fn expect_of(draft: &Draft<'_>, expected: &Expect) {
    expected.assert_eq(&said(draft));
}

#[test]
fn a_good_body_is_left_alone() {
    for body in [
        "Hi ${name}, your table is booked for {{entity:time}}.",
        "${name}: reply STOP to unsubscribe, HELP for help.",
        "${name}, reply START to resubscribe. Reply STOP to end these messages.",
        "${name}, call us on +1 555 000 1234 or see https://example.com/a",
        "${name}, text us if you need help. We send help at once.",
        "${name}: reply STOP or END to unsubscribe, or HELP for help. Text STOP or HELP.",
        "${name}: reply to confirm or cancel your booking, or send it back",
        "${name}, e.g. at 5.30 p.m. Reply Y to confirm",
        "${a} ${b}\nline",
    ] {
        let found = check(&draft(body)).diagnostics;
        assert!(found.is_empty(), "{body:?}: {found:?}");
    }
}

#[test]
fn each_lint_says_what_is_wrong_and_how_to_mend_it() {
    expect_of(
        &draft("Hi ${n}, it’s ready… 👋"),
        &expect![[r#"
        V110 "’" `’` forces UCS-2, where a segment holds 70 units instead of 160; write `'` [write `'`; replace all 2]
        V110 "…" `…` forces UCS-2, where a segment holds 70 units instead of 160; write `...` [write `...`; replace all 2]
        V111 "👋" `👋` forces UCS-2, where a segment holds 70 units instead of 160; nothing in GSM-7 means the same
    "#]],
    );
    expect_of(
        &draft("${n} it’s"),
        &expect![[r#"
        V110 "’" `’` forces UCS-2, where a segment holds 70 units instead of 160; write `'` to get GSM-7 back [write `'`]
    "#]],
    );
    expect_of(
        &draft("Hi  ${n}${m} \nbye \n\n"),
        &expect![[r#"
        V120 "  " more than one space: each is a unit that is paid for [keep one space]
        V122 "" two tokens without a space between them: their values will run together [insert a space]
        V121 " " white space at the end: nobody sees it, and it is paid for [remove it]
        V121 " \n\n" white space at the end: nobody sees it, and it is paid for [remove it]
    "#]],
    );
    expect_of(
        &draft("HELLO ${name} BUY NOW"),
        &expect![[r#"
        V130 "HELLO ${name} BUY NOW" all in capitals: it reads as shouting, and filters take it for spam
    "#]],
    );
    expect_of(
        &draft("Hello there"),
        &expect![[r#"
        V131 "Hello there" no token: a message that is the same for everybody is read less and filtered more; add one, such as `${name}`
    "#]],
    );
    expect_of(
        &draft("${n}: see bit.ly/abc, https://TinyURL.com/x!"),
        &expect![[r#"
        V140 "bit.ly/abc" `bit.ly` is a public link shortener: carriers block messages with its links; use the full link or a short domain of your own
        V140 "https://TinyURL.com/x" `tinyurl.com` is a public link shortener: carriers block messages with its links; use the full link or a short domain of your own
    "#]],
    );
    expect_of(
        &draft("${n}: reply CANCEL to cancel your booking"),
        &expect![[r#"
        V150 "CANCEL" `CANCEL` is a keyword that opts people out: who answers it gets `You have been unsubscribed and will not receive further messages. Reply START to resubscribe.`; ask for another word [ask for `C`]
    "#]],
    );
    expect_of(
        &draft("${n}: Reply 'yes' to confirm. Answer HELP to reach an agent"),
        &expect![[r#"
        V150 "yes" `YES` is a keyword that opts people in and never reaches the agent: who answers it gets `You have been resubscribed and will receive messages again.`; ask for another word [ask for `Y`]
        V150 "HELP" `HELP` is a keyword that never reaches the agent: who answers it gets `Reply STOP to unsubscribe or START to resubscribe.`; ask for another word [ask for `AGENT`]
    "#]],
    );
    expect_of(
        &draft("${n}: reply C to confirm or CANCEL to cancel. Reply YES or STOP to opt out"),
        &expect![[r#"
            V150 "CANCEL" `CANCEL` is a keyword that opts people out: who answers it gets `You have been unsubscribed and will not receive further messages. Reply START to resubscribe.`; ask for another word [ask for `C`]
            V150 "YES" `YES` is a keyword that opts people in and never reaches the agent: who answers it gets `You have been resubscribed and will receive messages again.`; ask for another word [ask for `Y`]
        "#]],
    );
    let strict = Campaign { links: Some(false), phone_numbers: Some(false), disclosure: true };
    let body = "${n}: call +1 (555) 000-1234 or see www.example.com";
    expect_of(
        &Draft { campaign: Some(strict), ..draft(body) },
        &expect![[r#"
        V142 "+1 (555) 000-1234" `+1 (555) 000-1234` is a phone number, and the campaign says that its messages hold none: carriers block what differs from it
        V141 "www.example.com" `www.example.com` is a link, and the campaign says that its messages hold none: carriers block what differs from it
        V132 "" does not say how to stop or get help: expected for example `Reply STOP to unsubscribe, HELP for help` [add it at the end]
    "#]],
    );
    let senders = vec![
        (Environment::Live, "+15550001111"),
        (Environment::PreRelease, "MG1"),
        (Environment::Sandbox, "+15550001111"),
    ];
    expect_of(
        &Draft { senders, ..draft("Hi ${n}") },
        &expect![[r#"
        V031 "" the sender of `pre_release`: expected a Messaging Service SID, `MG` and 32 hexadecimal digits, found `MG1` (3 characters)
        V160 "" `sandbox` sends from `+15550001111`, the sender of `live`: expected one of its own, so that a test never goes out from it
    "#]],
    );
    let names = Names {
        variant: Some(vec!["opening_hours".into()]),
        entity: Some(vec![]),
        ..Names::default()
    };
    let body = "${variant_opening_hours} ${opening_hour} {{entity:x}} {{tn:unknown}}";
    expect_of(
        &Draft { names: Some(&names), ..draft(body) },
        &expect![[r#"
        V100 "${opening_hour}" no such attribute of the variants for `${opening_hour}`; expected perhaps `${opening_hours}` [write `${opening_hours}`]
        V100 "{{entity:x}}" no such entity for `{{entity:x}}`; expected a name that exists
    "#]],
    );
}

#[test]
fn a_long_body_is_told_what_it_takes() {
    let body = format!("{} ${{n}}", "word ".repeat(40));
    expect_of(
        &draft(&body),
        &expect![[r#"
        V112 "word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word  ${n}" every message of this body takes at least 2 segments (GSM-7): its own text has 201 units, and one segment holds 160
        V120 "  " more than one space: each is a unit that is paid for [keep one space]
    "#]],
    );
}

#[test]
fn what_a_plainer_spelling_saves_is_counted() {
    let body = format!("${{n}}, it’s {}", "word ".repeat(39) + "word");
    let found = said(&draft(&body));
    assert!(found.contains("write `'` to save 2 of 4 segments [write `'`]"), "{found}");
}

#[test]
fn a_lint_can_be_silenced_and_an_error_cannot() {
    let loud = check(&draft("Hello  {{x}}"));
    let silenced = loud.diagnostics.iter().map(|one| one.code).collect();
    let quiet = check(&Draft { silenced, ..draft("Hello  {{x}}") });
    assert!(loud.diagnostics_total > 1);
    assert_eq!(quiet.diagnostics_total, 1);
    assert_eq!(quiet.diagnostics[0].severity, Severity::Error);
}

#[test]
fn what_is_said_of_one_place_is_said_in_the_order_in_which_it_is_found() {
    expect_of(
        &draft("COME IN WE ARE OPEN NOW"),
        &expect![[r#"
        V130 "COME IN WE ARE OPEN NOW" all in capitals: it reads as shouting, and filters take it for spam
        V131 "COME IN WE ARE OPEN NOW" no token: a message that is the same for everybody is read less and filtered more; add one, such as `${name}`
    "#]],
    );
}

/// The fixes that are offered for each of its unknown names.
fn meant(written: &str, names: &[&str]) -> Vec<String> {
    let entity = names.iter().map(|&name| name.to_owned()).collect();
    let names = Names { entity: Some(entity), ..Names::default() };
    let body = format!("{{{{entity:{written}}}}}");
    let found = check(&Draft { names: Some(&names), ..draft(&body) }).diagnostics;
    let fixes = found.into_iter().map(|one| one.fixes.into_iter().map(|fix| fix.label).collect());
    fixes.collect()
}

#[test]
fn a_name_that_differs_little_is_what_was_meant() {
    let [letters, more] = [64, 65].map(|times| "a".repeat(times));
    let slip = |name: &str| format!("{}b", &name[1..]);
    for (written, names, expected) in [
        // Known, in whatever order the names are given.
        ("b", &["c", "b", "a"][..], None),
        ("c", &["c", "b", "a"], None),
        ("a", &["c", "b", "a"], None),
        ("nmae", &["date", "name"], Some("name")),
        ("First-Name", &["first_name"], Some("first_name")),
        // Two slips among four letters, and no more: whether changed, left out or added.
        ("date", &["data_x"], Some("data_x")),
        ("date", &["door"], Some("")),
        ("abcde", &["cdef"], Some("")),
        ("abxyc", &["abcde"], Some("")),
        ("abcde", &["abxyc"], Some("")),
        // Names of more than 64 letters are compared with none.
        (&slip(&letters), &[&letters], Some(&letters)),
        (&slip(&more), &[&letters], Some("")),
        (&letters, &[&more], Some("")),
    ] {
        let expected = expected.map(|name| match name {
            "" => String::new(),
            name => format!("write `{{{{entity:{name}}}}}`"),
        });
        assert_eq!(meant(written, names), Vec::from_iter(expected), "{written} {names:?}");
    }
}

#[test]
fn a_token_without_any_value_is_never_filled() {
    let said_of = |values: &[&str]| {
        let values = Domain::Values(values.iter().map(|&value| value.to_owned()).collect());
        let tokens = vec![(Kind::Entity, String::from("x"), values)];
        let domains = Domains { tokens, rows: Vec::new() };
        said(&Draft { domains: Some(&domains), ..draft("{{entity:x}}") })
    };
    expect![[r#"
        V102 "{{entity:x}}" `{{entity:x}}` is never filled: its list of values is empty
    "#]]
    .assert_eq(&said_of(&[]));
    expect![[r#""#]].assert_eq(&said_of(&["a"]));
    let long = "a".repeat(161);
    expect![[r#"
        V112 "{{entity:x}}" a message of this body takes up to 2 segments (GSM-7), for example with `x` = `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`
    "#]].assert_eq(&said_of(&["a", &long]));
}

#[test]
fn a_keyword_may_stand_where_it_does_what_is_said() {
    expect_of(&draft("${n}: reply CANCEL to get NO messages"), &expect![[r#""#]]);
    expect_of(&draft("${n}: reply CANCEL to start no message"), &expect![[r#""#]]);
    // Words may stand between "reply" and the word to reply with.
    let asked = said(&draft("${n}: reply back with just the word CANCEL to see your table"));
    assert!(asked.starts_with("V150 \"CANCEL\""), "{asked}");
    // What to ask for instead is no keyword itself.
    for (word, instead) in [
        ("CANCEL", "C"),
        ("END", "DONE"),
        ("QUIT", "LEAVE"),
        ("START", "GO"),
        ("UNSTOP", "GO"),
        ("YES", "Y"),
        ("HELP", "AGENT"),
        ("STOP", "NO"),
    ] {
        let body = format!("${{n}}: reply {word} to see your table");
        let found = said(&draft(&body));
        assert!(found.ends_with(&format!("[ask for `{instead}`]\n")), "{word}: {found}");
        assert_eq!(said(&draft(&body.replace(word, instead))), "", "{instead}");
    }
}

#[test]
fn a_link_is_a_host_that_people_can_follow() {
    let none = Campaign { links: Some(false), ..Campaign::default() };
    for (word, is_link) in [
        ("my-site.com", true),
        ("https://example.museum", true),
        ("example.museum/x", true),
        ("example.museum", false),
        ("bad_host.com", false),
        ("e.g", false),
        ("a.b/c", false),
        ("one..com", false),
    ] {
        let body = format!("${{n}}: see {word} today");
        let found = check(&Draft { campaign: Some(none), ..draft(&body) }).diagnostics;
        assert_eq!(!found.is_empty(), is_link, "{word}: {found:?}");
    }
}

#[test]
fn a_phone_number_has_digits_enough_and_is_no_tokens_name() {
    let none = Campaign { phone_numbers: Some(false), ..Campaign::default() };
    for (word, is_number) in [
        ("+15550001234", true),
        ("555-0001 (ext. 2)", true),
        ("555 000", false),
        ("+", false),
        ("{{vrbl:15550001234}}", false),
        ("{{vrbl:15550001234}} or 15550001234", true),
    ] {
        let body = format!("${{n}}: call {word}");
        let found = check(&Draft { campaign: Some(none), ..draft(&body) }).diagnostics;
        assert_eq!(!found.is_empty(), is_number, "{word}: {found:?}");
    }
}

#[test]
fn spaces_before_a_line_ends_are_trailing_and_not_double() {
    expect_of(
        &draft("Hi ${n}  \nbye  \r\nnow"),
        &expect![[r#"
        V121 "  " white space at the end: nobody sees it, and it is paid for [remove it]
        V121 "  " white space at the end: nobody sees it, and it is paid for [remove it]
    "#]],
    );
}

#[test]
fn who_opened_a_token_meant_one() {
    expect_of(
        &draft("Hi ${name"),
        &expect![[r#"
        V011 "${name" token left open: expected `${name}`, found `${name` without `}` [write `${name}`]
    "#]],
    );
    expect_of(
        &draft("Hi {{name"),
        &expect![[r#"
        V011 "{{name" token left open: expected `{{entity:name}}`, found `{{name` without `}}` [write `{{entity:name}}`; write `{{vrbl:name}}`; write `{{tn:name}}`; write `${name}`]
    "#]],
    );
}

#[test]
fn a_disclosure_says_how_to_stop_and_how_to_get_help() {
    let strict = Campaign { disclosure: true, ..Campaign::default() };
    for (end, is_told) in [
        ("Reply stop to end, help for help.", true),
        ("Reply STOP to end.", false),
        ("Reply HELP for help.", false),
        ("Don't be unSTOPpable, be HELPful", false),
    ] {
        let body = format!("Hi ${{n}}. {end}");
        let found = said(&Draft { campaign: Some(strict), ..draft(&body) });
        assert_eq!(!found.contains("V132"), is_told, "{body}: {found}");
    }
}
