//! `verbatim doctor`: whether a host is set up so that it can send and be told how that went.

use std::io::Write;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::database::DatabaseArgs;
use super::key_file::KeyArgs;
use super::sandbox::SandboxArgs;
use super::twilio::TwilioArgs;
use super::{CliError, Done, show};
use crate::connection;
use crate::keywords::{Keywords, Set};
use crate::number;
use crate::store::Store;
use crate::twilio::client::{Account, Client, http_client};
use crate::twilio::{account, signature, webhook};

/// How far this machine's clock may be from the database's.
const CLOCKS_APART: Duration = Duration::from_secs(5);

/// Check the database, the clocks, the public address, the signature and the Twilio account
#[derive(Debug, Clone, clap::Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    twilio: TwilioArgs,
    #[command(flatten)]
    sandbox: SandboxArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    found: String,
}

type Finding = Result<String, String>;

/// Checks everything, also after something has failed. [`Done::Found`] if anything has.
///
/// # Errors
/// It was called wrongly, or the module cannot be loaded.
pub async fn run(args: DoctorArgs) -> Result<Done, CliError> {
    let given = args.twilio.given()?;
    let mut account = Ok(given.clone());
    let module = args.sandbox.clone().engine_aside().await?.sha256().to_string();
    let public = &args.twilio.public_url;
    let (mut checks, mut in_use) = (Vec::new(), Vec::new());
    let mut check = |name, finding: Finding| {
        let ok = finding.is_ok();
        checks.push(Check { name, ok, found: finding.unwrap_or_else(|problem| problem) });
    };
    match args.database.open().await {
        Ok(store) => {
            check("database", Ok(args.database.database.to_string()));
            check("clock", clock(&store).await);
            check("api key", keys(&store).await);
            check("senders", senders(&store).await);
            check("keywords", keywords(&store).await);
            if given.is_none() {
                let vault = args.key.vault(&args.database.database);
                let kept = connection::kept(&store, &vault, &args.twilio.twilio_url).await;
                account = kept.map_err(|error| error.to_string());
            }
            in_use = store.registrations().await?.into_iter().map(|(sender, _)| sender).collect();
            store.close().await;
        }
        Err(error) => check("database", Err(error.to_string())),
    }
    let reached = reach(public, &module).await;
    let is_reached = reached.is_ok();
    check("public address", reached);
    if let (true, Ok(Some(account))) = (is_reached, &account) {
        check("signature", round_trip(public, account).await);
    }
    let at_twilio = match &account {
        Ok(Some(account)) => at_twilio(account).await,
        Ok(None) => Err("none is connected; `PUT /v1/account` connects one".to_owned()),
        Err(error) => Err(error.clone()),
    };
    let may_ask = at_twilio.is_ok();
    check("Twilio account", at_twilio);
    if let (true, Ok(Some(account))) = (may_ask, &account) {
        check("Twilio senders", registrations(account, &in_use).await);
    }
    print(&checks, &module, args.json)?;
    Ok(if checks.iter().all(|check| check.ok) { Done::Clean } else { Done::Found })
}

fn print(checks: &[Check], module: &str, json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return writeln!(out, "{}", json!({ "module": module, "checks": checks }));
    }
    for Check { name, ok, found } in checks {
        let mark = if *ok { "ok " } else { "BAD" };
        writeln!(out, "{mark}  {name:<15} {}", show::visible(found))?;
    }
    writeln!(out, "     module          {module}")
}

async fn clock(store: &Store) -> Finding {
    let apart = store.clocks_apart().await.map_err(|error| error.to_string())?;
    if apart <= CLOCKS_APART {
        return Ok(format!("{} ms from the database's", apart.as_millis()));
    }
    Err(format!(
        "expected this machine's clock within {} s of the database's, found it {} s apart; let \
         both follow a time server",
        CLOCKS_APART.as_secs(),
        apart.as_secs()
    ))
}

async fn keys(store: &Store) -> Finding {
    if store.has_no_api_key().await.map_err(|error| error.to_string())? {
        return Err("nobody can come in; `verbatim keys create` makes a key".to_owned());
    }
    Ok("there is one".to_owned())
}

async fn senders(store: &Store) -> Finding {
    let senders = store.senders().await.map_err(|error| error.to_string())?;
    if senders.is_empty() {
        return Err("none is registered; `verbatim serve --sender live=+1555…`, or \
                    `POST /v1/senders`, registers one"
            .to_owned());
    }
    let all = senders.iter().map(|it| &it.registered);
    let all = all.map(|it| format!("{} {}", it.environment, it.sender));
    Ok(all.collect::<Vec<_>>().join(", "))
}

/// Nothing ails a host that keeps to the table, but its owner should know what the law says.
async fn keywords(store: &Store) -> Finding {
    let set = Keywords::of(store).await.map_err(|error| error.to_string())?;
    let senders = store.senders().await.map_err(|error| error.to_string())?;
    let is_american = |sender: &str| number::kind(sender) != number::Kind::Other;
    let sends_there = senders.iter().any(|it| is_american(&it.registered.sender));
    match sends_there && !set.sets.contains(&Set::Fcc) {
        true => {
            Ok("US law lets people opt out by `revoke` and `opt out`, too, which do not count \
                    here: `PUT /v1/keywords` with `{\"sets\": [\"fcc\"]}` counts them"
                .to_owned())
        }
        false => Ok("as they are set".to_owned()),
    }
}

fn at(public: &Url, path: &str) -> String {
    format!("{}/{path}", public.as_str().trim_end_matches('/'))
}

/// The host answers at its public address, and runs the module that was asked for.
async fn reach(public: &Url, module: &str) -> Finding {
    let http = http_client(public).map_err(|error| error.to_string())?;
    let url = at(public, "readyz");
    let response = http.get(&url).send().await.map_err(|error| {
        format!(
            "nothing answers at {url} ({}); is the host running, and the proxy?",
            error.without_url()
        )
    })?;
    if response.status() != StatusCode::OK {
        let status = response.status();
        return Err(format!("expected a host that is ready at {url}, found the answer {status}"));
    }
    let answer: Value = response.json().await.unwrap_or_default();
    match answer["module"].as_str() {
        Some(found) if found == module => Ok(format!("{url} answers, with this module")),
        Some(found) => Err(format!("expected the module {module} there, found {found}")),
        None => Err(format!("what answers at {url} is no Verbatim host")),
    }
}

/// What Twilio would sign is taken, and what it would not have signed is refused: the proxy leaves
/// the path alone, the public address is right, and both sides have one token.
async fn round_trip(public: &Url, account: &Account) -> Finding {
    let wrong = ask(public, &SecretString::from("not the token")).await?;
    if wrong != StatusCode::FORBIDDEN {
        return Err(format!("expected a forged webhook to be refused (403), found {wrong}"));
    }
    match ask(public, &account.token).await? {
        // Signed as it must be, and about no message: that it says so, means that it read it.
        StatusCode::UNPROCESSABLE_ENTITY => {
            Ok("what is signed is taken, the rest refused".to_owned())
        }
        StatusCode::FORBIDDEN => Err("a webhook signed with this token for this address is \
            refused: does the host have the same token and --public-url, and does the proxy leave \
            the path as it is?"
            .to_owned()),
        other => Err(format!("expected a signed webhook to be read (422), found {other}")),
    }
}

async fn ask(public: &Url, token: &SecretString) -> Result<StatusCode, String> {
    let http = http_client(public).map_err(|error| error.to_string())?;
    let url = at(public, "twilio/status");
    let parameters = webhook::about_nothing();
    let signed = signature::sign(token, &url, &signature::Payload::Form(&parameters));
    let request = http.post(&url).form(&parameters).header(signature::SIGNATURE_HEADER, signed);
    let response = request.send().await.map_err(|error| error.without_url().to_string())?;
    Ok(response.status())
}

async fn at_twilio(account: &Account) -> Finding {
    let found = account::fetch(account).await.map_err(|error| error.to_string())?;
    let shown = format!("`{}`, {}, {}", found.friendly_name, found.kind, found.status);
    if found.status == "active" { Ok(shown) } else { Err(format!("{shown}: it cannot send")) }
}

/// How each sender in use is registered, and whether a Messaging Service would change what it sends.
async fn registrations(account: &Account, senders: &[String]) -> Finding {
    if senders.is_empty() {
        return Ok("no sender is in use here".to_owned());
    }
    let client = Client::new(account.clone()).map_err(|error| error.to_string())?;
    let directory = client.directory().await.map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let mut is_well = true;
    for sender in senders {
        let registration = directory.registration(sender);
        is_well &= !registration.standing.is_blocked();
        found.push(format!("{sender}: {registration}"));
        let Some(service) = directory.services.iter().find(|service| service.sid == *sender) else {
            continue;
        };
        is_well &= !service.smart_encoding && !service.numbers.is_empty();
        found.push(format!("`{}` has {} numbers", service.name, service.numbers.len()));
        if service.smart_encoding {
            found.push(
                "smart encoding is on: switch it off at Twilio, for it changes what it sends"
                    .to_owned(),
            );
        }
    }
    let found = found.join("; ");
    if is_well { Ok(found) } else { Err(found) }
}
