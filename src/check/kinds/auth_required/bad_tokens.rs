//! Bad tokens, by the name with which an author leaves them out: their words and how to forge them.

use crate::model::plan::credential::Forgery;

/// Bad tokens that anyone can make.
pub(crate) const IMITATED: &[(&str, &str, Forgery)] = &[
    ("strange-key", "with a token signed with an unknown key", Forgery::StrangeKey),
    ("unknown-key", "with a token whose key has an unknown name", Forgery::UnknownKey),
    ("wrong-secret", "with a token signed with a secret (`HS256`)", Forgery::WrongSecret),
    ("alg-none", "with an unsigned token (`alg: none`)", Forgery::AlgNone),
];

/// Bad tokens that only the platform's key can sign.
pub(crate) const SIGNED: &[(&str, &str, Forgery)] = &[
    ("expired", "with an expired token", Forgery::Expired),
    ("not-yet-valid", "with a token that is not yet valid", Forgery::NotYetValid),
    ("issued-in-future", "with a token from the future", Forgery::IssuedInFuture),
    ("no-expiry", "with a token that never expires", Forgery::NoExpiry),
    ("ten-years", "with a token for ten years", Forgery::TenYears),
    ("other-audience", "with a token that is meant for another add-on", Forgery::OtherAudience),
    ("unknown-issuer", "with a token of an unknown issuer", Forgery::UnknownIssuer),
];

/// Bad tokens that only the platform's key can sign, if tokens are bound to one request.
pub(crate) const BOUND: &[(&str, &str, Forgery)] = &[
    ("no-qsh", "with a token that is bound to no request", Forgery::NoQsh),
    ("other-qsh", "with a token that is bound to another request", Forgery::OtherQsh),
    ("context-qsh", "with a token for a page's context only", Forgery::ContextQsh),
];

/// Bad tokens of Atlassian Connect.
pub(crate) const CONNECT: &[(&str, &str, Forgery)] = &[
    ("expired", "with an expired token", Forgery::Expired),
    ("not-yet-valid", "with a token that is not yet valid", Forgery::NotYetValid),
    ("issued-in-future", "with a token from the future", Forgery::IssuedInFuture),
    ("no-expiry", "with a token that never expires", Forgery::NoExpiry),
    ("ten-years", "with a token for ten years", Forgery::TenYears),
    ("wrong-secret", "with a token signed with another secret", Forgery::WrongSecret),
    ("alg-none", "with an unsigned token (`alg: none`)", Forgery::AlgNone),
    ("other-algorithm", "with a token of another algorithm", Forgery::OtherAlgorithm),
    (
        "public-key-as-secret",
        "with a token that uses a public key as its secret",
        Forgery::PublicKeyAsSecret,
    ),
    ("no-qsh", "with a token that is bound to no request", Forgery::NoQsh),
    ("other-qsh", "with a token that is bound to another request", Forgery::OtherQsh),
    ("context-qsh", "with a token for a page's context only", Forgery::ContextQsh),
    ("unknown-issuer", "with a token of an unknown issuer", Forgery::UnknownIssuer),
];
