//! The secrets of actors, as they are looked for in answers. That one appears is a violation, so nothing is
//! looked for that an answer may contain by chance.

use crate::model::project::Project;
use crate::model::project::actor::{Actor, Scheme, Secret};
use crate::model::project::weak_secret::{is_strong, weakness};
use crate::probe::credential::cookies;
use crate::probe::spellings::{Needle, Searcher};
use crate::probe::values::sought::{Meaning, Sought};

/// The minimum length of a piece of a credential that is looked for alone, in characters.
const PIECE_CHARS_MIN: usize = 16;

/// Finds the secret of every actor, except those that cannot be recognised.
pub(super) fn sought(project: &Project) -> Sought {
    let recognised = |actor: &Actor| !actor.weak_secret && weakness(&actor.scheme).is_none();
    let actors = project.actors.iter().filter(|(_, actor)| recognised(actor));
    let pieces =
        actors.flat_map(|(name, actor)| pieces(actor).into_iter().map(move |one| (name, one)));
    let (names, pieces): (Vec<&String>, Vec<&str>) = pieces.unzip();
    let searcher = Searcher::new(pieces.into_iter().map(Needle::Text));
    Sought::new(searcher, names.into_iter().cloned().map(Meaning::Secret).collect())
}

/// The secret of an actor, and the pieces of it that are secrets themselves.
fn pieces(actor: &Actor) -> Vec<&str> {
    if let Scheme::Login(login) = &actor.scheme {
        return login.secrets().map(Secret::expose).filter(|one| is_strong(one)).collect();
    }
    let Some(secret) = actor.scheme.secret().map(Secret::expose).filter(|one| !one.is_empty())
    else {
        return Vec::new();
    };
    let mut all = vec![secret];
    match &actor.scheme {
        Scheme::Header { name, value } if cookies::is_cookie(name) => {
            all.extend(cookies::values(value).filter(|one| is_random(one)));
        }
        // Such as `Token 0123456789abcdef`.
        Scheme::Header { .. } => {
            all.extend(secret.split_once(' ').map(|(_, token)| token).filter(|one| is_random(one)));
        }
        // A key without its first and last line.
        Scheme::Signed(_) => {
            let lines = secret.lines().filter(|line| !line.starts_with("-----"));
            all.extend(lines.max_by_key(|line| line.len()).filter(|one| is_random(one)));
        }
        _ => {}
    }
    all
}

fn is_random(piece: &str) -> bool {
    piece.len() >= PIECE_CHARS_MIN && piece.contains(|c: char| c.is_ascii_digit())
}
