//! Actors whose credential is a JSON Web Token. What an actor receives by logging in is looked at in the run.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::load::project::actor::Unset;
use crate::load::project::file::ProjectFile;
use crate::load::project::scope::Scope;
use crate::model::project::actor::{Actor, Scheme};
use crate::model::project::token_shape::is_jwt;
use crate::model::source::diagnostic::codes::Code;

/// The actors that state `jwt: true`. Reports those whose credential is of another form, as far as its variable
/// is set, and those that do not state it: a plan must not depend on the value of a secret.
pub(crate) fn actors(
    file: &ProjectFile,
    actors: &IndexMap<String, Actor>,
    unset: &Unset,
    scope: &mut Scope<'_>,
) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, written) in &file.actors {
        let Some(actor) = actors.get(name) else { continue };
        let is_known = !unset.contains_key(name) && !matches!(actor.scheme, Scheme::Login(_));
        let found = Some(token(actor)).filter(|_| is_known);
        let stated = written.jwt.as_ref();
        match (stated.filter(|stated| stated.value), found) {
            (Some(stated), Some(token)) if !token.is_some_and(is_jwt) => {
                let message = "the credential of this actor is not a JSON Web Token";
                let help = "leave out `jwt:`; it belongs to `bearer` or `header` with a token of three parts";
                scope.report(Code::BadCredential, &stated.span, message, help);
            }
            (None, Some(Some(token))) if stated.is_none() && is_jwt(token) => {
                let message = "the credential of this actor is a JSON Web Token, and no bad ones are derived from it";
                let help = "add `jwt: true` to the actor, or `jwt: false` to leave them out";
                scope.report(Code::UnstatedJwt, &written.span, message, help);
            }
            (Some(_), _) => {
                all.insert(name.clone());
            }
            _ => {}
        }
    }
    all
}

/// The token of an actor, without the word in front of it; `None` if its scheme has none.
fn token(actor: &Actor) -> Option<&str> {
    match &actor.scheme {
        Scheme::Bearer(token) => Some(token.expose()),
        Scheme::Header { name, value } if !name.eq_ignore_ascii_case("cookie") => {
            let value = value.expose();
            Some(value.rsplit_once(' ').map_or(value, |(_, token)| token))
        }
        _ => None,
    }
}
