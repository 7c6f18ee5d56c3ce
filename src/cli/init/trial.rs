//! Tries each claim that a project can start with.

use std::path::Path;

use avouch::model::answer::error::ProbeError;
use avouch::model::answer::observation::Answer;
use avouch::model::answer::verdict::Reason;
use avouch::model::judge::evidence::{CheckOutcome, Outcome, Standing, outcomes};
use avouch::model::plan::Act;
use avouch::render::report::labels;
use avouch::render::wording;

use crate::args::{PolicyOption, Target};
use crate::exit::Exit;
use crate::init::answers::Answers;
use crate::init::starters::{Fit, STARTERS, Starter};
use crate::run::assess;
use crate::session::{Open, Session};
use crate::terminal::console::Console;

/// Checks every claim of the trial, reports each result, and returns the claims to keep.
pub(crate) fn those_that_hold(
    trial: &Path,
    answers: &Answers,
    policy: &PolicyOption,
    console: Console,
) -> Result<Vec<&'static Starter>, Exit> {
    let service = Target { policy: policy.clone(), ..Target::default() };
    let mut session = Session::open(&Open::to_ask(trial, &service), console)?;
    // A service that is down is reported at once, without retries for each claim.
    session.project.limits.retries = 0;
    let assessment = assess(&session, &|_| true, console)?;
    let now = session.clock.now();
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    if let Some(error) = silence(&outcomes) {
        let help = "start the service, or correct `--target`; nothing was written";
        console.error(unanswered(&answers.target, error), help);
        return Err(Exit::Inconclusive);
    }
    let kept = kept(answers, &outcomes, console);
    if kept.is_empty() {
        let help = "check `--target`; nothing was written";
        console.error("none of the claims that a project can start with is true", help);
        return Err(Exit::of(&outcomes));
    }
    Ok(kept)
}

/// Reports the result of each starter, in the order of the page, and returns those that hold.
fn kept(answers: &Answers, outcomes: &[Outcome<'_>], console: Console) -> Vec<&'static Starter> {
    let mut kept: Vec<&Starter> = Vec::new();
    for starter in STARTERS {
        let same = |other: &&Starter| starter.group.is_some() && other.group == starter.group;
        if kept.iter().any(same) {
            continue;
        }
        if let Fit::Lacking(why) = (starter.fits)(answers) {
            console.message(format!("left out  {}: {why}", starter.id));
        }
        let Some(outcome) = outcomes.iter().find(|one| one.claim.id == starter.id) else {
            continue;
        };
        console.message(result(starter, outcome));
        if outcome.standing == Standing::Holds {
            kept.push(starter);
        }
    }
    kept
}

fn result(starter: &Starter, outcome: &Outcome<'_>) -> String {
    let id = starter.id;
    let basis = outcome.bases.last().map_or("", |basis| labels::basis(*basis));
    match outcome.standing {
        Standing::Holds => format!("kept      {id}: {} ({basis})", wording::words(outcome.claim)),
        _ if starter.is_about_private() && is_not_found(outcome) => {
            format!("left out  {id}: {}; is `--private` right?", wording::seen(outcome))
        }
        _ => format!("left out  {id}: {}", wording::seen(outcome)),
    }
}

/// Whether any request was answered with 404.
fn is_not_found(outcome: &Outcome<'_>) -> bool {
    let answers = outcome.checks.iter().flat_map(asked);
    answers.into_iter().any(|one| matches!(one, Answer::Facts(facts) if facts.0["status"] == 404))
}

/// The first error, if no HTTP request was answered.
fn silence<'a>(outcomes: &'a [Outcome<'_>]) -> Option<&'a ProbeError> {
    let mut first = None;
    for answer in outcomes.iter().flat_map(|outcome| &outcome.checks).flat_map(asked) {
        match answer {
            Answer::Error(error) if is_silence(error.reason) => first = first.or(Some(error)),
            Answer::NotAsked(_) => {}
            _ => return None,
        }
    }
    first
}

fn is_silence(reason: Reason) -> bool {
    matches!(reason, Reason::Unreachable | Reason::Dns | Reason::Tls | Reason::Timeout)
}

/// The answers to a check's HTTP requests.
fn asked<'a>(check: &'a CheckOutcome<'_>) -> impl Iterator<Item = &'a Answer> {
    let both = check.plan.steps.iter().zip(&check.transcript.observations);
    both.filter(|(step, _)| matches!(step.act, Act::Http(_))).map(|(_, one)| &one.answer)
}

fn unanswered(target: &str, error: &ProbeError) -> String {
    // The target has the host's name already, and most people do not know the numbers of errors.
    let cause = match error.detail.split_once("`: ") {
        Some((host, cause)) if target.contains(host.trim_start_matches('`')) => cause,
        _ => &error.detail,
    };
    let cause = cause.split(" (os error").next().unwrap_or(cause);
    let mut chars = cause.chars();
    let cause = chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars);
    let cause: String = cause.collect();
    match error.reason {
        Reason::Tls => format!("no trusted connection could be made to {target}: {cause}"),
        _ => format!("nothing answered at {target}: {cause}"),
    }
}
