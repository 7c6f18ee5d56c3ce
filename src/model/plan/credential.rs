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
    /// The same with the name in other letters.
    AlgNoneSpelled(LetterCase),
    /// Correct, apart from its signature or the end of its session.
    ChangedSignature,
    /// Without a signature, under the algorithm of the good one.
    EmptySignature,
    /// With the signature of the good one under other claims, or under another session.
    ChangedClaims,
    /// An unknown user with the actor's password.
    UnknownUser,
    /// The actor's user with an empty password.
    EmptySecret,
    /// RS256 in the header where HS256 is due, signed with a key made for the purpose.
    OtherAlgorithm,
    /// HS256 signed with the text of the public key.
    PublicKeyAsSecret,
    /// Without a query-string hash.
    NoQsh,
    /// With the query-string hash of another request.
    OtherQsh,
    /// With the query-string hash of the same path with another query.
    OtherQueryQsh,
    /// With the query-string hash of the same path with another method.
    OtherMethodQsh,
    /// With the hash for "no particular request", on a request that needs its own.
    ContextQsh,
    /// From an unknown issuer.
    UnknownIssuer,
    /// This actor's secret with the named actor's issuer.
    IssuerOf(String),
    /// The named actor's secret with this actor's issuer or user.
    SecretOf(String),
    /// The named actor's claims with this actor's signature.
    ClaimsOf(String),
    /// For another audience.
    OtherAudience,
    /// Signed with an unpublished key, under the name of a published one.
    StrangeKey,
    /// Signed with an unpublished key, under an unknown name.
    UnknownKey,
    /// HS256 signed with the public key of the named actor, under that key's name.
    PublicKeyOf(String),
    /// Correct, but sent without the client certificate that belongs to it.
    NoCertificate,
    /// With a client certificate for the same name that nobody issued.
    StrangeCertificate,
}

/// How a name is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterCase {
    /// `None`.
    Title,
    /// `NONE`.
    Upper,
    /// `nOnE`.
    Mixed,
}

impl LetterCase {
    /// The algorithm `none` in these letters.
    pub fn none(self) -> &'static str {
        match self {
            Self::Title => "None",
            Self::Upper => "NONE",
            Self::Mixed => "nOnE",
        }
    }
}

impl Forgery {
    /// The actor whose name, key, claims or secret it contains, apart from the one that sends it.
    pub fn imitated(&self) -> Option<&str> {
        match self {
            Self::IssuerOf(other)
            | Self::PublicKeyOf(other)
            | Self::SecretOf(other)
            | Self::ClaimsOf(other) => Some(other),
            _ => None,
        }
    }

    /// Whether it concerns the client certificate, and everything else is the actor's own.
    pub fn is_of_certificate(&self) -> bool {
        matches!(self, Self::NoCertificate | Self::StrangeCertificate)
    }

    /// Whether a token of the scheme `signed` must be signed with the real key, so that this defect is
    /// its only one.
    pub fn needs_key(&self) -> bool {
        !matches!(
            self,
            Self::Garbage
                | Self::WrongSecret
                | Self::AlgNone
                | Self::AlgNoneSpelled(_)
                | Self::PublicKeyOf(_)
                | Self::StrangeKey
                | Self::UnknownKey
        )
    }
}
