//! The Twilio account that is kept in the database: asked for before it is kept, sealed there, used
//! at once by every host, and nowhere to be read.

use std::path::Path;

use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use verbatim_host::connection::{ConnectError, Connection, reseal};
use verbatim_host::seal::{KeySource, SealingKey, Vault};
use verbatim_host::store::Store;
use verbatim_host::twilio::account::AccountError;
use verbatim_host::twilio::fake::{FakeSettings, FakeTwilio};
use verbatim_host::twilio::signature::Keys;

use crate::dispatch::fixture::on_both;
use crate::support::served::{Served, run, verbatim};

const PERSON: &str = "+15550001111";

on_both! {
    an_account_is_kept_once_twilio_knows_it_and_every_host_uses_it,
    an_account_is_sealed_for_its_place_and_by_the_keys_that_are_given,
}

async fn fake() -> FakeTwilio {
    let inbound = "http://127.0.0.1:9/twilio/inbound".parse().expect("a URL");
    FakeTwilio::start(FakeSettings::new(inbound)).await.expect("a fake")
}

fn key() -> SecretString {
    SealingKey::generate().expect("a key")
}

fn vault(keys: &[&SecretString]) -> Vault {
    let keys: Vec<&str> = keys.iter().map(|it| it.expose_secret()).collect();
    Vault::new(KeySource::Given(SecretString::from(keys.join("\n"))))
}

async fn an_account_is_kept_once_twilio_knows_it_and_every_host_uses_it(store: Store) {
    let (fake, key) = (fake().await, key());
    let account = fake.account();
    let vault = vault(&[&key]);
    let host = || Connection::stored(account.base_url.clone(), Keys::default());
    let (one, other) = (host(), host());
    let wrong = one.connect(&store, &vault, account.sid, SecretString::from("no token")).await;
    assert!(matches!(wrong, Err(ConnectError::Twilio(AccountError::Credentials))), "{wrong:?}");
    assert_eq!(store.account().await.expect("a read"), None, "nothing is kept that is wrong");
    assert!(one.client().is_none());

    let kept = one.connect(&store, &vault, account.sid, account.token.clone()).await;
    assert!(!kept.expect("an account").token.contains(account.token.expose_secret()));
    assert_eq!(one.client().expect("a client").account_sid(), account.sid);
    assert!(other.client().is_none());
    other.refresh(&store, &vault).await.expect("the account");
    assert_eq!(other.client().expect("a client").account_sid(), account.sid);
    let seen = other.generation();
    other.refresh(&store, &vault).await.expect("the account");
    assert_eq!(other.generation(), seen, "nothing has changed");

    // Again, as with a new token: what the one before has signed still counts for a while.
    one.connect(&store, &vault, account.sid, account.token.clone()).await.expect("an account");
    assert_eq!(one.webhook_keys().tokens.len(), 2);
    assert!(other.disconnect(&store, &vault).await.expect("it"));
    assert!(!other.disconnect(&store, &vault).await.expect("it"));
    one.refresh(&store, &vault).await.expect("nothing");
    assert!(one.client().is_none() && one.webhook_keys().tokens.is_empty());

    let given = Connection::given(account.clone(), Keys::default()).expect("a client");
    let refused = given.connect(&store, &vault, account.sid, account.token.clone()).await;
    assert!(matches!(refused, Err(ConnectError::Given)));
}

async fn an_account_is_sealed_for_its_place_and_by_the_keys_that_are_given(store: Store) {
    let (fake, before, after) = (fake().await, key(), key());
    let account = fake.account();
    let host = || Connection::stored(account.base_url.clone(), Keys::default());
    let old = vault(&[&before]);
    host().connect(&store, &old, account.sid, account.token.clone()).await.expect("it");
    let refused = host().refresh(&store, &vault(&[&after])).await.expect_err("another key");
    assert!(refused.to_string().contains("give that key"), "{refused}");

    reseal(&store, &vault(&[&after, &before])).await.expect("both keys");
    host().refresh(&store, &vault(&[&after])).await.expect("sealed anew");
    assert!(host().refresh(&store, &old).await.is_err());

    // Moved to another row, it opens no more.
    let mut moved = store.account().await.expect("a read").expect("the account");
    moved.sid = format!("AC{}", "1".repeat(32)).parse().expect("a SID");
    let mut tx = store.write().await.expect("a transaction");
    tx.set_account(&moved).await.expect("a row");
    tx.commit().await.expect("it commits");
    let refused = host().refresh(&store, &vault(&[&after])).await.expect_err("elsewhere");
    assert!(refused.to_string().contains("changed, or moved"), "{refused}");
}

/// Whether a text stands in a file of a folder, or of one in it.
fn is_in_a_file(text: &str, folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("the folder").any(|entry| {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            return is_in_a_file(text, &path);
        }
        let bytes = std::fs::read(&path).expect("its bytes");
        bytes.windows(text.len()).any(|some| some == text.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_an_account_sends_as_soon_as_one_is_connected() {
    let mut host = Served::start_without_account().await;
    let account = host.fake.account();
    let token = account.token.expose_secret().to_owned();
    assert_eq!(host.get("v1/account").await.0, StatusCode::NOT_FOUND);
    let early = host.send(PERSON, "before there is an account").await;
    let put = async |host: &Served, token: &str| {
        let body = json!({"account_sid": account.sid.as_str(), "auth_token": token});
        host.answer(host.request(Method::PUT, "v1/account").json(&body)).await
    };
    let (status, refusal) = put(&host, "not the token").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refusal}");
    assert_eq!(refusal["code"], "wrong_credentials");
    let (status, connected) = put(&host, &token).await;
    assert_eq!(status, StatusCode::OK, "{connected}");
    let (_, shown) = host.get("v1/account").await;
    assert_eq!(shown, connected);
    assert_eq!((&shown["auth_token"], &shown["source"]), (&json!("********"), &json!("database")));
    host.wait(&early, "delivered").await;

    // By the key file beside the database, also after it has stopped.
    host.stop("-TERM").await;
    host.spawn().await;
    let later = host.send(PERSON, "again").await;
    host.wait(&later, "delivered").await;
    let backup = host.path("backup.db");
    let (status, _, error) = host.command(&["backup", "--out", backup.to_str().expect("a path")]);
    assert_eq!(status, 0, "{error}");
    let folder = backup.parent().expect("the folder").to_owned();
    assert!(
        is_in_a_file("v1.", &folder) && is_in_a_file("again", &folder),
        "it is looked for well"
    );
    assert!(!is_in_a_file(&token, &folder), "in a database, its WAL, a log or a backup");
    assert_eq!(doctor(&host), json!("ok"));

    let key = host.path("data/verbatim.key");
    let gone = host.request(Method::DELETE, "v1/account");
    assert_eq!(host.answer(gone).await.0, StatusCode::NO_CONTENT);
    let held = host.send(PERSON, "without an account").await;
    assert_eq!(put(&host, &token).await.0, StatusCode::OK);
    host.wait(&held, "delivered").await;
    host.stop("-TERM").await;
    let another = run(&mut verbatim(&["keys", "secret"])).1;
    std::fs::write(&key, another).expect("another key");
    let status = host.program().status().expect("the program");
    assert_eq!(status.code(), Some(1));
    assert!(host.log().contains("was sealed by the key"), "{}", host.log());
    std::fs::remove_file(&key).expect("the key file");
    let status = host.program().status().expect("the program");
    assert_eq!(status.code(), Some(1));
    assert!(host.log().contains("expected the key file"), "{}", host.log());
    assert!(!key.exists(), "a lost key is not made anew");
}

/// What the doctor says of the account in the database.
fn doctor(host: &Served) -> Value {
    let account = host.fake.account();
    let (_, out, error) = run(verbatim(&["doctor", "--json", "--public-url", host.url.as_str()])
        .args(["--twilio-url", account.base_url.as_str()])
        .arg("--database")
        .arg(host.database()));
    let found: Value = serde_json::from_str(&out).expect(&error);
    let bad = found["checks"].as_array().expect("checks").iter().find(|it| it["ok"] == false);
    bad.cloned().unwrap_or(json!("ok"))
}
