//! Runs the checks of a run: each in turn, as far as their locks allow; then looks again at those that are
//! violated, one by one.

use std::collections::BTreeSet;

use crate::model::answer::error::ProbeError;
use crate::model::answer::ids::StepId;
use crate::model::answer::observation::{Observation, Transcript};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::interference::judge_both;
use crate::model::judge::judge;
use crate::model::judge::view::View;
use crate::model::plan::locks::Locks;
use crate::probe::cleanup::earlier_runs;
use crate::probe::cleanup::journal::Journal;
use crate::probe::credential::tokens::Minter;
use crate::probe::http::RunContext;
use crate::probe::http::pool::Pool;
use crate::probe::job::{Event, Job, RunSettings, Waited};
use crate::probe::limiter::Limiter;
use crate::probe::run::attempt::{Attempt, AttemptResult};
use crate::probe::run::schedule::Demand;
use crate::probe::run::turns::Turns;

/// How often a violated check is looked at again, so that a failure that occurs one time in several is found.
const LOOKS_AGAIN_MAX: u32 = 3;

/// A run in progress.
pub(super) struct CheckRunner<'a> {
    pub(super) settings: &'a RunSettings<'a>,
    pub(super) jobs: &'a [Job<'a>],
    /// The limits of the run.
    pub(super) limiter: Limiter<'a>,
    pool: Result<Pool<'a>, ProbeError>,
    minter: Minter<'a>,
    journal: Journal,
}

/// The result of one turn of a check.
pub(super) struct Attempted {
    pub(super) observations: Vec<Observation>,
    pub(super) verdict: Verdict,
    pub(super) left_behind: Vec<String>,
    pub(super) waited: Waited,
}

/// A check after its last turn.
pub(super) struct Done {
    pub(super) transcript: Transcript,
    pub(super) verdict: Verdict,
    pub(super) waited: Waited,
}

/// Runs the jobs. Returns one transcript for each, in their order.
pub(crate) async fn run(jobs: &[Job<'_>], settings: &RunSettings<'_>) -> Vec<Transcript> {
    let run = CheckRunner::new(jobs, settings);
    let context = run.context(run.limiter.turn(settings.project.limits.at_once));
    earlier_runs::clean_up(&context, &run.journal, jobs, settings).await;
    let mut done = Turns::new(&run).take().await;
    for (job, done) in jobs.iter().zip(&mut done) {
        run.look_again(*job, done).await;
    }
    run.journal.close();
    done.into_iter().map(|done| done.transcript).collect()
}

impl<'a> CheckRunner<'a> {
    fn new(jobs: &'a [Job<'a>], settings: &'a RunSettings<'a>) -> Self {
        let project = settings.project;
        // A project that does not permit writes creates nothing to record.
        let journal = settings.journal.as_deref().filter(|_| project.writes);
        let limiter = Limiter::new(project.limits, settings.interrupt);
        Self {
            settings,
            jobs,
            pool: Pool::new(&project.world, limiter.instrument_timeout()),
            minter: Minter::new(project),
            journal: Journal::open(journal),
            limiter,
        }
    }

    /// How many requests a check may have in flight: at most half of all while others run, so that one
    /// whose answers are slow leaves places to them.
    pub(super) fn own_places(&self) -> usize {
        let limits = &self.settings.project.limits;
        match self.jobs {
            [_] => limits.at_once,
            _ => limits.at_once.min(limits.per_host).div_ceil(2),
        }
    }

    /// What each job needs, in their order.
    pub(super) fn demands(&self) -> Vec<Demand> {
        let project = self.settings.project;
        let account = |actor: &str| {
            let tenant = project.actors.get(actor).and_then(|actor| actor.tenant.as_deref());
            tenant.unwrap_or(actor).to_owned()
        };
        let demand = |job: &Job<'_>| Demand {
            locks: Locks::of(job.plan, &project.world, &account),
            requests: job.plan.requests(1),
        };
        self.jobs.iter().map(demand).collect()
    }

    fn context<'c>(&'c self, limiter: Limiter<'c>) -> RunContext<'c> {
        RunContext {
            project: self.settings.project,
            now: self.settings.now,
            root: self.settings.root,
            env: self.settings.env,
            pool: &self.pool,
            limiter,
            minter: &self.minter,
            lasting: self.settings.lasting,
        }
    }

    /// The surroundings of one turn of a check.
    pub(super) fn context_of_turn(&self) -> RunContext<'_> {
        self.context(self.limiter.turn(self.own_places()))
    }

    /// One turn of a check.
    pub(super) async fn attempt(&self, job: Job<'_>, context: RunContext<'_>) -> Attempted {
        self.carry_out(job, &context, Attempt::new(&context, &self.journal, job)).await
    }

    async fn carry_out(
        &self,
        job: Job<'_>,
        context: &RunContext<'_>,
        attempt: Attempt<'_>,
    ) -> Attempted {
        let AttemptResult { observations, left_behind } = attempt.run().await;
        for text in &left_behind {
            (self.settings.events)(Event::LeftBehind(job, text));
        }
        let verdict = judge(&View::new(job.plan, &observations)).verdict;
        Attempted { observations, verdict, left_behind, waited: context.limiter.waited() }
    }

    /// Looks at a violated check again, while no other check runs, until a look confirms the violation.
    async fn look_again(&self, job: Job<'_>, done: &mut Done) {
        if done.verdict != Verdict::Violated {
            return;
        }
        let mut verdict = done.verdict;
        for _ in 0..LOOKS_AGAIN_MAX {
            if self.limiter.stop().is_some() {
                break;
            }
            (self.settings.events)(Event::LookingAgain(job));
            self.second_look(job, done).await;
            verdict = judge_both(job.plan, &done.transcript).whole.verdict;
            if verdict == Verdict::Violated {
                break;
            }
        }
        (self.settings.events)(Event::Finished(job, verdict, done.waited));
    }

    async fn second_look(&self, job: Job<'_>, done: &mut Done) {
        let context = self.context(self.limiter.turn(self.settings.project.limits.at_once));
        let first = &done.transcript.observations;
        let broken = judge(&View::new(job.plan, first)).broken(job.plan);
        let broken: BTreeSet<StepId> = broken.iter().map(|one| one.step).collect();
        let attempt = Attempt::new(&context, &self.journal, job).again(first, &broken);
        let again = self.carry_out(job, &context, attempt).await;
        done.transcript.left_behind.extend(again.left_behind);
        done.waited += again.waited;
        // The observations of an interrupted attempt are incomplete.
        if self.limiter.stop().is_none() {
            done.transcript.again = Some(again.observations);
        }
    }
}
