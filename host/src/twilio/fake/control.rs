//! A client of the fake's own control API: the phone, the log, and what goes wrong.

use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{Chaos, FakeTwilio};
use crate::twilio::client::{self, Account};

/// A handle on a fake's phone and log, over its HTTP port.
#[derive(Debug, Clone)]
pub struct Control {
    http: reqwest::Client,
    account: Account,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The fake refused.
    #[error("{message}")]
    Refused {
        /// Twilio's code.
        code: i64,
        /// Why.
        message: String,
    },
    /// The fake could not be reached, or its answer could not be read.
    #[error("the fake Twilio gave no answer: {0}")]
    Failed(String),
}

impl FakeTwilio {
    /// A handle on this fake's phone and log.
    ///
    /// # Errors
    /// The HTTP library refused its settings.
    pub fn control(&self) -> Result<Control, reqwest::Error> {
        let account = self.account();
        Ok(Control { http: client::http_client(&account.base_url)?, account })
    }
}

impl Control {
    /// What a number's phone shows; without a number, every conversation.
    ///
    /// # Errors
    /// The fake gave no answer.
    pub async fn phone(&self, number: Option<&str>) -> Result<Value, ControlError> {
        let mut url = self.url("fake/phone")?;
        if let Some(number) = number {
            url.query_pairs_mut().append_pair("number", number);
        }
        self.answer(self.http.get(url)).await
    }

    /// A person writes to one of our numbers. The replies have arrived when this returns.
    ///
    /// # Errors
    /// The fake, or the host's webhook behind it, refused.
    pub async fn write(&self, from: &str, to: &str, body: &str) -> Result<Value, ControlError> {
        let text = json!({ "from": from, "to": to, "body": body });
        self.answer(self.http.post(self.url("fake/phone")?).json(&text)).await
    }

    /// Exactly what the fake's API received and answered, oldest first.
    ///
    /// # Errors
    /// The fake gave no answer.
    pub async fn log(&self) -> Result<Value, ControlError> {
        self.answer(self.http.get(self.url("fake/log")?)).await
    }

    /// What goes wrong.
    ///
    /// # Errors
    /// The fake gave no answer.
    pub async fn chaos(&self) -> Result<Chaos, ControlError> {
        read(self.answer(self.http.get(self.url("fake/chaos")?)).await?)
    }

    /// Sets all that goes wrong, and begins the run of its seed again.
    ///
    /// # Errors
    /// The fake gave no answer.
    pub async fn set_chaos(&self, chaos: &Chaos) -> Result<Chaos, ControlError> {
        read(self.answer(self.http.put(self.url("fake/chaos")?).json(chaos)).await?)
    }

    fn url(&self, path: &str) -> Result<Url, ControlError> {
        self.account.base_url.join(path).map_err(|error| ControlError::Failed(error.to_string()))
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value, ControlError> {
        let failed = |error: reqwest::Error| ControlError::Failed(error.to_string());
        let token = self.account.token.expose_secret();
        let response =
            request.basic_auth(self.account.sid, Some(token)).send().await.map_err(failed)?;
        let refused = !response.status().is_success();
        let body: Value = response.json().await.map_err(failed)?;
        if refused {
            let message = body["message"].as_str().unwrap_or_default().to_owned();
            let code = body["code"].as_i64().unwrap_or_default();
            return Err(ControlError::Refused { code, message });
        }
        Ok(body)
    }
}

fn read(answer: Value) -> Result<Chaos, ControlError> {
    serde_json::from_value(answer).map_err(|error| ControlError::Failed(error.to_string()))
}
