//! Runs checks concurrently, and the steps of one check in order. Retries a check whose failure may be
//! temporary.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::answer::verdict::Verdict;
use crate::model::judge::judge;
use crate::model::judge::view::View;
use crate::model::time::read_time;
use crate::probe::cleanup::earlier_runs;
use crate::probe::cleanup::journal::Journal;
use crate::probe::credential::tokens::Minter;
use crate::probe::http::RunContext;
use crate::probe::http::pool::Pool;
use crate::probe::job::{Event, Job, RunSettings};
use crate::probe::limiter::Limiter;
use crate::probe::random;
use crate::probe::run::attempt::{Attempt, AttemptResult};

/// The delay before the first retry of a check; it doubles with each retry.
const BACK_OFF: Duration = Duration::from_millis(250);

/// The number of times that the delay doubles.
const DOUBLINGS_MAX: u32 = 7;

/// A run in progress.
struct CheckRunner<'a> {
    settings: &'a RunSettings<'a>,
    context: RunContext<'a>,
    journal: Journal,
}

/// Runs the jobs. Returns one transcript for each, in their order.
pub(crate) async fn run(jobs: &[Job<'_>], settings: &RunSettings<'_>) -> Vec<Transcript> {
    let run = CheckRunner::new(settings);
    earlier_runs::clean_up(&run.context, &run.journal, jobs, settings).await;
    let at_once = settings.project.limits.at_once.max(1);
    let checks = jobs.iter().enumerate();
    let checks = checks.map(|(index, job)| {
        let run = &run;
        async move { (index, run.check(*job).await) }
    });
    let mut done: Vec<(usize, Transcript)> =
        stream::iter(checks).buffer_unordered(at_once).collect().await;
    run.journal.close();
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, transcript)| transcript).collect()
}

impl<'a> CheckRunner<'a> {
    fn new(settings: &'a RunSettings<'a>) -> Self {
        let project = settings.project;
        // A project that does not permit writes creates nothing to record.
        let journal = settings.journal.as_deref().filter(|_| project.writes);
        let limiter = Limiter::new(project.limits, settings.interrupt);
        Self {
            settings,
            context: RunContext {
                project,
                now: settings.now,
                root: settings.root,
                env: settings.env,
                pool: Pool::new(&project.world, limiter.instrument_timeout()),
                limiter,
                minter: Minter::new(project),
                lasting: settings.lasting,
            },
            journal: Journal::open(journal),
        }
    }

    async fn check(&self, job: Job<'_>) -> Transcript {
        (self.settings.events)(Event::Started(job));
        let mut attempts = 1;
        let mut left_behind = Vec::new();
        let (observations, verdict) = loop {
            let (observations, verdict) = self.attempt(job, &mut left_behind).await;
            let delay = self.delay(verdict, attempts, &observations);
            let Some(delay) = delay else {
                break (observations, verdict);
            };
            let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            (self.settings.events)(Event::Retrying(job, verdict, ms));
            self.context.limiter.pause(delay).await;
            if self.context.limiter.stop().is_some() {
                break (observations, verdict);
            }
            attempts += 1;
        };
        let again = self.repeat(job, verdict, &mut left_behind).await;
        (self.settings.events)(Event::Finished(job, verdict));
        Transcript { observations, attempts, again, left_behind }
    }

    async fn attempt(&self, job: Job<'_>, left: &mut Vec<String>) -> (Vec<Observation>, Verdict) {
        let attempt = Attempt::new(&self.context, &self.journal, job);
        let AttemptResult { observations, left_behind } = attempt.run().await;
        for text in &left_behind {
            (self.settings.events)(Event::LeftBehind(job, text));
        }
        left.extend(left_behind);
        let verdict = judge(&View::new(job.plan, &observations)).verdict;
        (observations, verdict)
    }

    /// Repeats a violated check, to help in finding the cause. The verdict does not change.
    async fn repeat(
        &self,
        job: Job<'_>,
        verdict: Verdict,
        left: &mut Vec<String>,
    ) -> Option<Vec<Observation>> {
        if verdict != Verdict::Violated || self.context.limiter.stop().is_some() {
            return None;
        }
        let (observations, _) = self.attempt(job, left).await;
        // The observations of an interrupted attempt are incomplete.
        self.context.limiter.stop().is_none().then_some(observations)
    }

    /// The delay before the next attempt; `None` if there is none.
    fn delay(
        &self,
        verdict: Verdict,
        attempts: u32,
        observations: &[Observation],
    ) -> Option<Duration> {
        let Verdict::Inconclusive(reason) = verdict else {
            return None;
        };
        if !reason.is_passing() || attempts > self.settings.project.limits.retries {
            return None;
        }
        let back_off = BACK_OFF * 2_u32.pow((attempts - 1).min(DOUBLINGS_MAX));
        let back_off = back_off.mul_f64(0.5 + random::fraction() / 2.0);
        let delay = observations.iter().filter_map(retry_after).fold(back_off, Duration::max);
        self.context.limiter.lasts(delay).then_some(delay)
    }
}

/// The delay that the service requests (RFC 9110, section 10.2.3): in seconds, or until a date.
fn retry_after(observation: &Observation) -> Option<Duration> {
    let Answer::Facts(facts) = &observation.answer else {
        return None;
    };
    if !matches!(facts.status(), Some(429 | 503)) {
        return None;
    }
    let text = facts.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = read_time(&text.into())?;
    until.duration_since(observation.at).try_into().ok()
}
