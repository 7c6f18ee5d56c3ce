//! `avouch falsify`: can each check fail? Asks once, then judges changed answers.

use std::path::Path;

use avouch::model::judge::evidence::outcomes;
use avouch::model::source::claim_id::ClaimId;
use avouch::render::report::counterexamples;

use crate::args::Falsify;
use crate::exit::Exit;
use crate::run::assess;
use crate::session::{Open, Session};
use crate::terminal::style::Format;
use crate::terminal::talk::Talk;
use crate::verb::check::known;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Falsify, talk: Talk) -> Result<Exit, Exit> {
    let open = Open::to_ask(root, &args.target);
    let session = Session::open(&open, talk)?;
    known(&session, args.claim.as_slice(), talk)?;
    let wanted = |id: &ClaimId| args.claim.as_ref().is_none_or(|claim| id == claim);
    let assessment = assess(&session, &wanted, talk)?;
    let now = session.clock.now();
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    match args.format {
        Format::Text => talk.data(counterexamples::text(&outcomes).as_bytes()),
        Format::Json => {
            talk.data(format!("{:#}\n", counterexamples::json(&outcomes)).as_bytes());
        }
    }
    Ok(Exit::of(&outcomes))
}
