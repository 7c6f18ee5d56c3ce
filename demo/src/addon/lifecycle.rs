//! Installation and uninstallation, by callbacks that the platform signs.
//!
//! A callback carries a token signed with RS256. Its header names a key that the platform's key server
//! publishes. The content of a callback is used only after the signature has been checked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

use crate::addon::App;
use crate::addon::credential::{Operator, after_scheme, check_binding};
use crate::addon::json_body::JsonBody;
use crate::flaw::Flaw;
use crate::jwt::{Audience, Jwt, Times};
use crate::names::TARGET;
use crate::problem::Problem;
use crate::random;
use crate::store::{Lifecycle, Tenant};

/// The maximum size of a client key or a shared secret, in bytes.
const VALUE_MAX: usize = 512;

/// The platform, acting for the tenant with this client key.
///
/// `None` is an unsigned callback, which is accepted only with the flaw.
pub(crate) struct Platform(Option<String>);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    qsh: Option<String>,
}

/// The tenant in a callback.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Callback {
    client_key: String,
    #[serde(default)]
    shared_secret: String,
}

impl FromRequestParts<Arc<App>> for Platform {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if app.has(Flaw::UnsignedInstall) && !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self(None));
        }
        let text = after_scheme(parts, "JWT")
            .ok_or_else(|| Problem::unauthorized("a token of the platform is required"))?;
        let token = Jwt::<Claims>::parse(text).map_err(Problem::unauthorized)?;
        let key = app.key_server.install_key(token.key_name());
        token.check_rs256(key).await.map_err(Problem::unauthorized)?;
        check(app, &token.claims, parts).map_err(Problem::unauthorized)?;
        Ok(Self(Some(token.claims.iss)))
    }
}

/// Installs the add-on for a tenant, or replaces the tenant's secret.
pub(crate) async fn installed(
    platform: Platform,
    State(app): State<Arc<App>>,
    JsonBody(callback): JsonBody<Callback>,
) -> Result<impl IntoResponse, Problem> {
    platform.check_tenant(&callback)?;
    let lengths = [callback.client_key.len(), callback.shared_secret.len()];
    if lengths.iter().any(|length| !(1..=VALUE_MAX).contains(length)) {
        return Err(Problem::bad_request(
            "the client key or the shared secret has an invalid length",
        ));
    }
    app.store.install(&[Tenant {
        name: callback.client_key.clone(),
        client_key: callback.client_key.clone(),
        secret: callback.shared_secret,
        installed: true,
    }])?;
    log(&app, "installed", callback.client_key, &platform)
}

/// Uninstalls the add-on for a tenant: from then on its tokens are refused.
pub(crate) async fn uninstalled(
    platform: Platform,
    State(app): State<Arc<App>>,
    JsonBody(callback): JsonBody<Callback>,
) -> Result<impl IntoResponse, Problem> {
    platform.check_tenant(&callback)?;
    app.store.uninstall(&callback.client_key)?;
    log(&app, "uninstalled", callback.client_key, &platform)
}

/// The newest accepted callbacks, for the operator.
pub(crate) async fn history(
    _: Operator,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    Ok(Json(json!({ "entries": app.store.lifecycle()? })))
}

fn check(app: &App, claims: &Claims, parts: &Parts) -> Result<(), &'static str> {
    if !claims.aud.has(TARGET) {
        return Err("the token is for another add-on");
    }
    let times = Times { issued: claims.iat, not_before: claims.nbf, expires: claims.exp };
    times.check_expiry(app.clock.now())?;
    times.check_start(app.clock.now())?;
    check_binding(claims.qsh.as_deref(), parts)
}

impl Platform {
    /// Checks that the token is for the tenant that the callback names.
    fn check_tenant(&self, callback: &Callback) -> Result<(), Problem> {
        match &self.0 {
            Some(issuer) if *issuer != callback.client_key => {
                Err(Problem::unauthorized("the token is for another tenant"))
            }
            _ => Ok(()),
        }
    }
}

fn log(
    app: &App,
    event: &'static str,
    client_key: String,
    platform: &Platform,
) -> Result<StatusCode, Problem> {
    app.store.log_lifecycle(&Lifecycle {
        id: random::uuid(),
        at: app.clock.second().to_string(),
        event: event.to_owned(),
        client_key,
        signed: platform.0.is_some(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
