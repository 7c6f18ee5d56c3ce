//! Runs checks for a verb, with progress on the terminal.

use avouch::model::answer::observation::Transcript;
use avouch::model::judge::assessment::Assessment;
use avouch::model::source::claim_id::ClaimId;
use avouch::probe;
use avouch::probe::job::{Job, Undeleted};
use avouch::workflow::assess::{Start, Surroundings, assessment, jobs, transcripts};

use crate::exit::Exit;
use crate::session::Session;
use crate::terminal::console::Console;
use crate::terminal::progress::Progress;

/// Runs the checks of the claims that `wanted` selects.
pub(crate) fn assess(
    session: &Session,
    wanted: &dyn Fn(&ClaimId) -> bool,
    console: Console,
) -> Result<Assessment, Exit> {
    let start = Start::now(session);
    let jobs = jobs(session, wanted);
    let transcripts = ask(session, &jobs, Undeleted::default(), console)?;
    Ok(assessment(session, &jobs, start, transcripts))
}

/// Runs the jobs, shows progress, and gives one transcript for each job.
pub(crate) fn ask(
    session: &Session,
    jobs: &[Job<'_>],
    undeleted: Undeleted,
    console: Console,
) -> Result<Vec<Transcript>, Exit> {
    let interrupt = probe::signals::interrupt();
    let progress = Progress::new(jobs, session.project.limits, console);
    let surroundings = Surroundings {
        env: &environment,
        events: &|event| progress.tell(event),
        interrupt: &interrupt,
        undeleted,
    };
    let transcripts = transcripts(session, jobs, &surroundings);
    progress.end();
    let transcripts = transcripts.map_err(|error| {
        console.error(error.message(), error.help());
        Exit::Unusable
    })?;
    transcripts.ok_or_else(|| {
        console.message(
            "interrupted: objects that this run created were deleted, except those listed above",
        );
        Exit::Interrupted
    })
}

/// A variable of the environment, if it is set and is Unicode.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
