//! The turns of the checks of a run: starts them, ends those that take too much of the run's time, and
//! decides which check is tried again.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use crate::model::answer::observation::{Answer, Observation, Transcript};
use crate::model::answer::verdict::{Reason, Verdict};
use crate::model::time::read_time;
use crate::probe::job::{Event, Waited};
use crate::probe::limiter::Turn;
use crate::probe::random;
use crate::probe::run::runner::{Attempted, CheckRunner, Done};
use crate::probe::run::schedule::{Schedule, Start};

/// The delay before the first retry of a check; it doubles with each retry.
const BACK_OFF: Duration = Duration::from_millis(250);

/// The number of times that the delay doubles.
const DOUBLINGS_MAX: u32 = 7;

/// The turns of all checks.
pub(super) struct Turns<'r> {
    run: &'r CheckRunner<'r>,
    schedule: Schedule,
    checks: Vec<Check>,
}

/// A check between its first turn and its last.
#[derive(Default)]
struct Check {
    attempts: u32,
    retries: u32,
    waited: Waited,
    left_behind: Vec<String>,
    /// The result of its last turn so far.
    last: Option<(Vec<Observation>, Verdict)>,
    /// Ends its present turn.
    turn: RefCell<Option<Arc<Turn>>>,
}

type InProgress<'f> = FuturesUnordered<Pin<Box<dyn Future<Output = (usize, Attempted)> + 'f>>>;

/// Something that happened.
enum Happened {
    Ended(usize, Box<Attempted>),
    Stopped,
    Woke,
}

impl<'r> Turns<'r> {
    pub(super) fn new(run: &'r CheckRunner<'r>) -> Self {
        let at_once = run.settings.project.limits.at_once;
        let schedule = Schedule::new(run.demands(), at_once, Instant::now(), run.limiter.end());
        Self { run, schedule, checks: run.jobs.iter().map(|_| Check::default()).collect() }
    }

    /// Runs all checks. The second looks at violated ones are left to the caller.
    pub(super) async fn take(mut self) -> Vec<Done> {
        let mut running = InProgress::new();
        let mut stopped = false;
        loop {
            while let Some(start) = self.schedule.start(Instant::now()) {
                running.push(self.begin(&start));
            }
            self.widen_last();
            let now = Instant::now();
            let wakes = self.schedule.wakes(now);
            if running.is_empty() && wakes.is_none() {
                break;
            }
            let happened = next(&mut running, wakes, self.run, stopped).await;
            self.schedule.charge(Instant::now());
            match happened {
                Happened::Ended(check, attempted) => self.ended(check, *attempted),
                Happened::Stopped => {
                    stopped = true;
                    self.give_up_waiting();
                }
                Happened::Woke => {}
            }
            for check in self.schedule.over_their_share(Instant::now()) {
                self.checks[check].turn.borrow().iter().for_each(|turn| turn.end());
            }
        }
        self.done()
    }

    /// Starts the turn of a check.
    fn begin(&mut self, start: &Start) -> Pin<Box<dyn Future<Output = (usize, Attempted)> + 'r>> {
        let (run, index) = (self.run, start.check);
        let job = run.jobs[index];
        let check = &mut self.checks[index];
        if check.attempts == 0 {
            (run.settings.events)(Event::Started(job));
        }
        check.attempts += 1;
        check.waited.locks += start.locked;
        let context = run.context_of_turn();
        *check.turn.borrow_mut() = Some(context.limiter.handle());
        Box::pin(async move { (index, run.attempt(job, context).await) })
    }

    /// A check that runs while no other is left may use all places.
    fn widen_last(&self) {
        if let Some(check) = self.schedule.last()
            && let Some(turn) = self.checks[check].turn.borrow().as_ref()
        {
            turn.widen(self.run.settings.project.limits.at_once);
        }
    }

    fn ended(&mut self, index: usize, attempted: Attempted) {
        let run = self.run;
        let check = &mut self.checks[index];
        check.waited += attempted.waited;
        check.left_behind.extend(attempted.left_behind);
        let was_ended = check.turn.take().is_some_and(|turn| turn.is_ended());
        let verdict = attempted.verdict;
        let is_open = matches!(verdict, Verdict::Inconclusive(_)) && run.limiter.stop().is_none();
        let delay = delay(run, verdict, check.retries, &attempted.observations);
        check.last = Some((attempted.observations, verdict));
        if is_open && was_ended && !self.schedule.was_put_off(index) {
            self.schedule.put_off(index);
        } else if let Some(delay) = delay.filter(|_| is_open && !was_ended) {
            check.retries += 1;
            check.waited.retries += delay;
            let ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            (run.settings.events)(Event::Retrying(run.jobs[index], verdict, ms));
            self.schedule.retry(index, Instant::now() + delay);
        } else {
            self.schedule.complete(index);
            self.finish(index);
        }
    }

    /// Once the run has stopped, a check that was to be tried again keeps its last result. One that has not
    /// started yet starts, and reports why it sends nothing.
    fn give_up_waiting(&mut self) {
        let checks = &self.checks;
        let started = |check: usize| checks[check].last.is_some();
        for check in self.schedule.give_up_waiting(&started) {
            self.finish(check);
        }
    }

    /// Reports a check that is complete; a violated one is looked at again first.
    fn finish(&self, index: usize) {
        let check = &self.checks[index];
        if let Some((_, verdict)) = &check.last
            && *verdict != Verdict::Violated
        {
            let job = self.run.jobs[index];
            (self.run.settings.events)(Event::Finished(job, *verdict, check.waited));
        }
    }

    fn done(self) -> Vec<Done> {
        let done = |check: Check| {
            let none = (Vec::new(), Verdict::Inconclusive(Reason::NotAsked));
            let (observations, verdict) = check.last.unwrap_or(none);
            let (attempts, left_behind) = (check.attempts, check.left_behind);
            let transcript = Transcript { observations, attempts, again: None, left_behind };
            Done { transcript, verdict, waited: check.waited }
        };
        self.checks.into_iter().map(done).collect()
    }
}

/// Waits until a turn ends, the run stops, or something else may start.
async fn next(
    running: &mut InProgress<'_>,
    wakes: Option<Instant>,
    run: &CheckRunner<'_>,
    stopped: bool,
) -> Happened {
    let never = || Instant::now() + Duration::from_secs(86_400);
    tokio::select! {
        Some((check, attempted)) = running.next() => Happened::Ended(check, Box::new(attempted)),
        _ = run.limiter.until_stopped(), if !stopped => Happened::Stopped,
        () = sleep_until(wakes.unwrap_or_else(never)) => Happened::Woke,
    }
}

/// The delay before a check is tried again; `None` if it is not.
fn delay(
    run: &CheckRunner<'_>,
    verdict: Verdict,
    retries: u32,
    observations: &[Observation],
) -> Option<Duration> {
    let Verdict::Inconclusive(reason) = verdict else {
        return None;
    };
    if !reason.is_passing() || retries >= run.settings.project.limits.retries {
        return None;
    }
    let back_off = BACK_OFF * 2_u32.pow(retries.min(DOUBLINGS_MAX));
    let back_off = back_off.mul_f64(0.5 + random::fraction() / 2.0);
    let delay = observations.iter().filter_map(retry_after).fold(back_off, Duration::max);
    run.limiter.lasts(delay).then_some(delay)
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
