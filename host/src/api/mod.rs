//! The host's HTTP: the API under `/v1`, Twilio's webhooks, the console's pages, and health.

mod auth;
mod cancel;
mod guard;
mod input;
mod messages;
mod meta;
mod phone;
mod problem;
mod send;
mod site;
mod templates;
mod view;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use secrecy::SecretString;

use crate::console::Console;
use crate::dispatch::Wake;
use crate::engine::Engine;
use crate::receive::Receiver;
use crate::store::Store;
use crate::twilio::fake::Control;

pub use guard::{MAX_BODY, Own};

/// What every handler sees.
#[derive(Debug)]
pub struct App {
    /// What is remembered.
    pub store: Store,
    /// The module.
    pub engine: Engine,
    /// Tells the dispatcher that something may be due.
    pub wake: Wake,
    /// This host's own addresses.
    pub own: Own,
    /// The public URL without a slash at its end: what Twilio signs.
    pub public_url: String,
    /// The tokens that may have signed a webhook.
    pub webhook_tokens: Vec<SecretString>,
    /// Takes in what people write.
    pub receiver: Receiver,
    /// The pages.
    pub console: Console,
    /// The fake's phone, in `dev`.
    pub phone: Option<Control>,
    /// What is counted and otherwise leaves no trace.
    pub counters: Counters,
}

/// Counts since the process began.
#[derive(Debug, Default)]
pub struct Counters {
    /// Webhooks without a valid signature.
    pub refused_webhooks: AtomicU64,
}

/// Every route, behind its guards.
pub fn router(app: Arc<App>) -> Router {
    let v1 = Router::new()
        .route("/messages", get(messages::list).post(send::send))
        .route("/messages/{id}", get(messages::one))
        .route("/messages/{id}/cancel", post(cancel::cancel))
        .route("/conversations/{id}", get(messages::conversation))
        .route("/templates", get(templates::list).post(templates::create))
        .route(
            "/templates/{id}",
            get(templates::one).put(templates::save).delete(templates::delete),
        )
        .route("/templates/{id}/duplicate", post(templates::duplicate))
        .route("/templates/{id}/publish", post(templates::publish))
        .route("/module", get(meta::module))
        .route("/senders", get(meta::senders))
        .route("/preview", post(meta::preview))
        .route("/dev/phone", get(phone::read).post(phone::write))
        .route("/dev/log", get(phone::log))
        .fallback(meta::no_route)
        .method_not_allowed_fallback(meta::no_method)
        .layer(from_fn_with_state(Arc::clone(&app), auth::require));
    // Signing in is the one thing under /v1 that needs no key: it is where one is shown.
    let session = Router::new()
        .route("/v1/session", get(auth::session).delete(auth::sign_out))
        .layer(from_fn_with_state(Arc::clone(&app), auth::require))
        .route("/v1/session", post(auth::sign_in_by_key));
    Router::new()
        .nest("/v1", v1)
        .merge(session)
        .route("/sign-in", get(auth::sign_in_by_link))
        .route("/twilio/inbound", post(webhooks::inbound))
        .route("/twilio/status", post(webhooks::status))
        .route("/twilio/status/{attempt}", post(webhooks::attempt_status))
        .route("/readyz", get(meta::ready))
        .route("/livez", get(meta::live))
        .route("/verbatim.wasm", get(site::module))
        .route("/verbatim.js", get(site::glue))
        .fallback(get(site::page))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::clone(&app), guard::guard))
        .layer(from_fn(site::headers))
        .with_state(app)
}
