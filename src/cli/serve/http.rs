//! Answers the browser: pages and notes from memory, and events as they happen. Only pages of this preview
//! get an answer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::Stream;
use serde_json::{Value, json};

use avouch::render::outlet::json;

use crate::serve::changes;
use crate::serve::checks::Runner;
use crate::serve::pages;
use crate::serve::state::{PreviewState, SharedState};
use crate::terminal::secrets;

/// The policy of published pages, which also allows the preview's own script to fetch changes.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The headers of every answer.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The interval of the signals that the preview is still running.
const ALIVE: Duration = Duration::from_secs(15);

/// The state behind the answers.
#[derive(Clone)]
pub(crate) struct AppState {
    /// The pages and notes of this moment.
    pub(crate) state: SharedState,
    /// Runs the checks.
    pub(crate) runner: Runner,
    /// The current run, or the last one.
    pub(crate) run: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// The earlier state to compare with.
    pub(crate) previous: Arc<changes::Previous>,
}

/// All routes, for requests to `address`.
pub(crate) fn router(app: AppState, address: SocketAddr) -> Router {
    let ours = Arc::new([address.to_string(), format!("localhost:{}", address.port())]);
    Router::new()
        .route("/_avouch/events", get(events))
        .route("/_avouch/state.json", get(state))
        .route("/_avouch/changes.json", get(changed))
        .route("/_avouch/check", post(check))
        .route("/_avouch/serve.js", get(async || text("text/javascript", include_str!("serve.js"))))
        .route("/_avouch/serve.css", get(async || text("text/css", include_str!("serve.css"))))
        .fallback(get(page))
        .with_state(app)
        .layer(from_fn_with_state(ours, only_ours))
        .layer(from_fn(with_headers))
}

/// Refuses requests under another host name (DNS rebinding), and requests by pages of another origin.
async fn only_ours(State(ours): State<Arc<[String; 2]>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_ours = |host: &str| ours.iter().any(|one| one == host);
    let named = request.uri().authority().is_none_or(|authority| is_ours(authority.as_str()));
    let refused = if !named || !is_one(headers, &header::HOST, is_ours) {
        Some("this preview only answers requests to its own address")
    } else if !is_from_here(headers, &ours[..], request.method()) {
        Some("a page of another origin sent this request")
    } else {
        None
    };
    match refused {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    }
}

/// Whether a header occurs once, with a value that fits.
fn is_one(headers: &HeaderMap, name: &HeaderName, fits: impl Fn(&str) -> bool) -> bool {
    let mut all = headers.get_all(name).iter();
    let first = all.next().and_then(|value| value.to_str().ok());
    all.next().is_none() && first.is_some_and(fits)
}

/// Whether the origin is ours. A request that changes something must name it; others may leave it out.
fn is_from_here(headers: &HeaderMap, ours: &[String], method: &Method) -> bool {
    let fits = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(|host| ours.iter().any(|one| one == host))
    };
    if headers.contains_key(header::ORIGIN) {
        return is_one(headers, &header::ORIGIN, fits);
    }
    *method == Method::GET
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Events as they happen: the version of the pages, and the progress of a run.
async fn events(State(app): State<AppState>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut receiver = app.state.subscribe();
    receiver.mark_changed();
    let events = futures_util::stream::unfold(receiver, async |mut receiver| {
        receiver.changed().await.ok()?;
        let event = Event::default().data(event_data(&receiver.borrow_and_update()));
        Some((Ok(event), receiver))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE))
}

fn event_data(state: &PreviewState) -> String {
    let event = json::shown(json!({ "version": state.version, "run": state.run }));
    secrets::without(event).to_string()
}

async fn state(State(app): State<AppState>) -> Response {
    let state = app.state.borrow().clone();
    let state = json!({
        "looks": state.snapshots,
        "version": state.version,
        "took_ms": state.took.as_secs_f64() * 1000.0,
        "run": state.run,
        "notes": state.snapshot.notes,
        "readiness": state.snapshot.readiness,
        "previous": app.previous.name(),
    });
    document(state)
}

/// The changes since the last published version.
async fn changed(State(app): State<AppState>) -> Response {
    let snapshot = app.state.borrow().snapshot.clone();
    let compared = tokio::task::spawn_blocking(move || app.previous.compare(&snapshot)).await;
    match compared {
        Ok(changes) => document(json!(changes)),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn check(State(app): State<AppState>) -> StatusCode {
    let mut run = app.run.lock().unwrap_or_else(PoisonError::into_inner);
    match app.runner.begin() {
        Some(begun) => {
            *run = Some(begun);
            StatusCode::ACCEPTED
        }
        None => StatusCode::CONFLICT,
    }
}

/// A file of the site, from memory.
async fn page(State(app): State<AppState>, request: Request) -> Response {
    let snapshot = app.state.borrow().snapshot.clone();
    let path = request.uri().path().trim_start_matches('/');
    let below = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    if let Some(bytes) = snapshot.files.get(&below) {
        return text(media(&below), bytes.clone());
    }
    if snapshot.files.contains_key(&format!("{below}/index.html")) {
        let to = HeaderValue::try_from(format!("/{below}/"));
        let to = to.unwrap_or_else(|_| HeaderValue::from_static("/"));
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response();
    }
    let gone = pages::stub("Page not found", "It may have been removed or renamed.");
    (StatusCode::NOT_FOUND, text("text/html", gone)).into_response()
}

/// A document whose texts the preview's script shows.
fn document(value: Value) -> Response {
    text("application/json", secrets::without(json::shown(value)).into_bytes())
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
