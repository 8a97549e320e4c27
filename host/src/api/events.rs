//! `GET /v1/events`: messages, and events for webhooks, as they move, by server-sent events.
//!
//! What this host changes is told; of several hosts on one database each tells its own. A stream
//! ends after a while, and when the host stops: a browser comes back by itself, and its key or
//! session is looked at again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

use super::App;
use super::forwarding;
use super::problem::Problem;
use super::view::MessageView;
use crate::store::Change;

/// Streams that may be open at the same time.
pub const MAX_STREAMS: usize = 64;
/// How long a stream lasts at most.
const MAX_TIME: Duration = Duration::from_secs(15 * 60);

/// The streams that are open.
#[derive(Debug)]
pub struct Events {
    places: Arc<Semaphore>,
    end: watch::Sender<bool>,
}

impl Default for Events {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(MAX_STREAMS)), end: watch::Sender::new(false) }
    }
}

impl Events {
    /// Ends every stream: the host is stopping.
    pub fn end(&self) {
        self.end.send_replace(true);
    }
}

/// A stream in the making.
struct Listener {
    app: Arc<App>,
    changes: Receiver<Change>,
    end: watch::Receiver<bool>,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

/// Each event `message` holds a message as it stands, each `forward` an event for a webhook; an
/// event `missed` says how many changes
/// came too fast for this stream, so that its reader asks for the list again.
pub(super) async fn events(
    State(app): State<Arc<App>>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Ok(place) = Arc::clone(&app.events.places).try_acquire_owned() else {
        let detail = format!("{MAX_STREAMS} streams of events are open, which is the most");
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail));
    };
    let listener = Listener {
        changes: app.store.changes(),
        end: app.events.end.subscribe(),
        until: Instant::now() + MAX_TIME,
        app,
        _place: place,
    };
    let stream = unfold(listener, |mut listener| async {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

impl Listener {
    /// The next event; nothing at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let change = tokio::select! {
                change = self.changes.recv() => change,
                _ = self.end.wait_for(|end| *end) => return None,
                () = tokio::time::sleep_until(self.until) => return None,
            };
            match change {
                Ok(Change::Moved { message_id, .. }) => {
                    // Read anew, so that an event never tells less than the one before.
                    match self.app.store.message(&message_id).await {
                        Ok(Some(message)) => {
                            return of("message", &MessageView::new(message, None));
                        }
                        Ok(None) => {}
                        Err(error) => {
                            tracing::error!(%error, "a stream of events ended");
                            return None;
                        }
                    }
                }
                Ok(Change::Forwarded { id, .. }) => match forwarding::shown(&self.app, &id).await {
                    Ok(Some(forward)) => return of("forward", &forward),
                    Ok(None) => {}
                    Err(_) => return None,
                },
                Ok(
                    Change::Refused(_)
                    | Change::NotDelivered(_)
                    | Change::Counted { .. }
                    | Change::Priced(_)
                    | Change::Received(_),
                ) => {}
                Err(RecvError::Lagged(missed)) => {
                    let event = Event::default().event("missed");
                    return Some(event.data(json!({ "missed": missed }).to_string()));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn of(kind: &str, what: &impl Serialize) -> Option<Event> {
    Event::default().event(kind).json_data(what).ok()
}
