//! Authenticates callers: tenants by signed tokens, the operator by a bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::addon::App;
use crate::flaw::Flaw;
use crate::jwt::{Jwt, Times};
use crate::problem::Problem;
use crate::qsh::query_string_hash;
use crate::store::Tenant;

/// The tenant that sent the request, authenticated by a token.
///
/// The token is signed with the tenant's shared secret and bound to one request, as in Atlassian
/// Connect.
pub(crate) struct Caller(pub(crate) Tenant);

/// The operator, authenticated by a token.
pub(crate) struct Operator;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    qsh: Option<String>,
}

impl From<Caller> for Tenant {
    fn from(Caller(tenant): Caller) -> Self {
        tenant
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let text = after_scheme(parts, "JWT").ok_or_else(|| {
            Problem::unauthorized("a token is required: `Authorization: JWT ...`")
        })?;
        let token = Jwt::<Claims>::parse(text).map_err(Problem::unauthorized)?;
        let tenant = installed(app, &token.claims.iss)?;
        check(app, &token, &tenant, parts).map_err(Problem::unauthorized)?;
        Ok(Self(tenant))
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        // Comparing digests reveals nothing about the token through timing.
        let digest = |token: &str| Sha256::digest(token.as_bytes());
        after_scheme(parts, "Bearer")
            .filter(|token| digest(token) == digest(&app.operator_token))
            .map(|_| Self)
            .ok_or_else(|| Problem::unauthorized("only the operator has access"))
    }
}

/// The tenant with this client key, if the add-on is installed there.
pub(crate) fn installed(app: &App, client_key: &str) -> Result<Tenant, Problem> {
    let tenant = app.store.tenant(client_key)?.filter(|tenant| tenant.installed);
    tenant.ok_or_else(|| Problem::unauthorized("the add-on is not installed for this tenant"))
}

/// The credential after the scheme in the `Authorization` field. `None` if there are two such fields.
pub(crate) fn after_scheme<'a>(parts: &'a Parts, scheme: &str) -> Option<&'a str> {
    let mut fields = parts.headers.get_all(AUTHORIZATION).iter();
    let (field, None) = (fields.next()?, fields.next()) else {
        return None;
    };
    let (given, rest) = field.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// Checks that a token is bound to this request: `qsh` of Atlassian Connect.
pub(crate) fn check_binding(qsh: Option<&str>, parts: &Parts) -> Result<(), &'static str> {
    let query = parts.uri.query().unwrap_or_default();
    let expected = query_string_hash(parts.method.as_str(), parts.uri.path(), query);
    match qsh {
        Some(hash) if hash == expected => Ok(()),
        Some(_) => Err("the token is for another request"),
        None => Err("the token is not bound to a request"),
    }
}

/// Whether a token is bound to this path, with whatever method.
fn is_bound_to_path(token: &Jwt<'_, Claims>, parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    let of = |method: &str| query_string_hash(method, parts.uri.path(), query);
    ["GET", "POST", "PUT", "DELETE", "PROPFIND"]
        .into_iter()
        .any(|method| token.claims.qsh.as_deref() == Some(of(method).as_str()))
}

fn check(
    app: &App,
    token: &Jwt<'_, Claims>,
    tenant: &Tenant,
    parts: &Parts,
) -> Result<(), &'static str> {
    let accepts_unsigned = token.is_unsigned() && app.has(Flaw::AcceptAlgNone);
    let accepts_spelled = token.is_unsigned_in_other_case() && app.has(Flaw::AcceptAlgNoneSpelled);
    if !(accepts_unsigned || accepts_spelled) {
        token.check_hs256(&tenant.secret)?;
    }
    let Claims { iat, exp, nbf, .. } = token.claims;
    let times = Times { issued: iat, not_before: nbf, expires: exp };
    if !app.has(Flaw::AcceptExpired) {
        times.check_expiry(app.clock.now())?;
    }
    times.check_start(app.clock.now())?;
    let of_path = app.has(Flaw::IgnoreMethodInQsh) && is_bound_to_path(token, parts);
    if !app.has(Flaw::IgnoreQsh) && !of_path {
        check_binding(token.claims.qsh.as_deref(), parts)?;
    }
    Ok(())
}
