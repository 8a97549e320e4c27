//! Projects of the Agent Development Kit, into a database and out of it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use verbatim_host::engine::Engine;
use verbatim_host::kit::{self, Entry, ImportError, Imported, Kind, Kit, Plan, What};
use verbatim_host::project::{self, Action, Condition, Variant};
use verbatim_host::sandbox::{Limits, Sandbox};
use verbatim_host::store::Store;

use crate::store::fixture::{Fixture, on_both};
use crate::support::Server;

const FILES: [(&str, &str); 5] = [
    (
        "config/sms_templates.yaml",
        "# What we send.
sms_templates:
- name: details_en
  text: |-
    Hi from ${brand}.
    {{tn:greeting}}, {{vrbl:NAME}}
  env_phone_numbers:
    sandbox: '+15005550006'
    pre_release: ''
    live: ''
  owner: front desk  # ours
- name: entity
  text: 'On {{entity:day}}'
",
    ),
    (
        "config/variant_attributes.yaml",
        "variants:
- name: paris
  is_default: true
- name: rome
attributes:
- name: brand
  values:
    paris: Chez Nous
    rome: Da Noi
",
    ),
    (
        "config/translations.yaml",
        "translations:\n- name: greeting\n  translations:\n    en: Hello\n",
    ),
    (
        "config/handoffs.yaml",
        "handoffs:
- name: desk
  is_default: true
  sip_config:
    method: refer
    phone_number: '+15550001236'
",
    ),
    (
        "topics/details.yaml",
        "name: Details
enabled: true
content: Facts.
actions: |-
  Send {{twilio_sms:details}}.
  Then {{ho:desk}}.
",
    ),
];

on_both! {
    what_files_hold_is_imported_and_exported_without_a_difference,
    what_is_wrong_anywhere_imports_nothing,
    only_what_is_asked_for_is_deleted,
}

const ALL: Plan = Plan { prune: true, dry_run: false };
const DRY: Plan = Plan { prune: true, dry_run: true };

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in FILES {
        put(folder.path(), path, text);
    }
    folder
}

fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("its folder")).expect("it is made");
    fs::write(path, text).expect("it is written");
}

fn change(folder: &Path, path: &str, old: &str, new: &str) {
    let text = fs::read_to_string(folder.join(path)).expect(path);
    assert!(text.contains(old), "{text}");
    put(folder, path, &text.replace(old, new));
}

/// Compiled once for all tests.
fn engine() -> Engine {
    static ENGINE: LazyLock<Engine> =
        LazyLock::new(|| Engine::new(Sandbox::embedded(Limits::default()).expect("the module")));
    ENGINE.clone()
}

async fn import(store: &Store, folder: &Path, plan: Plan) -> Result<Imported, ImportError> {
    let kit = Kit::read(folder).unwrap_or_else(|problems| panic!("{problems:?}"));
    kit::import(store, &engine(), &kit, plan).await
}

async fn imported(store: &Store, folder: &Path, plan: Plan) -> Imported {
    import(store, folder, plan).await.unwrap_or_else(|error| panic!("{error:?}"))
}

async fn stored(store: &Store) -> Vec<Entry> {
    kit::stored(store).await.expect("what is stored")
}

fn changed(imported: &Imported) -> Vec<(What, Kind, &str)> {
    imported.changes.iter().map(|it| (it.change, it.kind, it.name.as_str())).collect()
}

async fn what_files_hold_is_imported_and_exported_without_a_difference(host: Fixture) {
    let (store, folder) = (&host.store, folder());
    assert_eq!(imported(store, folder.path(), DRY).await.changes.len(), 8);
    assert_eq!(stored(store).await.len(), 0, "a dry run keeps nothing");
    assert_eq!(imported(store, folder.path(), ALL).await.changes.len(), 8);
    assert_eq!(imported(store, folder.path(), ALL).await.changes, []);
    let kit = Kit::read(folder.path()).expect("a project");
    assert_eq!(kit.edits(&stored(store).await), Ok(vec![]));

    // What is saved here since is exported, and no more.
    let mut action = project::one::<Action>(store, "Details").await.expect("it").item;
    action.prompt = "Send {{twilio_sms:details}}.\nThen wait.".to_owned();
    action.needs_consent = true;
    let name = action.name.take().expect("a name");
    project::save(store, &engine(), &name, action, Condition::Any).await.expect("it is saved");
    let edits = kit.edits(&stored(store).await).expect("edits");
    assert_eq!(edits.len(), 1, "{edits:?}");
    let text = FILES[4].1.replace("Then {{ho:desk}}.", "Then wait.");
    assert_eq!(edits[0].after, text);
    assert!(
        edits[0].diff().contains("-  Then {{ho:desk}}.\n+  Then wait.\n"),
        "{}",
        edits[0].diff()
    );

    // What no file holds stays as it is when the file is imported again.
    change(folder.path(), "topics/details.yaml", "Then", "And then");
    let again = imported(store, folder.path(), ALL).await;
    assert_eq!(changed(&again), [(What::Changed, Kind::Action, "Details")]);
    assert!(project::one::<Action>(store, "Details").await.expect("it").item.needs_consent);
}

async fn what_is_wrong_anywhere_imports_nothing(host: Fixture) {
    let store = &host.store;
    for (path, old, new, expected) in [
        (
            "topics/details.yaml",
            "Then {{ho:desk}}.",
            "Then {{ho:desk}} or {{ho:other}}.",
            "topics/details.yaml:6:",
        ),
        (
            "topics/details.yaml",
            "{{twilio_sms:details}}",
            "{{twilio_sms:detail}}",
            "topics/details.yaml:5:8: ",
        ),
        (
            "config/sms_templates.yaml",
            "{{vrbl:NAME}}",
            "{{nope:X}}",
            "config/sms_templates.yaml:6:22: ",
        ),
        ("config/sms_templates.yaml", "'+15005550006'", "desk", "config/sms_templates.yaml:3:9: "),
        (
            "config/translations.yaml",
            "Hello",
            "Hello {{vrbl:NAME}}",
            "config/translations.yaml:2:9: ",
        ),
    ] {
        let folder = folder();
        change(folder.path(), path, old, new);
        let Err(ImportError::Problems(problems)) = import(store, folder.path(), ALL).await else {
            panic!("{new}: it is imported");
        };
        let expected = format!("{}/{expected}", folder.path().display());
        let is_it = |it: &kit::Problem| it.to_string().starts_with(&expected);
        assert!(problems.iter().any(is_it), "{expected}: {problems:?}");
        assert_eq!(stored(store).await.len(), 0, "{new}");
    }
}

async fn only_what_is_asked_for_is_deleted(host: Fixture) {
    let (store, folder) = (&host.store, folder());
    imported(store, folder.path(), ALL).await;
    put(folder.path(), "config/sms_templates.yaml", "sms_templates: []\n");
    put(folder.path(), "config/translations.yaml", "translations: []\n");
    fs::remove_file(folder.path().join("topics/details.yaml")).expect("it goes");
    change(
        folder.path(),
        "config/variant_attributes.yaml",
        "- name: paris\n  is_default: true\n- name: rome\n",
        "- name: rome\n  is_default: true\n- name: oslo\n",
    );
    change(folder.path(), "config/variant_attributes.yaml", "paris: Chez Nous", "oslo: Hos Oss");
    let keep = Plan { prune: false, dry_run: false };
    let done = imported(store, folder.path(), keep).await;
    assert_eq!(done.kept.len(), 5, "{done:?}");
    assert_eq!(stored(store).await.len(), 9);
    // The action names a template that would go: it is in no file, so it stays, and so does that.
    let Err(ImportError::Problems(problems)) = import(store, folder.path(), ALL).await else {
        panic!("it is imported");
    };
    assert!(
        problems[0].message.contains("the action `Details` names `details_en`"),
        "{problems:?}"
    );
    assert_eq!(stored(store).await.len(), 9);
    put(folder.path(), "topics/details.yaml", "name: Details\nenabled: true\n");
    let done = imported(store, folder.path(), ALL).await;
    let removed: Vec<_> =
        changed(&done).iter().filter(|it| it.0 == What::Removed).map(|it| it.2).collect();
    assert_eq!(removed, ["paris", "greeting", "details_en", "entity", "Details"]);
    let rome = project::one::<Variant>(store, "rome").await.expect("it").item;
    assert_eq!(rome.is_default, Some(true));
    assert_eq!(imported(store, folder.path(), ALL).await.changes, []);
}

/// The status, standard output and standard error.
fn verbatim(arguments: &[&str]) -> (i32, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_verbatim")).args(arguments).output();
    let done = done.expect("the program");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (done.status.code().expect("a status"), text(done.stdout), text(done.stderr))
}

#[test]
fn a_project_goes_in_and_out_on_the_command_line() {
    let (folder, other) = (folder(), tempfile::tempdir().expect("a folder"));
    let database = folder.path().join("verbatim.db");
    let database = database.to_str().expect("UTF-8");
    let (here, there) = (folder.path().to_str().expect("UTF-8"), other.path().join("new"));
    let there = there.to_str().expect("UTF-8");
    assert_eq!(verbatim(&["migrate", "--database", database]).0, 0);

    let (status, out, _) = verbatim(&["import", here, "--database", database, "--dry-run"]);
    assert_eq!(status, 0);
    assert!(out.contains("added template `details_en`\n"), "{out}");
    assert!(out.ends_with("8 added, 0 changed, 0 removed (nothing was imported)\n"), "{out}");
    let (status, out, _) = verbatim(&["import", here, "--database", database, "--json"]);
    let done: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, done["changes"].as_array().map(Vec::len)), (0, Some(8)));

    let export = ["export", there, "--database", database];
    let (status, out, warnings) = verbatim(&[&export[..], &["--dry-run"]].concat());
    assert_eq!(status, 0);
    assert!(out.contains("--- /dev/null\n+++ b/config/handoffs.yaml\n"), "{out}");
    assert!(warnings.contains("the template `entity`: expected no entity"), "{warnings}");
    assert!(!Path::new(there).exists(), "a dry run writes nothing");
    assert_eq!(verbatim(&export).0, 0);
    let (_, out, _) = verbatim(&[&export[..], &["--json"]].concat());
    let done: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(done["files"], json!([]), "a second export changes nothing");
    let (_, out, _) = verbatim(&["import", there, "--database", database]);
    assert_eq!(out, "0 added, 0 changed, 0 removed\n");

    put(folder.path(), "config/entities.yaml", "entities:\n\t- name: a\n");
    let (status, out, errors) = verbatim(&["import", here, "--database", database]);
    assert_eq!((status, out.as_str()), (1, ""));
    let place = format!("{here}/config/entities.yaml:2:1: expected spaces");
    assert!(errors.starts_with(&place), "{errors}");
    let (status, out, _) = verbatim(&["export", here, "--database", database, "--json"]);
    let done: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((status, &done["problems"][0]["place"]), (1, &json!({"line": 2, "column": 1})));
    let empty = other.path().to_str().expect("UTF-8");
    assert_eq!(verbatim(&["import", empty, "--database", database]).0, 2);
}

#[tokio::test]
async fn the_api_imports_files_all_or_nothing_and_gives_them_back() {
    let server = Server::start().await;
    let files = |change: fn(&str) -> String| -> Value {
        let texts = FILES.iter().map(|(path, text)| ((*path).to_owned(), change(text).into()));
        json!({ "files": Value::Object(texts.collect()) })
    };
    let same = files(str::to_owned);
    let import = async |query: &str, files: &Value| {
        server.post(&format!("v1/project/import{query}"), files).await
    };
    let (status, done) = import("?dry_run=true", &same).await;
    assert_eq!((status, &done["dry_run"]), (StatusCode::OK, &json!(true)), "{done}");
    assert_eq!(done["changes"].as_array().map(Vec::len), Some(8), "{done}");
    assert_eq!(server.get("v1/actions").await.1["actions"], json!([]), "nothing is kept of it");

    let bad = files(|text| text.replace("{{ho:desk}}", "{{ho:dsk}}"));
    let (status, problem) = import("", &bad).await;
    let found = (status, problem["code"].as_str());
    assert_eq!(found, (StatusCode::UNPROCESSABLE_ENTITY, Some("kit_refused")), "{problem}");
    let expected = json!({"line": 6, "column": 8});
    assert_eq!(problem["problems"][0]["path"], "topics/details.yaml");
    assert_eq!(problem["problems"][0]["place"], expected, "{problem}");
    let detail = problem["detail"].as_str().expect("a sentence");
    assert!(detail.starts_with("topics/details.yaml:6:8: "), "{detail}");
    assert_eq!(server.get("v1/actions").await.1["actions"], json!([]), "all or nothing");
    let elsewhere = json!({"files": {"../config/handoffs.yaml": "x", "topics/../a.yaml": "x"}});
    assert_eq!(import("", &elsewhere).await.1["code"], "no_kit");

    assert_eq!(import("", &same).await.0, StatusCode::OK);
    let again = import("?prune=false", &same).await.1;
    assert_eq!(again["changes"], json!([]), "{again}");
    assert!(again["kept"].as_array().is_some_and(|kept| !kept.is_empty()), "{again}");
    let action = json!({"prompt": "Send {{twilio_sms:details}}."});
    assert_eq!(server.put("v1/actions/Details", &action).await.0, StatusCode::OK);
    let (status, exported) = server.post("v1/project/export", &same).await;
    assert_eq!(status, StatusCode::OK, "{exported}");
    let files = exported["files"].as_array().expect("files");
    let topic = files.iter().find(|file| file["path"] == "topics/details.yaml").expect("a topic");
    let text = FILES[4].1.replace(".\n  Then {{ho:desk}}.", ".");
    assert_eq!(topic["text"], text);
    assert!(topic["diff"].as_str().is_some_and(|diff| diff.contains("-  Then {{ho:desk}}.")));
    let warnings = exported["warnings"].as_array().expect("warnings");
    assert!(warnings[0].as_str().is_some_and(|it| it.contains("`entity`")), "{exported}");
    server.stop().await;
}
