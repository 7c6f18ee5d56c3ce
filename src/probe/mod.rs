//! The instruments: the only room that touches the network, and the only asynchronous one.

pub(crate) mod cleanup;
pub(crate) mod credential;
pub mod fetch;
mod gate;
pub mod host;
mod http;
pub mod job;
pub(crate) mod local;
mod percent;
mod random;
pub(crate) mod run;
pub mod signals;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::probe::job::{Job, Settings};
use crate::probe::run::runner;

/// Threads that move bytes; what is made of them happens on the thread of the run.
const WORKERS: usize = 2;

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
