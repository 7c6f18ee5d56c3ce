//! Tries the claims that a project can start with.

use std::path::Path;

use avouch::model::answer::error::ProbeError;
use avouch::model::answer::observation::Answer;
use avouch::model::answer::verdict::Reason;
use avouch::model::judge::basis::Basis;
use avouch::model::judge::evidence::{CheckOutcome, Outcome, Standing, outcomes};
use avouch::model::plan::Act;
use avouch::render::wording;

use crate::args::{PolicyOption, Target};
use crate::exit::Exit;
use crate::init::answers::Answers;
use crate::init::files;
use crate::init::starters::{Fit, IfFalse, STARTERS, Starter};
use crate::run::assess;
use crate::session::{Open, Session};
use crate::terminal::console::Console;

/// A starter, and its result.
pub(crate) struct Tried {
    pub(crate) starter: &'static Starter,
    pub(crate) result: Found,
}

/// The result of a starter.
pub(crate) enum Found {
    /// It holds, on this basis.
    Holds(Basis),
    /// It is false because of a fault of the service: this one.
    Broken(String),
    /// The service does not make this claim, for this reason.
    Left(String),
    /// It could not be determined, for this reason.
    Unknown(String),
}

/// Checks every claim of the project in `folder` once, and gives what `read` makes of the outcomes.
pub(crate) fn outcomes_of<T>(
    folder: &Path,
    policy: &PolicyOption,
    console: Console,
    read: impl FnOnce(&[Outcome<'_>]) -> T,
) -> Result<T, Exit> {
    let service = Target { policy: policy.clone(), ..Target::default() };
    let mut session = Session::open(&Open::to_ask(folder, &service), console)?;
    // A service that is down is reported at once, without retries for each claim.
    session.project.limits.retries = 0;
    let assessment = assess(&session, &|_| true, console)?;
    let now = session.clock.now();
    Ok(read(&outcomes(&session.project, &session.plans, &assessment, now)))
}

/// Tries every starter that fits the answers; `folder` is for a project. The results are in the order of the
/// page.
///
/// # Errors
///
/// A service that does not answer is reported, with `help`.
pub(crate) fn all(
    folder: &Path,
    answers: &Answers,
    policy: &PolicyOption,
    help: &'static str,
    console: Console,
) -> Result<Vec<Tried>, Exit> {
    let tried = STARTERS.iter().filter(|one| (one.fits)(answers) == Fit::Tried);
    let tried: Vec<&Starter> = tried.collect();
    files::write(folder, answers, &tried).map_err(|error| files::failed(&error, console))?;
    outcomes_of(folder, policy, console, |outcomes| match silence(outcomes) {
        Some(error) => {
            console.error(unanswered(&answers.target, error), help);
            Err(Exit::Inconclusive)
        }
        None => Ok(results(answers, outcomes)),
    })?
}

/// Keeps those of several private paths to which strangers are not let in, and reports the others. If there are none,
/// all are kept, so that the claim about them is tried and its failure is reported.
pub(crate) fn narrow(
    folder: &Path,
    answers: &mut Answers,
    policy: &PolicyOption,
    console: Console,
) -> Result<(), Exit> {
    let all = answers.customer.private.clone();
    let starters: Vec<&Starter> = STARTERS.iter().filter(|one| one.is_about_private()).collect();
    let mut kept = Vec::new();
    for path in &all {
        answers.customer.private = vec![path.clone()];
        let fitting = starters.iter().copied().filter(|one| (one.fits)(answers) == Fit::Tried);
        let fitting: Vec<&Starter> = fitting.collect();
        files::write(folder, answers, &fitting).map_err(|error| files::failed(&error, console))?;
        let why = outcomes_of(folder, policy, console.silent(), |outcomes| {
            let holds = outcomes.iter().any(|one| one.standing == Standing::Holds);
            outcomes.first().filter(|_| !holds).map(wording::seen)
        })?;
        match why {
            None => kept.push(path.clone()),
            Some(why) => console.message(format!("left out  {path}: {why}")),
        }
    }
    answers.customer.private = if kept.is_empty() { all } else { kept };
    Ok(())
}

/// The result of each starter. Of a group, those after the first one that holds are left out.
fn results(answers: &Answers, outcomes: &[Outcome<'_>]) -> Vec<Tried> {
    let of = |starter: &Starter| outcomes.iter().find(|one| one.claim.id == starter.id);
    let same = |one: &Starter, other: &Starter| one.group.is_some() && one.group == other.group;
    let holding: Vec<&Starter> = STARTERS
        .iter()
        .filter(|one| of(one).is_some_and(|one| one.standing == Standing::Holds))
        .collect();
    let mut all: Vec<Tried> = Vec::new();
    for starter in STARTERS {
        let is_done =
            |one: &Tried| same(one.starter, starter) && matches!(one.result, Found::Holds(_));
        if all.iter().any(is_done) {
            continue;
        }
        let is_replaced = holding.iter().any(|other| same(other, starter));
        let result = match ((starter.fits)(answers), of(starter)) {
            (Fit::Lacking(why), _) => Found::Left(why.to_owned()),
            (_, Some(outcome)) if is_replaced && outcome.standing != Standing::Holds => {
                Found::Left(reason(starter, outcome))
            }
            (_, Some(outcome)) => result(starter, outcome),
            (_, None) => continue,
        };
        all.push(Tried { starter, result });
    }
    all
}

fn result(starter: &Starter, outcome: &Outcome<'_>) -> Found {
    let basis = outcome.bases.last().copied();
    match (outcome.standing, starter.if_false, basis) {
        (Standing::Holds, _, Some(basis)) => Found::Holds(basis),
        (Standing::Violated, IfFalse::Finding, _) => Found::Broken(reason(starter, outcome)),
        (_, IfFalse::Finding, _) => Found::Unknown(reason(starter, outcome)),
        (_, IfFalse::Usual, _) => Found::Left(reason(starter, outcome)),
    }
}

fn reason(starter: &Starter, outcome: &Outcome<'_>) -> String {
    let seen = wording::seen(outcome);
    match starter.is_about_private() && is_not_found(outcome) {
        true => format!("{seen}; is `--private` right?"),
        false => seen,
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
