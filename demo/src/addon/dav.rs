//! The notes as a WebDAV folder (RFC 4918): `PROPFIND` lists them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::addon::App;
use crate::addon::credential::Caller;
use crate::addon::notes::escaped;
use crate::flaw::Flaw;
use crate::problem::Problem;
use crate::store::{Note, Owner};

/// Lists the caller's notes. With the flaw, a caller without a credential sees all notes.
pub(crate) async fn list(
    method: Method,
    caller: Result<Caller, Problem>,
    State(app): State<Arc<App>>,
) -> Result<Response, Problem> {
    if method.as_str() != "PROPFIND" {
        return Err(Problem(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed"));
    }
    let notes = match caller {
        Ok(Caller(tenant)) => app.store.notes(Owner::Tenant(&tenant.client_key))?,
        Err(_) if app.has(Flaw::PropfindNoAuth) => app.store.notes(Owner::Anyone)?,
        Err(problem) => return Err(problem),
    };
    let media_type = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    Ok((StatusCode::MULTI_STATUS, media_type, multistatus(&notes)).into_response())
}

fn multistatus(notes: &[Note]) -> String {
    let response = |note: &Note| {
        let name: String = note.text.chars().map(escaped).collect();
        format!(
            "<response><href>/dav/notes/{}</href><propstat><prop><displayname>{name}</displayname></prop>\
             <status>HTTP/1.1 200 OK</status></propstat></response>\n",
            note.id
        )
    };
    let responses: String = notes.iter().map(response).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<multistatus xmlns=\"DAV:\">\n{responses}</multistatus>\n"
    )
}
