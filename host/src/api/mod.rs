//! The host's HTTP: the API under `/v1`, Twilio's webhooks, the console's pages, and health.

mod accept;
mod account;
mod auth;
mod cancel;
mod consent;
mod conversations;
mod directory;
mod events;
mod forwarding;
mod guard;
mod input;
mod keywords;
mod kit;
mod manners;
mod messages;
mod meta;
mod openapi;
mod opt_outs;
mod phone;
mod problem;
mod project;
mod registrations;
mod request_id;
mod route;
mod routes;
mod run;
mod send;
mod senders;
mod site;
mod stats;
mod templates;
mod versions;
mod view;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};

use crate::connection::Connection;
use crate::console::Console;
use crate::dispatch::Wake;
use crate::engine::Engine;
use crate::limit::RequestLimits;
use crate::metrics::Metrics;
use crate::receive::Receiver;
use crate::registration::Registrations;
use crate::seal::Vault;
use crate::store::Store;
use crate::twilio::fake::Control;

pub use events::{Events, MAX_STREAMS};
pub use guard::{MAX_BODY, Own};
pub use openapi::describe_api;
pub use problem::Refused;
pub(crate) use send::send_in_process;

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
    /// The account.
    pub connection: Connection,
    /// Seals and opens secrets.
    pub vault: Vault,
    /// How often each key has asked.
    pub limits: RequestLimits,
    /// Takes in what people write.
    pub receiver: Receiver,
    /// The pages.
    pub console: Console,
    /// The fake's phone, in `dev`.
    pub phone: Option<Control>,
    /// What the account has at Twilio, and how its senders are registered.
    pub registrations: Registrations,
    /// The open streams of events.
    pub events: Events,
    /// What is counted and measured.
    pub metrics: Metrics,
}

/// Every route, behind its guards.
pub fn router(app: Arc<App>) -> Router {
    let key = || from_fn_with_state(Arc::clone(&app), auth::require);
    let mut v1 = Router::new();
    for route in routes::routes() {
        let handler = if route.needs_key { route.handler.layer(key()) } else { route.handler };
        v1 = v1.route(route.path, handler);
    }
    // Who has no key does not learn which routes there are.
    let v1 = v1
        .fallback_service(any(meta::no_route).layer(key()).with_state(()))
        .method_not_allowed_fallback(meta::no_method);
    Router::new()
        .nest("/v1", v1)
        .route("/sign-in", get(auth::sign_in_by_link))
        .route("/twilio/inbound", post(webhooks::inbound))
        .route("/twilio/status", post(webhooks::status))
        .route("/twilio/status/{attempt}", post(webhooks::attempt_status))
        .route("/metrics", get(meta::metrics).layer(key()))
        .route("/readyz", get(meta::ready))
        .route("/livez", get(meta::live))
        .route("/verbatim.wasm", get(site::module))
        .route("/verbatim.js", get(site::glue))
        .fallback(get(site::page))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::clone(&app), guard::guard))
        .layer(from_fn(site::headers))
        .layer(from_fn(request_id::name))
        .with_state(app)
}
