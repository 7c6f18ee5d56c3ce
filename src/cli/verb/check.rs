//! `avouch check`: asks, reports, and keeps the evidence.

use std::path::Path;

use avouch::model::judge::assessment::Assessment;
use avouch::model::judge::evidence::outcomes;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::source::diagnostic::{Diagnostic, help_with_list};
use avouch::probe;
use avouch::render::{Input, Past};
use avouch::workflow::reuse::{Earlier, Scope};

use crate::args::Check;
use crate::disk::outlets::Outlets;
use crate::disk::store;
use crate::exit::Exit;
use crate::run::assess;
use crate::serve::watch::Watch;
use crate::session::{Open, Session};
use crate::terminal::talk::Talk;
use crate::verb::check_published;

/// Runs the verb: once, or with `--watch` whenever the sources change, until it is interrupted.
pub(crate) fn run(root: &Path, args: &Check, talk: Talk) -> Result<Exit, Exit> {
    if !args.watch {
        return once(root, args, talk);
    }
    let interrupt = probe::signals::interrupt();
    let mut watch = Watch::sources(root);
    loop {
        // What is wrong has been told, and may be mended by the next change.
        if matches!(once(root, args, talk), Err(Exit::Interrupted)) {
            return Err(Exit::Interrupted);
        }
        talk.say("waiting for the sources to change; Ctrl-C ends it");
        while !watch.is_new() {
            if interrupt.is_set() {
                return Err(Exit::Interrupted);
            }
        }
    }
}

fn once(root: &Path, args: &Check, talk: Talk) -> Result<Exit, Exit> {
    if let Some(page) = &args.published {
        return check_published::run(root, page, args.within, talk);
    }
    let open = Open::to_ask(root, &args.target);
    let earlier =
        args.reuse.as_deref().map(|file| store::read(&root.join(file), talk)).transpose()?;
    let outlets = Outlets::open(&args.reports, root, &[&args.out], talk)?;
    let mut session = Session::open(&open, talk)?;
    known(&session, &args.claims, talk)?;
    let assessment = match earlier {
        Some(earlier) => reusing(earlier, args, &mut session, talk)?,
        None => alone(args, &mut session, talk)?,
    };
    store::save(&assessment, &session.path(&args.out), talk)?;
    let now = session.clock.now();
    let mut outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    if args.reuse.is_none() {
        outcomes.retain(|outcome| named(&args.claims, &outcome.claim.id));
    }
    let input = Input {
        project: &session.project,
        outcomes: &outcomes,
        assessment: &assessment,
        now,
        past: &Past::default(),
    };
    outlets.write(&input, talk)?;
    Ok(Exit::of(&outcomes))
}

/// A run without `--reuse`. Where only some claims are checked, the others keep their evidence.
fn alone(args: &Check, session: &mut Session, talk: Talk) -> Result<Assessment, Exit> {
    let mut assessment = assess(session, &|id| named(&args.claims, id), talk)?;
    let is_partial = !args.claims.is_empty();
    let others = is_partial.then(|| store::parse(&session.path(&args.out)).ok()).flatten();
    if let Some(others) = others {
        let others = compared(others, session, talk)?;
        let completed = others.complete(&mut assessment, session);
        completed.map_err(|wrong| refused(&wrong, session, talk))?;
    }
    Ok(assessment)
}

/// A run with `--reuse`: checks only claims without good evidence.
fn reusing(
    earlier: Assessment,
    args: &Check,
    session: &mut Session,
    talk: Talk,
) -> Result<Assessment, Exit> {
    let earlier = compared(earlier, session, talk)?;
    let scope = if args.again { Scope::All } else { Scope::Open };
    let to_check = earlier.to_check(session, &args.claims, scope);
    let mut assessment = assess(session, &|id| to_check.contains(id), talk)?;
    let merged = earlier.merge(&mut assessment, session);
    let reused = merged.map_err(|wrong| refused(&wrong, session, talk))?;
    for (id, reason) in &reused.inconclusive {
        let reason = reason.name();
        talk.say(&format!("`{id}` is inconclusive now ({reason}); its earlier evidence is kept"));
    }
    let all = assessment.claims.len();
    talk.say(&format!("reused evidence for {} of {all} claims", reused.claims));
    Ok(assessment)
}

fn compared(earlier: Assessment, session: &Session, talk: Talk) -> Result<Earlier, Exit> {
    let earlier = Earlier::new(earlier, session).map_err(|wrong| refused(&wrong, session, talk))?;
    for difference in &earlier.differences {
        talk.say(&format!("nothing can be reused: {difference}"));
    }
    Ok(earlier)
}

fn refused(wrong: &[Diagnostic], session: &Session, talk: Talk) -> Exit {
    talk.diagnostics(wrong, &session.project.sources);
    Exit::Unusable
}

fn named(claims: &[String], id: &ClaimId) -> bool {
    claims.is_empty() || claims.iter().any(|claim| id == claim)
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
