//! JSON Web Tokens (RFC 7519), parsed without a library so that each rule can be switched off.
//!
//! Rules that differ between kinds of tokens are in the modules that accept those tokens.

use std::str;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rsa::PublicKey;
use rsa::pkcs8::DecodePublicKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// The tolerated difference between two clocks, in seconds.
const LEEWAY_S: i64 = 30;
/// The maximum lifetime of a token, in seconds.
const LIFETIME_MAX_S: i64 = 3600;

/// A parsed token that has not been verified yet.
pub(crate) struct Jwt<'a, C> {
    signed: &'a str,
    signature: &'a str,
    header: Header,
    /// The claims of the token.
    pub(crate) claims: C,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// When a token was issued, and its period of validity, in seconds since 1970.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// `iat`.
    pub(crate) issued: i64,
    /// `nbf`, if present.
    pub(crate) not_before: Option<i64>,
    /// `exp`.
    pub(crate) expires: i64,
}

/// The intended recipients of a token: `aud` (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    /// One recipient.
    One(String),
    /// Any of these recipients.
    Many(Vec<String>),
}

impl<'a, C: DeserializeOwned> Jwt<'a, C> {
    /// Parses a token. The error is the message of the refusal.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = text.rsplit_once('.').ok_or("the token has no signature")?;
        let (header, claims) = signed.split_once('.').ok_or("the token has no claims")?;
        let header: Header = decode(header).ok_or("the header of the token cannot be parsed")?;
        if header.crit.is_some() {
            return Err("the token has unknown critical extensions");
        }
        let claims = decode(claims).ok_or("the claims of the token cannot be parsed")?;
        Ok(Self { signed, signature, header, claims })
    }
}

impl<C> Jwt<'_, C> {
    /// Whether the header declares that the token is not signed.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.header.alg == "none"
    }

    /// The same in other letters, such as `nOnE`.
    pub(crate) fn is_unsigned_in_other_case(&self) -> bool {
        !self.is_unsigned() && self.header.alg.eq_ignore_ascii_case("none")
    }

    /// The id of the key in the header.
    pub(crate) fn key_name(&self) -> &str {
        self.header.kid.as_deref().unwrap_or_default()
    }

    /// Checks the signature with HMAC, SHA-256 and this secret.
    pub(crate) fn check_hs256(&self, secret: &str) -> Result<(), &'static str> {
        if self.header.alg != "HS256" {
            return Err("the token is not signed with `HS256`");
        }
        let wrong = "the signature of the token is wrong";
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| wrong)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| wrong)?;
        mac.update(self.signed.as_bytes());
        mac.verify_slice(&signature).map_err(|_| wrong)
    }

    /// Checks the signature with RSA, SHA-256 and this public key in PEM format. `None` is an unknown key.
    pub(crate) async fn check_rs256(
        &self,
        public_key: impl Future<Output = Option<Vec<u8>>>,
    ) -> Result<(), &'static str> {
        let public_key = public_key.await.ok_or("the token is signed with an unknown key")?;
        if self.header.alg != "RS256" {
            return Err("the token is not signed with `RS256`");
        }
        let wrong = "the signature of the token is wrong";
        let key = str::from_utf8(&public_key).map_err(|_| wrong)?;
        let key = PublicKey::from_public_key_pem(key).map_err(|_| wrong)?;
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| wrong)?;
        key.pkcs1v15_verify::<Sha256>(self.signed.as_bytes(), &signature).map_err(|_| wrong)
    }
}

impl Times {
    /// Checks that the token has not expired.
    pub(crate) fn check_expiry(self, now: Timestamp) -> Result<(), &'static str> {
        if now.as_second() > self.expires.saturating_add(LEEWAY_S) {
            return Err("the token has expired");
        }
        Ok(())
    }

    /// Checks that the token is already valid, and that its lifetime is not too long.
    pub(crate) fn check_start(self, now: Timestamp) -> Result<(), &'static str> {
        let start = self.issued.max(self.not_before.unwrap_or(self.issued));
        if start > now.as_second().saturating_add(LEEWAY_S) {
            return Err("the token is not valid yet");
        }
        if self.expires.saturating_sub(self.issued) > LIFETIME_MAX_S {
            return Err("the token is valid for too long");
        }
        Ok(())
    }
}

impl Audience {
    /// Whether `one` is a recipient.
    pub(crate) fn has(&self, one: &str) -> bool {
        match self {
            Self::One(name) => name == one,
            Self::Many(names) => names.iter().any(|name| name == one),
        }
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
