//! JSON Web Tokens (RFC 7519), read by hand so that each rule stands in sight.
//!
//! The rules that differ from one sort of token to the next stand with those who take them.

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

/// How far two clocks may be apart, in seconds.
const LEEWAY_S: i64 = 30;
/// How long a token may be valid, in seconds.
const LIFETIME_MAX_S: i64 = 3600;

/// A token, taken apart, of which nothing is believed yet.
pub(crate) struct Jwt<'a, C> {
    signed: &'a str,
    signature: &'a str,
    header: Header,
    /// What it says.
    pub(crate) claims: C,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// When a token was issued, and from when and until when it is good, in seconds since 1970.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// `iat`.
    pub(crate) issued: i64,
    /// `nbf`, where there is one.
    pub(crate) not_before: Option<i64>,
    /// `exp`.
    pub(crate) expires: i64,
}

/// Whom a token is meant for: `aud` (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    /// One.
    One(String),
    /// Any of these.
    Many(Vec<String>),
}

impl<'a, C: DeserializeOwned> Jwt<'a, C> {
    /// Takes a token apart; what is wrong with it is told for the refusal.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = text.rsplit_once('.').ok_or("the token has no signature")?;
        let (header, claims) = signed.split_once('.').ok_or("the token has no claims")?;
        let header: Header = decode(header).ok_or("the token's header cannot be read")?;
        if header.crit.is_some() {
            return Err("the token has extensions that are not known");
        }
        let claims = decode(claims).ok_or("the token's claims cannot be read")?;
        Ok(Self { signed, signature, header, claims })
    }
}

impl<C> Jwt<'_, C> {
    /// Whether it says that it is not signed at all.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.header.alg == "none"
    }

    /// The name of the key that it says it is signed with.
    pub(crate) fn key_name(&self) -> &str {
        self.header.kid.as_deref().unwrap_or_default()
    }

    /// Whether it is signed with HMAC and SHA-256 and this secret.
    pub(crate) fn check_hs256(&self, secret: &str) -> Result<(), &'static str> {
        if self.header.alg != "HS256" {
            return Err("the token is not signed with `HS256`");
        }
        let wrong = "the token's signature is wrong";
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| wrong)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| wrong)?;
        mac.update(self.signed.as_bytes());
        mac.verify_slice(&signature).map_err(|_| wrong)
    }

    /// Whether it is signed with RSA and SHA-256 by the holder of a public key, PEM, which there may not
    /// be.
    pub(crate) async fn check_rs256(
        &self,
        public_key: impl Future<Output = Option<Vec<u8>>>,
    ) -> Result<(), &'static str> {
        let public_key = public_key.await.ok_or("the token is signed with an unknown key")?;
        if self.header.alg != "RS256" {
            return Err("the token is not signed with `RS256`");
        }
        let wrong = "the token's signature is wrong";
        let key = str::from_utf8(&public_key).map_err(|_| wrong)?;
        let key = PublicKey::from_public_key_pem(key).map_err(|_| wrong)?;
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| wrong)?;
        key.pkcs1v15_verify::<Sha256>(self.signed.as_bytes(), &signature).map_err(|_| wrong)
    }
}

impl Times {
    /// Whether the token's end has not passed.
    pub(crate) fn check_end(self, now: Timestamp) -> Result<(), &'static str> {
        if now.as_second() > self.expires.saturating_add(LEEWAY_S) {
            return Err("the token has expired");
        }
        Ok(())
    }

    /// Whether the token has begun, and was not made to last for ever.
    pub(crate) fn check_beginning(self, now: Timestamp) -> Result<(), &'static str> {
        let begins = self.issued.max(self.not_before.unwrap_or(self.issued));
        if begins > now.as_second().saturating_add(LEEWAY_S) {
            return Err("the token is not valid yet");
        }
        if self.expires.saturating_sub(self.issued) > LIFETIME_MAX_S {
            return Err("the token is valid for too long");
        }
        Ok(())
    }
}

impl Audience {
    /// Whether `one` is meant.
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
