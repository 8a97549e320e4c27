//! A running host, as commands ask it.

use std::io::Write;

use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::show::visible;
use super::{CliError, Done};
use crate::twilio::client::http_client;

/// Which host, and the key to it.
#[derive(Debug, Clone, clap::Args)]
pub struct HostArgs {
    /// The host
    #[arg(long, env = "VERBATIM_URL", default_value = "http://127.0.0.1:8470")]
    url: Url,
    /// The API key
    #[arg(long, env = "VERBATIM_API_KEY", hide_env_values = true, value_parser = secret)]
    api_key: SecretString,
}

/// Which host, and whether a machine reads the answer.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct AskArgs {
    #[command(flatten)]
    pub(super) host: HostArgs,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a parser that may fail")]
pub(super) fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}

/// A host with the key to it.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    url: Url,
    key: SecretString,
}

impl Client {
    pub(super) fn new(args: &HostArgs) -> Result<Self, CliError> {
        let http = http_client(&args.url).map_err(|error| CliError::Refused(error.to_string()))?;
        Ok(Self { http, url: args.url.clone(), key: args.api_key.clone() })
    }

    /// A request by a path, each of whose parts is written as it is.
    pub(super) fn request(
        &self,
        method: Method,
        path: &[&str],
    ) -> Result<RequestBuilder, CliError> {
        let mut url = self.url.clone();
        let strange =
            || CliError::Usage(format!("expected the address of a host, found `{}`", self.url));
        url.path_segments_mut().map_err(|()| strange())?.pop_if_empty().push("v1").extend(path);
        Ok(self.http.request(method, url))
    }

    /// The host's answer, or its problem.
    pub(super) async fn answer(
        &self,
        request: RequestBuilder,
    ) -> Result<Result<Value, Value>, CliError> {
        let sent = request.bearer_auth(self.key.expose_secret()).send().await;
        let response = sent.map_err(|error| {
            let hint = "start one with `verbatim dev`, or name another with --url";
            let url = &self.url;
            let why =
                if error.is_connect() { "no host answers" } else { "the host gave no answer" };
            CliError::Refused(format!("{why} at {url}; {hint}"))
        })?;
        let fine = response.status().is_success();
        let body: Value = response.json().await.map_err(|_| {
            CliError::Refused(format!("what answers at {} is no Verbatim host", self.url))
        })?;
        Ok(if fine { Ok(body) } else { Err(body) })
    }
}

/// The body of a request: what the command line does not say is not in it.
pub(super) fn body(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let said = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(said.collect())
}

/// Prints the host's refusal: as JSON, and as one sentence.
pub(super) fn refused(problem: &Value, json: bool) -> Result<Done, CliError> {
    if json {
        writeln!(std::io::stdout(), "{problem}")?;
    }
    let code = problem["code"].as_str().unwrap_or("none");
    eprintln!("verbatim: {} ({})", detail(problem), visible(code));
    Ok(Done::Found)
}

/// What the host says is wrong.
pub(super) fn detail(problem: &Value) -> String {
    visible(problem["detail"].as_str().unwrap_or("the host gave no reason"))
}
