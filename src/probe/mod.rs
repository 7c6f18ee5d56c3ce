//! The instruments: the only room that touches the network, and the only asynchronous one.

mod certificate;
pub mod dns;
pub mod fetch;
mod handshake;
mod mail_policy;
pub mod observed;
mod peers;
#[cfg(test)]
mod peers_for_tests;
mod plain_http;
pub mod signals;
pub mod tls;

mod address;
mod archive;
mod arrears;
mod attempt;
mod canary;
mod command;
mod connect;
mod cookies;
mod copy;
mod debts;
mod draft;
mod facts;
mod fields;
mod file;
mod http;
mod journal;
mod limits;
mod listing;
mod names;
mod open;
mod pool;
mod random;
mod record;
mod redact;
mod runner;
mod spelling;
mod sqlite;
mod tokens;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::model::claim::ClaimId;
use crate::model::observation::{Answer, Observation, Transcript};
use crate::model::plan::Plan;
use crate::model::project::Project;
use crate::model::verdict::Verdict;

/// Threads that move bytes; what is made of them happens on the thread of the run.
const WORKERS: usize = 2;

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

/// Runs the jobs, bounded by the project's limits, and gives one transcript for each, in their order.
pub fn run(jobs: &[Job<'_>], settings: &Settings<'_>) -> Vec<Transcript> {
    let run = || -> Result<Vec<Transcript>, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| format!("no run can be begun: {error}"))?;
        let transcripts = runtime.block_on(runner::run(jobs, settings));
        // A look-up of a name that never ends must not hold up the end of the run.
        runtime.shutdown_background();
        Ok(transcripts)
    };
    // On a thread of its own, so that it can be called from within another runtime too.
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    match done {
        Ok(Ok(transcripts)) => transcripts,
        Ok(Err(why)) => jobs.iter().map(|job| unasked(job, settings, &why)).collect(),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// The transcript of a check when not even the run could be begun.
fn unasked(job: &Job<'_>, settings: &Settings<'_>, why: &str) -> Transcript {
    let observation = Observation {
        at: (settings.now)(),
        took_ms: 0,
        address: None,
        not_asked: Vec::new(),
        answer: Answer::NotAsked(why.to_owned()),
        captures: BTreeMap::new(),
    };
    Transcript {
        observations: vec![observation; job.plan.steps.len()],
        attempts: 1,
        again: None,
        left_behind: Vec::new(),
    }
}
