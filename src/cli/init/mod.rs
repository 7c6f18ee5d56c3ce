//! `avouch init`: asks five questions, looks at the target, and leaves a project that builds.
//!
//! It tries every claim that a project may begin with, and keeps those that hold: what it leaves has
//! been shown, and what it leaves out it tells.

mod answers;
mod files;
mod starters;

use std::fs;
use std::io;
use std::path::Path;

use avouch::model::evidence::{Outcome, Standing, outcomes};
use avouch::model::time::day_of;
use avouch::model::verdict::Reason;
use avouch::render::wording;

use crate::args::{Init, Login, Target};
use crate::exit::Exit;
use crate::init::answers::Answers;
use crate::init::starters::{STARTERS, Starter};
use crate::run::assess;
use crate::session::{Open, Session};
use crate::talk::Talk;

/// What a project has; where one of these is, nothing is begun.
const PARTS: [&str; 4] = ["avouch.yaml", "content", "checks", "attestations"];

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Init, talk: Talk) -> Result<Exit, Exit> {
    if let Some(there) = PARTS.iter().find(|part| root.join(part).exists()) {
        let message = format!("`{there}` is here already; nothing was changed");
        talk.complain(&message, "begin a project in an empty folder: `avouch --root DIR init`");
        return Err(Exit::Unusable);
    }
    let answers = answers::ask(args, talk)?;
    can_log_in(&answers, talk)?;
    let failed = |error: io::Error| {
        talk.complain(&format!("the project could not be written: {error}"), "");
        Exit::Unusable
    };
    fs::create_dir_all(root).map_err(failed)?;
    // Within the project's folder, so that what is asked of it is asked of the right one.
    let within = |prefix| tempfile::Builder::new().prefix(prefix).tempdir_in(root).map_err(failed);
    let today = day_of(crate::clock::Clock::default().now());
    let trial = within(".trial")?;
    let tried: Vec<&Starter> = STARTERS.iter().filter(|one| (one.fits)(&answers)).collect();
    files::write(trial.path(), &answers, &tried, today).map_err(failed)?;
    let kept = those_that_hold(trial.path(), &tried, talk)?;
    let made = within(".made")?;
    files::write(made.path(), &answers, &kept, today).map_err(failed)?;
    put_in_place(made.path(), root).map_err(failed)?;
    let held = if kept.len() == 1 { "which holds" } else { "all of which hold" };
    let claims = wording::count(kept.len(), "claim");
    talk.say(&format!("\nThis is now a project of {claims}, {held}."));
    talk.say(NEXT);
    Ok(Exit::Holds)
}

const NEXT: &str = "
  avouch build   checks them, and publishes the page to `public/`
  avouch serve   shows the page while you write
Write your own sentences into `content/security.md`, and link each to its check.";

/// Whether the secret that a customer logs in with is there, so that its claims can be tried.
fn can_log_in(answers: &Answers, talk: Talk) -> Result<(), Exit> {
    let needed = answers.login != Login::None && !answers.is_demo();
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !needed || is_set(&answers.secret) {
        return Ok(());
    }
    talk.complain(
        &format!("the variable `{}` is not set, and a customer logs in with it", answers.secret),
        "set it, name another one with `--secret`, or begin with `--login none`",
    );
    Err(Exit::Unusable)
}

/// Checks every claim of the trial, tells what came of each, and gives those to keep.
fn those_that_hold<'a>(
    trial: &Path,
    tried: &[&'a Starter],
    talk: Talk,
) -> Result<Vec<&'a Starter>, Exit> {
    let target = Target::default();
    let session = Session::open(&Open::to_ask(trial, &target), talk)?;
    let assessment = assess(&session, &|_| true, talk)?;
    let now = session.clock.now();
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    tell_unreachable(&outcomes, talk)?;
    let mut kept: Vec<&Starter> = Vec::new();
    for starter in tried {
        let Some(outcome) = outcomes.iter().find(|one| one.claim.id == starter.id) else {
            continue;
        };
        let same = |other: &&Starter| starter.group.is_some() && other.group == starter.group;
        if kept.iter().any(same) {
            continue;
        }
        talk.say(&told(outcome));
        if outcome.standing == Standing::Holds {
            kept.push(starter);
        }
    }
    Ok(kept)
}

/// A target that nobody answers at is a mistyped one, or one that is yet to be started: a project
/// without its claims would be of little use.
fn tell_unreachable(outcomes: &[Outcome<'_>], talk: Talk) -> Result<(), Exit> {
    let front = outcomes.iter().find(|one| one.claim.id == "front-page");
    let silent = front.filter(|one| {
        let reasons = [Reason::Unreachable, Reason::Dns, Reason::Timeout];
        reasons.map(Standing::Inconclusive).contains(&one.standing)
    });
    let Some(front) = silent else {
        return Ok(());
    };
    let message = format!("nobody answers, so nothing was begun: {}", wording::seen(front));
    talk.complain(&message, "start the service, or mend the address in `--target`");
    Err(Exit::Inconclusive)
}

fn told(outcome: &Outcome<'_>) -> String {
    let id = &outcome.claim.id;
    let basis = outcome.bases.last().map_or("", |basis| basis.in_words());
    match outcome.standing {
        Standing::Holds => format!("kept      {id}: {} ({basis})", wording::words(outcome.claim)),
        _ => format!("left out  {id}: {}", wording::seen(outcome)),
    }
}

/// Moves every file of a finished project into the folder; the project's own file comes last.
fn put_in_place(made: &Path, root: &Path) -> io::Result<()> {
    let mut names = fs::read_dir(made)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort_by_key(|name| name == "avouch.yaml");
    for name in names.iter().filter(|name| !root.join(name).exists()) {
        fs::rename(made.join(name), root.join(name))?;
    }
    Ok(())
}
