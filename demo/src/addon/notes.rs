//! Notes, which belong to the tenant that created them.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{LINK, LOCATION};
use axum::response::{AppendHeaders, Html, IntoResponse};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::addon::App;
use crate::addon::json_body::JsonBody;
use crate::flaw::Flaw;
use crate::problem::Problem;
use crate::store::{Note, Owner, Tenant};

/// The maximum size of a note, in bytes.
const TEXT_MAX: usize = 10_000;

/// The number of notes of a page of the list.
const PAGE: usize = 20;

/// The routes of the notes, for callers with credentials of one kind.
pub(crate) fn routes<C: Credential>() -> Router<Arc<App>> {
    Router::new()
        .route("/notes", get(list::<C>).post(create::<C>))
        .route("/notes/{id}", get(show::<C>).put(change::<C>).delete(delete::<C>))
}

/// A verified credential of a tenant.
pub(crate) trait Credential:
    FromRequestParts<Arc<App>, Rejection = Problem> + Into<Tenant> + Send + 'static
{
}

impl<C: FromRequestParts<Arc<App>, Rejection = Problem> + Into<Tenant> + Send + 'static> Credential
    for C
{
}

/// A page of the list: the notes after the one with this id, or the first page.
#[derive(Deserialize)]
struct Page {
    after: Option<String>,
}

/// The content of a note.
#[derive(Deserialize)]
struct Text {
    text: String,
}

/// The notes that a request can reach: the caller's own, or all with the flaw.
fn scope<'a>(app: &App, tenant: &'a Tenant, flaw: Flaw) -> Owner<'a> {
    if app.has(flaw) { Owner::Anyone } else { Owner::Tenant(&tenant.client_key) }
}

/// The notes, oldest first, in pages. Another page is announced by the header field `Link` (RFC 8288).
async fn list<C: Credential>(
    caller: C,
    State(app): State<Arc<App>>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Query(page) = page.map_err(|_| Problem::bad_request("the query cannot be read"))?;
    let tenant = caller.into();
    let further = scope(&app, &tenant, Flaw::LeakNextPage);
    let mut notes = match &page.after {
        Some(id) => app.store.notes_after(further, id)?,
        None => app.store.notes(scope(&app, &tenant, Flaw::LeakList))?,
    };
    notes.truncate(PAGE);
    let more = match notes.last() {
        Some(last) if !app.store.notes_after(further, &last.id)?.is_empty() => Some(&last.id),
        _ => None,
    };
    let next = more.map(|id| (LINK, format!("</notes?after={id}>; rel=\"next\"")));
    Ok((AppendHeaders(next), Json(json!({ "notes": notes }))))
}

/// Creates a note.
async fn create<C: Credential>(
    caller: C,
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<Text>,
) -> Result<impl IntoResponse, Problem> {
    let tenant: Tenant = caller.into();
    let text = bounded(body)?;
    let note = app
        .store
        .add_note(&tenant.client_key, text)?
        .ok_or(Problem(StatusCode::CONFLICT, "there are too many notes"))?;
    let location = format!("/notes/{}", note.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(note)))
}

/// Shows a note.
async fn show<C: Credential>(
    caller: C,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let tenant = caller.into();
    if let Some(note) = app.store.note(scope(&app, &tenant, Flaw::LeakRead), &id)? {
        return Ok(Json(note).into_response());
    }
    match app.store.note(scope(&app, &tenant, Flaw::LeakInError), &id)? {
        Some(note) => Ok(failure(&note).into_response()),
        None => Err(Problem::NOT_FOUND),
    }
}

/// Changes a note.
async fn change<C: Credential>(
    caller: C,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Text>,
) -> Result<impl IntoResponse, Problem> {
    let tenant = caller.into();
    let text = bounded(body)?;
    let note = Note { id, text };
    let owner = scope(&app, &tenant, Flaw::CrossWrite);
    let changed = app.store.set_note(owner, &note)?;
    changed.then_some(Json(note)).ok_or(Problem::NOT_FOUND)
}

/// Deletes a note.
async fn delete<C: Credential>(
    caller: C,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let tenant = caller.into();
    let owner = scope(&app, &tenant, Flaw::CrossDelete);
    let deleted = app.store.delete_note(owner, &id)?;
    deleted.then_some(StatusCode::NO_CONTENT).ok_or(Problem::NOT_FOUND)
}

/// An error page as a careless framework shows it, with the data that was being processed.
fn failure(note: &Note) -> impl IntoResponse + use<> {
    let shown: String = note.text.chars().map(escaped).collect();
    let page = format!(
        "<!doctype html><title>500 Internal Server Error</title><pre>cannot show: {shown}</pre>\n"
    );
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page))
}

/// Escapes a character that has a meaning in HTML and XML.
pub(crate) fn escaped(character: char) -> String {
    match character {
        '<' | '>' | '&' | '"' | '\'' => format!("&#{};", u32::from(character)),
        _ => character.to_string(),
    }
}

fn bounded(body: Text) -> Result<String, Problem> {
    (body.text.len() <= TEXT_MAX)
        .then_some(body.text)
        .ok_or(Problem::bad_request("the note is too long"))
}
