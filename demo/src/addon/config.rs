//! A tenant's configuration: one JSON object, which may be cached for ten minutes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde_json::{Map, Value};

use crate::addon::App;
use crate::addon::credential::Caller;
use crate::addon::json_body::JsonBody;
use crate::flaw::Flaw;
use crate::problem::Problem;

type Config = Map<String, Value>;

/// The configuration; an empty object until one is set.
pub(crate) async fn show(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    let text = app.store.config(&tenant.client_key)?;
    let config = serde_json::from_str(&text).unwrap_or_default();
    Ok(cached(&app, config))
}

/// Sets the whole configuration.
pub(crate) async fn change(
    Caller(tenant): Caller,
    State(app): State<Arc<App>>,
    JsonBody(config): JsonBody<Config>,
) -> Result<impl IntoResponse, Problem> {
    let text = Value::Object(config.clone()).to_string();
    app.store.set_config(&tenant.client_key, &text)?;
    Ok(cached(&app, config))
}

fn cached(app: &App, config: Config) -> impl IntoResponse + use<> {
    let lifetime = if app.has(Flaw::CacheForever) {
        "private, max-age=31536000"
    } else {
        "private, max-age=600"
    };
    ([(CACHE_CONTROL, lifetime)], Json(config))
}
