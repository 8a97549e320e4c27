//! Takes connections and serves them, HTTP/1.1, each within limits: how many there are, how long a
//! head may take, and how long one lasts.
//!
//! `axum::serve` has none of these: hyper's `header_read_timeout` wants a timer that it does not
//! set. A request's own time, its body's included, is bounded behind this, by `api::guard`.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

/// What a client may take up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections that are open at the same time; further ones wait to be taken.
    pub connections: u32,
    /// How long a head may take from its first byte, or the end of the request before. Longer than
    /// proxies keep an idle connection, which is 60 s at most of them: who closes first decides
    /// whether a request may get lost.
    pub head: Duration,
    /// The same while every place is taken: who has asked for nothing yet makes room.
    pub head_when_full: Duration,
    /// After so long a connection is closed behind the request that is under way.
    pub age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Below the 1,024 open files that a process usually may have.
            connections: 800,
            head: Duration::from_secs(65),
            head_when_full: Duration::from_secs(2),
            age: Duration::from_secs(60 * 60),
        }
    }
}

/// How long a connection that is to end may go on with its request.
const GRACE: Duration = Duration::from_secs(20);
/// How long nothing is taken when the machine has no room for another connection.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Serves until `stop` ends, and then what is under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections as usize));
    let (stopping, _) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (accept(&listener).await, place)
        };
        let (socket, place) = tokio::select! {
            biased;
            () = &mut stop => break,
            next = next => next,
        };
        let (router, stopping) = (router.clone(), stopping.subscribe());
        let full = Arc::clone(&places);
        tokio::spawn(async move {
            let is_full = move || full.available_permits() == 0;
            connection(socket, router, limits, is_full, stopping).await;
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    // All places free: every connection has ended.
    let _ = places.acquire_many(limits.connections).await;
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => return socket,
            // The client was gone before it was taken.
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

async fn connection(
    socket: TcpStream,
    router: Router,
    limits: Limits,
    is_full: impl Fn() -> bool,
    mut stopping: watch::Receiver<bool>,
) {
    // An answer is one write, which nothing follows that it could wait for.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a connection waits before it sends");
    }
    let router = TowerToHyperService::new(router);
    // Since when it has been waiting for a request; nothing while one is under way.
    let idle = watch::Sender::new(Some(Instant::now()));
    let service = service_fn(|request| {
        idle.send_replace(None);
        let answer = router.call(request);
        async {
            let answer = answer.await;
            idle.send_replace(Some(Instant::now()));
            answer
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(socket), service);
    let mut served = pin!(served);
    let until = Instant::now() + limits.age;
    let mut look = tokio::time::interval(limits.head_when_full / 2);
    loop {
        tokio::select! {
            // How a client breaks off is its own business.
            _ = served.as_mut() => return,
            _ = stopping.wait_for(|stopping| *stopping) => break,
            () = tokio::time::sleep_until(until) => break,
            _ = look.tick() => {
                let waited = idle.borrow().map(|since| since.elapsed());
                if waited.is_some_and(|waited| waited >= limits.head_when_full) && is_full() {
                    return;
                }
            }
        }
    }
    served.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(GRACE, served).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    async fn start(limits: Limits) -> (SocketAddr, oneshot::Sender<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (stop, stopped) = oneshot::channel();
        let router = Router::new().route("/", get(|| async { "here" }));
        tokio::spawn(serve(listener, router, limits, async {
            let _ = stopped.await;
        }));
        (address, stop)
    }

    async fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
        let mut socket = TcpStream::connect(address).await.expect("a connection");
        socket.write_all(bytes).await.expect("it is taken");
        socket
    }

    /// What comes back until the connection ends, and how long that takes.
    async fn rest(mut socket: TcpStream) -> (String, Duration) {
        let start = Instant::now();
        let mut bytes = Vec::new();
        // A reset ends it as well.
        let _ = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut bytes))
            .await
            .expect("an end");
        (String::from_utf8(bytes).expect("UTF-8"), start.elapsed())
    }

    fn quick() -> Limits {
        Limits { head: Duration::from_millis(300), ..Limits::default() }
    }

    #[tokio::test]
    async fn a_head_that_comes_byte_by_byte_is_given_up_in_time() {
        let (address, _stop) = start(quick()).await;
        for begun in [&b""[..], b"GET", b"GET / HTTP/1.1\r\nHost: x\r\nX: "] {
            let mut socket = connect(address, begun).await;
            let start = Instant::now();
            // A byte now and then buys no more time.
            while socket.write_all(b"G").await.is_ok() {
                assert!(start.elapsed() < Duration::from_secs(5), "it goes on for ever");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert!(start.elapsed() >= Duration::from_millis(250), "{:?}", start.elapsed());
        }
        let (answer, _) = rest(connect(address, WHOLE).await).await;
        assert!(answer.ends_with("here"), "{answer}");
    }

    #[tokio::test]
    async fn who_opens_more_connections_than_there_are_places_shuts_nobody_out_for_long() {
        let (address, _stop) = start(Limits {
            connections: 20,
            head_when_full: Duration::from_millis(200),
            ..Limits::default()
        })
        .await;
        let mut idle = Vec::new();
        for _ in 0..200 {
            idle.push(connect(address, b"GET / HTT").await);
        }
        let (answer, took) = rest(connect(address, WHOLE).await).await;
        assert!(answer.ends_with("here") && took < Duration::from_secs(9), "{answer} {took:?}");
    }

    #[tokio::test]
    async fn a_connection_ends_when_it_is_old_and_when_the_host_stops() {
        let old = Limits { age: Duration::from_millis(300), ..Limits::default() };
        let (address, _stop) = start(old).await;
        let (_, took) = rest(connect(address, b"").await).await;
        assert!(took >= Duration::from_millis(250) && took < Duration::from_secs(5), "{took:?}");
        let (address, stop) = start(Limits::default()).await;
        let open = connect(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.send(()).expect("a server");
        let (answer, took) = rest(open).await;
        assert!(answer.ends_with("here") && took < Duration::from_secs(5), "{answer} {took:?}");
    }
}
