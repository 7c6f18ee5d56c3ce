//! The input of a run, and the events that it emits.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::model::answer::verdict::Verdict;
use crate::model::judge::lasting::LastingObject;
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::source::claim_id::ClaimId;

/// One check to run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The claim that the check supports.
    pub claim: &'a ClaimId,
    /// The check's index among the claim's checks.
    pub check: usize,
    /// The check's plan.
    pub plan: &'a Plan,
}

/// What a run needs in addition to its jobs.
pub struct RunSettings<'a> {
    /// Actors, limits, permissions, and the hosts to connect to.
    pub project: &'a Project,
    /// The project's folder: the working directory of programs, and the base of relative paths.
    pub root: &'a Path,
    /// The environment. A program receives only the variables that its check lists.
    pub env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// The current time.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// Receives events, from any thread.
    pub events: &'a (dyn Fn(Event<'_>) + Sync),
    /// Set to end the run: no new step is started, and objects that the run created are deleted.
    pub interrupt: &'a Interrupt,
    /// The file that lists objects before they are created on the target, so that the next run can
    /// delete those that this run could not.
    pub journal: Option<PathBuf>,
    /// The plans of all claims, from which the clean-up of earlier runs is made again.
    pub plans: &'a BTreeMap<ClaimId, Vec<Plan>>,
    /// What happens to entries of the journal whose objects cannot be deleted.
    pub undeleted: Undeleted,
    /// Objects that earlier runs made and did not delete.
    pub lasting: &'a [LastingObject],
}

/// What happens to objects of earlier runs that cannot be deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undeleted {
    /// Those that no later run can delete are reported once; the others, in every run.
    #[default]
    ReportedOnce,
    /// All are reported.
    Reported,
    /// All are reported, and forgotten.
    Forgotten,
}

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A check was started.
    Started(Job<'a>),
    /// A check was inconclusive, and starts again after this delay in milliseconds.
    Retrying(Job<'a>, Verdict, u64),
    /// A check is violated, and is looked at again while no other check runs.
    LookingAgain(Job<'a>),
    /// A check is complete.
    Finished(Job<'a>, Verdict, Waited),
    /// An object that the check created on the target could not be deleted.
    LeftBehind(Job<'a>, &'a str),
    /// Something that concerns the whole run.
    Warning(&'a str),
}

/// What a check waited for; each time is added over its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// For other checks that touch the same data.
    pub locks: Duration,
    /// For other writes to the same origin.
    pub writes: Duration,
    /// For requests in flight: `at_once` and `per_host`.
    pub places: Duration,
    /// For `per_second`.
    pub pacing: Duration,
    /// Before it was tried again.
    pub retries: Duration,
    /// For answers that took longer than a second.
    pub slow_answers: Duration,
}

impl Waited {
    /// Each time with its name for programs.
    pub fn parts(&self) -> [(&'static str, Duration); 6] {
        [
            ("locks", self.locks),
            ("writes", self.writes),
            ("places", self.places),
            ("pacing", self.pacing),
            ("retries", self.retries),
            ("slow_answers", self.slow_answers),
        ]
    }
}

impl AddAssign for Waited {
    fn add_assign(&mut self, other: Self) {
        self.locks += other.locks;
        self.writes += other.writes;
        self.places += other.places;
        self.pacing += other.pacing;
        self.retries += other.retries;
        self.slow_answers += other.slow_answers;
    }
}

/// Ends a run; may be set from any thread.
#[derive(Debug, Default)]
pub struct Interrupt(tokio::sync::watch::Sender<bool>);

impl Interrupt {
    /// Ends the run.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run must end.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once the run must end.
    pub async fn wait(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|set| *set).await;
    }
}
