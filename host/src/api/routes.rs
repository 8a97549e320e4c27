//! Every route of the API, in the order of its document.

use axum::http::StatusCode;
use serde_json::Value;

use super::route::Route;
use super::{
    account, auth, cancel, consent, conversations, directory, events, forwarding, keywords, kit,
    manners, messages, meta, openapi, opt_outs, phone, project, registrations, run, send, senders,
    stats, templates,
};
use super::{versions, view};
use crate::keywords::Keywords;
use crate::manners::Manners;
use crate::project::{Action, Attribute, Entity, Handoff, Item, Stored, Translation, Variant};
use crate::twilio::fake::Chaos;

const OK: StatusCode = StatusCode::OK;
const CREATED: StatusCode = StatusCode::CREATED;

pub(super) fn routes() -> Vec<Route> {
    [messages(), templates(), whole_project(), senders(), consent(), webhooks(), host(), dev()]
        .into_iter()
        .flatten()
        .collect()
}

fn messages() -> Vec<Route> {
    vec![
        Route::post("/messages", "Accept a message; 202 means that it is durable", send::send)
            .header("Idempotency-Key", "the same key and the same request: the same answer")
            .takes::<send::SendRequest>()
            .gives::<view::MessageView>(StatusCode::ACCEPTED),
        Route::get("/messages", "List messages, the newest first", messages::list)
            .query::<messages::ListQuery>()
            .gives::<messages::MessageList>(OK),
        Route::get("/messages/{id}", "A message with all that is known of it", messages::one)
            .gives::<messages::Story>(OK),
        Route::get("/conversations", "List conversations, by their ids", conversations::list)
            .query::<conversations::ListQuery>()
            .gives::<conversations::ConversationList>(OK),
        Route::get(
            "/conversations/{id}",
            "A conversation, what is noted of it and what was sent in it",
            conversations::one,
        )
        .gives::<conversations::WholeConversation>(OK),
        Route::put("/conversations/{id}", "Note something of a conversation", conversations::note)
            .takes::<conversations::Notes>()
            .gives::<conversations::ConversationView>(OK),
        Route::patch(
            "/conversations/{id}/state",
            "Set what a conversation knows that fills tokens",
            conversations::change_state,
        )
        .takes::<crate::project::StateChange>()
        .gives::<crate::project::State>(OK),
        Route::post("/messages/{id}/cancel", "Take back a message that is queued", cancel::cancel)
            .gives::<view::MessageView>(OK),
        Route::get("/stats", "What became of the messages of the last hours", stats::stats)
            .query::<stats::StatsQuery>()
            .gives::<stats::Stats>(OK),
        Route::get(
            "/events",
            "Messages and events for webhooks as they move, by server-sent events",
            events::events,
        )
        .gives_kind::<String>(OK, "text/event-stream"),
        Route::post("/preview", "What a body says, and what it costs", meta::preview)
            .takes::<meta::Preview>()
            .gives::<Value>(OK),
    ]
}

fn templates() -> Vec<Route> {
    let if_match = ("If-Match", "the ETag that was read; another has saved since: 412");
    vec![
        Route::get("/templates", "List templates, by title", templates::list)
            .gives::<templates::TemplateList>(OK),
        Route::post("/templates", "Create a template", templates::create)
            .takes::<templates::Draft>()
            .gives::<view::TemplateView>(CREATED),
        Route::get("/templates/{id}", "A template, by id or title", templates::one)
            .gives::<view::TemplateView>(OK),
        Route::put("/templates/{id}", "Save a template as its next version", templates::save)
            .header(if_match.0, if_match.1)
            .takes::<templates::Draft>()
            .gives::<view::TemplateView>(OK),
        Route::delete("/templates/{id}", "Delete a template", templates::delete),
        Route::get("/templates/{id}/uses", "Which actions name it", templates::uses)
            .gives::<project::Uses>(OK),
        Route::post("/templates/{id}/duplicate", "Copy it to another title", templates::duplicate)
            .takes::<templates::Duplicate>()
            .gives::<view::TemplateView>(CREATED),
        Route::get("/templates/{id}/versions", "Its versions, the newest first", versions::list)
            .query::<versions::VersionQuery>()
            .gives::<versions::VersionList>(OK),
        Route::post(
            "/templates/{id}/publish",
            "Let an environment send the newest version, or a given one",
            versions::publish,
        )
        .takes::<versions::Publish>()
        .gives::<view::TemplateView>(OK),
    ]
}

fn whole_project() -> Vec<Route> {
    let mut routes = vec![
        Route::get(
            "/project",
            "What exists and what it may hold, as the module's `check` takes it",
            project::whole,
        )
        .query::<project::WholeQuery>()
        .gives::<project::Whole>(OK),
        Route::put("/project", "Set the project's default language", project::set)
            .takes::<project::ProjectSetting>()
            .gives::<project::ProjectSetting>(OK),
        Route::post(
            "/project/import",
            "Import files of the Agent Development Kit, all of them or nothing",
            kit::import,
        )
        .query::<kit::ImportQuery>()
        .takes::<kit::Files>()
        .gives::<crate::kit::Imported>(OK),
        Route::post(
            "/project/export",
            "Files of the Agent Development Kit with what the project holds",
            kit::export,
        )
        .takes::<kit::Files>()
        .gives::<kit::Exported>(OK),
        Route::post(
            "/check",
            "What is wrong with a body or a prompt in this project, and its exact bounds",
            project::check,
        )
        .takes::<project::CheckRequest>()
        .gives::<Value>(OK),
    ];
    routes.extend(items::<Action>(["/actions", "/actions/{name}"]));
    routes.push(
        Route::post(
            "/actions/{name}/run",
            "Send every template that it names and give its handoff, or do nothing at all",
            run::run,
        )
        .header("Idempotency-Key", "the same key and the same request: the same answer")
        .takes::<run::RunRequest>()
        .gives::<run::Run>(StatusCode::ACCEPTED),
    );
    routes.extend(items::<Handoff>(["/handoffs", "/handoffs/{name}"]));
    routes.push(
        Route::get("/handoffs/{name}/uses", "Which actions name it", project::handoff_uses)
            .gives::<project::Uses>(OK),
    );
    routes.extend(items::<Variant>(["/variants", "/variants/{name}"]));
    routes.extend(items::<Attribute>(["/attributes", "/attributes/{name}"]));
    routes.extend(items::<Entity>(["/entities", "/entities/{name}"]));
    routes.extend(items::<Translation>(["/translations", "/translations/{name}"]));
    routes
}

/// Things of a project, each by its name.
fn items<T: Item>([all, one]: [&'static str; 2]) -> Vec<Route> {
    let if_match = ("If-Match", "the ETag that was read; another has saved since: 412");
    let if_none_match = ("If-None-Match", "`*`: only if there is none of this name yet");
    vec![
        Route::get(all, "List them, by name", project::list::<T>).gives::<project::List<T>>(OK),
        Route::get(one, "One of them", project::one::<T>).gives::<Stored<T>>(OK),
        Route::put(one, "Create it, 201, or save it, 200", project::put::<T>)
            .header(if_match.0, if_match.1)
            .header(if_none_match.0, if_none_match.1)
            .takes::<T>()
            .gives::<Stored<T>>(OK),
        Route::delete(one, "Delete it", project::delete::<T>).header(if_match.0, if_match.1),
    ]
}

fn senders() -> Vec<Route> {
    vec![
        Route::get("/senders", "List the senders of each environment", senders::list)
            .gives::<senders::SenderList>(OK),
        Route::post("/senders", "Register a sender for an environment", senders::register)
            .takes::<senders::Registration>()
            .gives::<view::SenderView>(CREATED),
        Route::delete(
            "/senders/{environment}/{sender}",
            "Take a sender from an environment",
            senders::remove,
        ),
        Route::get(
            "/registrations",
            "How the senders in use are registered for A2P 10DLC, as Twilio last said",
            registrations::list,
        )
        .gives::<registrations::RegistrationList>(OK),
        Route::put(
            "/registrations",
            "Set what becomes of live messages that carriers would block",
            registrations::set,
        )
        .takes::<registrations::RegistrationSetting>()
        .gives::<registrations::RegistrationList>(OK),
        Route::post("/registrations/look", "Ask Twilio about all of them now", registrations::look)
            .gives::<registrations::RegistrationList>(OK),
        Route::get(
            "/registrations/{sender}",
            "How one sender is registered, in use or not yet",
            registrations::one,
        )
        .gives::<registrations::RegistrationView>(OK),
    ]
}

fn consent() -> Vec<Route> {
    vec![
        Route::get("/opt-outs", "List who has opted out, by recipient", opt_outs::list)
            .query::<opt_outs::ListQuery>()
            .gives::<opt_outs::OptOutList>(OK),
        Route::post("/opt-outs", "Record an opt-out, with its reason", opt_outs::add)
            .takes::<opt_outs::Addition>()
            .gives::<crate::store::PairConsent>(CREATED),
        Route::post("/opt-outs/import", "Record the opt-outs of a CSV file", opt_outs::import)
            .takes_kind::<String>(opt_outs::CSV)
            .gives::<crate::opt_outs::Imported>(OK),
        Route::get("/opt-outs/{recipient}/{sender}", "How a pair stands", opt_outs::one)
            .gives::<crate::store::PairConsent>(OK),
        Route::get("/consent", "A person's lines in the ledger, the newest first", consent::ledger)
            .query::<consent::LedgerQuery>()
            .gives::<consent::Ledger>(OK),
    ]
}

fn webhooks() -> Vec<Route> {
    vec![
        Route::get("/webhooks", "List the webhooks that hear what people write", forwarding::list)
            .gives::<forwarding::WebhookList>(OK),
        Route::get("/keywords", "What counts as a keyword beside the table", keywords::get)
            .gives::<Keywords>(OK),
        Route::put("/keywords", "Set what counts as a keyword, and the replies", keywords::set)
            .takes::<Keywords>()
            .gives::<Keywords>(OK),
        Route::get("/manners", "How much one person gets, and all together", manners::get)
            .gives::<Manners>(OK),
        Route::put("/manners", "Set how much one person gets, and all together", manners::set)
            .takes::<Manners>()
            .gives::<Manners>(OK),
        Route::put(
            "/webhooks/{sender}",
            "Set the webhook of a number, of a Messaging Service, or the `default`",
            forwarding::put,
        )
        .takes::<forwarding::WebhookSetting>()
        .gives::<forwarding::WebhookView>(OK),
        Route::delete("/webhooks/{sender}", "Remove a webhook", forwarding::remove),
        Route::get("/forwards", "List events for webhooks, the newest first", forwarding::forwards)
            .query::<forwarding::ForwardQuery>()
            .gives::<forwarding::ForwardList>(OK),
        Route::get("/forwards/{id}", "An event for a webhook", forwarding::forward)
            .gives::<forwarding::ForwardView>(OK),
        Route::post(
            "/forwards/{id}/resend",
            "Post an event again that has ended",
            forwarding::resend,
        )
        .gives::<forwarding::ForwardView>(OK),
    ]
}

fn host() -> Vec<Route> {
    vec![
        Route::get("/account", "The Twilio account, without its token", account::show)
            .gives::<account::AccountView>(OK),
        Route::put("/account", "Connect a Twilio account, which is asked first", account::connect)
            .takes::<account::AccountSetting>()
            .gives::<account::AccountView>(OK),
        Route::delete("/account", "Disconnect it; nothing is sent any more", account::disconnect),
        Route::get(
            "/account/senders",
            "The account's numbers and Messaging Services at Twilio, at most five minutes old",
            directory::list,
        )
        .gives::<crate::twilio::directory::Directory>(OK),
        Route::get("/module", "The module that runs here", meta::module).gives::<meta::Module>(OK),
        Route::post("/session", "Sign a browser in with an API key", auth::sign_in_by_key)
            .without_key()
            .takes::<auth::Credentials>()
            .gives::<auth::Session>(OK),
        Route::get("/session", "Whether one is signed in", auth::session)
            .gives::<auth::Session>(OK),
        Route::delete("/session", "Sign out", auth::sign_out),
        Route::get("/openapi.json", "This document", openapi::document)
            .without_key()
            .gives::<Value>(OK),
    ]
}

fn dev() -> Vec<Route> {
    vec![
        Route::get("/dev/phone", "In `dev`: what a phone received", phone::read)
            .query::<phone::Which>()
            .gives::<Value>(OK),
        Route::post("/dev/phone", "In `dev`: write as a phone's owner", phone::write)
            .takes::<phone::Text>()
            .gives::<Value>(OK),
        Route::get("/dev/log", "In `dev`: what the fake Twilio was asked", phone::log)
            .gives::<Value>(OK),
        Route::get("/dev/chaos", "In `dev`: what goes wrong at the fake Twilio", phone::chaos)
            .gives::<Chaos>(OK),
        Route::put("/dev/chaos", "In `dev`: set all that goes wrong", phone::set_chaos)
            .takes::<Chaos>()
            .gives::<Chaos>(OK),
    ]
}
