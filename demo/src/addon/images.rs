//! Images, which are stored on the media host.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

use crate::addon::App;
use crate::addon::credential::Caller;
use crate::addon::json_body::unread;
use crate::flaw::Flaw;
use crate::names::{ADDON, MEDIA};
use crate::problem::Problem;
use crate::world;

/// Stores the field `file` of a form, and answers with the image's address.
pub(crate) async fn upload(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<impl IntoResponse, Problem> {
    let bytes = file_of(form.map_err(unread)?).await?;
    let id = app.store.add_image(&tenant.client_key, &bytes)?;
    let host = if app.has(Flaw::LocalImages) { ADDON } else { MEDIA };
    let url = format!("https://{host}/file/{id}");
    Ok((StatusCode::CREATED, Json(json!({ "url": url }))))
}

/// An image on the add-on's own host: exists only with the flaw.
pub(crate) async fn local(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    if !app.has(Flaw::LocalImages) {
        return Err(Problem::NOT_FOUND);
    }
    world::image(&app, &id)
}

async fn file_of(mut form: Multipart) -> Result<Bytes, Problem> {
    while let Some(field) = form.next_field().await.map_err(unread)? {
        if field.name() == Some("file") {
            return field.bytes().await.map_err(unread);
        }
    }
    Err(Problem::bad_request("the form has no field `file`"))
}
