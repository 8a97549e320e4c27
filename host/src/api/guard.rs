//! What every request passes first: the Host and the Origin, its length, and its time.
//!
//! Host and Origin are checked so that a web page cannot reach a host on this machine, neither
//! directly (Origin) nor by a name of its own that points here (Host).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use reqwest::Url;

use super::App;
use super::problem::Problem;

/// The longest request that is read, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;
/// How long a request may take from its head to its answer.
const REQUEST_TIME: Duration = Duration::from_secs(15);

/// Which hosts and origins are this host's own.
#[derive(Debug, Clone)]
pub struct Own {
    port: u16,
    public: Option<String>,
    origins: Vec<String>,
}

impl Own {
    /// What is its own for a host that listens on an address and is known by a public URL.
    #[must_use]
    pub fn new(listen: SocketAddr, public: &Url) -> Self {
        let port = listen.port();
        let authority = |url: &Url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
        };
        let mut origins = vec![
            format!("http://{listen}"),
            format!("http://localhost:{port}"),
            format!("http://127.0.0.1:{port}"),
        ];
        origins.push(public.origin().ascii_serialization());
        Self { port, public: authority(public), origins }
    }

    /// A host is own if it is the public one, or names this machine without a name that somebody
    /// else could point here: an IP address, or `localhost`, with our port.
    fn has_host(&self, host: &str) -> bool {
        if self.public.as_deref().is_some_and(|public| public.eq_ignore_ascii_case(host)) {
            return true;
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, port.parse().ok()),
            Some(_) | None => (host, Some(80)),
        };
        let address = name.strip_prefix('[').and_then(|v6| v6.strip_suffix(']')).unwrap_or(name);
        let is_fixed = name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok();
        port == Some(self.port) && is_fixed
    }

    fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own.eq_ignore_ascii_case(origin))
    }

    /// Whether the request says that a page of ours makes it. A cookie counts only then.
    pub(super) fn is_from_our_page(&self, headers: &HeaderMap) -> bool {
        headers
            .get(header::ORIGIN)
            .and_then(|origin| origin.to_str().ok())
            .is_some_and(|origin| self.has_origin(origin))
    }

    fn check(&self, request: &Request) -> Result<(), Problem> {
        let in_header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = request.uri().authority().map(axum::http::uri::Authority::as_str).or(in_header);
        if !host.is_some_and(|host| self.has_host(host)) {
            let found = host.unwrap_or("none");
            let detail = format!("expected this host's own address in `Host`, found `{found}`");
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "foreign_host", detail));
        }
        match request.headers().get(header::ORIGIN) {
            Some(_) if !self.is_from_our_page(request.headers()) => {
                let detail = "the request comes from a page of another origin, which is refused";
                Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", detail))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The middleware: refuses by head alone, and answers in time.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if let Err(problem) = app.own.check(&request).and_then(|()| check_length(&request)) {
        return closing(problem.into_response());
    }
    match tokio::time::timeout(REQUEST_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the request took longer than 15 s and was given up";
            let problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail);
            closing(problem.into_response())
        }
    }
}

/// A request that says how long it is is refused before a byte of it is read; one that does not
/// is cut off by the extractors' limit.
fn check_length(request: &Request) -> Result<(), Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    match length.map(|value| value.to_str().ok().and_then(|text| text.parse::<u64>().ok())) {
        None => Ok(()),
        Some(Some(length)) if usize::try_from(length).is_ok_and(|it| it <= MAX_BODY) => Ok(()),
        Some(_) => Err(too_large()),
    }
}

pub(super) fn too_large() -> Problem {
    let detail = format!("expected a request of at most {MAX_BODY} bytes, found a longer one");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// What was not read of the request is not waited for.
fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        let listen = "127.0.0.1:8470".parse().expect("an address");
        Own::new(listen, &"https://sms.example.com".parse().expect("a URL"))
    }

    #[test]
    fn only_names_that_nobody_else_can_point_here_are_own() {
        for (host, fine) in [
            ("127.0.0.1:8470", true),
            ("localhost:8470", true),
            ("LOCALHOST:8470", true),
            ("[::1]:8470", true),
            ("192.168.1.7:8470", true),
            ("sms.example.com", true),
            ("127.0.0.1", false),
            ("127.0.0.1:80", false),
            ("evil.example.com:8470", false),
            ("127.0.0.1.evil.example.com:8470", false),
            ("sms.example.com:8470", false),
            ("", false),
        ] {
            assert_eq!(own().has_host(host), fine, "{host}");
        }
    }

    #[test]
    fn only_our_own_pages_are_our_origin() {
        for (origin, fine) in [
            ("http://127.0.0.1:8470", true),
            ("http://localhost:8470", true),
            ("https://sms.example.com", true),
            ("http://sms.example.com", false),
            ("http://127.0.0.1:3000", false),
            ("null", false),
        ] {
            assert_eq!(own().has_origin(origin), fine, "{origin}");
        }
    }
}
