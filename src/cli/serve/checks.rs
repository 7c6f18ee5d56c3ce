//! Runs the checks while the preview is open, and tells how far they are.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use avouch::model::judge::evidence::outcomes;
use avouch::probe::job::{Event, Interrupt};
use avouch::render::summary;
use avouch::workflow::assess::{Surroundings, assessment, jobs, transcripts};

use crate::args::Target;
use crate::disk::store;
use crate::run::environment;
use crate::serve::board::{Run, Writer};
use crate::session::{Open, Session};
use crate::terminal::talk::Talk;

/// What is said of a run that could not begin.
const REFUSED: &str = "The checks were not run: something has to be mended first. See the notes.";

/// What a run needs.
#[derive(Clone)]
pub(crate) struct Runner {
    /// The project's folder.
    pub(crate) root: PathBuf,
    /// What the checks are put to.
    pub(crate) target: Arc<Target>,
    /// Where its progress is written.
    pub(crate) board: Writer,
    /// Ends it.
    pub(crate) interrupt: Arc<Interrupt>,
    /// How it speaks on the terminal.
    pub(crate) talk: Talk,
}

impl Runner {
    /// Begins a run, unless one is under way.
    pub(crate) fn begin(&self) -> Option<JoinHandle<()>> {
        let is_free = self.board.send_if_modified(|board| {
            let is_free = !board.run.running;
            if is_free {
                board.run = Run { running: true, ..Run::default() };
            }
            is_free
        });
        let runner = self.clone();
        is_free.then(|| {
            std::thread::spawn(move || {
                let said = runner.run();
                runner.board.send_modify(|board| {
                    let refused = said.is_none();
                    let said = said.unwrap_or_else(|| REFUSED.to_owned());
                    board.run = Run { said, refused, ..Run::default() };
                });
            })
        })
    }

    /// Runs every check and keeps what came back; says how it ended, or nothing if it could not begin.
    fn run(&self) -> Option<String> {
        let open = Open::to_ask(&self.root, &self.target);
        let session = Session::open(&open, self.talk).ok()?;
        let jobs = jobs(&session, &|_| true);
        self.board.send_modify(|board| board.run.total = jobs.len());
        let started = session.clock.now();
        let surroundings = Surroundings {
            env: &environment,
            events: &|event| self.tell(event),
            interrupt: &self.interrupt,
        };
        let Some(transcripts) = transcripts(&session, &jobs, &surroundings) else {
            return Some("The checks were interrupted.".to_owned());
        };
        let assessment = assessment(&session, &jobs, started, transcripts);
        let outcomes = outcomes(&session.project, &session.plans, &assessment, session.clock.now());
        let told = summary::in_words(&outcomes);
        Some(match store::save(&assessment, &self.root.join("assessment.json"), self.talk) {
            Ok(()) => format!("The checks were run: of {} claims, {told}.", outcomes.len()),
            Err(_) => "The checks were run, but their results could not be saved.".to_owned(),
        })
    }

    fn tell(&self, event: Event<'_>) {
        self.board.send_modify(|board| match event {
            Event::Started(job) => board.run.now.push(job.claim.to_string()),
            Event::Finished(job, _) => {
                let at = board.run.now.iter().position(|one| job.claim == one);
                at.map(|at| board.run.now.remove(at));
                board.run.done += 1;
            }
            Event::Retrying(..) | Event::LeftBehind(..) => {}
        });
    }
}
