//! A project opened for work: read, planned, and put to its world. Every mistake is told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use avouch::load::options::{Loaded, Options, StandIns};
use avouch::model::judge::assessment::Seeds;
use avouch::model::plan::Plan;
use avouch::model::project::Project;
use avouch::model::source::Sources;
use avouch::model::source::claim_id::ClaimId;
use avouch::model::source::diagnostic::{Diagnostic, Severity, in_source_order};
use avouch::{check, load, render};
use avouch_demo::{Demo, Secrets};

use crate::args::{DemoOptions, Target};
use crate::disk::git;
use crate::exit::Exit;
use crate::terminal::clock::Clock;
use crate::terminal::console::Console;

/// A project that is fit to work with.
pub(crate) struct Session {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// What people wrote, put to the world that it is assessed in.
    pub(crate) project: Project,
    /// What each claim's checks ask.
    pub(crate) plans: BTreeMap<ClaimId, Vec<Plan>>,
    /// What the plans' rotations were made from.
    pub(crate) seeds: Seeds,
    /// The time.
    pub(crate) clock: Clock,
    /// The demo add-on, while it runs.
    _demo: Option<Demo>,
}

/// How a project is opened.
pub(crate) struct Open<'a> {
    /// Its folder.
    pub(crate) root: &'a Path,
    /// The target in place of `avouch.yaml`'s.
    pub(crate) target: Option<&'a str>,
    /// How the demo add-on is started, if it is the target and is needed.
    pub(crate) demo: Option<&'a DemoOptions>,
    /// What the plans' rotations are made from.
    pub(crate) seeds: Seeds,
    /// How bad it is if a variable of the environment is not set.
    pub(crate) unset: Severity,
    /// What is read in place of files.
    pub(crate) instead: StandIns,
}

impl<'a> Open<'a> {
    /// To ask the target: nothing may be missing.
    pub(crate) fn to_ask(root: &'a Path, target: &'a Target) -> Self {
        Self {
            root,
            target: target.target.as_deref(),
            demo: Some(&target.demo),
            seeds: Seeds::from(rand::random::<u64>()),
            unset: Severity::Error,
            instead: StandIns::new(),
        }
    }

    /// To look at the sources alone: no secret is needed.
    pub(crate) fn to_read(root: &'a Path, target: Option<&'a str>) -> Self {
        Self {
            root,
            target,
            demo: None,
            seeds: Seeds::default(),
            unset: Severity::Warning,
            instead: StandIns::new(),
        }
    }
}

/// What was read, with all that is wrong with it, plans and templates included.
pub(crate) struct Checked {
    /// The project, where enough of it could be read.
    pub(crate) project: Option<Project>,
    /// The plans, where the checks are in order.
    pub(crate) plans: BTreeMap<ClaimId, Vec<Plan>>,
    /// Everything that is wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The text of every file.
    pub(crate) sources: Sources,
    /// The files of which something could not be read.
    pub(crate) unread: BTreeSet<Arc<str>>,
}

impl Checked {
    /// Whether a claim's words, or where they stand, are no longer what its checks were made for.
    pub(crate) fn is_suspect(&self, claim: &ClaimId) -> bool {
        let mut redlines = self.diagnostics.iter().filter_map(|one| one.redline.as_ref());
        redlines.any(|redline| redline.claim == *claim)
    }
}

/// What stands for the demo's secrets where it is not asked anything.
const SECRET: &str = "a secret of the demo add-on";

/// Reads a project and looks for every mistake that can be found without a network. The demo's secrets
/// are needed only if it is to be asked: keys take longer to make than all of the rest.
pub(crate) fn check_sources(open: &Open<'_>, secrets: Option<&Secrets>, clock: Clock) -> Checked {
    let of_demo = |name: &str| match secrets {
        Some(secrets) => secrets.get(name).map(str::to_owned),
        None => Secrets::VARIABLES.contains(&name).then(|| SECRET.to_owned()),
    };
    let env = |name: &str, demo: bool| {
        demo.then(|| of_demo(name)).flatten().or_else(|| std::env::var(name).ok())
    };
    let today = avouch::model::time::day_of(clock.now());
    let options = Options {
        target: open.target,
        env: &env,
        unset: open.unset,
        today,
        instead: &open.instead,
    };
    let Loaded { mut project, mut diagnostics, sources, mut unread } =
        load::project(open.root, &options);
    let mut plans = BTreeMap::new();
    if let Some(project) = &mut project {
        if project.world.demo {
            project.world.hosts.extend(avouch_demo::hosts());
        }
        let (planned, mut wrong) = check::plans(project, &open.seeds);
        plans = planned;
        if !wrong.iter().any(Diagnostic::is_error) {
            wrong.extend(check::waivers::unmatched(project, &plans));
        }
        wrong.extend(render::lint_templates(project));
        let errors = wrong.iter().filter(|one| one.is_error());
        unread.extend(errors.filter_map(|one| Some(one.place.as_ref()?.file.clone())));
        diagnostics.extend(wrong);
        diagnostics.extend(check::numbers::check(project, &plans));
    }
    let mut diagnostics = in_source_order(diagnostics);
    git::sign(open.root, &mut diagnostics, &sources);
    Checked { project, plans, diagnostics, sources, unread }
}

impl Session {
    /// Opens a project, or tells everything that is wrong with it.
    pub(crate) fn open(open: &Open<'_>, console: Console) -> Result<Self, Exit> {
        let clock = Clock { fixed: open.demo.and_then(|demo| demo.clock) };
        let secrets = Secrets::generate();
        let checked = check_sources(open, open.demo.map(|_| &secrets), clock);
        console.diagnostics(&checked.diagnostics, &checked.sources);
        let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
        let Some(mut project) = checked.project.filter(|_| errors == 0) else {
            console.error(&format!("{} in the sources; nothing was asked", counted(errors)), "");
            return Err(Exit::Unusable);
        };
        let demo = start_demo(open, &mut project, &secrets, console)?;
        let root = open.root.to_owned();
        let seeds = open.seeds.clone();
        Ok(Self { root, project, plans: checked.plans, seeds, clock, _demo: demo })
    }

    /// A path that was given relative to the project's folder.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }
}

fn counted(errors: usize) -> String {
    if errors == 1 { "1 mistake".into() } else { format!("{errors} mistakes") }
}

/// Starts the demo add-on where the project's target is `demo`, and puts the project to it.
fn start_demo(
    open: &Open<'_>,
    project: &mut Project,
    secrets: &Secrets,
    console: Console,
) -> Result<Option<Demo>, Exit> {
    let Some(options) = open.demo else { return Ok(None) };
    if !project.world.embedded {
        if options.is_given() {
            let help = "leave out `--flaw`, `--mode` and `--clock`, or use `--target demo`";
            console.error("the target is no demo add-on of ours to change", help);
            return Err(Exit::Unusable);
        }
        return Ok(None);
    }
    let contacts = project.contacts.iter().map(ToString::to_string).collect();
    let options = avouch_demo::Options { contacts, ..options.to_options() };
    let demo = avouch_demo::start(options, secrets).map_err(|error| {
        console.error(&format!("the demo add-on could not be started: {error}"), "");
        Exit::Unusable
    })?;
    let world = &mut project.world;
    world.connect_to.extend(demo.connect_to());
    world.roots.insert("the demo's own".into(), demo.root_pem().to_owned());
    world.resolver = demo.resolver().or(world.resolver);
    world.clock = open.demo.and_then(|demo| demo.clock);
    Ok(Some(demo))
}
