//! `avouch doctor`: logs in as every actor, runs the controls alone, and reports what is missing. It also lists
//! the objects that earlier runs left on the target.

use std::collections::BTreeMap;
use std::path::Path;

use anstyle::Style;
use avouch::model::answer::ids::StepId;
use avouch::model::answer::observation::Transcript;
use avouch::model::answer::verdict::Reason;
use avouch::model::judge::judge;
use avouch::model::judge::view::View;
use avouch::model::plan::rehearsal::rehearsal;
use avouch::model::plan::{ANYONE, Role};
use avouch::model::project::Project;
use avouch::model::project::actor::{Actor, Scheme};
use avouch::probe::job::{Job, Undeleted};
use avouch::render::outlet::Text;
use avouch::render::outlet::terminal::{Terminal, width};
use avouch::render::report::layout::{BOLD, DIM, GREEN, Layout, RED, WaiverLines};
use avouch::render::wording;
use clap::Args;

use crate::args::Target;
use crate::disk::lock::ProjectLock;
use crate::exit::Exit;
use avouch::workflow::assess::jobs;

use crate::run::ask;
use crate::session::{Open, Session};
use crate::terminal::console::Console;

/// By actor, how many of its controls were met, and how many there are.
type Counts<'a> = BTreeMap<&'a str, (usize, usize)>;

/// `avouch doctor`
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The service.
    #[command(flatten)]
    target: Target,
    /// Forget the objects that earlier runs left on the target and that cannot be deleted; they are listed
    /// once more
    #[arg(long)]
    forget: bool,
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Doctor, console: Console) -> Result<Exit, Exit> {
    let _lock = ProjectLock::acquire(root, console)?;
    let mut session = Session::open(&Open::to_ask(root, &args.target), console)?;
    // An unmet control is the result here: it is reported at once and not retried.
    session.project.limits.retries = 0;
    session.plans.values_mut().flatten().for_each(|plan| *plan = rehearsal(plan));
    let jobs = jobs(&session, &|_| true);
    let undeleted = if args.forget { Undeleted::Forgotten } else { Undeleted::Reported };
    let transcripts = ask(&session, &jobs, undeleted, console)?;
    let layout = console.layout(WaiverLines::default());
    let (mut counts, mut unmet) = (Counts::new(), Text::new());
    for (job, transcript) in jobs.iter().zip(&transcripts) {
        unmet.add(look(job, transcript, &mut counts, &layout));
    }
    let table = table(&session.project, &counts, &layout);
    console.conclude(unmet.put(table).finish())?;
    let is_well = counts.values().all(|(met, all)| met == all);
    console.message(match is_well {
        true => "every control is met: the checks can run",
        false => "checks that depend on an unmet control are inconclusive until it is met",
    });
    Ok(if is_well { Exit::Holds } else { Exit::Inconclusive })
}

/// Counts the controls of one check, and describes those that are not met.
fn look<'a>(
    job: &Job<'a>,
    transcript: &Transcript,
    counts: &mut Counts<'a>,
    layout: &Layout,
) -> Text<Terminal> {
    let view = View::new(job.plan, &transcript.observations);
    let judgement = judge(&view);
    let mut text = Text::new();
    for (id, step) in StepId::enumerate(&job.plan.steps) {
        if step.role != Role::Control {
            continue;
        }
        let (met, all) = counts.entry(&step.actor).or_default();
        *all += 1;
        let judged = &judgement.steps[id];
        *met += usize::from(judged.is_met());
        // A control that was not run depends on another one, which is described.
        let depends = judged.unasked.as_ref().is_some_and(|why| why.reason == Reason::NotAsked);
        if !judged.is_met() && !depends {
            text.add(unmet(job, &view, id, layout));
        }
    }
    text
}

fn unmet(job: &Job<'_>, view: &View<'_>, id: StepId, layout: &Layout) -> Text<Terminal> {
    let step = &job.plan.steps[id];
    let claim = layout.paint(BOLD, job.claim.as_str());
    let title = claim.put(format!(": {}, as {}", step.name, step.actor));
    let mut text = layout.paragraph(0, title);
    for expectation in &step.expect {
        text.add(layout.entry("expected", wording::expected(expectation)));
    }
    text.put(layout.entry("seen", wording::answer(view, id))).own("\n")
}

/// Every actor, with how it logs in and the result of its controls.
fn table(project: &Project, counts: &Counts<'_>, layout: &Layout) -> Text<Terminal> {
    let scheme = |actor: &str| project.actors.get(actor).map_or("nothing", |one| one.scheme.name());
    let known = || project.actors.keys().map(String::as_str).chain([ANYONE]);
    let first = known().map(width).max().unwrap_or(0).max("actor".len());
    let second = known().map(|one| width(scheme(one))).max().unwrap_or(0).max("logs in by".len());
    let row = |name: &str, scheme: &str| {
        let columns = (Text::from(name).padded(first), Text::from(scheme).padded(second));
        (columns.0, Text::new().own("  ").put(columns.1).own("  "))
    };
    let (name, scheme_title) = row("actor", "logs in by");
    let mut out = layout.paint(DIM, name.put(scheme_title).own("controls")).own("\n");
    for actor in known() {
        let (style, mut result) = result(counts.get(actor));
        result.extend(project.actors.get(actor).and_then(session));
        let (name, scheme) = row(actor, scheme(actor));
        let line = layout.paint(BOLD, name).put(scheme).put(layout.paint(style, result));
        out.add(line.own("\n"));
    }
    out
}

/// The result of an actor's log-in, as the end of a line; `None` if it has none, or did not need it.
fn session(actor: &Actor) -> Option<String> {
    let Scheme::Login(login) = &actor.scheme else { return None };
    Some(match login.received.outcome()? {
        Ok(None) => "; logged in".to_owned(),
        Ok(Some(left)) => format!("; logged in, the session ends in {} s", left.as_secs()),
        Err(_) => "; could not log in".to_owned(),
    })
}

/// The controls of one actor: how many there are, and how many of them are not met.
fn result(count: Option<&(usize, usize)>) -> (Style, String) {
    match count {
        None => (DIM, "no control uses it".to_owned()),
        Some((met, all)) if met == all => (GREEN, format!("all met ({all})")),
        Some((met, all)) => (RED.bold(), format!("{} of {all} not met", all - met)),
    }
}
