//! The back end of the Forge app, on a host of its own: the platform calls it with invocation tokens. It has the notes
//! of the Connect add-on, and publishes the manifest with which the app was deployed.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::addon::credential::Caller;
use crate::addon::forge::Invocation;
use crate::addon::json_body::JsonBody;
use crate::addon::notes::{Page, Text};
use crate::addon::{App, notes, operator, public};
use crate::flaw::Flaw;
use crate::names::{FORGE, FORGE_APP};
use crate::problem::Problem;

/// The routes of the back end.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(public::landing))
        .route("/manifest.json", get(manifest))
        .route("/notes", get(list).post(create))
        .route("/notes/{id}", get(show).put(change).delete(delete))
        .route("/ops/backups/latest", get(operator::latest_backup))
        .route("/ops/backups/latest/file", get(operator::latest_backup_file))
}

/// The manifest, as JSON.
async fn manifest(State(app): State<Arc<App>>) -> Json<Value> {
    let mut scopes = vec!["read:page:confluence", "write:page:confluence", "read:app-system-token"];
    if app.has(Flaw::ForgeExtraScope) {
        scopes.push("manage:confluence-configuration");
    }
    let mut external = json!({ "fetch": { "backend": [{ "remote": "notes" }] } });
    if app.has(Flaw::ForgeWildcard) {
        external["images"] = json!(["*"]);
    }
    let mut operations = vec!["compute", "storage"];
    if app.has(Flaw::ForgeRemotePurpose) {
        operations.push("other");
    }
    let mut manifest = json!({
        "app": {
            "id": FORGE_APP,
            "runtime": { "name": "nodejs22.x" },
            "licensing": { "enabled": !app.has(Flaw::ForgeUnlicensed) },
        },
        "modules": {
            "confluence:globalPage": [{ "key": "notes", "title": "Notes", "endpoint": "notes" }],
            "endpoint": [{ "key": "notes", "remote": "notes", "route": { "path": "/notes" } }],
        },
        "permissions": { "scopes": scopes, "external": external },
        "remotes": [{
            "key": "notes",
            "baseUrl": format!("https://{FORGE}"),
            "operations": operations,
            "storage": { "inScopeEUD": true },
            "auth": { "appSystemToken": { "enabled": true } },
        }],
    });
    if app.has(Flaw::ForgeConnectModule) {
        manifest["connectModules"] = json!({ "confluence:lifecycle": [{ "key": "lifecycle" }] });
    }
    Json(manifest)
}

async fn list(
    Invocation(tenant): Invocation,
    app: State<Arc<App>>,
    page: Query<Page>,
) -> Result<impl IntoResponse, Problem> {
    notes::list(Caller(tenant), app, page).await
}

async fn create(
    Invocation(tenant): Invocation,
    app: State<Arc<App>>,
    body: JsonBody<Text>,
) -> Result<impl IntoResponse, Problem> {
    notes::create(Caller(tenant), app, body).await
}

async fn show(
    Invocation(tenant): Invocation,
    app: State<Arc<App>>,
    id: Path<String>,
) -> Result<impl IntoResponse, Problem> {
    notes::show(Caller(tenant), app, id).await
}

async fn change(
    Invocation(tenant): Invocation,
    app: State<Arc<App>>,
    id: Path<String>,
    body: JsonBody<Text>,
) -> Result<impl IntoResponse, Problem> {
    notes::change(Caller(tenant), app, id, body).await
}

async fn delete(
    Invocation(tenant): Invocation,
    app: State<Arc<App>>,
    id: Path<String>,
) -> Result<impl IntoResponse, Problem> {
    notes::delete(Caller(tenant), app, id).await
}
