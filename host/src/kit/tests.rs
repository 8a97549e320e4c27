//! A project's files, read and written.

use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use super::*;

const TEMPLATES: &str = "# What we send.
sms_templates:
- name: booking_confirmation   # the first one
  text: |-
    Hi ${variant_brand_name}.

    Ref {{vrbl:booking_ref}}
  env_phone_numbers:
    sandbox: ''
    pre_release: ''
    live: '+15550001234'
  owner: \"front desk\"  # a key of our own

# Sent on request.
- name: details
  text: 'It''s on its way: {{vrbl:LINK}}'
  env_phone_numbers: {sandbox: '', preRelease: '+15550001235', live: ''}
  tags: [a, b]
- name: plain
  text: Hello there
# The end.
other: 1
";

const VARIANTS: &str = "variants:
  - name: paris
    is_default: true
  - name: \"new york\"

attributes:
  - name: brand_name
    kind: text
    values:
      paris: Chez Nous
      \"new york\": \"Our Place\"

  - name: tables
    values: { paris: 12, \"new york\": 40 }
";

const ENTITIES: &str = "entities:
- name: party_size
  description: how many
  entity_type: numeric
  config:
    has_decimal: false
    min: 1
    max: 20
- name: meal
  entity_type: enum
  config:
    options:
    - vegan
    - standard
";

const TRANSLATIONS: &str = "- name: greeting
  translations:
    en: Hello
    es: Hola
";

const HANDOFFS: &str = "handoffs:
- name: front_desk
  description: the desk
  is_default: true
  sip_config:
    method: invite
    phone_number: '+15550001236'
    outbound_endpoint: sip.example.org
  sip_headers:
  - key: X-Team
    value: desk
- name: goodbye
  sip_config:
    method: bye
";

const TOPIC: &str = "name: Opening Hours
enabled: true
example_queries:
- When are you open?
content: |-
  From nine to five.
actions: |-
  Tell the hours, then send {{twilio_sms:details}}.
  For more, {{ho:front_desk}}.
";

const FILES: [(&str, &str); 6] = [
    ("config/sms_templates.yaml", TEMPLATES),
    ("config/variant_attributes.yaml", VARIANTS),
    ("config/entities.yaml", ENTITIES),
    ("config/translations.yaml", TRANSLATIONS),
    ("config/handoffs.yaml", HANDOFFS),
    ("topics/opening_hours.yaml", TOPIC),
];

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("its folder")).expect("it is made");
        fs::write(path, text).expect("it is written");
    }
    folder
}

fn read(folder: &TempDir) -> Kit {
    Kit::read(folder.path()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// All that is wrong with one file in the place of its own.
fn problems(path: &str, text: &str) -> Vec<String> {
    let mut files: BTreeMap<_, _> = FILES.into_iter().collect();
    files.insert(path, text);
    let folder = folder(&files.into_iter().collect::<Vec<_>>());
    let problems = Kit::read(folder.path()).err().unwrap_or_default();
    let of = |problem: &Problem| {
        let path = problem.path.strip_prefix(folder.path()).expect("a file of it").to_owned();
        Problem { path, ..problem.clone() }.to_string()
    };
    problems.iter().map(of).collect()
}

fn entry<'a>(entries: &'a mut [Entry], name: &str) -> &'a mut Entry {
    entries.iter_mut().find(|it| it.name == name).expect(name)
}

/// The lines that an edit takes out and puts in.
fn lines(edit: &Edit) -> Vec<String> {
    let diff = edit.diff();
    let lines = diff.lines().skip(2).filter(|line| line.starts_with(['-', '+']));
    lines.map(str::to_owned).collect()
}

/// Writes what is wanted, and reads it back as that.
fn written(folder: &TempDir, wanted: &[Entry]) -> Vec<Edit> {
    let edits = read(folder).edits(wanted).expect("it can be written");
    write(folder.path(), &edits).expect("it is written");
    let again = read(folder);
    assert_eq!(changes(again.entries(), wanted).len(), 0, "{edits:#?}");
    assert_eq!(again.edits(wanted), Ok(vec![]), "a second export changes nothing");
    edits
}

#[test]
fn a_project_is_read_as_the_api_has_it() {
    let folder = folder(&FILES);
    let mut entries = read(&folder).entries;
    let content =
        |entries: &mut Vec<Entry>, name| Value::from(entry(entries, name).content.clone());
    assert_eq!(
        content(&mut entries, "booking_confirmation"),
        json!({
            "body": "Hi ${variant_brand_name}.\n\nRef {{vrbl:booking_ref}}",
            "senders": {"live": "+15550001234", "pre_release": null, "sandbox": null},
        })
    );
    assert_eq!(
        content(&mut entries, "details")["senders"],
        json!({"live": null, "pre_release": "+15550001235", "sandbox": null})
    );
    assert_eq!(content(&mut entries, "tables")["values"], json!({"paris": "12", "new york": "40"}));
    assert_eq!(content(&mut entries, "new york"), json!({"is_default": false}));
    assert_eq!(
        content(&mut entries, "front_desk"),
        json!({
            "description": "the desk",
            "is_default": true,
            "method": "invite",
            "destination": "+15550001236",
            "config": {"outbound_endpoint": "sip.example.org"},
            "headers": [{"key": "X-Team", "value": "desk"}],
        })
    );
    let topic = entry(&mut entries, "Opening Hours");
    assert_eq!(topic.extra["content"], json!("From nine to five."));
    let text = topic.source.as_ref().and_then(|it| it.text.as_ref()).expect("its prompt");
    let at = text.text.find("{{ho:").expect("a handoff");
    assert_eq!(text.place(at), Place { line: 9, column: 13 });
}

#[test]
fn a_project_that_is_not_changed_keeps_every_byte() {
    let folder = folder(&FILES);
    assert_eq!(written(&folder, &read(&folder).entries), []);
}

#[test]
fn only_the_lines_of_what_changes_differ() {
    let folder = folder(&FILES);
    let mut wanted = read(&folder).entries;
    let set = |wanted: &mut Vec<Entry>, name: &str, pointer: &str, value: Value| {
        let mut content = Value::from(entry(wanted, name).content.clone());
        *content.pointer_mut(pointer).expect(pointer) = value;
        entry(wanted, name).content = content.as_object().cloned().expect("an object");
    };
    for (name, pointer, value, expected) in [
        (
            "plain",
            "/body",
            json!("Hello: you"),
            vec!["-  text: Hello there", "+  text: 'Hello: you'"],
        ),
        (
            "details",
            "/body",
            json!("It's here"),
            vec!["-  text: 'It''s on its way: {{vrbl:LINK}}'", "+  text: 'It''s here'"],
        ),
        (
            "details",
            "/senders/live",
            json!("+15550009999"),
            vec![
                "-  env_phone_numbers: {sandbox: '', preRelease: '+15550001235', live: ''}",
                "+  env_phone_numbers: {sandbox: '', preRelease: '+15550001235', live: '+15550009999'}",
            ],
        ),
        (
            "booking_confirmation",
            "/body",
            json!("Hi ${variant_brand_name}.\n\nYour ref: {{vrbl:booking_ref}}"),
            vec!["-    Ref {{vrbl:booking_ref}}", "+    Your ref: {{vrbl:booking_ref}}"],
        ),
        (
            "booking_confirmation",
            "/senders/live",
            Value::Null,
            vec!["-    live: '+15550001234'", "+    live: ''"],
        ),
        (
            "plain",
            "/senders/live",
            json!("+15550001234"),
            vec!["+  env_phone_numbers:", "+    live: '+15550001234'"],
        ),
        (
            "tables",
            "/values/paris",
            json!("13"),
            vec![
                "-    values: { paris: 12, \"new york\": 40 }",
                "+    values: { paris: \"13\", \"new york\": 40 }",
            ],
        ),
        (
            "brand_name",
            "/values/new york",
            json!("Two\nlines"),
            vec!["-      \"new york\": \"Our Place\"", "+      \"new york\": \"Two\\nlines\""],
        ),
        (
            "greeting",
            "/translations",
            json!({"en": "Hello", "pt-BR": "Olá"}),
            vec!["-    es: Hola", "+    pt-BR: Olá"],
        ),
        ("party_size", "/config/max", json!(30), vec!["-    max: 20", "+    max: 30"]),
        (
            "meal",
            "/config/options",
            json!(["vegan", "standard", "halal: yes"]),
            vec!["+    - 'halal: yes'"],
        ),
        ("front_desk", "/config", json!({}), vec!["-    outbound_endpoint: sip.example.org"]),
        (
            "front_desk",
            "/headers",
            json!([]),
            vec!["-  sip_headers:", "-  - key: X-Team", "-    value: desk", "+  sip_headers: []"],
        ),
        (
            "Opening Hours",
            "/prompt",
            json!("Tell the hours.\nFor more, {{ho:front_desk}}."),
            vec!["-  Tell the hours, then send {{twilio_sms:details}}.", "+  Tell the hours."],
        ),
    ] {
        set(&mut wanted, name, pointer, value);
        let edits = written(&folder, &wanted);
        let found: Vec<_> = edits.iter().flat_map(lines).collect();
        assert_eq!(found, expected, "{name} {pointer}");
    }
}

#[test]
fn what_is_new_is_written_as_the_rest_of_the_file() {
    let folder = folder(&FILES);
    let mut wanted = read(&folder).entries;
    let mut add = |kind, name: &str, content: Value| {
        let content = content.as_object().cloned().expect("an object");
        wanted.push(Entry { kind, name: name.into(), content, extra: Map::new(), source: None });
    };
    add(Kind::Template, "two", json!({"body": "One\ntwo", "senders": {"sandbox": "+15550001111"}}));
    add(
        Kind::Attribute,
        "city",
        json!({"values": {"paris": "Paris", "new york": "New York, N. Y."}}),
    );
    add(Kind::Translation, "bye", json!({"translations": {"en": "Bye"}}));
    add(Kind::Action, "Late & lost", json!({"prompt": "Send {{twilio_sms:two}}.\nThen wait."}));
    let found: BTreeMap<_, _> =
        written(&folder, &wanted).iter().map(|it| (it.path.clone(), lines(it))).collect();
    let expected: [(&str, &[&str]); 4] = [
        (
            "config/sms_templates.yaml",
            &[
                "+- name: two",
                "+  text: |-",
                "+    One",
                "+    two",
                "+  env_phone_numbers:",
                "+    sandbox: '+15550001111'",
                "+    pre_release: ''",
                "+    live: ''",
            ],
        ),
        ("config/translations.yaml", &["+- name: bye", "+  translations:", "+    en: Bye"]),
        (
            "config/variant_attributes.yaml",
            &[
                "+",
                "+  - name: city",
                "+    values:",
                "+      new york: New York, N. Y.",
                "+      paris: Paris",
            ],
        ),
        (
            "topics/late_lost.yaml",
            &["+name: Late & lost", "+actions: |-", "+  Send {{twilio_sms:two}}.", "+  Then wait."],
        ),
    ];
    for (path, lines) in expected {
        assert_eq!(found[Path::new(path)], lines, "{path}");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn what_is_removed_takes_its_lines_and_its_comment_along() {
    let folder = folder(&FILES);
    let mut wanted = read(&folder).entries;
    let gone = ["details", "tables", "meal", "greeting", "Opening Hours"];
    wanted.retain(|it| !gone.contains(&it.name.as_str()));
    let edits = written(&folder, &wanted);
    let found: Vec<_> = edits.iter().flat_map(lines).collect();
    let expected = [
        "-- name: meal",
        "-  entity_type: enum",
        "-  config:",
        "-    options:",
        "-    - vegan",
        "-    - standard",
        "-# Sent on request.",
        "-- name: details",
        "-  text: 'It''s on its way: {{vrbl:LINK}}'",
        "-  env_phone_numbers: {sandbox: '', preRelease: '+15550001235', live: ''}",
        "-  tags: [a, b]",
        "-- name: greeting",
        "-  translations:",
        "-    en: Hello",
        "-    es: Hola",
        "+[]",
        "-  - name: tables",
        "-    values: { paris: 12, \"new york\": 40 }",
        "-actions: |-",
        "-  Tell the hours, then send {{twilio_sms:details}}.",
        "-  For more, {{ho:front_desk}}.",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_project_is_written_into_an_empty_folder_and_reads_back() {
    let wanted = read(&folder(&FILES)).entries;
    let folder = folder(&[("config/entities.yaml", "# None yet.\n")]);
    let edits = written(&folder, &wanted);
    assert_eq!(edits.len(), FILES.len());
    assert!(edits[0].after.starts_with("# None yet.\nentities:\n- name: meal\n"));
}

#[test]
fn windows_line_ends_are_kept() {
    let text = TEMPLATES.replace('\n', "\r\n");
    let folder = folder(&[("config/sms_templates.yaml", &text)]);
    let mut wanted = read(&folder).entries;
    entry(&mut wanted, "plain").content["body"] = json!("One\ntwo");
    let edits = written(&folder, &wanted);
    let expected = text.replace("text: Hello there\r\n", "text: |-\r\n    One\r\n    two\r\n");
    assert_eq!(edits[0].after, expected);
}

#[test]
fn what_cannot_be_has_one_sentence_with_file_line_and_column() {
    let handoffs = |number| HANDOFFS.replace("'+15550001236'", number);
    let two = "sms_templates:\n- name: a\n  text: x\n- name: b\n  text: x\n- name: a\n  text: y\n";
    let laughs = "a: &a [x, x]\nb: &b [*a, *a]\n";
    let many: String = std::iter::once("sms_templates:\n".to_owned())
        .chain((0..=MAX_ENTRIES).map(|it| format!("- {{name: t{it}, text: x}}\n")))
        .collect();
    let templates = "config/sms_templates.yaml";
    for (path, text, expected) in [
        (
            templates,
            "sms_templates:\n- name: a\n\ttext: x\n".to_owned(),
            ":3:1: expected spaces before what is indented, found a tab; put spaces instead",
        ),
        (templates, "sms_templates:\n\t- name: a\n".to_owned(), ":2:1: expected spaces"),
        (
            templates,
            two.to_owned(),
            ":6:9: expected each template once, found `a` again, first in line 2; rename one",
        ),
        (
            templates,
            "sms_templates:\n- name: a\n  text: x\n  text: y\n".to_owned(),
            ":4:3: expected each key once, found `text` again, first in line 3; take one out",
        ),
        (
            templates,
            laughs.to_owned(),
            ":2:8: expected no alias, found one; write out what it stands for",
        ),
        (templates, "a: &a [*a]\n".to_owned(), ":1:8: expected no alias"),
        (
            templates,
            many,
            ":10002:3: expected at most 10000 in `sms_templates`, found 10001; take some out",
        ),
        (templates, "a: 1\n---\nb: 1\n".to_owned(), ":2:1: expected one document"),
        (templates, "sms_templates: yes\n".to_owned(), ":1:16: expected a list `sms_templates`"),
        (
            templates,
            "sms_templates:\n- text: x\n".to_owned(),
            ":2:3: expected the `name` of this template to be text",
        ),
        (
            templates,
            "sms_templates:\n- name: 12\n  text: x\n".to_owned(),
            ":2:9: expected the `name` of this template to be text",
        ),
        (
            templates,
            "sms_templates:\n- name: a\n".to_owned(),
            ":2:3: expected `text` to be text, found nothing; add it",
        ),
        (
            templates,
            "sms_templates:\n- name: a\n  text: 5\n".to_owned(),
            ":3:9: expected `text` to be text, found `5`; put it in quotes",
        ),
        (
            templates,
            "sms_templates:\n- name: a\n  text: 'x\n".to_owned(),
            ":3:9: expected YAML, found a mistake",
        ),
        (
            templates,
            "sms_templates:\n- name: a\n  text: Hi {{tn:nobody}}\n".to_owned(),
            ":3:12: expected a translation that is there, found `{{tn:nobody}}`; add it",
        ),
        (templates, "[".repeat(100_000), ":1:"),
        (
            templates,
            format!("{}a", "- ".repeat(100_000)),
            ":1:65: expected at most 32 lists and mappings inside each other",
        ),
        (
            "config/handoffs.yaml",
            handoffs("front desk"),
            ":7:19: expected a number in E.164 or a `sip:` address, found `front desk`; write it like `+15551234567`",
        ),
        (
            "config/handoffs.yaml",
            handoffs("''"),
            ":7:19: expected a number in E.164 or a `sip:` address for `invite`, found none",
        ),
        (
            "config/handoffs.yaml",
            HANDOFFS.replace("invite", "transfer"),
            ":6:13: expected `sip_config.method` to be `invite`, `refer` or `bye`, found `transfer`; mend it",
        ),
        (
            "config/handoffs.yaml",
            HANDOFFS.replace("  is_default: true\n", ""),
            ":2:3: expected one handoff to be the default, found none",
        ),
        (
            "config/variant_attributes.yaml",
            VARIANTS.replace("      paris: Chez Nous\n", ""),
            ":10:7: expected a value of `brand_name` for each variant, found none for `paris`; add one, if only an empty text",
        ),
        (
            "config/variant_attributes.yaml",
            VARIANTS.replace("- name: paris", "- name: lyon"),
            ":10:7: expected a value of `brand_name` for each variant, found none for `lyon`",
        ),
        (
            "config/translations.yaml",
            TRANSLATIONS.replace("Hola", "'{{tn:greeting}}'"),
            ":4:9: expected a text that comes to an end, found a circle: `greeting` to `greeting`; write out",
        ),
        (
            "config/translations.yaml",
            TRANSLATIONS.replace("Hola", "'{{tn:nobody}}'"),
            ":4:9: expected a translation that is there, found `{{tn:nobody}}`",
        ),
        (
            "config/translations.yaml",
            "- name: greeting\n  translations: {}\n".to_owned(),
            ":2:17: expected a text of `greeting` for a language at least, found none",
        ),
        (
            "topics/other.yaml",
            TOPIC.to_owned(),
            ":1:7: expected each action once, found `Opening Hours` again, first in line 1 of",
        ),
    ] {
        let found = problems(path, &text);
        let is_it = |one: &String| one.starts_with(&format!("{path}{expected}"));
        assert!(found.iter().any(is_it), "{expected}: {found:?}");
    }
}

#[test]
fn a_folder_without_a_project_is_empty() {
    assert!(read(&folder(&[("readme.md", "Hello")])).is_empty());
    assert!(!read(&folder(&[("config/entities.yaml", "")])).is_empty());
}

#[test]
fn what_the_kit_refuses_is_a_warning_by_template() {
    let folder = folder(&[(
        "config/sms_templates.yaml",
        "sms_templates:\n- {name: a, text: 'On {{entity:day}}'}\n- {name: b, text: x}\n",
    )]);
    let found = warnings(read(&folder).entries());
    assert_eq!(
        found,
        [
            "the template `a`: expected no entity in a body of the kit, found `{{entity:day}}`; use a \
          variable"
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_is_written_and_read_back_and_nothing_else_changes(
        text in "(?s)[ -~éß€\u{85}\u{2028}👋\t\n\r'\":#{}|>&*!-]{1,40}|[a-z{}: \n]{1,30}",
        which in 0_usize..3,
        crlf: bool,
    ) {
        let source = if crlf { TEMPLATES.replace('\n', "\r\n") } else { TEMPLATES.to_owned() };
        let folder = folder(&[("config/sms_templates.yaml", &source)]);
        let before = read(&folder).entries;
        let mut wanted = before.clone();
        wanted[which].content["body"] = json!(text);
        let is_same = wanted[which].content == before[which].content;
        let edits = written(&folder, &wanted);
        prop_assert_eq!(edits.is_empty(), is_same);
        let after = read(&folder).entries;
        for (one, other) in after.iter().zip(&wanted) {
            prop_assert_eq!(&one.content, &other.content);
            prop_assert_eq!(&one.extra, &other.extra);
        }
        // The lines before and behind the text are as they were.
        let Some(edit) = edits.first() else { return Ok(()) };
        let name = format!("- name: {}", before[which].name);
        let head = source.find(&name).expect("its name") + name.len();
        prop_assert_eq!(&edit.after[..head], &source[..head]);
        let next = if which == 2 { "# The end." } else { "  env_phone_numbers:" };
        let tail = |all: &str| {
            let from = all[head..].find(&format!("\n{next}")).expect("what comes next");
            all[head + from..].to_owned()
        };
        prop_assert_eq!(tail(&edit.after), tail(&source));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s)[-a:{}\\[\\]'\"|>&*#! \t\n\r?,éx0]{0,60}") {
        let folder = folder(&[("config/sms_templates.yaml", &text)]);
        if let Ok(kit) = Kit::read(folder.path()) {
            prop_assert_eq!(kit.edits(kit.entries()).expect("what is there"), vec![]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_file_takes_any_change(
        items in prop::collection::vec((0_u8..6, 0_u8..4, any::<bool>(), any::<bool>()), 1..6),
        indent in 0_usize..3,
        is_crlf: bool,
        is_open: bool,
        acts in prop::collection::vec((0_u8..4, 0_usize..6, "[a-z:# '\"\n]{1,12}"), 0..5),
    ) {
        let pad = " ".repeat(indent);
        let mut source = "# top\nsms_templates:\n".to_owned();
        for (at, (text, numbers, comment, blank)) in items.iter().enumerate() {
            if *blank { source += "\n"; }
            if *comment { source += &format!("{pad}# about {at}\n"); }
            source += &format!("{pad}- name: t{at}\n{pad}  text: ");
            source += &match text {
                0 => "plain text\n".to_owned(),
                1 => "'it''s'  # c\n".to_owned(),
                2 => "\"a\\n \\\"b\\\"\"\n".to_owned(),
                3 => format!("|-\n{pad}    one\n\n{pad}      two\n"),
                4 => format!(">\n{pad}    folded\n{pad}    text\n"),
                _ => format!("| # c\n{pad}     deep\n"),
            };
            source += &match numbers {
                0 => String::new(),
                1 => format!("{pad}  env_phone_numbers: {{}}\n"),
                2 => format!("{pad}  env_phone_numbers:\n{pad}    sandbox: ''\n{pad}    live: +15550001234\n"),
                _ => format!("{pad}  env_phone_numbers:\n{pad}  keep:\n{pad}  - a\n"),
            };
        }
        if is_open { source = source.trim_end().to_owned(); }
        if is_crlf { source = source.replace('\n', "\r\n"); }
        let folder = folder(&[("config/sms_templates.yaml", &source)]);
        let mut wanted = read(&folder).entries;
        prop_assert_eq!(written(&folder, &wanted), vec![]);
        for (act, which, text) in acts {
            let which = which % wanted.len().max(1);
            match (act, wanted.get_mut(which)) {
                (0, Some(entry)) => entry.content["body"] = json!(text),
                (1, Some(entry)) => entry.content["senders"]["sandbox"] = json!("+15550009999"),
                (2, Some(_)) => drop(wanted.remove(which)),
                _ => {
                    let content = json!({"body": text, "senders": {"live": "+15550001111"}});
                    let content = content.as_object().cloned().expect("an object");
                    let name = format!("new{}", wanted.len());
                    if wanted.iter().all(|it| it.name != name) {
                        wanted.push(Entry { kind: Kind::Template, name, content, extra: Map::new(), source: None });
                    }
                }
            }
        }
        written(&folder, &wanted);
    }
}
