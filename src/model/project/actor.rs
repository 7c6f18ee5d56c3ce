//! An actor: a test account, with its credential.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::model::project::login::Login;

/// An identity that a step acts as.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    /// Its tenant, if it belongs to one.
    pub tenant: Option<String>,
    /// How it authenticates.
    pub scheme: Scheme,
    /// The origins, in addition to the target's own, to which its credential may be sent.
    pub send_to: Vec<Url>,
    /// Whether its secret is too short or too common to be recognised in an answer, so that nothing
    /// that it receives may be stored or published.
    pub weak_secret: bool,
}

/// How an actor authenticates.
#[derive(Clone, Debug, PartialEq)]
pub enum Scheme {
    /// Atlassian Connect: an HS256 JSON Web Token with a query-string hash, for each request.
    Connect {
        /// The issuer.
        client_key: String,
        /// The secret that was shared at installation.
        shared_secret: Secret,
    },
    /// `Authorization: Bearer` (RFC 6750).
    Bearer(Secret),
    /// `Authorization: Basic` (RFC 7617).
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: Secret,
    },
    /// A custom header field.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A JSON Web Token that the platform signs with RS256, for each request.
    Signed(Box<Signed>),
    /// What it sends follows from requests before its own, or is fixed.
    Login(Box<Login>),
}

/// The content of the platform's tokens, and the key that signs them.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed {
    /// The private key, PEM; without it, only forged tokens can be made.
    pub key: Option<Secret>,
    /// The public key, PEM, if there is no private key.
    pub public_key: Option<String>,
    /// The name of the key: `kid`.
    pub key_id: String,
    /// The issuer (`iss`).
    pub issuer: Issuer,
    /// The audience (`aud`).
    pub audience: String,
    /// How they are sent.
    pub prefix: Prefix,
    /// Further claims of the token.
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// Who issues a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// This name.
    Named(String),
    /// The value at this JSON Pointer into the request's body.
    InBody(String),
}

/// How a signed token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Prefix {
    /// `Authorization: JWT`, bound to its request by a query-string hash: Atlassian Connect.
    #[serde(rename = "JWT")]
    Jwt,
    /// `Authorization: Bearer`, bound to no request: Forge.
    Bearer,
}

impl Prefix {
    /// Its name in the header field.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::Bearer => "Bearer",
        }
    }
}

impl Scheme {
    /// Its name in `avouch.yaml`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Bearer(_) => "bearer",
            Self::Basic { .. } => "basic",
            Self::Header { .. } => "header",
            Self::Signed(_) => "signed",
            Self::Login(login) => login.method.name(),
        }
    }

    /// Its secret, if it has exactly one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Connect { shared_secret, .. } => Some(shared_secret),
            Self::Bearer(secret) => Some(secret),
            Self::Basic { password, .. } => Some(password),
            Self::Header { value, .. } => Some(value),
            Self::Signed(signed) => signed.key.as_ref(),
            Self::Login(login) => {
                let mut all = login.secrets();
                all.next().filter(|_| all.next().is_none())
            }
        }
    }
}

/// A secret. It is never shown or serialised, and its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret with this value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// The secret itself, for the request that needs it and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[secret]")
    }
}
