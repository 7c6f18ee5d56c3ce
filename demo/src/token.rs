//! A tenant's token: a JSON Web Token that is signed with the tenant's shared secret and bound
//! to one request, as Atlassian Connect has it.
//!
//! It is read by hand, so that each rule stands in sight, and each flaw at its one place.

use std::collections::BTreeSet;

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use sha2::Sha256;

use crate::flaw::Flaw;
use crate::qsh::query_string_hash;

/// How far two clocks may be apart, in seconds.
const LEEWAY_S: i64 = 30;
/// How long a token may be valid, in seconds.
const LIFETIME_MAX_S: i64 = 3600;

/// A token, taken apart, of which nothing is believed yet.
pub(crate) struct Token<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    algorithm: String,
    claims: Claims,
}

/// What a token is held against.
pub(crate) struct Checks<'a> {
    /// The flaws that the add-on was given.
    pub(crate) flaws: &'a BTreeSet<Flaw>,
    /// The time.
    pub(crate) now: Timestamp,
    /// The secret of the tenant who is said to have made it.
    pub(crate) secret: &'a str,
    /// The method of the request.
    pub(crate) method: &'a Method,
    /// The request's path and query.
    pub(crate) path: &'a str,
    /// The query without its question mark.
    pub(crate) query: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    qsh: Option<String>,
}

impl<'a> Token<'a> {
    /// Takes a token apart; what is wrong with it is told for the refusal.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = text.rsplit_once('.').ok_or("the token has no signature")?;
        let (header, claims) = signed.split_once('.').ok_or("the token has no claims")?;
        let header: Header = decode(header).ok_or("the token's header cannot be read")?;
        if header.crit.is_some() {
            return Err("the token has extensions that are not known");
        }
        Ok(Self {
            signed,
            signature: URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| "the token's signature cannot be read")?,
            algorithm: header.alg,
            claims: decode(claims).ok_or("the token's claims cannot be read")?,
        })
    }

    /// The client key of the tenant who is said to have made it.
    pub(crate) fn issuer(&self) -> &str {
        &self.claims.iss
    }

    /// Whether it is good for this request.
    pub(crate) fn verify(&self, checks: &Checks<'_>) -> Result<(), &'static str> {
        self.verify_signature(checks)?;
        self.verify_times(checks)?;
        self.verify_request(checks)
    }

    fn verify_signature(&self, checks: &Checks<'_>) -> Result<(), &'static str> {
        if self.algorithm == "none" && checks.flaws.contains(&Flaw::AcceptAlgNone) {
            return Ok(());
        }
        if self.algorithm != "HS256" {
            return Err("the token is not signed with `HS256`");
        }
        let wrong = "the token's signature is wrong";
        let mut mac =
            Hmac::<Sha256>::new_from_slice(checks.secret.as_bytes()).map_err(|_| wrong)?;
        mac.update(self.signed.as_bytes());
        mac.verify_slice(&self.signature).map_err(|_| wrong)
    }

    fn verify_times(&self, checks: &Checks<'_>) -> Result<(), &'static str> {
        let now = checks.now.as_second();
        let Claims { iat, exp, nbf, .. } = self.claims;
        if now > exp.saturating_add(LEEWAY_S) && !checks.flaws.contains(&Flaw::AcceptExpired) {
            return Err("the token has expired");
        }
        if iat.max(nbf.unwrap_or(iat)) > now.saturating_add(LEEWAY_S) {
            return Err("the token is not valid yet");
        }
        if exp.saturating_sub(iat) > LIFETIME_MAX_S {
            return Err("the token is valid for too long");
        }
        Ok(())
    }

    fn verify_request(&self, checks: &Checks<'_>) -> Result<(), &'static str> {
        if checks.flaws.contains(&Flaw::IgnoreQsh) {
            return Ok(());
        }
        let due = query_string_hash(checks.method.as_str(), checks.path, checks.query);
        match self.claims.qsh.as_deref() {
            Some(hash) if hash == due => Ok(()),
            Some(_) => Err("the token was made for another request"),
            None => Err("the token is bound to no request"),
        }
    }
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
