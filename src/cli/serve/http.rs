//! What the browser is answered: pages and notes from memory, news as they come. Nobody but a page
//! of this very preview is answered at all.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::Stream;
use serde_json::json;

use crate::serve::board::{Board, Writer};
use crate::serve::changes;
use crate::serve::checks::Runner;
use crate::serve::pages;

/// As the published pages have it, and one thing more: the preview's own script may ask for news.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What each answer says beside its content.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// How often a browser is told that the preview still runs.
const ALIVE: Duration = Duration::from_secs(15);

/// What the answers are made from.
#[derive(Clone)]
pub(crate) struct Office {
    /// What is shown now.
    pub(crate) board: Writer,
    /// Runs the checks.
    pub(crate) runner: Runner,
    /// The run under way, or the last one.
    pub(crate) run: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// What the pages are compared with.
    pub(crate) previous: Arc<changes::Previous>,
}

/// Everything that is answered, to whoever came to `address`.
pub(crate) fn router(office: Office, address: SocketAddr) -> Router {
    let ours = Arc::new([address.to_string(), format!("localhost:{}", address.port())]);
    Router::new()
        .route("/_avouch/events", get(events))
        .route("/_avouch/state.json", get(state))
        .route("/_avouch/changes.json", get(changed))
        .route("/_avouch/check", post(check))
        .route("/_avouch/serve.js", get(async || text("text/javascript", include_str!("serve.js"))))
        .route("/_avouch/serve.css", get(async || text("text/css", include_str!("serve.css"))))
        .fallback(get(page))
        .with_state(office)
        .layer(from_fn_with_state(ours, only_ours))
        .layer(from_fn(with_headers))
}

/// Refuses whoever came by another name (a name of somebody else's that leads here: DNS rebinding),
/// and whatever a page from elsewhere asks for.
async fn only_ours(State(ours): State<Arc<[String; 2]>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_ours = |host: &str| ours.iter().any(|one| one == host);
    let named = request.uri().authority().is_none_or(|authority| is_ours(authority.as_str()));
    let refused = if !named || !is_one(headers, &header::HOST, is_ours) {
        Some("this preview answers to its own address alone")
    } else if !is_from_here(headers, &ours[..], request.method() != axum::http::Method::GET) {
        Some("a page from elsewhere asked for this")
    } else {
        None
    };
    match refused {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    }
}

/// Whether a header stands there once, and fits.
fn is_one(headers: &HeaderMap, name: &HeaderName, fits: impl Fn(&str) -> bool) -> bool {
    let mut all = headers.get_all(name).iter();
    let first = all.next().and_then(|value| value.to_str().ok());
    all.next().is_none() && first.is_some_and(fits)
}

/// A request that changes something must name its origin; any other one may.
fn is_from_here(headers: &HeaderMap, ours: &[String], changes: bool) -> bool {
    let fits = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(|host| ours.iter().any(|one| one == host))
    };
    if headers.contains_key(header::ORIGIN) {
        return is_one(headers, &header::ORIGIN, fits);
    }
    !changes
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// News, as they come: the version of what is shown, and how far a run is.
async fn events(
    State(office): State<Office>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut receiver = office.board.subscribe();
    receiver.mark_changed();
    let news = futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.changed().await.ok()?;
        let event = Event::default().data(news(&receiver.borrow_and_update()));
        Some((Ok(event), receiver))
    });
    Sse::new(news).keep_alive(KeepAlive::new().interval(ALIVE))
}

fn news(board: &Board) -> String {
    json!({ "version": board.version, "run": board.run }).to_string()
}

async fn state(State(office): State<Office>) -> Response {
    let board = office.board.borrow().clone();
    let state = json!({
        "looks": board.looks,
        "version": board.version,
        "took_ms": board.took.as_secs_f64() * 1000.0,
        "run": board.run,
        "notes": board.look.notes,
        "readiness": board.look.readiness,
        "previous": office.previous.name(),
    });
    text("application/json", state.to_string())
}

/// What changed since the last published version.
async fn changed(State(office): State<Office>) -> Response {
    let look = office.board.borrow().look.clone();
    let compared = tokio::task::spawn_blocking(move || office.previous.compare(&look)).await;
    match compared {
        Ok(changes) => text("application/json", json!(changes).to_string()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn check(State(office): State<Office>) -> StatusCode {
    let mut run = office.run.lock().unwrap_or_else(PoisonError::into_inner);
    match office.runner.begin() {
        Some(begun) => {
            *run = Some(begun);
            StatusCode::ACCEPTED
        }
        None => StatusCode::CONFLICT,
    }
}

/// A file of the site, from memory.
async fn page(State(office): State<Office>, request: Request) -> Response {
    let look = office.board.borrow().look.clone();
    let path = request.uri().path().trim_start_matches('/');
    let below = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    if let Some(bytes) = look.files.get(&below) {
        return text(media(&below), bytes.clone());
    }
    if look.files.contains_key(&format!("{below}/index.html")) {
        let to = HeaderValue::try_from(format!("/{below}/"));
        let to = to.unwrap_or_else(|_| HeaderValue::from_static("/"));
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response();
    }
    let gone = pages::stub("There is no page here", "It may have been taken out, or renamed.");
    (StatusCode::NOT_FOUND, text("text/html", gone)).into_response()
}

fn text(media: &'static str, body: impl Into<axum::body::Body>) -> Response {
    let media = HeaderValue::try_from(format!("{media}; charset=utf-8"));
    let media = media.unwrap_or_else(|_| HeaderValue::from_static("text/plain"));
    ([(header::CONTENT_TYPE, media)], body.into()).into_response()
}

fn media(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html",
        "css" => "text/css",
        "js" => "text/javascript",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "xml" => "application/xml",
        "md" => "text/markdown",
        _ => "text/plain",
    }
}

/// Answers until `ended` is done.
pub(crate) async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    ended: impl Future<Output = ()>,
) {
    tokio::select! {
        _ = axum::serve(listener, router) => {}
        () = ended => {}
    }
}
