//! `verbatim keywords`: what counts as a keyword at a running host beside the table.

use std::io::Write;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{AskArgs, Client, refused};
use super::show::visible;
use super::{CliError, Done};

const KEYWORDS: [&str; 3] = ["STOP", "START", "HELP"];

/// Show or set what counts as a keyword at a running host beside the table, and what is answered
#[derive(Debug, Clone, clap::Args)]
pub struct KeywordsArgs {
    #[command(subcommand)]
    command: KeywordsCommand,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum KeywordsCommand {
    /// Show what is set
    Show {
        #[command(flatten)]
        common: AskArgs,
    },
    /// Set all of it: what is not named here counts no more
    Set(Box<SetArgs>),
}

#[derive(Debug, Clone, clap::Args)]
struct SetArgs {
    /// A list of others: twilio, fcc, french or spanish; may be repeated
    #[arg(long, value_name = "LIST", value_parser = ["twilio", "fcc", "french", "spanish"])]
    list: Vec<String>,
    /// A word of one's own, e.g. STOP=basta; may be repeated
    #[arg(long, value_name = "KEYWORD=WORD", value_parser = of_keyword)]
    word: Vec<OfKeyword>,
    /// A regular expression that a whole reply matches, in any case; may be repeated
    #[arg(long, value_name = "KEYWORD=PATTERN", value_parser = of_keyword)]
    pattern: Vec<OfKeyword>,
    /// What is answered in the place of the table's reply
    #[arg(long, value_name = "KEYWORD=TEXT", value_parser = of_keyword)]
    reply: Vec<OfKeyword>,
    /// Let YES count only from who is opted out; else the agent gets it
    #[arg(long)]
    yes_only_when_opted_out: bool,
    #[command(flatten)]
    common: AskArgs,
}

#[derive(Debug, Clone)]
struct OfKeyword {
    keyword: &'static str,
    text: String,
}

fn of_keyword(typed: &str) -> Result<OfKeyword, String> {
    let split = typed.split_once('=').and_then(|(name, text)| {
        let keyword = KEYWORDS.into_iter().find(|one| one.eq_ignore_ascii_case(name.trim()))?;
        Some(OfKeyword { keyword, text: text.to_owned() })
    });
    split.ok_or_else(|| format!("expected STOP=…, START=… or HELP=…, found `{typed}`"))
}

/// Does what it is asked for. [`Done::Found`] if the host refused.
///
/// # Errors
/// The host cannot be reached, or its answer makes no sense.
pub async fn run(args: KeywordsArgs) -> Result<Done, CliError> {
    let (method, body, common) = match args.command {
        KeywordsCommand::Show { common } => (Method::GET, None, common),
        KeywordsCommand::Set(args) => (Method::PUT, Some(args.body()?), args.common),
    };
    let client = Client::new(&common.host)?;
    let mut request = client.request(method, &["keywords"])?;
    if let Some(body) = &body {
        request = request.json(body);
    }
    let keywords = match client.answer(request).await? {
        Ok(keywords) => keywords,
        Err(problem) => return refused(&problem, common.json),
    };
    let mut out = std::io::stdout().lock();
    if common.json {
        writeln!(out, "{keywords}")?;
    } else {
        write!(out, "{}", lines(&keywords))?;
    }
    Ok(Done::Clean)
}

impl SetArgs {
    fn body(&self) -> Result<Value, CliError> {
        let each = |list: &[OfKeyword]| {
            let of = |keyword| list.iter().filter(move |one| one.keyword == keyword);
            KEYWORDS.map(|keyword| of(keyword).map(|one| one.text.clone()).collect::<Vec<_>>())
        };
        let lists = |[stop, start, help]: [Vec<String>; 3]| json!({ "STOP": stop, "START": start, "HELP": help });
        let replies = each(&self.reply);
        if let Some(at) = replies.iter().position(|texts| texts.len() > 1) {
            let keyword = KEYWORDS[at];
            return Err(CliError::Usage(format!("expected one reply to {keyword}, found more")));
        }
        let [stop, start, help] = replies.map(|texts| texts.into_iter().next());
        Ok(json!({
            "sets": self.list,
            "words": lists(each(&self.word)),
            "patterns": lists(each(&self.pattern)),
            "yes_only_when_opted_out": self.yes_only_when_opted_out,
            "replies": { "STOP": stop, "START": start, "HELP": help },
        }))
    }
}

fn lines(keywords: &Value) -> String {
    let mut lines = String::new();
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(visible).collect()
    };
    let mut say = |what: &str, texts: &[String]| {
        if !texts.is_empty() {
            lines.push_str(&format!("{what}: {}\n", texts.join(", ")));
        }
    };
    say("lists", &texts(&keywords["sets"]));
    for keyword in KEYWORDS {
        say(&format!("words for {keyword}"), &texts(&keywords["words"][keyword]));
        say(&format!("patterns for {keyword}"), &texts(&keywords["patterns"][keyword]));
    }
    for keyword in KEYWORDS {
        if let Some(reply) = keywords["replies"][keyword].as_str() {
            say(&format!("reply to {keyword}"), &[visible(reply)]);
        }
    }
    if keywords["yes_only_when_opted_out"] == true {
        lines.push_str("YES counts only from who is opted out\n");
    }
    if lines.is_empty() {
        lines
            .push_str("STOP, START and HELP count with all that the table has, and nothing else\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_of_each_what_counts() {
        let none = "STOP, START and HELP count with all that the table has, and nothing else\n";
        assert_eq!(lines(&json!({})), none);
        let set = json!({
            "sets": ["fcc", "french"],
            "words": { "STOP": ["basta", "no mas"], "START": [], "HELP": [] },
            "patterns": { "STOP": [], "START": [], "HELP": ["h+elp"] },
            "replies": { "STOP": null, "START": null, "HELP": "Call us.\u{1b}[2J" },
            "yes_only_when_opted_out": true,
        });
        let expected = "lists: fcc, french\nwords for STOP: basta, no mas\n\
            patterns for HELP: h+elp\nreply to HELP: Call us.\u{fffd}[2J\n\
            YES counts only from who is opted out\n";
        assert_eq!(lines(&set), expected);
    }
}
