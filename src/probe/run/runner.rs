//! Runs checks: at once across checks, in order within one where the order matters; again where an answer may yet come.

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
use crate::probe::gate::Gate;
use crate::probe::http::Instrument;
use crate::probe::http::pool::Pool;
use crate::probe::job::{Event, Job, Settings};
use crate::probe::random;
use crate::probe::run::attempt::{Attempt, Outcome};

/// How long is waited before a check is begun again for the first time; then twice as long.
const BACK_OFF: Duration = Duration::from_millis(250);

/// Twice as long no more often than this.
const DOUBLINGS_MAX: u32 = 7;

/// A run under way.
struct Run<'a> {
    settings: &'a Settings<'a>,
    tools: Instrument<'a>,
    journal: Journal,
}

/// Runs the jobs, and gives one transcript for each, in their order.
pub(crate) async fn run(jobs: &[Job<'_>], settings: &Settings<'_>) -> Vec<Transcript> {
    let run = Run::new(settings);
    earlier_runs::settle(&run.tools, &run.journal, jobs, settings.events).await;
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

impl<'a> Run<'a> {
    fn new(settings: &'a Settings<'a>) -> Self {
        let project = settings.project;
        // Without leave to write there is nothing to write down.
        let journal = settings.journal.as_deref().filter(|_| project.writes);
        let gate = Gate::new(project.limits, settings.interrupt);
        Self {
            settings,
            tools: Instrument {
                project,
                now: settings.now,
                root: settings.root,
                env: settings.env,
                pool: Pool::new(&project.world, gate.time()),
                gate,
                minter: Minter::new(project),
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
            self.tools.gate.pause(delay).await;
            if self.tools.gate.stop().is_some() {
                break (observations, verdict);
            }
            attempts += 1;
        };
        let again = self.again(job, verdict, &mut left_behind).await;
        (self.settings.events)(Event::Finished(job, verdict));
        Transcript { observations, attempts, again, left_behind }
    }

    async fn attempt(&self, job: Job<'_>, left: &mut Vec<String>) -> (Vec<Observation>, Verdict) {
        let attempt = Attempt::new(&self.tools, &self.journal, job);
        let Outcome { observations, left_behind } = attempt.go().await;
        for text in &left_behind {
            (self.settings.events)(Event::LeftBehind(job, text));
        }
        left.extend(left_behind);
        let verdict = judge(&View::new(job.plan, &observations)).verdict;
        (observations, verdict)
    }

    /// Asks a violated check once more, for whoever has to find out why; it changes no verdict.
    async fn again(
        &self,
        job: Job<'_>,
        verdict: Verdict,
        left: &mut Vec<String>,
    ) -> Option<Vec<Observation>> {
        if verdict != Verdict::Violated || self.tools.gate.stop().is_some() {
            return None;
        }
        let (observations, _) = self.attempt(job, left).await;
        // Half an answer would look like another answer.
        self.tools.gate.stop().is_none().then_some(observations)
    }

    /// How long to wait before the check is begun again; `None` if it is not.
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
        self.tools.gate.lasts(delay).then_some(delay)
    }
}

/// How long a peer asked us to wait (RFC 9110, section 10.2.3): seconds, or a date.
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
