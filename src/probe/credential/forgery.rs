//! Forgeries: turns a valid token into one that the service must refuse, in exactly one way.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use crate::model::plan::credential::Forgery;
use crate::model::project::actor::Scheme;
use crate::probe::credential::connect::{CONTEXT_QSH, query_string_hash};
use crate::probe::credential::jwt::Token;
use crate::probe::credential::request::{CredentialRequest, cannot};
use crate::probe::credential::tokens::{Minter, Signer, UnsignedToken, after};
use crate::probe::random;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Minter<'_> {
    /// Changes a valid token in the one way that `forgery` describes. The error is a message for people.
    pub(super) fn forge<'k>(
        &'k self,
        token: &mut UnsignedToken<'k>,
        forgery: &Forgery,
        request: &CredentialRequest<'_>,
    ) -> Result<(), String> {
        let now = request.now;
        match forgery {
            Forgery::WrongSecret => {
                token.header["alg"] = json!("HS256");
                token.signer = Signer::Secret(random::hex::<32>().into());
            }
            Forgery::AlgNone => {
                token.header["alg"] = json!("none");
                token.signer = Signer::Nobody;
            }
            Forgery::AlgNoneSpelled(case) => {
                token.header["alg"] = json!(case.none());
                token.signer = Signer::Nobody;
            }
            Forgery::SecretOf(other) => match &self.actor(other)?.scheme {
                Scheme::Connect { shared_secret, .. } => {
                    token.signer = Signer::Secret(shared_secret.expose().into());
                }
                other => return Err(cannot(other.name(), "another secret")),
            },
            Forgery::OtherAlgorithm => {
                token.header["alg"] = json!("RS256");
                token.signer = Signer::Key(self.key()?);
            }
            Forgery::StrangeKey => {
                token.header["alg"] = json!("RS256");
                token.signer = Signer::Key(self.key()?);
            }
            Forgery::UnknownKey => {
                token.header["alg"] = json!("RS256");
                token.header["kid"] = json!(random::hex::<16>());
                token.signer = Signer::Key(self.key()?);
            }
            Forgery::PublicKeyAsSecret => {
                token.signer = Signer::Secret(self.key()?.public_pem.clone().into());
            }
            Forgery::PublicKeyOf(other) => {
                let (key_id, public) = self.public_key(other)?;
                token.header["alg"] = json!("HS256");
                token.header["kid"] = json!(key_id);
                token.signer = Signer::Secret(public.into());
            }
            Forgery::IssuerOf(other) => match &self.actor(other)?.scheme {
                Scheme::Connect { client_key, .. } => token.claims["iss"] = json!(client_key),
                other => return Err(cannot(other.name(), "another issuer")),
            },
            Forgery::OtherQsh => {
                let mut other = request.url.clone();
                other.set_path(&format!("{}/another-request", request.url.path()));
                self.bind(token, request.method, &other);
            }
            Forgery::OtherQueryQsh => {
                let mut other = request.url.clone();
                // A service that leaves the query out of the hash accepts a token for the path alone.
                other.set_query(if other.query().is_some() {
                    None
                } else {
                    Some("another=request")
                });
                self.bind(token, request.method, &other);
            }
            Forgery::OtherMethodQsh => {
                let other = if request.method == "GET" { "POST" } else { "GET" };
                self.bind(token, other, request.url);
            }
            other => forge_claims(&mut token.claims, other, now),
        }
        Ok(())
    }

    /// Binds a token to a request of this method to this address.
    fn bind(&self, token: &mut UnsignedToken<'_>, method: &str, url: &Url) {
        let base = self.project.world.target.path();
        token.claims["qsh"] = json!(query_string_hash(method, url, base));
    }

    /// A token that is derived from `token`, which is a JSON Web Token of the actor that sends the request.
    pub(super) fn derive(
        &self,
        token: &str,
        forgery: &Forgery,
        request: &CredentialRequest<'_>,
    ) -> Result<String, String> {
        let own = Token::of(token).ok_or_else(|| no_jwt(request.actor))?;
        if let Forgery::ClaimsOf(other) = forgery {
            let secret = self.secret_for(other, request.url)?;
            let other = Token::of(bare(secret)).ok_or_else(|| no_jwt(other))?;
            return Ok(own.with_claims_of(&other));
        }
        let rs256 = |message: &[u8]| Some(self.key().ok()?.sign(message));
        own.forged(forgery, rs256).ok_or_else(|| cannot("JSON Web Token", &format!("{forgery:?}")))
    }

    /// The secret of an actor that another one sends; an error if it may not be sent to this address.
    pub(super) fn secret_for(&self, actor: &str, url: &Url) -> Result<&str, String> {
        let scheme = &self.actor(actor)?.scheme;
        match scheme.secret() {
            Some(secret) if self.may_send(actor, url) => Ok(secret.expose()),
            Some(_) => Err(format!("the secret of `{actor}` may not be sent to this address")),
            None => Err(format!("`{actor}` has no secret")),
        }
    }
}

fn no_jwt(actor: &str) -> String {
    format!("the credential of `{actor}` is not a JSON Web Token")
}

/// A token without the word in front of it, as in `Token eyJ...`.
pub(super) fn bare(value: &str) -> &str {
    value.rsplit_once(' ').map_or(value, |(_, token)| token)
}

fn forge_claims(claims: &mut Value, forgery: &Forgery, now: Timestamp) {
    match forgery {
        Forgery::Expired => {
            claims["iat"] = json!(after(now, -(HOUR * 2)));
            claims["exp"] = json!(after(now, -HOUR));
        }
        Forgery::NotYetValid => {
            claims["nbf"] = json!(after(now, HOUR));
            claims["exp"] = json!(after(now, HOUR * 2));
        }
        Forgery::IssuedInFuture => {
            claims["iat"] = json!(after(now, HOUR));
            claims["exp"] = json!(after(now, HOUR * 2));
        }
        Forgery::TenYears => claims["exp"] = json!(after(now, HOUR * (24 * 3652))),
        Forgery::NoExpiry => remove(claims, "exp"),
        Forgery::NoQsh => remove(claims, "qsh"),
        Forgery::ContextQsh => claims["qsh"] = json!(CONTEXT_QSH),
        Forgery::UnknownIssuer => claims["iss"] = json!(random::hex::<16>()),
        Forgery::OtherAudience => claims["aud"] = json!(["https://another-audience.invalid"]),
        _ => {}
    }
}

fn remove(claims: &mut Value, name: &str) {
    if let Some(claims) = claims.as_object_mut() {
        claims.shift_remove(name);
    }
}
