//! Who is asking: a tenant by a signed token, or the operator by a bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use crate::addon::App;
use crate::problem::Problem;
use crate::store::Tenant;
use crate::token::{Checks, Token};

/// The tenant whose token came with the request, and was found good.
pub(crate) struct Caller(pub(crate) Tenant);

/// The operator, whose token was found good.
pub(crate) struct Operator;

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let text = after_scheme(parts, "JWT")
            .ok_or_else(|| Problem::unauthorized("a token is needed: `Authorization: JWT ...`"))?;
        let token = Token::parse(text).map_err(Problem::unauthorized)?;
        let tenant = app
            .store
            .tenant(token.issuer())?
            .filter(|tenant| tenant.installed)
            .ok_or_else(|| Problem::unauthorized("the add-on is not installed there"))?;
        let checks = Checks {
            flaws: &app.flaws,
            now: app.clock.now(),
            secret: &tenant.secret,
            method: &parts.method,
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
        };
        token.verify(&checks).map_err(Problem::unauthorized)?;
        Ok(Self(tenant))
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        // Digests are compared, so that the time it takes tells nothing of the token.
        let digest = |token: &str| Sha256::digest(token.as_bytes());
        after_scheme(parts, "Bearer")
            .filter(|token| digest(token) == digest(&app.operator_token))
            .map(|_| Self)
            .ok_or_else(|| Problem::unauthorized("only the operator is let in here"))
    }
}

/// What follows the scheme in the one `Authorization` field; two of them are as good as none.
fn after_scheme<'a>(parts: &'a Parts, scheme: &str) -> Option<&'a str> {
    let mut fields = parts.headers.get_all(AUTHORIZATION).iter();
    let (field, None) = (fields.next()?, fields.next()) else {
        return None;
    };
    let (given, rest) = field.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
