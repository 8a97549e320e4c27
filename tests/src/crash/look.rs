//! Reads what the store has, by the API, and what Twilio was asked, from its log.

use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;
use verbatim_host::message::State;
use verbatim_host::time::Timestamp;

use super::checker::{Accepted, Evidence, Outcome, Post, Stop, Stored};
use super::load::{Load, Written};

/// The largest page of the API.
const PAGE: usize = 200;
/// Requests at the same time.
const AT_ONCE: usize = 8;

/// All of it. `spawned` is when the host was started, if there is but one.
pub(super) async fn look(load: &Arc<Load>, spawned: &[Timestamp]) -> Result<Evidence, String> {
    let accepted = load.answered().into_iter().map(|one| {
        let body: Value = serde_json::from_str(&one.body).map_err(|error| error.to_string())?;
        Ok(Accepted { id: text(&body, "id")?, pair: one.pair, text: one.text })
    });
    let mut stops = Vec::new();
    for written in load.written() {
        stops.push(stop(load, written, spawned).await?);
    }
    Ok(Evidence {
        accepted: accepted.collect::<Result<_, String>>()?,
        stops,
        stored: stored(load).await?,
        posts: posts(load).await?,
    })
}

async fn stop(load: &Load, written: Written, spawned: &[Timestamp]) -> Result<Stop, String> {
    let (recipient, sender) = &written.pair;
    let path = format!("v1/opt-outs/%2B{}/%2B{}", &recipient[1..], &sender[1..]);
    let is_known = load.get(&path).await?["opted_out"] == true;
    // A host that starts after it has asked for it before it dispatches.
    let heard = || spawned.iter().copied().find(|at| *at > written.at);
    Ok(Stop { counts_from: written.answered_at.or_else(heard), pair: written.pair, is_known })
}

async fn stored(load: &Arc<Load>) -> Result<Vec<Stored>, String> {
    let (mut ids, mut path) = (Vec::new(), format!("v1/messages?limit={PAGE}"));
    loop {
        let page = load.get(&path).await?;
        for message in array(&page, "messages")? {
            ids.push(text(message, "id")?);
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("v1/messages?limit={PAGE}&before={next}");
    }
    let mut readers = JoinSet::new();
    for some in ids.chunks(ids.len().div_ceil(AT_ONCE).max(1)) {
        let (load, some) = (Arc::clone(load), some.to_vec());
        readers.spawn(async move {
            let mut read = Vec::new();
            for id in some {
                read.push(message(&load.get(&format!("v1/messages/{id}")).await?)?);
            }
            Ok::<_, String>(read)
        });
    }
    let read: Result<Vec<_>, String> = readers.join_all().await.into_iter().collect();
    Ok(read?.concat())
}

fn message(json: &Value) -> Result<Stored, String> {
    let state: State = text(json, "state")?.parse().map_err(|_| format!("no state in {json}"))?;
    let attempt = |one: &Value| Ok((text(one, "id")?, instant(one, "began_at")?));
    Ok(Stored {
        id: text(json, "id")?,
        state,
        reason: json["reason"].as_str().map(str::to_owned),
        pair: (text(json, "to")?, text(json, "sender")?),
        text: text(json, "text")?,
        sid: json["sid"].as_str().map(str::to_owned),
        attempts: array(json, "attempts")?.iter().map(attempt).collect::<Result<_, String>>()?,
    })
}

async fn posts(load: &Load) -> Result<Vec<Post>, String> {
    let log = load.twilio.log().await.map_err(|error| error.to_string())?;
    let post = |line: &Value| {
        let fields = &line["fields"];
        let callback = text(fields, "StatusCallback")?;
        Ok(Post {
            at: instant(line, "at")?,
            pair: (text(fields, "To")?, text(fields, "From")?),
            text: text(fields, "Body")?,
            attempt: callback.rsplit('/').next().unwrap_or_default().to_owned(),
            outcome: match (line["made"].as_str(), line["status"].as_u64()) {
                (Some(sid), _) => Outcome::Made(sid.to_owned()),
                (None, Some(429)) => Outcome::Throttled,
                (None, _) => Outcome::Failed,
            },
            is_unsaid: line["made"].is_string() && !line["response"]["sid"].is_string(),
        })
    };
    array(&log, "entries")?.iter().map(post).collect()
}

fn text(json: &Value, name: &str) -> Result<String, String> {
    json[name].as_str().map(str::to_owned).ok_or_else(|| format!("no `{name}` in {json}"))
}

fn instant(json: &Value, name: &str) -> Result<Timestamp, String> {
    Timestamp::parse(&text(json, name)?).ok_or_else(|| format!("`{name}` is no time in {json}"))
}

fn array<'a>(json: &'a Value, name: &str) -> Result<&'a Vec<Value>, String> {
    json[name].as_array().ok_or_else(|| format!("no `{name}` in {json}"))
}
