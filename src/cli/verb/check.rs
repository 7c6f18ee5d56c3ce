//! `avouch check`: runs the checks, reports the results, and saves the evidence.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use avouch::model::judge::assessment::{Assessment, Memory};
use avouch::model::judge::binding::WorldBinding;
use avouch::model::judge::evidence::outcomes;
use avouch::model::judge::needs;
use avouch::model::project::release::KnownRelease;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::source::diagnostic::{Diagnostic, help_with_list};
use avouch::probe;
use avouch::render::{Input, Past};
use avouch::workflow::release;
use avouch::workflow::reuse::{Earlier, Scope};
use clap::Args;

use crate::args::{Reports, Target};
use crate::disk::leaks::Leaks;
use crate::disk::lock::ProjectLock;
use crate::disk::outlets::Outlets;
use crate::disk::store;
use crate::exit::Exit;
use crate::remembered::Records;
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
    let _lock = ProjectLock::acquire(root, console)?;
    let open = Open { claims: &args.claims, ..Open::to_ask(root, &args.target) };
    let earlier =
        args.reuse.as_deref().map(|file| store::read(&root.join(file), console)).transpose()?;
    let outlets = Outlets::open(&args.reports, root, &[&args.out], console)?;
    store::can_save(&root.join(&args.out), console)?;
    let mut session = Session::open_or_report(&open, &outlets, console)?;
    known(&session, &args.claims, console)?;
    let failed = failed(args, &session);
    session.lasting.clone_from(&failed.lasting);
    let assessment = match earlier {
        Some(earlier) => reusing(earlier, &failed, args, &mut session, console)?,
        None => alone(args, &failed, &mut session, console)?,
    };
    let leaks = Leaks::of(&session.project, console);
    store::save(&assessment, &session.path(&args.out), &leaks, console)?;
    let now = session.clock.now();
    let mut outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    if args.reuse.is_none() {
        let wanted = wanted(args, &session);
        outcomes.retain(|outcome| named(&wanted, &outcome.claim.id));
    }
    let input = Input {
        project: &session.project,
        outcomes: &outcomes,
        assessment: &assessment,
        now,
        past: &Past::default(),
        folder: outlets.folder(),
    };
    outlets.write(&input, &leaks, console)?;
    Ok(Exit::of(&outcomes))
}

/// A run without `--reuse`. Where only some claims are checked, the others keep their evidence.
fn alone(
    args: &Check,
    failed: &Memory,
    session: &mut Session,
    console: Console,
) -> Result<Assessment, Exit> {
    let wanted = wanted(args, session);
    let mut assessment = assess(session, &|id| named(&wanted, id), console)?;
    assessment.remember_earlier(failed);
    let is_partial = !args.claims.is_empty();
    let others = is_partial.then(|| store::parse(&session.path(&args.out)).ok()).flatten();
    if let Some(others) = others {
        let others = compared(others, session, console)?;
        let completed = others.complete(&mut assessment, session);
        completed.map_err(|wrong| refused(&wrong, session, console))?;
    }
    Ok(assessment)
}

/// A run with `--reuse`: checks only claims without good evidence.
fn reusing(
    mut earlier: Assessment,
    failed: &Memory,
    args: &Check,
    session: &mut Session,
    console: Console,
) -> Result<Assessment, Exit> {
    earlier.remember(failed);
    let earlier = compared(earlier, session, console)?;
    let scope = if args.again { Scope::All } else { Scope::Open };
    let to_check = earlier.to_check(session, &wanted(args, session), scope);
    let mut assessment = assess(session, &|id| to_check.contains(id), console)?;
    assessment.remember_earlier(failed);
    let merged = earlier.merge(&mut assessment, session);
    let reused = merged.map_err(|wrong| refused(&wrong, session, console))?;
    for (id, reason) in &reused.inconclusive {
        let reason = reason.name();
        console.message(format!(
            "`{id}` is inconclusive now ({reason}); its earlier evidence is kept"
        ));
    }
    let all = assessment.claims.len();
    console.message(format!("reused evidence for {} of {all} claims", reused.claims));
    Ok(assessment)
}

/// The claims that are named, with those that they need; empty for all.
fn wanted(args: &Check, session: &Session) -> Vec<String> {
    let mut wanted = BTreeSet::new();
    for id in &args.claims {
        needs::gather(&session.project, &ClaimId::from(id.as_str()), &mut wanted);
    }
    let needed = wanted.into_iter().map(|id| id.as_str().to_owned());
    args.claims.iter().cloned().chain(needed).collect()
}

/// What earlier runs and the published page recorded and, for `--reuse`, the present release.
fn failed(args: &Check, session: &Session) -> Memory {
    let last_run = Path::new("assessment.json");
    let runs = BTreeSet::from_iter(args.reuse.as_deref().into_iter().chain([&args.out, last_run]));
    let records = Records::read(&session.root, &runs, Path::new("public"));
    let world = WorldBinding::of(&session.project);
    let mut memory = records.memory(None, &world, session.clock.fixed);
    if args.reuse.is_some()
        && let Some(Ok(name)) = release::read(&session.project)
    {
        let now = KnownRelease { name, at: session.clock.now() };
        memory.add(&Memory { released: Some(now), ..Memory::default() });
    }
    memory
}

fn compared(earlier: Assessment, session: &Session, console: Console) -> Result<Earlier, Exit> {
    let earlier =
        Earlier::new(earlier, session).map_err(|wrong| refused(&wrong, session, console))?;
    for difference in &earlier.differences {
        console.message(format!("nothing can be reused: {difference}"));
    }
    Ok(earlier)
}

fn refused(wrong: &[Diagnostic], session: &Session, console: Console) -> Exit {
    console.diagnostics(wrong, &session.project.sources);
    Exit::Unusable
}

fn named(claims: &[String], id: &ClaimId) -> bool {
    claims.is_empty() || claims.iter().any(|claim| id == claim)
}

/// Reports every named claim that the project does not have.
pub(crate) fn known(session: &Session, claims: &[String], console: Console) -> Result<(), Exit> {
    let ids = || session.project.claims.iter().map(|claim| claim.id.as_str());
    let unknown: Vec<&String> =
        claims.iter().filter(|id| session.project.claim(id).is_none()).collect();
    for id in &unknown {
        let names: Vec<&str> = ids().collect();
        console.error(format!("unknown claim `{id}`"), help_with_list(id, names));
    }
    if unknown.is_empty() { Ok(()) } else { Err(Exit::Unusable) }
}
