//! `avouch check`: asks, reports, and keeps the evidence.

use std::path::Path;

use avouch::model::diagnostic::help_with_list;
use avouch::model::evidence::outcomes;
use avouch::render::Input;

use crate::args::Check;
use crate::build::report;
use crate::exit::Exit;
use crate::run::assess;
use crate::session::{Open, Session};
use crate::store;
use crate::talk::Talk;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Check, talk: Talk) -> Result<Exit, Exit> {
    let open = Open::to_ask(root, &args.target);
    let session = Session::open(&open, talk)?;
    known(&session, &args.claims, talk)?;
    let assessment = assess(&session, &args.claims, talk)?;
    store::save(&assessment, &session.path(&args.out), talk)?;
    let now = session.clock.now();
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    let input =
        Input { project: &session.project, outcomes: &outcomes, assessment: &assessment, now };
    talk.data(&report(&input, &args.format));
    Ok(Exit::of(&outcomes))
}

/// Refuses claims that the project does not have.
pub(crate) fn known(session: &Session, claims: &[String], talk: Talk) -> Result<(), Exit> {
    let ids = || session.project.claims.iter().map(|claim| claim.id.as_str());
    let unknown: Vec<&String> =
        claims.iter().filter(|id| session.project.claim(id).is_none()).collect();
    for id in &unknown {
        let names: Vec<&str> = ids().collect();
        talk.complain(&format!("there is no claim `{id}`"), &help_with_list(id, names));
    }
    if unknown.is_empty() { Ok(()) } else { Err(Exit::Unusable) }
}
