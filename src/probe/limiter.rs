//! Limits on requests: how many at once, to one host and per second, and how long one request and the
//! whole run may take. Also ends the run when it is interrupted.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use crate::model::answer::error::ProbeError;
use crate::model::answer::observation::Answer;
use crate::model::answer::verdict::Reason;
use crate::model::project::world::Limits;
use crate::probe::job::Interrupt;

/// The time allowed for cleanup once a run must end.
const GRACE: Duration = Duration::from_secs(10);

/// The time allowed for opening a backup once it is fetched.
const OPENING_TIMEOUT: Duration = Duration::from_secs(60);

/// The window in which at most `per_second` requests may start.
const WINDOW: Duration = Duration::from_secs(1);

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

/// Why the run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The user interrupted it.
    Interrupted,
    /// It reached its time limit.
    Budget,
}

/// Admits the requests of a run within its limits.
pub(crate) struct Limiter<'a> {
    limits: Limits,
    all: Arc<Semaphore>,
    hosts: Mutex<BTreeMap<String, Arc<Semaphore>>>,
    window: Mutex<Window>,
    end: Instant,
    interrupt: &'a Interrupt,
    stopped: OnceLock<Instant>,
}

/// The permission for one request in flight; dropping it admits the next one.
pub(crate) struct Permit {
    _all: OwnedSemaphorePermit,
    _host: OwnedSemaphorePermit,
}

impl Stop {
    /// The answer of a step that was not run because the run ended.
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Interrupted => Answer::NotAsked("interrupted".into()),
            Self::Budget => self.error().into(),
        }
    }

    /// The same as an error.
    pub(crate) fn error(self) -> ProbeError {
        match self {
            Self::Interrupted => ProbeError::new(Reason::NotAsked, "interrupted"),
            Self::Budget => ProbeError::new(Reason::Budget, "the run reached its time limit"),
        }
    }
}

impl<'a> Limiter<'a> {
    /// Starts the clock of the run.
    pub(crate) fn new(limits: Limits, interrupt: &'a Interrupt) -> Self {
        Self {
            limits,
            all: Arc::new(Semaphore::new(limits.at_once.max(1))),
            hosts: Mutex::default(),
            window: Mutex::new(Window::new(limits.per_second)),
            end: Instant::now() + limits.run.as_std(),
            interrupt,
            stopped: OnceLock::new(),
        }
    }

    /// The number of bytes that are read of one body.
    pub(crate) fn body_max(&self) -> usize {
        usize::try_from(self.limits.body).unwrap_or(usize::MAX)
    }

    /// The time limit for instruments that enforce it themselves: a little less than that of one
    /// request, so that they can still report which address did not answer.
    pub(crate) fn instrument_timeout(&self) -> Duration {
        self.limits.timeout.as_std() * 9 / 10
    }

    /// The time left for opening a backup, once it is fetched: at most until the end of the run.
    pub(crate) fn opening_timeout(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now()).min(OPENING_TIMEOUT)
    }

    /// Why the run has ended, if it has.
    pub(crate) fn stop(&self) -> Option<Stop> {
        if self.interrupt.is_set() {
            Some(Stop::Interrupted)
        } else {
            (Instant::now() >= self.end).then_some(Stop::Budget)
        }
    }

    /// Whether the run will still be in progress after `span`.
    pub(crate) fn lasts(&self, span: Duration) -> bool {
        self.stop().is_none() && Instant::now() + span < self.end
    }

    /// Waits for `span`, or until the run must end.
    pub(crate) async fn pause(&self, span: Duration) {
        tokio::select! {
            () = tokio::time::sleep(span) => {}
            _ = self.until_stopped() => {}
        }
    }

    /// Waits until one more request to `host` may start.
    pub(crate) async fn enter(&self, host: &str, urgency: Urgency) -> Result<Permit, Stop> {
        // No write starts once the run must end.
        let urgency = match urgency {
            Urgency::Write => Urgency::Read,
            other => other,
        };
        tokio::select! {
            biased;
            stop = self.until_given_up(urgency) => Err(stop),
            permit = self.admit(host) => Ok(permit),
        }
    }

    /// Runs a request within the request's time limit and the run's. Returns `Ok(None)` if the request
    /// timed out.
    pub(crate) async fn with_request_timeout<T>(
        &self,
        urgency: Urgency,
        request: impl Future<Output = T>,
    ) -> Result<Option<T>, Stop> {
        self.with_timeout(self.limits.timeout.as_std(), urgency, request).await
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

    async fn admit(&self, host: &str) -> Permit {
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(self.limits.per_host.max(1)));
            hosts.entry(host.to_owned()).or_insert_with(fresh).clone()
        };
        let permit =
            Permit { _host: acquire(of_host).await, _all: acquire(self.all.clone()).await };
        let start = {
            let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
            window.reserve(Instant::now())
        };
        if start > Instant::now() {
            sleep_until(start).await;
        }
        permit
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

    async fn until_stopped(&self) -> Stop {
        let stop = tokio::select! {
            biased;
            () = self.interrupt.wait() => Stop::Interrupted,
            () = sleep_until(self.end) => Stop::Budget,
        };
        self.stopped.get_or_init(Instant::now);
        stop
    }
}

async fn acquire(semaphore: Arc<Semaphore>) -> OwnedSemaphorePermit {
    match semaphore.acquire_owned().await {
        Ok(permit) => permit,
        // These semaphores are never closed; if one were, no further request would be admitted.
        Err(_) => std::future::pending().await,
    }
}

/// Allows at most `per_second` starts in any second.
struct Window {
    per_second: usize,
    starts: VecDeque<Instant>,
}

impl Window {
    fn new(per_second: u32) -> Self {
        Self {
            per_second: usize::try_from(per_second).unwrap_or(usize::MAX).max(1),
            starts: VecDeque::new(),
        }
    }

    /// Reserves the earliest time at which one more request may start, and returns it.
    fn reserve(&mut self, now: Instant) -> Instant {
        let start = match self.starts.len() < self.per_second {
            true => now,
            // The oldest of the last `per_second` starts must be a whole window ago.
            false => self.starts.pop_front().map_or(now, |oldest| now.max(oldest + WINDOW)),
        };
        self.starts.push_back(start);
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_second_has_more_starts_than_allowed(
            per_second in 1_u32..6, gaps in prop::collection::vec(0_u64..900, 1..60),
        ) {
            let mut window = Window::new(per_second);
            let mut now = Instant::now();
            let mut starts = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                starts.push(window.reserve(now));
            }
            for (index, start) in starts.iter().enumerate() {
                let within = starts[index..].iter().take_while(|one| **one < *start + WINDOW);
                prop_assert!(within.count() <= per_second as usize);
            }
        }
    }

    fn limiter(interrupt: &Interrupt) -> Limiter<'_> {
        let limits = Limits { at_once: 3, per_host: 2, per_second: 1000, ..Limits::default() };
        Limiter::new(limits, interrupt)
    }

    #[tokio::test]
    async fn requests_are_limited_per_host_and_in_total() {
        let interrupt = Interrupt::default();
        let limiter = limiter(&interrupt);
        let enter = async |host: &str| {
            let entered = limiter.enter(host, Urgency::Read).now_or_never();
            entered.and_then(Result::ok)
        };
        let first = enter("a").await;
        let second = enter("a").await;
        assert!(first.is_some() && second.is_some());
        assert!(enter("a").await.is_none());
        let third = enter("b").await;
        assert!(third.is_some());
        assert!(enter("c").await.is_none());
        drop(first);
        assert!(enter("c").await.is_some());
    }

    #[tokio::test]
    async fn an_interrupt_ends_reads_and_writes_but_not_cleanup() {
        let interrupt = Interrupt::default();
        let limiter = limiter(&interrupt);
        interrupt.set();
        assert!(limiter.enter("a", Urgency::Read).await.is_err());
        assert!(limiter.enter("a", Urgency::Write).await.is_err());
        assert!(limiter.enter("a", Urgency::Cleanup).await.is_ok());
        let read = limiter.with_request_timeout(Urgency::Read, std::future::pending::<()>());
        assert_eq!(read.await, Err(Stop::Interrupted));
        let write = limiter.with_request_timeout(Urgency::Write, std::future::ready(7));
        assert_eq!(write.await, Ok(Some(7)));
        assert_eq!(limiter.stop(), Some(Stop::Interrupted));
        assert!(!limiter.lasts(Duration::ZERO));
    }
}
