//! `avouch check`: runs the checks, reports the results, and saves the evidence.

use std::path::{Path, PathBuf};

use avouch::model::judge::assessment::Assessment;
use avouch::model::judge::evidence::outcomes;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::source::diagnostic::help_with_list;
use avouch::probe;
use avouch::render::{Input, Past};
use clap::Args;

use crate::args::{Reports, Target};
use crate::disk::outlets::Outlets;
use crate::disk::store;
use crate::exit::Exit;
use crate::reuse::Kept;
use crate::run::assess;
use crate::serve::watch::Watch;
use crate::session::{Open, Session};
use crate::terminal::console::Console;

/// `avouch check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The claims to check [default: all]
    #[arg(value_name = "CLAIM")]
    claims: Vec<String>,
    /// The service.
    #[command(flatten)]
    target: Target,
    /// Reuse the evidence of an earlier run while it is valid, and check the other claims
    #[arg(long, value_name = "FILE")]
    reuse: Option<PathBuf>,
    /// Check every claim again; the earlier evidence is used where a check is inconclusive
    #[arg(long, requires = "reuse")]
    again: bool,
    /// Check again whenever the sources change, until interrupted
    #[arg(long)]
    watch: bool,
    /// The file for the evidence, readable by you alone
    #[arg(long, value_name = "FILE", default_value = "assessment.json")]
    out: PathBuf,
    /// The reports.
    #[command(flatten)]
    reports: Reports,
}

/// Runs the verb: once, or with `--watch` at every change of the sources until it is interrupted.
pub(crate) fn run(root: &Path, args: &Check, console: Console) -> Result<Exit, Exit> {
    if !args.watch {
        return once(root, args, console);
    }
    let interrupt = probe::signals::interrupt();
    let mut watch = Watch::sources(root);
    loop {
        // The error has been reported, and the next change may correct it.
        if matches!(once(root, args, console), Err(Exit::Interrupted)) {
            return Err(Exit::Interrupted);
        }
        console.message("waiting for the sources to change; press Ctrl-C to stop");
        while !watch.is_new() {
            if interrupt.is_set() {
                return Err(Exit::Interrupted);
            }
        }
    }
}

fn once(root: &Path, args: &Check, console: Console) -> Result<Exit, Exit> {
    let open = Open::to_ask(root, &args.target);
    let earlier =
        args.reuse.as_deref().map(|file| store::read(&root.join(file), console)).transpose()?;
    let outlets = Outlets::open(&args.reports, root, &[&args.out], console)?;
    let mut session = Session::open(&open, console)?;
    known(&session, &args.claims, console)?;
    let assessment = match earlier {
        None => {
            let mut assessment = assess(&session, &|id| named(&args.claims, id), console)?;
            if let Some(others) = others(args, &session) {
                Kept::of(others, &session, console)?.beside(
                    &mut assessment,
                    &mut session,
                    console,
                )?;
            }
            assessment
        }
        Some(earlier) => {
            let kept = Kept::of(earlier, &session, console)?;
            let asked = kept.to_ask(&session, &args.claims, args.again);
            let mut assessment = assess(&session, &|id| asked.contains(id), console)?;
            kept.into(&mut assessment, &mut session, console)?;
            assessment
        }
    };
    store::save(&assessment, &session.path(&args.out), console)?;
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
    outlets.write(&input, console)?;
    Ok(Exit::of(&outcomes))
}

/// The evidence of the claims that are not checked, where only some are: it is left as it is.
fn others(args: &Check, session: &Session) -> Option<Assessment> {
    let is_partial = !args.claims.is_empty();
    is_partial.then(|| store::parse(&session.path(&args.out)).ok()).flatten()
}

fn named(claims: &[String], id: &ClaimId) -> bool {
    claims.is_empty() || claims.contains(id)
}

/// Reports every named claim that the project does not have.
pub(crate) fn known(session: &Session, claims: &[String], console: Console) -> Result<(), Exit> {
    let ids = || session.project.claims.iter().map(|claim| claim.id.as_str());
    let unknown: Vec<&String> =
        claims.iter().filter(|id| session.project.claim(id).is_none()).collect();
    for id in &unknown {
        let names: Vec<&str> = ids().collect();
        console.error(&format!("unknown claim `{id}`"), &help_with_list(id, names));
    }
    if unknown.is_empty() { Ok(()) } else { Err(Exit::Unusable) }
}
