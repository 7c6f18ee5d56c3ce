//! Credentials that must be refused, by the scheme that they imitate.

use crate::model::plan::{Credential, Forgery};
use crate::model::project::{Actor, Scheme};

/// A credential that must be refused.
pub(super) struct Bad {
    /// The name by which an author leaves it out.
    pub(super) name: &'static str,
    /// For a step's name, after `GET /notes `.
    pub(super) words: &'static str,
    /// Who asks.
    pub(super) actor: String,
    /// With what.
    pub(super) credential: Credential,
}

/// A forgery of an actor's credential.
pub(super) fn forged(
    actor: &str,
    name: &'static str,
    words: &'static str,
    forgery: Forgery,
) -> Bad {
    Bad { name, words, actor: actor.to_owned(), credential: Credential::Forged(forgery) }
}

/// The bad credentials of a scheme.
pub(super) fn forgeries(name: &str, actor: &Actor) -> Vec<Bad> {
    let mut all = vec![
        Bad {
            name: "none",
            words: "without a credential",
            actor: name.to_owned(),
            credential: Credential::None,
        },
        forged(name, "garbage", "with garbage for a credential", Forgery::Garbage),
    ];
    if matches!(actor.scheme, Scheme::Connect { .. }) {
        let forged = CONNECT
            .iter()
            .map(|(short, words, forgery)| forged(name, short, words, forgery.clone()));
        all.extend(forged);
    }
    all
}

/// What can be wrong with a token of Atlassian Connect.
const CONNECT: &[(&str, &str, Forgery)] = &[
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
        "with a token signed with a public key for its secret",
        Forgery::PublicKeyAsSecret,
    ),
    ("no-qsh", "with a token that is bound to no request", Forgery::NoQsh),
    ("other-qsh", "with a token that is bound to another request", Forgery::OtherQsh),
    ("context-qsh", "with a token that is good for a page's context only", Forgery::ContextQsh),
    ("unknown-issuer", "with a token of an unknown issuer", Forgery::UnknownIssuer),
];
