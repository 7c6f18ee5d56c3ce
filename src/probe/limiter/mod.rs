//! Limits on requests: how many at once, to one host and per second, and how long one request, the turn of a
//! check and the whole run may take. Also ends the run when it is interrupted.

mod places;
mod window;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use crate::model::answer::error::ProbeError;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::{Limits, PER_SECOND};
use crate::probe::job::{Interrupt, Waited};
use crate::probe::limiter::places::{Places, acquire};
use crate::probe::limiter::window::Window;

/// The time allowed for cleanup once a run must end.
const GRACE: Duration = Duration::from_secs(10);

/// The time allowed for opening a backup once it is fetched.
const OPENING_TIMEOUT: Duration = Duration::from_secs(60);

/// An answer that takes longer is slow.
const SLOW: Duration = Duration::from_secs(1);

/// What happens to a request when the run must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The request changes nothing: it is given up at once.
    Read,
    /// The request creates something: it is not started any more. Once started it is completed, so
    /// that the created object is known and can be deleted.
    Write,
    /// The request deletes objects that the run created: it is still sent within the grace period.
    Cleanup,
}

/// A request that waits to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entrance<'h> {
    /// The host that it is sent to.
    pub(crate) host: &'h str,
    /// Whether it is meant to change something there.
    pub(crate) writes: bool,
    /// Whether `per_second` applies to it.
    pub(crate) paced: bool,
    /// What happens to it when the run must end.
    pub(crate) urgency: Urgency,
}

/// Why requests are not sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The user interrupted the run.
    Interrupted,
    /// The run reached its time limit.
    Budget,
    /// The check had its share of the run's time, and others wait for theirs.
    Share,
}

/// Admits the requests of one turn of a check, within the limits of its run.
pub(crate) struct Limiter<'a> {
    run: Arc<RunLimits<'a>>,
    turn: Arc<Turn>,
    stopped: OnceLock<Instant>,
    waited: Mutex<Waited>,
}

struct RunLimits<'a> {
    limits: Limits,
    all: Arc<Semaphore>,
    hosts: Places,
    writes: Places,
    window: Mutex<Window>,
    end: Instant,
    interrupt: &'a Interrupt,
}

/// One turn of a check.
pub(crate) struct Turn {
    own: Arc<Semaphore>,
    /// How many places it has.
    places: AtomicUsize,
    ended: Interrupt,
}

impl Turn {
    /// Ends the turn: its requests are given up as at the end of a run.
    pub(crate) fn end(&self) {
        self.ended.set();
    }

    /// Whether the turn was ended.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended.is_set()
    }

    /// Lets the check have at least this many requests in flight.
    pub(crate) fn widen(&self, places: usize) {
        let before = self.places.fetch_max(places, Ordering::Relaxed);
        self.own.add_permits(places.saturating_sub(before));
    }
}

/// The permission for one request in flight; dropping it admits the next one.
pub(crate) struct Permit {
    _all: OwnedSemaphorePermit,
    _host: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
    _writes: Option<OwnedSemaphorePermit>,
}

impl Stop {
    /// The answer of a step that was not run because the run ended.
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Interrupted => Answer::NotAsked("interrupted".into()),
            Self::Budget | Self::Share => self.error().into(),
        }
    }

    /// The same as an error.
    pub(crate) fn error(self) -> ProbeError {
        match self {
            Self::Interrupted => ProbeError::new(Reason::NotAsked, "interrupted"),
            Self::Budget => ProbeError::new(Reason::Budget, "the run reached its time limit"),
            Self::Share => ProbeError::new(
                Reason::Budget,
                "the check used up its share of the run's time while others waited",
            ),
        }
    }
}

impl<'a> Limiter<'a> {
    /// Starts the clock of the run. The turn has as many requests in flight as the run may have.
    pub(crate) fn new(limits: Limits, interrupt: &'a Interrupt) -> Self {
        let run = Arc::new(RunLimits {
            limits,
            all: Arc::new(Semaphore::new(limits.at_once.max(1))),
            hosts: Places::new(limits.per_host),
            writes: Places::new(limits.writes_at_once),
            window: Mutex::new(Window::new(limits.per_second.unwrap_or(PER_SECOND))),
            end: Instant::now() + limits.run.as_std(),
            interrupt,
        });
        Self::of(run, limits.at_once.max(1))
    }

    /// A turn of the same run, with at most `own` requests in flight.
    pub(crate) fn turn(&self, own: usize) -> Self {
        Self::of(self.run.clone(), own.max(1))
    }

    fn of(run: Arc<RunLimits<'a>>, own: usize) -> Self {
        let turn = Turn {
            own: Arc::new(Semaphore::new(own)),
            places: AtomicUsize::new(own),
            ended: Interrupt::default(),
        };
        Self { run, turn: Arc::new(turn), stopped: OnceLock::new(), waited: Mutex::default() }
    }

    /// Ends or widens this turn.
    pub(crate) fn handle(&self) -> Arc<Turn> {
        self.turn.clone()
    }

    /// When the run reaches its time limit.
    pub(crate) fn end(&self) -> Instant {
        self.run.end
    }

    /// What the requests of this turn waited for so far.
    pub(crate) fn waited(&self) -> Waited {
        *self.waited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of bytes that are read of one body.
    pub(crate) fn body_max(&self) -> usize {
        usize::try_from(self.run.limits.body).unwrap_or(usize::MAX)
    }

    /// The time limit for instruments that enforce it themselves: a little less than that of one
    /// request, so that they can still report which address did not answer.
    pub(crate) fn instrument_timeout(&self) -> Duration {
        self.run.limits.timeout.as_std() * 9 / 10
    }

    /// The time left for opening a backup, once it is fetched: at most until the end of the run.
    pub(crate) fn opening_timeout(&self) -> Duration {
        self.run.end.saturating_duration_since(Instant::now()).min(OPENING_TIMEOUT)
    }

    /// Why no more requests are sent, if so.
    pub(crate) fn stop(&self) -> Option<Stop> {
        if self.run.interrupt.is_set() {
            Some(Stop::Interrupted)
        } else if Instant::now() >= self.run.end {
            Some(Stop::Budget)
        } else {
            self.turn.is_ended().then_some(Stop::Share)
        }
    }

    /// Whether the run will still be in progress after `span`.
    pub(crate) fn lasts(&self, span: Duration) -> bool {
        self.stop().is_none() && Instant::now() + span < self.run.end
    }

    /// Waits until one more request may start.
    pub(crate) async fn enter(&self, request: Entrance<'_>) -> Result<Permit, Stop> {
        // No write starts once the run must end.
        let urgency = match request.urgency {
            Urgency::Write => Urgency::Read,
            other => other,
        };
        tokio::select! {
            biased;
            stop = self.until_given_up(urgency) => Err(stop),
            permit = self.admit(request) => Ok(permit),
        }
    }

    /// Runs a request within the request's time limit and the run's. Returns `Ok(None)` if the request
    /// timed out.
    pub(crate) async fn with_request_timeout<T>(
        &self,
        urgency: Urgency,
        request: impl Future<Output = T>,
    ) -> Result<Option<T>, Stop> {
        let start = Instant::now();
        let answer = self.with_timeout(self.run.limits.timeout.as_std(), urgency, request).await;
        let took = start.elapsed();
        if took > SLOW {
            self.note(|waited| waited.slow_answers += took);
        }
        answer
    }

    /// The same with a time limit of `span`.
    pub(crate) async fn with_timeout<T>(
        &self,
        span: Duration,
        urgency: Urgency,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, Stop> {
        tokio::select! {
            answer = timeout(span, work) => Ok(answer.ok()),
            stop = self.until_given_up(urgency) => Err(stop),
        }
    }

    /// Places are taken in a fixed order, and nobody who has one of the last kind waits for another.
    async fn admit(&self, request: Entrance<'_>) -> Permit {
        let start = Instant::now();
        let writes = match request.writes {
            true => Some(self.run.writes.take(request.host).await),
            false => None,
        };
        let may_write = Instant::now();
        let permit = Permit {
            _own: acquire(self.turn.own.clone()).await,
            _host: self.run.hosts.take(request.host).await,
            _all: acquire(self.run.all.clone()).await,
            _writes: writes,
        };
        let has_place = Instant::now();
        if request.paced {
            self.pace().await;
        }
        self.note(|waited| {
            waited.writes += may_write - start;
            waited.places += has_place - may_write;
            waited.pacing += has_place.elapsed();
        });
        permit
    }

    async fn pace(&self) {
        let start = {
            let mut window = self.run.window.lock().unwrap_or_else(PoisonError::into_inner);
            window.reserve(Instant::now())
        };
        if start > Instant::now() {
            sleep_until(start).await;
        }
    }

    fn note(&self, change: impl FnOnce(&mut Waited)) {
        change(&mut self.waited.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Returns once a request of this urgency must be given up.
    async fn until_given_up(&self, urgency: Urgency) -> Stop {
        let stop = self.until_stopped().await;
        if urgency != Urgency::Read {
            let stopped = *self.stopped.get_or_init(Instant::now);
            sleep_until(stopped + GRACE).await;
        }
        stop
    }

    /// Returns once no more requests are sent.
    pub(crate) async fn until_stopped(&self) -> Stop {
        let stop = tokio::select! {
            biased;
            () = self.run.interrupt.wait() => Stop::Interrupted,
            () = sleep_until(self.run.end) => Stop::Budget,
            () = self.turn.ended.wait() => Stop::Share,
        };
        self.stopped.get_or_init(Instant::now);
        stop
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn limiter(interrupt: &Interrupt) -> Limiter<'_> {
        let limits = Limits { at_once: 3, per_host: 2, ..Limits::default() };
        Limiter::new(limits, interrupt)
    }

    fn read(host: &str) -> Entrance<'_> {
        Entrance { host, writes: false, paced: false, urgency: Urgency::Read }
    }

    fn enter(limiter: &Limiter<'_>, request: Entrance<'_>) -> Option<Permit> {
        limiter.enter(request).now_or_never().and_then(Result::ok)
    }

    #[tokio::test]
    async fn requests_are_limited_per_host_and_in_total() {
        let interrupt = Interrupt::default();
        let limiter = limiter(&interrupt);
        let enter = |host: &str| enter(&limiter, read(host));
        let first = enter("a");
        let second = enter("a");
        assert!(first.is_some() && second.is_some());
        assert!(enter("a").is_none());
        let third = enter("b");
        assert!(third.is_some());
        assert!(enter("c").is_none());
        drop(first);
        assert!(enter("c").is_some());
    }

    #[tokio::test]
    async fn writes_to_one_origin_are_one_at_a_time_and_reads_do_not_wait_for_them() {
        let interrupt = Interrupt::default();
        let limiter = limiter(&interrupt);
        let write = |host| Entrance { writes: true, urgency: Urgency::Write, ..read(host) };
        let first = enter(&limiter, write("a"));
        assert!(first.is_some() && enter(&limiter, write("a")).is_none());
        // A clean-up deletes something, so it waits too.
        let cleanup = Entrance { urgency: Urgency::Cleanup, ..write("a") };
        assert!(enter(&limiter, cleanup).is_none());
        assert!(enter(&limiter, read("a")).is_some() && enter(&limiter, write("b")).is_some());
        drop(first);
        assert!(enter(&limiter, write("a")).is_some());
    }

    #[tokio::test]
    async fn a_check_leaves_places_to_others_until_its_turn_is_widened() {
        let interrupt = Interrupt::default();
        let run = limiter(&interrupt);
        let (slow, other) = (run.turn(1), run.turn(1));
        let held = enter(&slow, read("a"));
        assert!(held.is_some() && enter(&slow, read("b")).is_none());
        assert!(enter(&other, read("a")).is_some());
        slow.handle().widen(2);
        slow.handle().widen(2);
        let second = enter(&slow, read("b"));
        assert!(second.is_some() && enter(&slow, read("c")).is_none());
    }

    #[tokio::test]
    async fn a_turn_that_is_ended_leaves_the_run_and_its_other_turns_as_they_are() {
        let interrupt = Interrupt::default();
        let run = limiter(&interrupt);
        let (slow, other) = (run.turn(1), run.turn(1));
        slow.handle().end();
        assert_eq!(slow.stop(), Some(Stop::Share));
        let waiting = slow.with_request_timeout(Urgency::Read, std::future::pending::<()>());
        assert_eq!(waiting.await, Err(Stop::Share));
        assert!(enter(&slow, read("a")).is_none());
        let cleanup = Entrance { urgency: Urgency::Cleanup, ..read("a") };
        assert!(enter(&slow, cleanup).is_some());
        assert_eq!((other.stop(), run.stop()), (None, None));
    }

    #[tokio::test]
    async fn only_paced_requests_wait_for_the_window() {
        let interrupt = Interrupt::default();
        let limits = Limits { per_second: Some(1), ..Limits::default() };
        let limiter = Limiter::new(limits, &interrupt);
        let paced = || enter(&limiter, Entrance { paced: true, ..read("a") });
        assert!(paced().is_some() && paced().is_none());
        assert!(enter(&limiter, read("a")).is_some());
    }

    #[tokio::test]
    async fn an_interrupt_ends_reads_and_writes_but_not_cleanup() {
        let interrupt = Interrupt::default();
        let limiter = limiter(&interrupt);
        interrupt.set();
        let enter = |urgency| limiter.enter(Entrance { urgency, ..read("a") });
        assert!(enter(Urgency::Read).await.is_err());
        assert!(enter(Urgency::Write).await.is_err());
        assert!(enter(Urgency::Cleanup).await.is_ok());
        let read = limiter.with_request_timeout(Urgency::Read, std::future::pending::<()>());
        assert_eq!(read.await, Err(Stop::Interrupted));
        let write = limiter.with_request_timeout(Urgency::Write, std::future::ready(7));
        assert_eq!(write.await, Ok(Some(7)));
        assert_eq!(limiter.stop(), Some(Stop::Interrupted));
        assert!(!limiter.lasts(Duration::ZERO));
    }
}
