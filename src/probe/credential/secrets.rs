//! Every text that counts as a secret: it is redacted, and nothing that contains it is published.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::project::Project;
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::token_shape::{IDENTIFYING_CHARS, prefix};
use crate::model::project::weak_secret::{is_strong, weakness};
use crate::probe::credential::cookies;

/// The minimum length of a piece of a credential that counts alone, in characters.
const PIECE_CHARS_MIN: usize = 16;

/// The minimum length of a line of a key, in characters.
const LINE_CHARS_MIN: usize = 32;

/// The secrets of all actors in each form in which they are sent, and the values of secret variables. Weak
/// ones are left out: they occur in ordinary texts.
pub(crate) fn of(project: &Project) -> Vec<String> {
    let mut all = Vec::new();
    let is_login = |actor: &Actor| matches!(actor.scheme, Scheme::Login(_));
    let known = |actor: &&Actor| is_login(actor) || weakness(&actor.scheme).is_none();
    for actor in project.actors.values().filter(known) {
        add_actor(actor, &mut all);
    }
    for value in project.secrets.values().map(Secret::expose) {
        if is_strong(value) {
            add_key(value, &mut all);
        }
    }
    all.retain(|one| !one.is_empty());
    all.sort_unstable();
    all.dedup();
    all
}

fn add_actor(actor: &Actor, all: &mut Vec<String>) {
    if let Scheme::Login(login) = &actor.scheme {
        let own = login.secrets().map(Secret::expose).filter(|one| is_strong(one));
        own.for_each(|one| add_key(one, all));
        login.received.all().iter().for_each(|one| add_token(one, all));
        return;
    }
    let Some(secret) = actor.scheme.secret().map(Secret::expose) else { return };
    match &actor.scheme {
        Scheme::Basic { user, .. } => {
            all.push(STANDARD.encode(format!("{user}:{secret}")));
        }
        Scheme::Header { name, value } if cookies::is_cookie(name) => {
            all.extend(cookies::secrets(value));
            all.extend(cookies::parts(value).map(str::to_owned));
        }
        // Such as `Token 0123456789abcdef`.
        Scheme::Header { .. } => {
            let token = secret.split_once(' ').map(|(_, token)| token);
            token.filter(|one| is_random(one)).into_iter().for_each(|one| add_token(one, all));
        }
        _ => {}
    }
    add_key(secret, all);
}

/// A secret that may be a key in PEM.
fn add_key(secret: &str, all: &mut Vec<String>) {
    add_token(secret, all);
    if !secret.contains("-----BEGIN") {
        return;
    }
    let lines = || secret.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    let body: String = lines().collect();
    // The first third of a private key contains the public one.
    let mut at = 0;
    for line in lines() {
        if at >= body.len() / 3 && line.len() >= LINE_CHARS_MIN {
            all.push(line.to_owned());
        }
        at += line.len();
    }
    if body.len() >= LINE_CHARS_MIN {
        all.push(body);
    }
}

/// A secret that may be the token of a well-known issuer: its beginning identifies it.
fn add_token(secret: &str, all: &mut Vec<String>) {
    all.push(secret.to_owned());
    if let Some(prefix) = prefix(secret) {
        let identifying = prefix.len() + IDENTIFYING_CHARS;
        let ends = identifying..secret.len();
        all.extend(ends.filter_map(|end| secret.get(..end)).map(str::to_owned));
    }
}

fn is_random(piece: &str) -> bool {
    piece.len() >= PIECE_CHARS_MIN && piece.contains(|c: char| c.is_ascii_digit())
}
