//! Bounds on what is asked: how much at once, how much to one host, how much in a second, how long
//! one request and the whole run may take; and the end of a run by an interrupt.

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

/// How long may be cleaned up once a run is to end.
const GRACE: Duration = Duration::from_secs(10);

/// How long a backup that was fetched may be worked on.
const OPENING_MAX: Duration = Duration::from_secs(60);

/// The window in which `per_second` requests may be begun.
const WINDOW: Duration = Duration::from_secs(1);

/// How a request stands to the end of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// A question: given up at once.
    Asking,
    /// It makes something: not begun any more, but once begun it is seen through, so that what it
    /// made is known and can be taken away.
    Making,
    /// It takes away what was made.
    Cleaning,
}

/// Why the run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody said so.
    Interrupted,
    /// It took as long as it may.
    Budget,
}

/// What bounds all requests of a run.
pub(crate) struct Gate<'a> {
    limits: Limits,
    all: Arc<Semaphore>,
    hosts: Mutex<BTreeMap<String, Arc<Semaphore>>>,
    window: Mutex<Window>,
    end: Instant,
    interrupt: &'a Interrupt,
    stopped: OnceLock<Instant>,
}

/// The right to have one request under way.
pub(crate) struct Pass {
    _all: OwnedSemaphorePermit,
    _host: OwnedSemaphorePermit,
}

impl Stop {
    /// What is said of a step that the end of the run kept from being asked.
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Interrupted => Answer::NotAsked("interrupted".into()),
            Self::Budget => self.error().into(),
        }
    }

    /// The same where only an error can be said.
    pub(crate) fn error(self) -> ProbeError {
        match self {
            Self::Interrupted => ProbeError::new(Reason::NotAsked, "interrupted"),
            Self::Budget => ProbeError::new(Reason::Budget, "the run took as long as it may"),
        }
    }
}

impl<'a> Gate<'a> {
    /// A gate that opens now.
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

    /// Bytes that are read of one body.
    pub(crate) fn body_max(&self) -> usize {
        usize::try_from(self.limits.body).unwrap_or(usize::MAX)
    }

    /// How long an instrument that keeps its own time may take: a little less than one request, so
    /// that it can still say which address was silent.
    pub(crate) fn time(&self) -> Duration {
        self.limits.timeout.as_std() * 9 / 10
    }

    /// How long a backup may be worked on, once it was fetched: to the end of the run at the most.
    pub(crate) fn opening_max(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now()).min(OPENING_MAX)
    }

    /// Why the run has ended, if it has.
    pub(crate) fn stop(&self) -> Option<Stop> {
        if self.interrupt.is_set() {
            Some(Stop::Interrupted)
        } else {
            (Instant::now() >= self.end).then_some(Stop::Budget)
        }
    }

    /// Whether the run would still be going on after this long.
    pub(crate) fn lasts(&self, span: Duration) -> bool {
        self.stop().is_none() && Instant::now() + span < self.end
    }

    /// Waits for so long, or for the end of the run.
    pub(crate) async fn pause(&self, span: Duration) {
        tokio::select! {
            () = tokio::time::sleep(span) => {}
            _ = self.stopping() => {}
        }
    }

    /// Waits until one more request to `host` may be begun.
    pub(crate) async fn enter(&self, host: &str, urgency: Urgency) -> Result<Pass, Stop> {
        // Nothing new is made once the run is to end.
        let urgency = match urgency {
            Urgency::Making => Urgency::Asking,
            other => other,
        };
        tokio::select! {
            biased;
            stop = self.over(urgency) => Err(stop),
            pass = self.admit(host) => Ok(pass),
        }
    }

    /// What a request came to, within its own time and the run's: `Ok(None)` if it took too long.
    pub(crate) async fn bound<T>(
        &self,
        urgency: Urgency,
        request: impl Future<Output = T>,
    ) -> Result<Option<T>, Stop> {
        self.within(self.limits.timeout.as_std(), urgency, request).await
    }

    /// The same for work that has a time of its own.
    pub(crate) async fn within<T>(
        &self,
        span: Duration,
        urgency: Urgency,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, Stop> {
        tokio::select! {
            answer = timeout(span, work) => Ok(answer.ok()),
            stop = self.over(urgency) => Err(stop),
        }
    }

    async fn admit(&self, host: &str) -> Pass {
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(self.limits.per_host.max(1)));
            hosts.entry(host.to_owned()).or_insert_with(fresh).clone()
        };
        let pass = Pass { _host: permit(of_host).await, _all: permit(self.all.clone()).await };
        let begin = {
            let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
            window.reserve(Instant::now())
        };
        if begin > Instant::now() {
            sleep_until(begin).await;
        }
        pass
    }

    /// Returns once a request of this urgency is to be given up.
    async fn over(&self, urgency: Urgency) -> Stop {
        let stop = self.stopping().await;
        if urgency != Urgency::Asking {
            let stopped = *self.stopped.get_or_init(Instant::now);
            sleep_until(stopped + GRACE).await;
        }
        stop
    }

    async fn stopping(&self) -> Stop {
        let stop = tokio::select! {
            biased;
            () = self.interrupt.wait() => Stop::Interrupted,
            () = sleep_until(self.end) => Stop::Budget,
        };
        self.stopped.get_or_init(Instant::now);
        stop
    }
}

async fn permit(semaphore: Arc<Semaphore>) -> OwnedSemaphorePermit {
    match semaphore.acquire_owned().await {
        Ok(permit) => permit,
        // Our semaphores are never closed; if one were, nothing more would be admitted.
        Err(_) => std::future::pending().await,
    }
}

/// At most so many beginnings in any second.
struct Window {
    per_second: usize,
    begun: VecDeque<Instant>,
}

impl Window {
    fn new(per_second: u32) -> Self {
        Self {
            per_second: usize::try_from(per_second).unwrap_or(usize::MAX).max(1),
            begun: VecDeque::new(),
        }
    }

    /// When one more may begin, at the earliest; that place is then taken.
    fn reserve(&mut self, now: Instant) -> Instant {
        let begin = match self.begun.len() < self.per_second {
            true => now,
            // The oldest of the last `per_second` must be a whole window past.
            false => self.begun.pop_front().map_or(now, |oldest| now.max(oldest + WINDOW)),
        };
        self.begun.push_back(begin);
        begin
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_second_has_more_beginnings_than_it_may(
            per_second in 1_u32..6, gaps in prop::collection::vec(0_u64..900, 1..60),
        ) {
            let mut window = Window::new(per_second);
            let mut now = Instant::now();
            let mut begun = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                begun.push(window.reserve(now));
            }
            for (index, start) in begun.iter().enumerate() {
                let within = begun[index..].iter().take_while(|one| **one < *start + WINDOW);
                prop_assert!(within.count() <= per_second as usize);
            }
        }
    }

    fn gate(interrupt: &Interrupt) -> Gate<'_> {
        let limits = Limits { at_once: 3, per_host: 2, per_second: 1000, ..Limits::default() };
        Gate::new(limits, interrupt)
    }

    #[tokio::test]
    async fn one_host_gets_no_more_than_its_share_and_all_no_more_than_theirs() {
        let interrupt = Interrupt::default();
        let gate = gate(&interrupt);
        let enter = async |host: &str| {
            let entered = gate.enter(host, Urgency::Asking).now_or_never();
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
    async fn an_interrupt_ends_questions_but_not_cleanup() {
        let interrupt = Interrupt::default();
        let gate = gate(&interrupt);
        interrupt.set();
        assert!(gate.enter("a", Urgency::Asking).await.is_err());
        assert!(gate.enter("a", Urgency::Making).await.is_err());
        assert!(gate.enter("a", Urgency::Cleaning).await.is_ok());
        let question = gate.bound(Urgency::Asking, std::future::pending::<()>());
        assert_eq!(question.await, Err(Stop::Interrupted));
        let making = gate.bound(Urgency::Making, std::future::ready(7));
        assert_eq!(making.await, Ok(Some(7)));
        assert_eq!(gate.stop(), Some(Stop::Interrupted));
        assert!(!gate.lasts(Duration::ZERO));
    }
}
