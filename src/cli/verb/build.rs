//! `avouch build`: publishes the site, if every claim holds.

use std::path::Path;

use avouch::load::options::StandIns;
use avouch::model::judge::assessment::{Assessment, Seeds};
use avouch::model::judge::evidence::{Outcome, outcomes};
use avouch::model::source::diagnostic::{Diagnostic, Severity};
use avouch::render;
use avouch::render::{Files, Input, Past, SECURITY_TXT};
use jiff::Timestamp;

use crate::args::Build;
use crate::disk::outlets::Outlets;
use crate::disk::{publish, store};
use crate::exit::Exit;
use crate::run::assess;
use crate::session::{Open, Session};
use crate::terminal::clock::source_date;
use crate::terminal::talk::Talk;
use crate::{previous, versions};

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Build, talk: Talk) -> Result<Exit, Exit> {
    let source_date = source_date(talk)?;
    let given =
        args.assessment.as_deref().map(|file| store::read(&root.join(file), talk)).transpose()?;
    let outlets = Outlets::open(&args.reports, root, &taken(args), talk)?;
    let session = Session::open(&open(root, args, given.as_ref()), talk)?;
    let checked = given.as_ref().map_or_else(|| session.clock.now(), |given| given.finished);
    let past = past(&session, args, checked, talk)?;
    let assessment = match given {
        Some(assessment) => bound(&session, assessment, talk)?,
        None => {
            let assessment = assess(&session, &|_| true, talk)?;
            store::save(&assessment, &session.path(Path::new("assessment.json")), talk)?;
            assessment
        }
    };
    // A page says nothing of the time at which it was built, so that it comes out the same whenever
    // that is. Evidence that has ended stays ended, whatever time the build is told.
    let now = session.clock.now().max(source_date.unwrap_or(Timestamp::MIN));
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    let input = Input {
        project: &session.project,
        outcomes: &outcomes,
        assessment: &assessment,
        now,
        past: &past,
    };
    outlets.write(&input, talk)?;
    if let Some(draft) = &args.draft {
        write(render::draft(&input), draft, &session, talk)?;
    }
    publish_if_it_holds(&session, &input, args, talk)
}

/// What a build writes beside its reports.
fn taken(args: &Build) -> Vec<&Path> {
    let draft = args.draft.as_deref();
    [Path::new("assessment.json"), &args.out].into_iter().chain(draft).collect()
}

fn open<'a>(root: &'a Path, args: &'a Build, given: Option<&Assessment>) -> Open<'a> {
    Open {
        root,
        target: args.target.target.as_deref(),
        demo: given.is_none().then_some(&args.target.demo),
        seeds: given.map_or_else(
            || Seeds::from(rand::random::<u64>()),
            |assessment| assessment.seeds(rand::random()),
        ),
        unset: if given.is_some() { Severity::Warning } else { Severity::Error },
        instead: StandIns::new(),
    }
}

/// What the site carries forward.
fn past(session: &Session, args: &Build, checked: Timestamp, talk: Talk) -> Result<Past, Exit> {
    let read = |from: &String| previous::read(from, &session.root, &session.project.world, talk);
    let previous = args.previous.as_ref().map(read).transpose()?;
    if let Some(previous) = &previous {
        previous::may_be_followed(previous, session, checked, talk)?;
    }
    Ok(Past { previous, versions: versions::all(session) })
}

/// The assessment, if it is evidence for this project.
fn bound(session: &Session, assessment: Assessment, talk: Talk) -> Result<Assessment, Exit> {
    let objections = assessment.objections(&session.project, &session.plans);
    if objections.is_empty() {
        return Ok(assessment);
    }
    for objection in &objections {
        talk.complain(objection, "");
    }
    talk.complain(
        "the assessment is no evidence for these sources; nothing was published",
        "make it anew with `avouch check`",
    );
    Err(Exit::Unusable)
}

fn publish_if_it_holds(
    session: &Session,
    input: &Input<'_>,
    args: &Build,
    talk: Talk,
) -> Result<Exit, Exit> {
    let exit = Exit::of(input.outcomes);
    let out = session.path(&args.out);
    if exit != Exit::Holds {
        let old = if out.exists() { "; the site that is there stays as it was" } else { "" };
        talk.say(&format!("not published: {}{old}", counted(input.outcomes)));
        return Ok(exit);
    }
    let site = render::site(input);
    let has_security_txt = |files: &Files| files.contains_key(SECURITY_TXT);
    if !session.project.world.demo && !site.as_ref().is_ok_and(has_security_txt) {
        talk.say(&format!(
            "there is no `{SECURITY_TXT}` in it: attest a claim whose words name every contact"
        ));
    }
    write(site, &args.out, session, talk)?;
    Ok(exit)
}

/// Puts a site in its place in one step.
fn write(
    site: Result<Files, Vec<Diagnostic>>,
    to: &Path,
    session: &Session,
    talk: Talk,
) -> Result<(), Exit> {
    let files = site.map_err(|wrong| {
        talk.diagnostics(&wrong, &session.project.sources);
        Exit::Unusable
    })?;
    let out = session.path(to);
    publish::publish(&files, &out).map_err(|error| {
        talk.complain(&format!("the site could not be published: {error}"), error.help());
        Exit::Unusable
    })?;
    talk.say(&format!("published {}: open {}", to.display(), out.join("index.html").display()));
    Ok(())
}

fn counted(outcomes: &[Outcome<'_>]) -> String {
    let open = outcomes.iter().filter(|one| !one.standing.is_publishable()).count();
    format!("{open} of {} claims cannot be shown to hold", outcomes.len())
}
