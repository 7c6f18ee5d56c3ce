//! The operator's routes: backups, and the log of accesses to customer data.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

use crate::addon::App;
use crate::addon::credential::Operator;
use crate::addon::json_body::JsonBody;
use crate::problem::Problem;
use crate::random;
use crate::store::Access;

/// The maximum size of the note of an access, in bytes.
const NOTE_MAX: usize = 1000;

/// The permitted reasons for an access to customer data.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    Health,
    Maintenance,
    CustomerRequest,
}

/// An access that is to be recorded.
#[derive(Deserialize)]
pub(crate) struct NewAccess {
    reason: Reason,
    #[serde(default)]
    note: String,
}

/// The newest backup's manifest.
pub(crate) async fn latest_backup(
    _: Operator,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    app.backups.latest().map(Json).ok_or(Problem::NOT_FOUND)
}

/// The newest backup itself, a SQLite database.
pub(crate) async fn latest_backup_file(
    _: Operator,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    let bytes = app.backups.read_latest()?.ok_or(Problem::NOT_FOUND)?;
    Ok(([(CONTENT_TYPE, "application/vnd.sqlite3")], bytes))
}

/// The newest entries of the access log.
pub(crate) async fn access_log(
    _: Operator,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    Ok(Json(json!({ "entries": app.store.access_log()? })))
}

/// Records an access.
pub(crate) async fn record_access(
    _: Operator,
    State(app): State<Arc<App>>,
    JsonBody(body): JsonBody<NewAccess>,
) -> Result<impl IntoResponse, Problem> {
    if body.note.len() > NOTE_MAX {
        return Err(Problem::bad_request("the note is too long"));
    }
    let access = Access {
        id: random::uuid(),
        at: app.clock.second().to_string(),
        who: "operator".into(),
        reason: body.reason.name().into(),
        note: body.note,
    };
    app.store.log_access(&access)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": access.id }))))
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Maintenance => "maintenance",
            Self::CustomerRequest => "customer-request",
        }
    }
}
