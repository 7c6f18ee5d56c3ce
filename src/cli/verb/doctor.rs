//! `avouch doctor`: logs every actor in, runs the controls and nothing else, and says what is missing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use avouch::model::answer::ids::StepId;
use avouch::model::answer::observation::Transcript;
use avouch::model::answer::verdict::Reason;
use avouch::model::judge::judge;
use avouch::model::judge::view::View;
use avouch::model::plan::rehearsal::rehearsal;
use avouch::model::plan::{ANYONE, Plan, Role};
use avouch::model::project::Project;
use avouch::model::source::claim_id::ClaimId;
use avouch::probe::job::Job;
use avouch::render::wording;

use crate::args::Doctor;
use crate::exit::Exit;
use crate::run::{ask, jobs};
use crate::session::{Open, Session};
use crate::terminal::talk::Talk;

/// How many controls of an actor were met, and how many there are.
type Counts<'a> = BTreeMap<&'a str, (usize, usize)>;

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Doctor, talk: Talk) -> Result<Exit, Exit> {
    let mut session = Session::open(&Open::to_ask(root, &args.target), talk)?;
    // An unmet control is what is looked for here: it is told at once, not asked again.
    session.project.limits.retries = 0;
    session.plans.values_mut().flatten().for_each(|plan| *plan = rehearsal(plan));
    let jobs = jobs(&session, &|_| true);
    let transcripts = ask(&session, &jobs, talk)?;
    let (mut counts, mut unmet) = (Counts::new(), String::new());
    for (job, transcript) in jobs.iter().zip(&transcripts) {
        unmet.push_str(&look(job, transcript, &mut counts));
    }
    talk.data(format!("{unmet}{}", table(&session.project, &counts)).as_bytes());
    let is_well = counts.values().all(|(met, all)| met == all);
    talk.say(match is_well {
        true => "every control is met: the checks can be run",
        false => "what rests on the unmet controls cannot be found out until they are met",
    });
    Ok(if is_well { Exit::Holds } else { Exit::Inconclusive })
}

/// Counts the controls of one check, and tells those that are not met.
fn look<'a>(job: &Job<'a>, transcript: &Transcript, counts: &mut Counts<'a>) -> String {
    let view = View::new(job.plan, &transcript.observations);
    let judgement = judge(&view);
    let mut told = String::new();
    for (id, step) in job.plan.steps.iter().enumerate() {
        if step.role != Role::Control {
            continue;
        }
        let (met, all) = counts.entry(&step.actor).or_default();
        *all += 1;
        let judged = &judgement.steps[id];
        *met += usize::from(judged.is_met());
        // A control that was not asked follows from another one, which is told.
        let follows = judged.unasked.as_ref().is_some_and(|why| why.reason == Reason::NotAsked);
        if !judged.is_met() && !follows {
            told.push_str(&unmet(job.claim, job.plan, &view, id));
        }
    }
    told
}

fn unmet(claim: &ClaimId, plan: &Plan, view: &View<'_>, id: StepId) -> String {
    let step = &plan.steps[id];
    let mut told = format!("{claim}: {}, as {}\n", step.name, step.actor);
    for expectation in &step.expect {
        let _ = writeln!(told, "  expected  {}", wording::expected(expectation));
    }
    let _ = writeln!(told, "  seen      {}\n", wording::answer(view, id));
    told
}

/// Every actor, with how it shows who it is and what came of it.
fn table(project: &Project, counts: &Counts<'_>) -> String {
    let scheme = |actor: &str| project.actors.get(actor).map_or("nothing", |one| one.scheme.name());
    let known = project.actors.keys().map(String::as_str).chain([ANYONE]);
    let rows: Vec<[String; 3]> = known
        .map(|actor| {
            let said = match counts.get(actor) {
                None => "no control acts as it".to_owned(),
                Some((met, all)) if met == all => format!("all met ({all})"),
                Some((met, all)) => format!("{} of {all} not met", all - met),
            };
            [actor.to_owned(), scheme(actor).to_owned(), said]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let (first, second) = (width(0).unwrap_or(0).max(5), width(1).unwrap_or(0).max(9));
    let mut out = format!("{:first$}  {:second$}  controls\n", "actor", "logs in by");
    for [actor, scheme, said] in &rows {
        let _ = writeln!(out, "{actor:first$}  {scheme:second$}  {said}");
    }
    out
}
