//! `verbatim registrations`: how the senders of a running host are registered for A2P 10DLC.

use std::io::Write;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{AskArgs, Client, refused};
use super::show::visible;
use super::{CliError, Done};

/// Show how a running host's senders are registered for A2P 10DLC, and set what becomes of blocked
/// live messages
#[derive(Debug, Clone, clap::Args)]
pub struct RegistrationsArgs {
    #[command(subcommand)]
    command: RegistrationsCommand,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum RegistrationsCommand {
    /// List the senders in use, as Twilio last said
    List {
        #[command(flatten)]
        common: AskArgs,
    },
    /// Ask Twilio now, and list them
    Look {
        #[command(flatten)]
        common: AskArgs,
    },
    /// Set whether a live message that carriers would block is refused
    Set {
        /// refuse or warn
        #[arg(value_name = "refuse|warn", value_parser = ["refuse", "warn"])]
        on_unregistered: String,
        #[command(flatten)]
        common: AskArgs,
    },
}

/// Does what it is asked for. [`Done::Found`] if the host refused, or carriers block a sender.
///
/// # Errors
/// The host cannot be reached, or its answer makes no sense.
pub async fn run(args: RegistrationsArgs) -> Result<Done, CliError> {
    let (method, path, body, common) = match args.command {
        RegistrationsCommand::List { common } => {
            (Method::GET, &["registrations"][..], None, common)
        }
        RegistrationsCommand::Look { common } => {
            (Method::POST, &["registrations", "look"][..], None, common)
        }
        RegistrationsCommand::Set { on_unregistered, common } => {
            let body = json!({ "on_unregistered": on_unregistered });
            (Method::PUT, &["registrations"][..], Some(body), common)
        }
    };
    let client = Client::new(&common.host)?;
    let mut request = client.request(method, path)?;
    if let Some(body) = &body {
        request = request.json(body);
    }
    let list = match client.answer(request).await? {
        Ok(list) => list,
        Err(problem) => return refused(&problem, common.json),
    };
    let mut out = std::io::stdout().lock();
    if common.json {
        writeln!(out, "{list}")?;
    } else {
        write!(out, "{}", lines(&list))?;
    }
    let mut all = list["registrations"].as_array().into_iter().flatten();
    let is_blocked = |one: &Value| one["standing"] == "failed" || one["standing"] == "missing";
    Ok(if body.is_none() && all.any(is_blocked) { Done::Found } else { Done::Clean })
}

fn lines(list: &Value) -> String {
    let text = |value: &Value| visible(value.as_str().unwrap_or_default());
    let mut lines = match list["on_unregistered"].as_str() {
        Some("warn") => "a live message that carriers would block goes with a warning\n",
        Some(_) | None => "a live message that carriers would block is refused\n",
    }
    .to_owned();
    if let Some(problem) = list["problem"].as_str() {
        lines.push_str(&format!("Twilio did not say: {}\n", visible(problem)));
    }
    for one in list["registrations"].as_array().into_iter().flatten() {
        let (sender, standing) = (text(&one["sender"]), text(&one["standing"]));
        lines.push_str(&format!("{sender:<34}  {standing:<10}  {}", text(&one["found"])));
        if let Some(to_do) = one["to_do"].as_str() {
            lines.push_str(&format!("; {}", visible(to_do)));
        }
        if let Some(at) = one["checked_at"].as_str() {
            lines.push_str(&format!(" (asked {})", visible(at)));
        }
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_was_found_what_to_do_and_when_twilio_was_asked() {
        let list = json!({
            "on_unregistered": "refuse",
            "problem": "no answer",
            "registrations": [
                {"sender": "+15550001234", "standing": "missing", "found": "no campaign",
                    "to_do": "add it", "checked_at": "2026-11-26T00:00:00Z"},
                {"sender": "+18885550001", "standing": "unknown", "found": "not known",
                    "to_do": null, "checked_at": null},
            ],
        });
        let expected = "\
            a live message that carriers would block is refused\n\
            Twilio did not say: no answer\n\
            +15550001234                        missing     no campaign; add it (asked \
            2026-11-26T00:00:00Z)\n\
            +18885550001                        unknown     not known\n";
        assert_eq!(lines(&list), expected);
    }
}
