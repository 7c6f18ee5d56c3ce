//! Opens a project for a verb: reports every mistake in the sources, and starts the demo add-on where it
//! is the target.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use avouch::load::options::{Options, StandIns};
use avouch::model::judge::assessment::Seeds;
use avouch::model::project::Project;
use avouch::model::source::diagnostic::Severity;
use avouch::model::source::diagnostic::codes::Code;
use avouch::model::time::day_of;
use avouch::workflow::clock::Clock;
use avouch::workflow::sources::Checked;
use avouch::workflow::{session, sources};

use crate::addon::{self, Demo, Secrets};
use crate::args::{DemoOptions, PolicyOption, Target};
use crate::disk::git::authors::sign;
use crate::disk::outlets::Outlets;
use crate::exit::Exit;
use crate::measured::Work;
use crate::operator;
use crate::terminal::clock::clock;
use crate::terminal::console::Console;
use crate::terminal::secrets;

/// A session, with the demo add-on running for as long as it lasts.
pub(crate) struct Session {
    session: session::Session,
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
    /// The seeds of the plans' rotations.
    pub(crate) seeds: Seeds,
    /// How bad it is if a variable of the environment is not set.
    pub(crate) unset: Severity,
    /// Texts to read in place of files.
    pub(crate) instead: StandIns,
    /// The claims to check; empty for all. Only the variables of their actors need values.
    pub(crate) claims: &'a [String],
    /// The policy that the sources are compared with, if they are.
    pub(crate) policy: Option<&'a PolicyOption>,
}

impl<'a> Open<'a> {
    /// To send requests to the target: nothing may be missing.
    pub(crate) fn to_ask(root: &'a Path, target: &'a Target) -> Self {
        Self {
            root,
            target: target.target.as_deref(),
            demo: Some(&target.demo),
            seeds: Seeds::from(rand::random::<u64>()),
            unset: Severity::Error,
            instead: StandIns::new(),
            claims: &[],
            policy: Some(&target.policy),
        }
    }

    /// To read the sources only: no secret is needed.
    pub(crate) fn to_read(root: &'a Path, target: Option<&'a str>) -> Self {
        Self {
            root,
            target,
            demo: None,
            seeds: Seeds::default(),
            unset: Severity::Warning,
            instead: StandIns::new(),
            claims: &[],
            policy: None,
        }
    }
}

/// A placeholder for the demo's secrets when no request is sent to it.
const SECRET: &str = "secret-of-the-demo-4f7c1e90b2d8";

/// Reads a project and finds every mistake that can be found without a network. The demo's secrets are
/// needed only if the demo is started: generating its keys takes longer than all of the rest.
pub(crate) fn check_sources(open: &Open<'_>, secrets: Option<&Secrets>, clock: Clock) -> Checked {
    let _work = Work::begin();
    let of_demo = |name: &str| match secrets {
        Some(secrets) => secrets.get(name).map(str::to_owned),
        None => Secrets::VARIABLES.contains(&name).then(|| SECRET.to_owned()),
    };
    let env = |name: &str, demo: bool| {
        demo.then(|| of_demo(name)).flatten().or_else(|| std::env::var(name).ok())
    };
    let options = Options {
        target: open.target,
        env: &env,
        unset: open.unset,
        today: day_of(clock.now()),
        instead: &open.instead,
    };
    let mut checked = sources::check_sources(open.root, &options, &open.seeds, &addon::hosts());
    if checked.project.as_ref().is_some_and(|project| project.world.demo) {
        checked.diagnostics.extend(addon::missing());
    }
    if let Some(project) = &checked.project {
        secrets::know(project);
    }
    if let Some(option) = open.policy {
        operator::compare(option, open.root, &mut checked);
    }
    sign(open.root, &mut checked.diagnostics, &checked.sources);
    checked
}

impl Session {
    /// Opens a project, or reports every mistake in it.
    pub(crate) fn open(open: &Open<'_>, console: Console) -> Result<Self, Exit> {
        Self::opened(open, &|_| {}, console)
    }

    /// The same, and writes the mistakes to the reports that were requested.
    pub(crate) fn open_or_report(
        open: &Open<'_>,
        outlets: &Outlets,
        console: Console,
    ) -> Result<Self, Exit> {
        let report = |checked: &Checked| {
            // A file that cannot be written is reported, and the exit code is the same.
            let _ = outlets.write_mistakes(&checked.diagnostics, &checked.sources, console);
        };
        Self::opened(open, &report, console)
    }

    fn opened(open: &Open<'_>, report: &dyn Fn(&Checked), console: Console) -> Result<Self, Exit> {
        let clock = clock(open.demo.and_then(|demo| demo.clock));
        let secrets = Secrets::generate();
        let mut checked = check_sources(open, open.demo.map(|_| &secrets), clock);
        if open.unset == Severity::Error {
            checked.forget_unneeded_variables(open.claims);
        }
        console.diagnostics(&checked.diagnostics, &checked.sources);
        let errors = checked.diagnostics.iter().filter(|one| one.is_error()).count();
        let mut wrong = checked.diagnostics.iter().filter(|one| one.is_error());
        let only_unset = errors > 0 && wrong.all(|one| one.code == Code::UnsetVariable);
        let option = open.policy.filter(|_| open.demo.is_some() && only_unset);
        if let (Some(option), Some(project)) = (option, &checked.project) {
            operator::demand_unset(option, open.root, (project, &checked.plans), console)?;
        }
        if errors > 0 || checked.project.is_none() {
            report(&checked);
        }
        let Some(mut project) = checked.project.filter(|_| errors == 0) else {
            console.error(format!("{} in the sources; no request was sent", counted(errors)), "");
            return Err(Exit::Unusable);
        };
        if let Some(option) = open.policy.filter(|_| open.demo.is_some()) {
            operator::demand(option, open.root, (&project, &checked.plans), console)?;
        }
        let demo = start_demo(open, &mut project, &secrets, console)?;
        let root = open.root.to_owned();
        let seeds = open.seeds.clone();
        let session = session::Session {
            root,
            project,
            plans: checked.plans,
            seeds,
            clock,
            lasting: Vec::new(),
        };
        Ok(Self { session, _demo: demo })
    }
}

impl Deref for Session {
    type Target = session::Session;

    fn deref(&self) -> &Self::Target {
        &self.session
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.session
    }
}

fn counted(errors: usize) -> String {
    if errors == 1 { "1 mistake".into() } else { format!("{errors} mistakes") }
}

/// Starts the demo add-on if it is the project's target, and makes the project connect to it.
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
            console
                .error("the target is not the embedded demo add-on, so it cannot be changed", help);
            return Err(Exit::Unusable);
        }
        return Ok(None);
    }
    let contacts = project.contacts.iter().map(ToString::to_string).collect();
    let demo = addon::start(options, contacts, secrets).map_err(|error| {
        error.complain(console);
        Exit::Unusable
    })?;
    let world = &mut project.world;
    world.connect_to.extend(demo.connect_to());
    world.roots.insert("the demo's own".into(), demo.root_pem().to_owned());
    world.resolver = demo.resolver().or(world.resolver);
    world.clock = open.demo.and_then(|demo| demo.clock);
    Ok(Some(demo))
}
