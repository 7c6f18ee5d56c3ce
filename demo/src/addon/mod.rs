//! The add-on: its routes, and the header fields of all answers.

mod config;
mod credential;
mod dav;
mod forge;
mod graphql;
mod images;
mod json_body;
mod lifecycle;
mod notes;
mod operator;
mod public;
mod remote;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};

use crate::addon::credential::Caller;
use crate::backup::Backups;
use crate::clock::Clock;
use crate::flaw::Flaw;
use crate::key_server::KeyServer;
use crate::mode;
use crate::mode::Mode;
use crate::problem::Problem;
use crate::secrets::Secrets;
use crate::store::Store;

pub(crate) use self::public::LANDING;

/// The maximum size of a JSON body, in bytes.
const BODY_MAX: usize = 64 * 1024;
/// The maximum size of a form with an image, in bytes.
const UPLOAD_MAX: usize = 1024 * 1024;
/// The time limit for an answer, including reading the body.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// What pages may load, and who may show them in a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; frame-ancestors 'self'";

/// The servers of the add-on, behind one name. They share their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// The first server.
    First,
    /// The second server.
    Second,
}

/// The state of the add-on.
pub(crate) struct App {
    /// The clock.
    pub(crate) clock: Clock,
    /// The flaws of the add-on.
    pub(crate) flaws: BTreeSet<Flaw>,
    /// The database.
    pub(crate) store: Store,
    /// The backups.
    pub(crate) backups: Backups,
    /// The platform's key server.
    pub(crate) key_server: KeyServer,
    /// The platform's private keys; the key server publishes their public halves.
    pub(crate) secrets: Secrets,
    /// The contacts that `security.txt` names.
    pub(crate) contacts: Vec<String>,
    /// The operator's bearer token.
    pub(crate) operator_token: String,
    /// The time of the start.
    pub(crate) started: Instant,
}

impl App {
    /// Whether the add-on has this flaw.
    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }
}

/// The routes of one of the add-on's servers, in this mode.
pub(crate) fn router(app: &Arc<App>, node: Node, mode: Mode) -> Router {
    let stats = match node {
        Node::Second if app.has(Flaw::OpenNode) => get(public::stats_for_everybody),
        _ => get(public::stats),
    };
    finished(routes().route("/stats", stats), app, mode)
}

/// The routes of the back end of the Forge app, in this mode.
pub(crate) fn remote_router(app: &Arc<App>, mode: Mode) -> Router {
    finished(remote::routes(), app, mode)
}

/// Adds to routes what every answer has.
fn finished(routes: Router<Arc<App>>, app: &Arc<App>, mode: Mode) -> Router {
    routes
        .fallback(async || Problem::NOT_FOUND)
        .method_not_allowed_fallback(async || {
            Problem(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed")
        })
        .with_state(Arc::clone(app))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn(with_time_limit))
        .layer(from_fn_with_state(mode, mode::apply))
        .layer(from_fn_with_state(Arc::clone(app), set_headers))
}

fn routes() -> Router<Arc<App>> {
    let upload = post(images::upload).layer(DefaultBodyLimit::max(UPLOAD_MAX));
    Router::new()
        .route("/", get(public::landing))
        .route("/atlassian-connect.json", get(public::descriptor))
        .route("/.well-known/security.txt", get(public::security_txt))
        .route("/installed", post(lifecycle::installed))
        .route("/uninstalled", post(lifecycle::uninstalled))
        .route("/forge/notes", get(forge::notes))
        .route("/config", get(config::show).put(config::change))
        .merge(notes::routes::<Caller>())
        .route("/dav/notes", any(dav::list))
        .route("/graphql", post(graphql::answer))
        .route("/images", upload)
        .route("/file/{id}", get(images::local))
        .route("/ops/backups/latest", get(operator::latest_backup))
        .route("/ops/backups/latest/file", get(operator::latest_backup_file))
        .route("/ops/installs", get(lifecycle::history))
        .route("/ops/access-log", get(operator::access_log))
        .route("/ops/access", post(operator::record_access))
}

async fn with_time_limit(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(ANSWER_TIME, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        Problem(StatusCode::REQUEST_TIMEOUT, "the request took too long").into_response()
    })
}

/// Sets the header fields of every answer, whatever its status.
async fn set_headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    let fixed = HeaderValue::from_static;
    if !app.has(Flaw::NoHsts) {
        let a_year = fixed("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed(CONTENT_SECURITY_POLICY));
    headers.insert(header::REFERRER_POLICY, fixed("no-referrer"));
    let moved = app.has(Flaw::MovedHost);
    let router = if moved { "1.1 elsewhere-router" } else { "1.1 heroku-router" };
    headers.insert(header::VIA, fixed(router));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, fixed("no-store"));
    }
    answer
}
