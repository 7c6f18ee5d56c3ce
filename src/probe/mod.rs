//! Runs plans against the service. The only room that touches the network, and the only asynchronous
//! one.

pub(crate) mod cleanup;
pub(crate) mod credential;
pub mod fetch;
pub mod host;
mod http;
pub mod job;
pub(crate) mod json;
mod limiter;
pub(crate) mod local;
pub mod program;
mod random;
pub(crate) mod run;
pub mod signals;
pub(crate) mod spellings;
mod strangers;
#[cfg(test)]
mod tests;
pub mod values;

use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::project::Project;
use crate::probe::credential::secrets;
use crate::probe::host::resolve::CachingResolver;
use crate::probe::http::host_addresses::HostAddresses;
use crate::probe::job::{Job, RunSettings};
use crate::probe::run::runner;
use crate::probe::values::redact::Redactor;

/// The number of addresses of the target's host that receive each request of a test. Looks up the
/// host's name, and sends nothing to the target.
pub fn addresses(project: &Project) -> usize {
    let world = &project.world;
    let timeout = project.limits.timeout.as_std();
    let names = CachingResolver::new(world.resolver, timeout);
    let look_up = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let found = runtime.block_on(HostAddresses::of(&world.target, world, &names));
        runtime.shutdown_background();
        Some(found.asked.len())
    };
    let found = std::thread::scope(|scope| scope.spawn(look_up).join());
    found.ok().flatten().unwrap_or_default().max(1)
}

/// Replaces and finds every secret of a project: of its actors, in each form in which it is sent, and of the
/// variables that its credentials and programs read.
pub fn redactor(project: &Project) -> Redactor {
    Redactor::of_secrets(&secrets::of(project))
}

/// Threads for network I/O; answers are processed on the thread of the run.
const WORKERS: usize = 2;

/// Runs the jobs within the project's limits. Returns one transcript for each job, in their order.
pub fn run(jobs: &[Job<'_>], settings: &RunSettings<'_>) -> Vec<Transcript> {
    let run = || -> Result<Vec<Transcript>, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| format!("the run could not be started: {error}"))?;
        let transcripts = runtime.block_on(runner::run(jobs, settings));
        // A name lookup that never returns must not delay the end of the run.
        runtime.shutdown_background();
        Ok(transcripts)
    };
    // On a separate thread, so that callers inside another runtime can use it too.
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    match done {
        Ok(Ok(transcripts)) => transcripts,
        Ok(Err(why)) => jobs.iter().map(|job| not_run(job, settings, &why)).collect(),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// The transcript of a check when the run could not be started.
fn not_run(job: &Job<'_>, settings: &RunSettings<'_>, why: &str) -> Transcript {
    let observation = Observation::new((settings.now)(), Answer::NotAsked(why.to_owned()));
    Transcript {
        observations: vec![observation; job.plan.steps.len()],
        attempts: 1,
        again: None,
        left_behind: Vec::new(),
    }
}
