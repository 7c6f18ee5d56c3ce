//! A GraphQL endpoint with two fields: `notes`, and `note(id: ...)`.
//!
//! It reads only as much of the language as these need: one selection, whose field has at most one
//! argument, a variable or a string.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::addon::App;
use crate::addon::credential::Caller;
use crate::addon::json_body::JsonBody;
use crate::flaw::Flaw;
use crate::problem::Problem;
use crate::store::Owner;

/// The body of a request: a document and its variables.
#[derive(Deserialize)]
pub(crate) struct Document {
    query: String,
    #[serde(default)]
    variables: Map<String, Value>,
}

/// Answers a document with status 200, errors too, as is usual for GraphQL.
pub(crate) async fn answer(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    JsonBody(document): JsonBody<Document>,
) -> Result<impl IntoResponse, Problem> {
    let own = Owner::Tenant(&tenant.client_key);
    let data = match document.field() {
        Some("notes") => {
            let reach = if app.has(Flaw::LeakGraphql) { Owner::Anyone } else { own };
            json!({ "notes": app.store.notes(reach)? })
        }
        Some("note") => {
            let id = document.id().unwrap_or_default();
            json!({ "note": app.store.note(own, &id)? })
        }
        _ => {
            let message = "the document does not select `notes` or `note`";
            return Ok(Json(json!({ "errors": [{ "message": message }] })));
        }
    };
    Ok(Json(json!({ "data": data })))
}

impl Document {
    /// The first field that the document selects.
    fn field(&self) -> Option<&str> {
        let (_, selection) = self.query.split_once('{')?;
        let name = selection.trim_start();
        let end = name.find(|character: char| !character.is_ascii_alphanumeric());
        Some(&name[..end.unwrap_or(name.len())])
    }

    /// The value of the argument `id`.
    fn id(&self) -> Option<String> {
        let (_, selection) = self.query.split_once('{')?;
        let (_, argument) = selection.split_once("id:")?;
        let argument = argument.trim_start();
        match argument.strip_prefix('$') {
            Some(rest) => {
                let name = rest.split(|character: char| !character.is_ascii_alphanumeric()).next();
                self.variables.get(name?)?.as_str().map(str::to_owned)
            }
            None => argument.split('"').nth(1).map(str::to_owned),
        }
    }
}
