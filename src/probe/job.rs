//! What a run is given, and what it reports while it runs.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::model::answer::verdict::Verdict;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::source::claim_id::ClaimId;

/// One check that is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The claim that it supports.
    pub claim: &'a ClaimId,
    /// Its index among the claim's checks.
    pub check: usize,
    /// What it asks.
    pub plan: &'a Plan,
}

/// What a run needs beside its jobs.
pub struct Settings<'a> {
    /// Actors, limits, permissions, and the world that is asked.
    pub project: &'a Project,
    /// The project's folder, in which programs run and from which files are found.
    pub root: &'a Path,
    /// The environment, of which a program gets what its check names.
    pub env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The time.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// Told of what happens, from any thread.
    pub events: &'a (dyn Fn(Event<'_>) + Sync),
    /// Set to end the run: nothing new is asked, and what was made is cleaned up.
    pub interrupt: &'a Interrupt,
    /// Where it is written what is about to be made on the target, so that the next run can take
    /// away what this one could not.
    pub journal: Option<PathBuf>,
}

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A check was begun.
    Started(Job<'a>),
    /// It was inconclusive, and will be begun again after so many milliseconds.
    Retrying(Job<'a>, Verdict, u64),
    /// It is done.
    Finished(Job<'a>, Verdict),
    /// Something that was made on the target could not be taken away again.
    LeftBehind(Job<'a>, &'a str),
}

/// Tells a run to end; it may be set from any thread.
#[derive(Debug, Default)]
pub struct Interrupt(tokio::sync::watch::Sender<bool>);

impl Interrupt {
    /// Ends the run.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run is to end.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the run is to end.
    pub async fn wait(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|set| *set).await;
    }
}
