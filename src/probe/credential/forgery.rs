//! Forgeries: turns a valid token into one that the service must refuse, in exactly one way.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::model::plan::credential::Forgery;
use crate::model::project::actor::Scheme;
use crate::probe::credential::connect::{CONTEXT_QSH, query_string_hash};
use crate::probe::credential::tokens::{
    CredentialRequest, Minter, Signer, UnsignedToken, after, cannot,
};
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
                let base = self.project.world.target.path();
                token.claims["qsh"] = json!(query_string_hash(request.method, &other, base));
            }
            other => forge_claims(&mut token.claims, other, now),
        }
        Ok(())
    }
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
