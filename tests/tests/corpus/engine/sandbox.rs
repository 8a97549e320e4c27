//! The module's bytes in wasmtime, as the host runs them: a fresh instance for each request.

use serde_json::json;
use verbatim_host::sandbox::{ConsentAction, Grant, Intent, Limits, Pair, Sandbox};

use verbatim_tests::corpus::{Answer, Case};
use verbatim_tests::granted::Granted;

pub(super) fn answer(cases: &[Case]) -> Result<Vec<Option<Answer>>, String> {
    let sandbox = Sandbox::embedded(Limits::default()).map_err(|error| error.to_string())?;
    let one = |case: &Case| match sandbox.call(&case.request, &grant(&case.granted)) {
        Ok(outcome) => Answer {
            response: outcome.response,
            intents: outcome.intents.iter().map(shown).collect(),
        },
        // No bytes of the guest's: it differs from whatever is expected.
        Err(error) => Answer { response: error.to_string().into_bytes(), intents: Vec::new() },
    };
    Ok(cases.iter().map(|case| Some(one(case))).collect())
}

fn grant(granted: &Granted) -> Grant {
    let pair = |recipient: &String, sender: &String| Pair {
        recipient: recipient.clone(),
        sender: sender.clone(),
    };
    Grant {
        consent: granted.consent.iter().map(|(r, s, out)| (pair(r, s), *out)).collect(),
        send: granted.send.as_ref().map(|(r, s, times)| (pair(r, s), *times)),
        record: granted.record.iter().map(|(r, s)| pair(r, s)).collect(),
    }
}

/// An intent as the guest wrote it.
fn shown(intent: &Intent) -> String {
    match intent {
        Intent::CreateMessage { pair, body } => {
            let field =
                if pair.sender.starts_with("MG") { "messaging_service_sid" } else { "from" };
            let [to, sender, body] = [&pair.recipient, &pair.sender, body].map(|text| json!(text));
            format!(r#"{{"twilio_create_message":{{"to":{to},"{field}":{sender},"body":{body}}}}}"#)
        }
        Intent::RecordConsent { pair, action, keyword, matched } => {
            let action = match action {
                ConsentAction::OptOut => "opt_out",
                ConsentAction::OptIn => "opt_in",
            };
            let [recipient, sender, keyword, matched] =
                [&pair.recipient, &pair.sender, keyword, matched].map(|text| json!(text));
            format!(
                r#"{{"opt_out_record":{{"recipient":{recipient},"sender":{sender},"action":"{action}","keyword":{keyword},"matched":{matched}}}}}"#
            )
        }
    }
}
