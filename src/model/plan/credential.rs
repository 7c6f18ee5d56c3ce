//! The sort of credential that a step sends.

use serde::{Deserialize, Serialize};

/// The sort of credential that a step sends; `probe` creates the value when it sends the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// The actor's own valid credential. [`ANYONE`](crate::model::plan::ANYONE) has none.
    Own,
    /// None, although the actor has one.
    None,
    /// Forged, so that it must be refused.
    Forged(Forgery),
}

/// A defect of a forged credential, for which it must be refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// Random text in place of the credential.
    Garbage,
    /// Correct, but expired.
    Expired,
    /// Correct, but not valid yet (`nbf`).
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
    /// With the hash for "no particular request", on a request that needs its own.
    ContextQsh,
    /// From an unknown issuer.
    UnknownIssuer,
    /// This actor's secret with the named actor's issuer.
    IssuerOf(String),
    /// For another audience.
    OtherAudience,
    /// Signed with an unpublished key, under the name of a published one.
    StrangeKey,
    /// Signed with an unpublished key, under an unknown name.
    UnknownKey,
    /// HS256 signed with the public key of the named actor, under that key's name.
    PublicKeyOf(String),
}

impl Forgery {
    /// Whether a token of the scheme `signed` must be signed with the real key, so that this defect is
    /// its only one.
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
