//! Notes, which belong to the tenant that made them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse};
use serde::Deserialize;
use serde_json::json;

use crate::addon::App;
use crate::addon::credential::Caller;
use crate::addon::json_body::JsonBody;
use crate::flaw::Flaw;
use crate::problem::Problem;
use crate::store::{Note, Tenant, Whose};

/// How many bytes a note may have.
const TEXT_MAX: usize = 10_000;

/// What a note is made of.
#[derive(Deserialize)]
pub(crate) struct Text {
    text: String,
}

/// Whose notes a request reaches: the caller's own, or everybody's where the flaw is switched on.
fn reach<'a>(app: &App, tenant: &'a Tenant, flaw: Flaw) -> Whose<'a> {
    if app.has(flaw) { Whose::Everybodys } else { Whose::Of(&tenant.client_key) }
}

/// The notes, oldest first.
pub(crate) async fn list(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    let notes = app.store.notes(reach(&app, &tenant, Flaw::LeakList))?;
    Ok(Json(json!({ "notes": notes })))
}

/// Makes one.
pub(crate) async fn create(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<Text>,
) -> Result<impl IntoResponse, Problem> {
    let text = bounded(body)?;
    let note = app
        .store
        .add_note(&tenant.client_key, text)?
        .ok_or(Problem(StatusCode::CONFLICT, "there are too many notes"))?;
    let location = format!("/notes/{}", note.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(note)))
}

/// Shows one.
pub(crate) async fn show(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    if let Some(note) = app.store.note(reach(&app, &tenant, Flaw::LeakRead), &id)? {
        return Ok(Json(note).into_response());
    }
    match app.store.note(reach(&app, &tenant, Flaw::LeakInError), &id)? {
        Some(note) => Ok(failure(&note).into_response()),
        None => Err(Problem::NOT_FOUND),
    }
}

/// Changes one.
pub(crate) async fn change(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Text>,
) -> Result<impl IntoResponse, Problem> {
    let text = bounded(body)?;
    let note = Note { id, text };
    let whose = reach(&app, &tenant, Flaw::CrossWrite);
    let changed = app.store.set_note(whose, &note)?;
    changed.then_some(Json(note)).ok_or(Problem::NOT_FOUND)
}

/// Deletes one.
pub(crate) async fn delete(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let whose = reach(&app, &tenant, Flaw::CrossDelete);
    let deleted = app.store.delete_note(whose, &id)?;
    deleted.then_some(StatusCode::NO_CONTENT).ok_or(Problem::NOT_FOUND)
}

/// A page such as a careless framework shows, with what it was working on.
fn failure(note: &Note) -> impl IntoResponse + use<> {
    let shown: String = note.text.chars().map(escaped).collect();
    let page = format!(
        "<!doctype html><title>500 Internal Server Error</title><pre>cannot show: {shown}</pre>\n"
    );
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page))
}

/// A character as a number, as HTML has it, where it could mean something there.
fn escaped(character: char) -> String {
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
