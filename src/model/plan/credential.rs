//! Who sends a request, and with what sort of credential.

use serde::{Deserialize, Serialize};

/// The sort of credential that a step is sent with; `probe` makes the value when it sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// The actor's own, made afresh. For [`ANYONE`] there is none.
    Own,
    /// None, although the actor has one.
    None,
    /// Made on purpose so that it must be refused.
    Forged(Forgery),
}

/// A credential that must be refused, with what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// Random text in the credential's place.
    Garbage,
    /// Right but for an end that has passed.
    Expired,
    /// Right but for a beginning (`nbf`) that is still to come.
    NotYetValid,
    /// Issued in the future (`iat`).
    IssuedInFuture,
    /// Without `exp`.
    NoExpiry,
    /// Valid for ten years.
    TenYears,
    /// Signed with another secret.
    WrongSecret,
    /// `alg: none`, with an empty signature.
    AlgNone,
    /// RS256 in the header where HS256 is due, signed with a key made for the purpose.
    OtherAlgorithm,
    /// HS256 signed with the text of the public key.
    PublicKeyAsSecret,
    /// Without a query-string hash.
    NoQsh,
    /// With the query-string hash of another request.
    OtherQsh,
    /// With the hash that stands for "no particular request", on a request that needs its own.
    ContextQsh,
    /// From an issuer that nobody knows.
    UnknownIssuer,
    /// This actor's secret with the named actor's issuer.
    IssuerOf(String),
    /// For another audience.
    OtherAudience,
    /// Signed with a key that is not published, under the name of one that is.
    StrangeKey,
    /// Signed with a key that is not published, under a name that nobody knows.
    UnknownKey,
    /// HS256 signed with the public key of the named actor, under that key's name.
    PublicKeyOf(String),
}

impl Forgery {
    /// Whether a token of the scheme `signed` must be signed with the real key to be wrong in this
    /// way and no other.
    pub fn needs_key(&self) -> bool {
        !matches!(
            self,
            Self::Garbage
                | Self::WrongSecret
                | Self::AlgNone
                | Self::PublicKeyOf(_)
                | Self::StrangeKey
                | Self::UnknownKey
        )
    }
}
