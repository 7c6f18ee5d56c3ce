//! Bad credentials, by the name with which an author leaves them out: their words and how to forge them.

use crate::model::plan::credential::{Forgery, LetterCase};

/// A bad credential: its name, its words after `GET /notes `, and how it is made.
pub(crate) type Row = (&'static str, &'static str, Forgery);

/// Bad passwords (RFC 7617).
pub(crate) const BASIC: &[Row] = &[
    ("wrong-password", "with a wrong password", Forgery::WrongSecret),
    ("empty-password", "with an empty password", Forgery::EmptySecret),
    ("unknown-user", "with the password of its owner and the name of nobody", Forgery::UnknownUser),
];

/// Bad sessions: cookies with a signature, or with a random name of the session.
pub(crate) const COOKIES: &[Row] = &[
    ("changed-signature", "with the end of its session changed", Forgery::ChangedSignature),
    (
        "changed-claims",
        "with the beginning of its session changed under the same end",
        Forgery::ChangedClaims,
    ),
];

/// Bad tokens that are derived from a good one, whose key nobody here has. Claims that are signed again, such as an
/// expiry in the past, need the key.
pub(crate) const DERIVED: &[Row] = &[
    ("changed-signature", "with a token whose signature was changed", Forgery::ChangedSignature),
    ("empty-signature", "with a token whose signature is empty", Forgery::EmptySignature),
    ("alg-none", "with an unsigned token (`alg: none`)", Forgery::AlgNone),
    (
        "alg-none-title",
        "with an unsigned token (`alg: None`)",
        Forgery::AlgNoneSpelled(LetterCase::Title),
    ),
    (
        "alg-none-upper",
        "with an unsigned token (`alg: NONE`)",
        Forgery::AlgNoneSpelled(LetterCase::Upper),
    ),
    ALG_NONE_MIXED,
    ("changed-claims", "with a token that was changed after it was signed", Forgery::ChangedClaims),
    ("strange-key", "with a token signed with an unknown key", Forgery::StrangeKey),
];

/// A verifier that ignores the case of the algorithm accepts every spelling.
const ALG_NONE_MIXED: Row = (
    "alg-none-mixed",
    "with an unsigned token (`alg: nOnE`)",
    Forgery::AlgNoneSpelled(LetterCase::Mixed),
);

/// Bad tokens that anyone can make.
pub(crate) const IMITATED: &[Row] = &[
    ("strange-key", "with a token signed with an unknown key", Forgery::StrangeKey),
    ("unknown-key", "with a token whose key has an unknown name", Forgery::UnknownKey),
    ("wrong-secret", "with a token signed with a secret (`HS256`)", Forgery::WrongSecret),
    ("alg-none", "with an unsigned token (`alg: none`)", Forgery::AlgNone),
    ALG_NONE_MIXED,
];

/// Bad tokens that only the platform's key can sign.
pub(crate) const SIGNED: &[Row] = &[
    ("expired", "with an expired token", Forgery::Expired),
    ("not-yet-valid", "with a token that is not yet valid", Forgery::NotYetValid),
    ("issued-in-future", "with a token from the future", Forgery::IssuedInFuture),
    ("no-expiry", "with a token that never expires", Forgery::NoExpiry),
    ("ten-years", "with a token for ten years", Forgery::TenYears),
    ("other-audience", "with a token that is meant for another add-on", Forgery::OtherAudience),
    ("unknown-issuer", "with a token of an unknown issuer", Forgery::UnknownIssuer),
];

/// Bad tokens that only the platform's key can sign, if tokens are bound to one request.
pub(crate) const BOUND: &[Row] = &[
    ("no-qsh", "with a token that is bound to no request", Forgery::NoQsh),
    ("other-qsh", "with a token that is bound to another request", Forgery::OtherQsh),
    OTHER_QUERY_QSH,
    OTHER_METHOD_QSH,
    ("context-qsh", "with a token for a page's context only", Forgery::ContextQsh),
];

const OTHER_QUERY_QSH: Row = (
    "other-query-qsh",
    "with a token that is bound to the same path with another query",
    Forgery::OtherQueryQsh,
);

const OTHER_METHOD_QSH: Row = (
    "other-method-qsh",
    "with a token that is bound to the same path with another method",
    Forgery::OtherMethodQsh,
);

/// Bad tokens of Atlassian Connect.
pub(crate) const CONNECT: &[Row] = &[
    ("expired", "with an expired token", Forgery::Expired),
    ("not-yet-valid", "with a token that is not yet valid", Forgery::NotYetValid),
    ("issued-in-future", "with a token from the future", Forgery::IssuedInFuture),
    ("no-expiry", "with a token that never expires", Forgery::NoExpiry),
    ("ten-years", "with a token for ten years", Forgery::TenYears),
    ("wrong-secret", "with a token signed with another secret", Forgery::WrongSecret),
    ("alg-none", "with an unsigned token (`alg: none`)", Forgery::AlgNone),
    ALG_NONE_MIXED,
    ("other-algorithm", "with a token of another algorithm", Forgery::OtherAlgorithm),
    (
        "public-key-as-secret",
        "with a token that uses a public key as its secret",
        Forgery::PublicKeyAsSecret,
    ),
    ("no-qsh", "with a token that is bound to no request", Forgery::NoQsh),
    ("other-qsh", "with a token that is bound to another request", Forgery::OtherQsh),
    OTHER_QUERY_QSH,
    OTHER_METHOD_QSH,
    ("context-qsh", "with a token for a page's context only", Forgery::ContextQsh),
    ("unknown-issuer", "with a token of an unknown issuer", Forgery::UnknownIssuer),
];

/// Bad signatures of AWS Signature Version 4.
pub(crate) const AWS: &[Row] = &[
    ("wrong-secret", "with a signature by another secret", Forgery::WrongSecret),
    ("unknown-key", "with a signature under an unknown access key", Forgery::UnknownKey),
    ("expired", "with a signature of two hours ago", Forgery::Expired),
    ("issued-in-future", "with a signature from the future", Forgery::IssuedInFuture),
    ("other-path", "with the signature of another path", Forgery::OtherQsh),
    ("other-query", "with the signature of another query", Forgery::OtherQueryQsh),
    ("other-method", "with the signature of another method", Forgery::OtherMethodQsh),
];

/// A client certificate that nobody issued.
pub(crate) const CERTIFICATE: &[Row] = &[(
    "strange-certificate",
    "with a certificate for the same name that nobody issued",
    Forgery::StrangeCertificate,
)];

/// A good credential without the certificate that belongs to it.
pub(crate) const NO_CERTIFICATE: &[Row] = &[(
    "no-certificate",
    "with its credential and without its certificate",
    Forgery::NoCertificate,
)];
