//! Runs the checks while the preview is open, and reports their progress.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use avouch::model::judge::binding::WorldBinding;
use avouch::model::judge::evidence::outcomes;
use avouch::probe::job::{Event, Interrupt, Undeleted};
use avouch::render::summary;
use avouch::workflow::assess::{Start, Surroundings, assessment, jobs, transcripts};

use crate::args::Target;
use crate::disk::leaks::Leaks;
use crate::disk::lock::ProjectLock;
use crate::disk::store;
use crate::remembered::Records;
use crate::run::environment;
use crate::serve::state::{Run, SharedState};
use crate::session::{Open, Session};
use crate::terminal::console::Console;

/// The message about a run that could not start.
const REFUSED: &str = "The checks were not run, because of a mistake in the files. See the notes.";

/// Starts runs of the checks.
#[derive(Clone)]
pub(crate) struct Runner {
    /// The project's folder.
    pub(crate) root: PathBuf,
    /// The service that the checks test.
    pub(crate) target: Arc<Target>,
    /// The state that shows the progress.
    pub(crate) state: SharedState,
    /// Ends a run.
    pub(crate) interrupt: Arc<Interrupt>,
    /// The terminal.
    pub(crate) console: Console,
}

impl Runner {
    /// Starts a run, unless one is running.
    pub(crate) fn begin(&self) -> Option<JoinHandle<()>> {
        let is_free = self.state.send_if_modified(|state| {
            let is_free = !state.run.running;
            if is_free {
                state.run = Run { running: true, ..Run::default() };
            }
            is_free
        });
        let runner = self.clone();
        is_free.then(|| {
            std::thread::spawn(move || {
                let said = runner.run();
                runner.state.send_modify(|state| {
                    let refused = said.is_none();
                    let said = said.unwrap_or_else(|| REFUSED.to_owned());
                    state.run = Run { said, refused, ..Run::default() };
                });
            })
        })
    }

    /// Runs every check and saves the evidence. Returns the result in a sentence; `None` if the run could not
    /// start.
    fn run(&self) -> Option<String> {
        let _lock = ProjectLock::acquire(&self.root, self.console).ok()?;
        let open = Open::to_ask(&self.root, &self.target);
        let mut session = Session::open(&open, self.console).ok()?;
        let records =
            Records::read(&self.root, &[Path::new("assessment.json")].into(), "public".as_ref());
        let world = WorldBinding::of(&session.project);
        let memory = records.memory(None, &world, session.clock.fixed);
        session.lasting.clone_from(&memory.lasting);
        let jobs = jobs(&session, &|_| true);
        self.state.send_modify(|state| state.run.total = jobs.len());
        let start = Start::now(&session);
        let surroundings = Surroundings {
            env: &environment,
            events: &|event| self.show(event),
            interrupt: &self.interrupt,
            undeleted: Undeleted::default(),
        };
        let transcripts = match transcripts(&session, &jobs, &surroundings) {
            Ok(Some(transcripts)) => transcripts,
            Ok(None) => return Some("The checks were interrupted.".to_owned()),
            Err(error) => {
                self.console.error(error.message(), error.help());
                return None;
            }
        };
        let mut assessment = assessment(&session, &jobs, start, transcripts);
        assessment.remember_earlier(&memory);
        let outcomes = outcomes(&session.project, &session.plans, &assessment, session.clock.now());
        let results = summary::in_words(&outcomes);
        let leaks = Leaks::of(&session.project, self.console);
        let file = self.root.join("assessment.json");
        Some(match store::save(&assessment, &file, &leaks, self.console) {
            Ok(()) => format!("The checks were run: {results}."),
            Err(_) => "The checks were run, but their results could not be saved.".to_owned(),
        })
    }

    fn show(&self, event: Event<'_>) {
        self.state.send_modify(|state| match event {
            Event::Started(job) => state.run.now.push(job.claim.to_string()),
            Event::Finished(job, ..) => {
                let at = state.run.now.iter().position(|one| job.claim == one);
                at.map(|at| state.run.now.remove(at));
                state.run.done += 1;
            }
            Event::Retrying(..)
            | Event::LookingAgain(..)
            | Event::LeftBehind(..)
            | Event::Warning(_) => {}
        });
    }
}
