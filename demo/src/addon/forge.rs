//! The notes for Forge, the platform's newer framework. Each request carries a token that the platform
//! signs with RS256 and that names an installation.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

use crate::addon::App;
use crate::addon::credential::{after_scheme, installed};
use crate::flaw::Flaw;
use crate::jwt::{Audience, Jwt, Times};
use crate::names::{FORGE_APP, FORGE_ISSUER};
use crate::problem::Problem;
use crate::store::{Owner, Tenant};

/// The tenant whose installation a verified invocation token names.
pub(crate) struct Invocation(pub(crate) Tenant);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    app: Installation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Installation {
    installation_id: String,
}

impl FromRequestParts<Arc<App>> for Invocation {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let text = after_scheme(parts, "Bearer")
            .ok_or_else(|| Problem::unauthorized("an invocation token is required"))?;
        let token = Jwt::<Claims>::parse(text).map_err(Problem::unauthorized)?;
        let key = app.key_server.forge_key(token.key_name());
        if !(token.is_unsigned() && app.has(Flaw::ForgeUnsigned)) {
            token.check_rs256(key).await.map_err(Problem::unauthorized)?;
        }
        check(app, &token.claims).map_err(Problem::unauthorized)?;
        installed(app, &token.claims.app.installation_id).map(Self)
    }
}

/// The tenant's notes, as over Connect.
pub(crate) async fn notes(
    Invocation(tenant): Invocation,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, Problem> {
    let notes = app.store.notes(Owner::Tenant(&tenant.client_key))?;
    Ok(Json(json!({ "notes": notes })))
}

fn check(app: &App, claims: &Claims) -> Result<(), &'static str> {
    if claims.iss != FORGE_ISSUER {
        return Err("the token is not an invocation token");
    }
    if !claims.aud.has(FORGE_APP) && !app.has(Flaw::ForgeOtherApp) {
        return Err("the token is for another app");
    }
    let times = Times { issued: claims.iat, not_before: claims.nbf, expires: claims.exp };
    times.check_expiry(app.clock.now())?;
    times.check_start(app.clock.now())
}
