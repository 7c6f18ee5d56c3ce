//! `avouch build`: publishes the site if every claim holds.

use std::path::{Path, PathBuf};

use avouch::load::options::StandIns;
use avouch::model::judge::assessment::{Assessment, Seeds};
use avouch::model::judge::binding::WorldBinding;
use avouch::model::judge::evidence::{Outcome, outcomes};
use avouch::model::source::diagnostic::{Diagnostic, Severity};
use avouch::render;
use avouch::render::{Files, Input, Past, SECURITY_TXT};
use clap::Args;
use jiff::Timestamp;

use crate::args::{Reports, Target};
use crate::disk::leaks::Leaks;
use crate::disk::lock::ProjectLock;
use crate::disk::outlets::Outlets;
use crate::disk::publish::{Keep, PublishError};
use crate::disk::{publish, store};
use crate::exit::Exit;
use crate::measured::{Work, measured};
use crate::previous::Evidence;
use crate::remembered::Records;
use crate::run::assess;
use crate::session::{Open, Session};
use crate::terminal::clock::source_date;
use crate::terminal::console::Console;
use crate::{previous, versions};

/// `avouch build`
#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The service.
    #[command(flatten)]
    target: Target,
    /// Build from the evidence in a file, without any network
    #[arg(long, value_name = "FILE")]
    assessment: Option<PathBuf>,
    /// The claims.json of the page published last, to continue its history
    #[arg(long, value_name = "FILE|URL")]
    previous: Option<String>,
    /// The folder to publish to
    #[arg(long, value_name = "DIR", default_value = "public")]
    out: PathBuf,
    /// Also write the site here, whether or not the claims hold, with every page marked as a draft
    #[arg(long, value_name = "DIR")]
    draft: Option<PathBuf>,
    /// The reports.
    #[command(flatten)]
    reports: Reports,
}

impl Build {
    /// Why this build needs the network, if it does.
    pub(crate) fn needs_network(&self) -> Option<&'static str> {
        if self.assessment.is_none() {
            return Some("`build` without `--assessment` runs the checks");
        }
        let from = self.previous.as_ref()?;
        previous::is_address(from).then_some("`--previous` is an address")
    }
}

/// Runs the verb.
pub(crate) fn run(root: &Path, args: &Build, console: Console) -> Result<Exit, Exit> {
    let source_date = source_date(console)?;
    let _lock = ProjectLock::acquire(root, console)?;
    let work = Work::begin();
    let given = args
        .assessment
        .as_deref()
        .map(|file| store::read(&root.join(file), console))
        .transpose()?;
    drop(work);
    let outlets = Outlets::open(&args.reports, root, &taken(args), console)?;
    let mut session =
        Session::open_or_report(&open(root, args, given.as_ref()), &outlets, console)?;
    can_write(&session, args, console)?;
    let checked = given.as_ref().map_or_else(|| session.clock.now(), |given| given.finished);
    let leaks = Leaks::of(&session.project, console);
    let past = past(&session, args, Evidence { of: given.as_ref(), checked }, console)?;
    let records = Records::read(&session.root, &[Path::new("assessment.json")].into(), &args.out);
    let world = WorldBinding::of(&session.project);
    let failed = |clock| records.memory(past.previous.as_ref(), &world, clock);
    let assessment = match given {
        Some(assessment) => {
            let mut assessment = bound(&session, assessment, console)?;
            assessment.remember(&failed(assessment.clock));
            assessment
        }
        None => {
            session.lasting = failed(session.clock.fixed).lasting;
            let mut assessment = assess(&session, &|_| true, console)?;
            assessment.remember_earlier(&failed(assessment.clock));
            let to = session.path(Path::new("assessment.json"));
            store::save(&assessment, &to, &leaks, console)?;
            assessment
        }
    };
    // The page does not mention the time of the build, so that every build gives the same bytes. Evidence
    // that has expired stays expired, whatever `SOURCE_DATE_EPOCH` is.
    let work = Work::begin();
    let now = session.clock.now().max(source_date.unwrap_or(Timestamp::MIN));
    let outcomes = outcomes(&session.project, &session.plans, &assessment, now);
    let input = Input {
        project: &session.project,
        outcomes: &outcomes,
        assessment: &assessment,
        now,
        past: &past,
        folder: outlets.folder(),
    };
    outlets.write(&input, &leaks, console)?;
    drop(work);
    if let Some(draft) = &args.draft {
        let site = measured(|| render::draft(&input));
        let out = write(site, draft, &session, &leaks, console)?;
        console.message(format!("wrote a draft to {}: open {}", draft.display(), out.display()));
    }
    publish_if_it_holds(&session, &input, args, &leaks, console)
}

/// The files and folders that a build writes, reports apart.
fn taken(args: &Build) -> Vec<&Path> {
    let draft = args.draft.as_deref();
    [Path::new("assessment.json"), &args.out].into_iter().chain(draft).collect()
}

/// Reports what would prevent the build from writing, before any request is sent.
fn can_write(session: &Session, args: &Build, console: Console) -> Result<(), Exit> {
    if args.assessment.is_none() {
        store::can_save(&session.path(Path::new("assessment.json")), console)?;
    }
    let keep = Keep::These(&session.project.keep);
    for to in [Some(&args.out), args.draft.as_ref()].into_iter().flatten() {
        publish::examine(&session.root, &session.path(to), keep)
            .map_err(|error| not_written(to, &error, console))?;
    }
    let Some(draft) = &args.draft else { return Ok(()) };
    let [out, draft] = [&args.out, draft].map(|to| publish::resolved(&session.path(to)));
    if out.zip(draft).is_none_or(|(out, draft)| out.starts_with(&draft) || draft.starts_with(&out))
    {
        console.error(
            "the site and the draft would replace each other",
            "give the draft a folder outside that of the site, and the other way round",
        );
        return Err(Exit::Unusable);
    }
    Ok(())
}

fn not_written(to: &Path, error: &PublishError, console: Console) -> Exit {
    console.error(format!("`{}` could not be written: {error}", to.display()), error.help());
    Exit::Unusable
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
        claims: &[],
        policy: Some(&args.target.policy),
    }
}

/// The history that the site continues.
fn past(
    session: &Session,
    args: &Build,
    evidence: Evidence<'_>,
    console: Console,
) -> Result<Past, Exit> {
    let read = |from: &String| previous::read(from, &session.root, &session.project.world, console);
    let previous = args.previous.as_ref().map(read).transpose()?;
    if let Some(previous) = &previous {
        previous::may_be_followed(previous, session, evidence, console)?;
    }
    Ok(Past { previous, versions: versions::all(session, console)? })
}

/// The assessment, if it is evidence for this project.
fn bound(session: &Session, assessment: Assessment, console: Console) -> Result<Assessment, Exit> {
    let now = session.clock.now();
    let objections = assessment.objections(&session.project, &session.plans, now);
    if objections.is_empty() {
        return Ok(assessment);
    }
    for objection in &objections {
        console.error(objection, "");
    }
    console.error(
        "the assessment is not evidence for these sources; nothing was published",
        "make a new one with `avouch check`",
    );
    Err(Exit::Unusable)
}

fn publish_if_it_holds(
    session: &Session,
    input: &Input<'_>,
    args: &Build,
    leaks: &Leaks,
    console: Console,
) -> Result<Exit, Exit> {
    let exit = Exit::of(input.outcomes);
    let out = session.path(&args.out);
    if exit != Exit::Holds {
        let old = if out.exists() { "; the published site is unchanged" } else { "" };
        console.message(format!("not published: {}{old}", counted(input.outcomes)));
        return Ok(exit);
    }
    let site = measured(|| render::site(input));
    let has_security_txt = |files: &Files| files.contains_key(SECURITY_TXT);
    if !session.project.world.demo && !site.as_ref().is_ok_and(has_security_txt) {
        console.message(format!(
            "the site has no `{SECURITY_TXT}`: attest a claim whose words name every contact"
        ));
    }
    let out = write(site, &args.out, session, leaks, console)?;
    console.message(format!("published {}: open {}", args.out.display(), out.display()));
    Ok(exit)
}

/// Writes a site to a folder in one exchange; returns the path of its first page.
fn write(
    site: Result<Files, Vec<Diagnostic>>,
    to: &Path,
    session: &Session,
    leaks: &Leaks,
    console: Console,
) -> Result<PathBuf, Exit> {
    let files = site.map_err(|wrong| {
        console.diagnostics(&wrong, &session.project.sources);
        Exit::Unusable
    })?;
    leaks.refuse_site(&files)?;
    let out = session.path(to);
    let keep = Keep::These(&session.project.keep);
    publish::publish(&files, &out, keep).map_err(|error| not_written(to, &error, console))?;
    Ok(out.join("index.html"))
}

fn counted(outcomes: &[Outcome<'_>]) -> String {
    let open = outcomes.iter().filter(|one| !one.standing.is_publishable()).count();
    let verb = if open == 1 { "is" } else { "are" };
    format!("{open} of {} claims {verb} not verified", outcomes.len())
}
